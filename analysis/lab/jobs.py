"""What the builds of a sequence share in the lab: a repository, hosts, folders that are kept."""

from dataclasses import dataclass, field
from pathlib import Path

from analysis.lab.given import Given
from analysis.lab.host import BuildHost, HostKind
from analysis.lab.job_aws import JobAws
from analysis.lab.kept_folders import Archives
from analysis.lab.lab import Lab
from analysis.lab.project import Project
from analysis.lab.variables import CONTEXT
from analysis.workload import CONTAINERD, Strategy


@dataclass
class BuildJob:
    """A sequence of builds of one strategy: its repository and the hosts kept for it.

    `prefix` tells its repository from those of other experiments in the same lab, `end` from that
    of the strategy's other sequences in the round. `given`: what its builds are given besides;
    `project`: what the context is a part of; `archives`: what its folders held.
    """

    lab: Lab
    strategy: Strategy
    number: int
    time_limit: float
    kept: dict[int, BuildHost] = field(default_factory=dict)
    finished: float | None = None
    prefix: str = ""
    told: bool = False
    given: Given = field(default_factory=Given)
    project: Project | None = None
    end: str = ""
    archives: Archives = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.aws = JobAws(self.lab, self.strategy.buildspec, self.given.variables)

    def put_source(self, host: BuildHost, context: Path, fresh: bool) -> None:
        """Put the context into a host, with the project that it is a part of."""
        if self.project:
            self.project.put(host, context, CONTEXT, fresh)
        else:
            host.put(context, CONTEXT, fresh)

    def _start_host(self, kind: HostKind = HostKind.PLAIN) -> BuildHost:
        """A fresh host, which reaches the sequence's AWS if there is one."""
        return self.lab.start_host(kind, self.aws.start())

    @property
    def repository(self) -> str:
        """A repository of its own, so that each sequence starts from an empty one."""
        end = f"-{self.end}" if self.end else ""
        return f"{self.prefix}{self.strategy.name}-{self.number:02d}{end}"

    def take_host(self, slot: int) -> tuple[BuildHost, str]:
        """A host and "fresh", "kept" (one of a pool, by `slot`) or "server" (with a kept one)."""
        if self.strategy.host == "fresh":
            stored = self.strategy.starts_with == CONTAINERD
            kind = HostKind.CONTAINERD if stored else HostKind.PLAIN
            return self._start_host(kind), "fresh"
        if self.strategy.host == "server":
            return self._take_server(), "server"
        if slot in self.kept:
            return self.kept[slot], "kept"
        self.kept[slot] = self._start_host()
        return self.kept[slot], "fresh"

    def _take_server(self) -> BuildHost:
        """A fresh host whose Docker commands go to the sequence's one server."""
        if 0 not in self.kept:
            self.kept[0] = self._start_host(HostKind.SERVER)
        host = self._start_host()
        host.use_server(self.kept[0])
        return host

    def give_back(self, host: BuildHost, alive: bool) -> None:
        """Let a host be removed, unless it is kept and still alive."""
        if host in self.kept.values() and alive:
            return
        self.kept = {slot: kept for slot, kept in self.kept.items() if kept is not host}
        self.lab.discard(host)

    def close(self) -> None:
        """Let the kept hosts be removed, and the AWS."""
        for host in self.kept.values():
            self.lab.discard(host)
        self.kept.clear()
        self.aws.close()
