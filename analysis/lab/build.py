"""One build of a strategy in the lab: a host, the buildspec's commands, and what they left."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import LabError, RegistryError
from analysis.lab.agent import Result, run_buildspec
from analysis.lab.build_records import list_refs, read_history
from analysis.lab.given import Given
from analysis.lab.host import BuildHost, HostKind
from analysis.lab.job_aws import JobAws, find_bash
from analysis.lab.lab import Lab
from analysis.lab.load import describe_load, read_load
from analysis.lab.probe import check_failure
from analysis.lab.project import Project
from analysis.lab.variables import CONTEXT, find_folder, find_store, list_variables
from analysis.lab.versions import read_versions
from analysis.records import FORMAT, run_name
from analysis.workload import Strategy

# the driver of an engine with containerd's image store
_CONTAINERD = "overlayfs"


@dataclass
class BuildJob:
    """A sequence of builds of one strategy: its repository and the hosts kept for it.

    `prefix` tells its repository from those of other experiments in the same lab, `given` is what
    its builds are given besides, `project` what the context is a part of.
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
        return f"{self.prefix}{self.strategy.name}-{self.number:02d}"

    def take_host(self, slot: int) -> tuple[BuildHost, str]:
        """A host and "fresh", "kept" (one of a pool, by `slot`) or "server" (with a kept one)."""
        if self.strategy.host == "fresh":
            return self._start_host(), "fresh"
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


@dataclass(frozen=True, eq=False)
class Build:
    """One build of a sequence: its scenario, the context, and its slot in a pool of hosts."""

    job: BuildJob
    scenario: str
    context: Path
    slot: int = 0


@dataclass(frozen=True)
class ReadyHost:
    """A host that is ready for a build: its state, whether it was empty, its build records."""

    host: BuildHost
    state: str
    empty: bool
    known: list[str]


# (record, log, images, history) as records.write_run takes them
Built = tuple[dict[str, Any], bytes, dict[str, Any], dict[str, Any]]
Watch = Callable[[bytes], object]


def build_in_lab(job: BuildJob, scenario: str, context: Path, slot: int) -> Built:
    """(record, log, images, history) of one build, as records.write_run takes them."""
    build = Build(job, scenario, context, slot)
    return finish_build(build, *time_build(build, prepare_host(build)))


def prepare_host(build: Build) -> ReadyHost:
    """A host with the build's context in it; HostError, EngineError."""
    host, state = build.job.take_host(build.slot)
    try:
        with ThreadPoolExecutor(1) as beside:
            copied = beside.submit(build.job.put_source, host, build.context, state != "kept")
            build.job.given.put_secrets(host)
            empty, known = host.is_empty(), [] if state == "fresh" else list_refs(host)
            copied.result()
            find_bash(host, build.job.strategy.buildspec)
    except BaseException:
        build.job.give_back(host, alive=False)
        raise
    return ReadyHost(host, state, empty, known)


def time_build(
    build: Build, ready: ReadyHost, watch: Watch | None = None
) -> tuple[ReadyHost, "_TimedBuild"]:
    """Run the buildspec's commands while nothing else goes on in the lab; `watch` gets the log."""
    log: list[bytes] = []

    def write(chunk: bytes) -> None:
        log.append(chunk)
        if watch:
            watch(build.job.given.hide(chunk))

    job, gap = build.job, None
    try:
        with job.lab.quiet():
            if job.finished is not None:
                gap = time.monotonic() - job.finished
            buildspec, env = job.strategy.buildspec, environment(job, build.scenario)
            before = read_load(ready.host)
            run, limit = ready.host.execute, job.time_limit
            folder = find_folder(job.strategy)
            result = run_buildspec(buildspec, env, run, write, limit, folder)
            job.finished = time.monotonic()
            load = describe_load(before, read_load(ready.host))
    except BaseException:
        job.give_back(ready.host, alive=False)
        raise
    return ready, _TimedBuild(result, job.given.hide(b"".join(log)), gap, load)


@dataclass(frozen=True)
class _TimedBuild:
    """How a build went, its log, the seconds since the one before in its sequence, and its load."""

    result: Result
    log: bytes
    gap: float | None
    load: dict[str, float | None]


def blame(build: Build, ready: ReadyHost, timed: _TimedBuild) -> None:
    """LabError where a build failed for the lab or the network: then nothing is to be recorded."""
    job = build.job
    run = run_name(job.strategy.name, build.scenario, job.number)
    try:
        check_failure(job.lab, run, timed.log, timed.result.status == job.strategy.expect)
    except LabError:
        job.give_back(ready.host, alive=False)
        raise


def finish_build(build: Build, ready: ReadyHost, timed: _TimedBuild) -> Built:
    """What there is to be recorded of a build; its host is given back as soon as it was asked."""
    job, host = build.job, ready.host
    alive = timed.result.status != "timed out"
    try:
        versions, history = _ask(job.lab, ready) if alive else ({}, {"builds": []})
        history = job.given.hide_in(history)
        # a record that was not to be had may have cost the host its life
        alive = alive and host.is_running()
    finally:
        job.give_back(host, alive)
    record = _describe_job(job, build.scenario) | _describe_result(timed.result)
    record |= {
        "host": ready.state,
        "idle_gap": timed.gap,
        "host_empty": ready.empty,
        "host_data": "memory" if host.in_memory else "disk",
        "provisioning_seconds": 0.0 if ready.state == "kept" else host.seconds,
        "versions": versions,
        # one build at a time
        "side_by_side": False,
        "machine": job.lab.machine,
    }
    record |= describe_store(job) | timed.load
    _check_store(job, versions)
    return record, timed.log, list_images(job), history


def _check_store(job: BuildJob, versions: Mapping[str, str | None]) -> None:
    """Tell once of a strategy that names another image store than its builds end with."""
    driver = versions.get("storage_driver")
    if job.told or not driver:
        return
    job.told = (job.strategy.store == "containerd") != (driver == _CONTAINERD)
    if job.told:
        job.lab.say(
            f"{job.strategy.name} names the {job.strategy.store} image store (STRATEGY_IMAGE_STORE)"
            f", and its engine's driver is {driver}: hosts start with the classic store, as "
            "CodeBuild's; the buildspec of containerd-store restarts the engine"
        )


def _ask(lab: Lab, ready: ReadyHost) -> tuple[dict[str, str | None], dict[str, Any]]:
    """(versions, build records) that a host tells."""
    versions = lab.background.start(read_versions, ready.host)
    history = read_history(ready.host, ready.known)
    return versions.result(), history


def _describe_job(job: BuildJob, scenario: str) -> dict[str, Any]:
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


def _describe_result(result: Result) -> dict[str, Any]:
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
    store = find_store(job.lab, job.strategy)
    if store is None:
        return {}
    count, size = store.list_objects(f"{job.repository}/")
    return {"store_objects": count, "store_bytes": size}


def list_images(job: BuildJob) -> dict[str, Any]:
    """The repository's listing; with `problem` in words, and empty, if it can't be had."""
    try:
        ecr = job.aws.ecr
        return ecr.list_images() if ecr else job.lab.list_images(job.repository)
    except RegistryError as error:
        return {"imageDetails": [], "manifests": {}, "problem": str(error)}


def environment(job: BuildJob, scenario: str) -> dict[str, str]:
    """All variables of a build: what it is told, its project's, and those of its cache's store."""
    store = find_store(job.lab, job.strategy)
    told = list_variables(job.strategy, job.aws, job.repository, scenario, job.number)
    return told | job.given.environment | (store.environment if store else {})
