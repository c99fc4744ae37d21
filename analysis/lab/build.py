"""One build of a strategy in the lab: a host, the buildspec's commands, and what they left."""

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import HostError, LabError, RegistryError
from analysis.lab.agent import Result, run_buildspec
from analysis.lab.build_records import list_refs, read_history
from analysis.lab.host import BuildHost, HostKind
from analysis.lab.lab import Lab
from analysis.lab.store import SETTING
from analysis.records import FORMAT, run_name
from analysis.workload import Strategy

CONTEXT = "deploy"
KINDS = {"classic": HostKind.PLAIN, "containerd": HostKind.CONTAINERD}


@dataclass
class BuildJob:
    """A history of builds of one strategy: its repository and the hosts kept for it."""

    lab: Lab
    strategy: Strategy
    number: int
    time_limit: float
    kept: dict[int, BuildHost] = field(default_factory=dict)
    finished: float | None = None

    @property
    def repository(self) -> str:
        """A repository of its own, so that each history starts from an empty one."""
        return f"{self.strategy.name}-{self.number:02d}"

    def take_host(self, slot: int) -> tuple[BuildHost, str]:
        """A host and "fresh", "kept" (one of a pool, by `slot`) or "server" (with a kept one)."""
        kind = KINDS[self.strategy.store]
        if self.strategy.host == "fresh":
            return self.lab.start_host(kind), "fresh"
        if self.strategy.host == "server":
            return self.take_server(), "server"
        if slot in self.kept:
            return self.kept[slot], "kept"
        self.kept[slot] = self.lab.start_host(kind)
        return self.kept[slot], "fresh"

    def take_server(self) -> BuildHost:
        """A fresh host whose Docker commands go to the history's one server."""
        if 0 not in self.kept:
            self.kept[0] = self.lab.start_host(HostKind.SERVER)
        host = self.lab.start_host()
        host.use_server(self.kept[0])
        return host

    def give_back(self, host: BuildHost, alive: bool) -> None:
        """Remove a host, unless it is kept and still alive."""
        if host in self.kept.values() and alive:
            return
        self.kept = {slot: kept for slot, kept in self.kept.items() if kept is not host}
        host.remove()

    def close(self) -> None:
        """Remove the kept hosts."""
        for host in self.kept.values():
            host.remove()
        self.kept.clear()


def build_in_lab(
    job: BuildJob, scenario: str, context: Path, slot: int
) -> tuple[dict[str, Any], bytes, dict, dict]:
    """(record, log, images, history) of one build, as recording.write_run takes them."""
    gap = None if job.finished is None else time.monotonic() - job.finished
    host, state = job.take_host(slot)
    alive = False
    try:
        empty, known = host.is_empty(), [] if state == "fresh" else list_refs(host)
        host.put(context, CONTEXT)
        log: list[bytes] = []
        result = run_buildspec(
            job.strategy.buildspec,
            environment(job),
            host.execute,
            log.append,
            time_limit=job.time_limit,
        )
        job.finished = time.monotonic()
        alive = result.status != "timed out"
        versions = read_versions(host) if alive else {}
        history = read_history(host, known) if alive else {"builds": []}
        # a record that was not to be had may have cost the host its life
        alive = alive and host.is_running()
    finally:
        job.give_back(host, alive)
    record = describe_job(job, scenario) | describe_result(result)
    record |= {
        "host": state,
        "idle_gap": gap,
        "host_empty": empty,
        "provisioning_seconds": 0.0 if state == "kept" else host.seconds,
        "versions": versions,
    }
    record |= describe_store(job)
    return record, b"".join(log), list_images(job), history


def describe_job(job: BuildJob, scenario: str) -> dict[str, Any]:
    """What a record says of a build before it runs."""
    return {
        "format": FORMAT,
        "run": run_name(job.strategy.name, scenario, job.number),
        "strategy": job.strategy.name,
        "scenario": scenario,
        "round": job.number,
        "place": "lab",
        "emulated": job.strategy.emulated,
        "link": job.lab.link.text,
        "expect": job.strategy.expect,
        "images": asdict(job.lab.images),
        "repository": job.repository,
    }


def describe_result(result: Result) -> dict[str, Any]:
    """What a record says of how a build went."""
    return {
        "started": result.started.isoformat(),
        "finished": result.finished.isoformat(),
        "seconds": result.seconds,
        "exit_code": result.exit_code,
        "status": result.status,
    }


def describe_store(job: BuildJob) -> dict[str, int]:
    """What a record says of the S3 store: objects and bytes of this history's, if it has any."""
    if not uses_store(job):
        return {}
    count, size = job.lab.store.list_objects(f"{job.repository}/")
    return {"store_objects": count, "store_bytes": size}


def uses_store(job: BuildJob) -> bool:
    """Whether a strategy keeps its cache in the lab's S3 store."""
    return job.lab.store is not None and SETTING in job.strategy.buildspec.text


def list_images(job: BuildJob) -> dict[str, Any]:
    """The repository's listing; with `problem` in words, and empty, if it can't be had."""
    try:
        return job.lab.list_images(job.repository)
    except RegistryError as error:
        return {"imageDetails": [], "manifests": {}, "problem": str(error)}


def environment(job: BuildJob) -> dict[str, str]:
    """The variables that CodeBuild would get as environmentVariablesOverride."""
    return {
        "ECR_REPOSITORY_URL": f"{job.lab.private.address}/{job.repository}",
        "IMAGE_TAG": "latest",
        "CONTEXT": f"./{CONTEXT}/",
    } | (job.lab.store.environment if uses_store(job) else {})


def read_versions(host: BuildHost) -> dict[str, str | None]:
    """Versions of engine, buildx and BuildKit, and the engine's storage driver; null unknown."""
    try:
        info = json.loads(host.read("docker info --format '{{json .}}'"))
        buildx = host.read("docker buildx version").split()
        nodes = [
            json.loads(line)["Nodes"][0]
            for line in host.read("docker buildx ls --format json").splitlines()
            if json.loads(line)["Current"]
        ]
    except (LabError, HostError, ValueError, KeyError, IndexError):
        return {}
    return {
        "engine": info.get("ServerVersion"),
        "buildx": buildx[1] if len(buildx) > 1 else None,
        "buildkit": nodes[0].get("Version") if nodes else None,
        "storage_driver": info.get("Driver"),
    }
