"""One build of a strategy in the lab: a host, the buildspec's commands, and what they left."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.errors import LabError, RegistryError
from analysis.lab.agent import Result, run_buildspec
from analysis.lab.baking import bake_buildkitd
from analysis.lab.build_records import list_refs, read_history
from analysis.lab.host import BuildHost
from analysis.lab.job_aws import find_bash
from analysis.lab.jobs import BuildJob
from analysis.lab.kept_folders import count_kept, make_keeper
from analysis.lab.lab import Lab
from analysis.lab.load import describe_load, read_load
from analysis.lab.probe import check_failure, check_retries
from analysis.lab.variables import find_folder, find_store, list_given, list_variables, name_commit
from analysis.lab.versions import read_versions
from analysis.records import FORMAT, run_name
from analysis.workload import BUILDKITD, MAIN

# the driver of an engine with containerd's image store
_CONTAINERD = "overlayfs"


@dataclass(frozen=True, eq=False)
class Build:
    """One build of a sequence: its scenario, the context, and its slot in a pool of hosts.

    `branch` of its commit; `number` of those in its scenario's story; whether it runs `beside`
    another.
    """

    job: BuildJob
    scenario: str
    context: Path
    slot: int = 0
    branch: str = MAIN
    number: int = 0
    beside: bool = False

    @property
    def variables(self) -> dict[str, str]:
        """What it is told by its environment."""
        job, scenario = self.job, self.scenario
        told = list_variables(job.strategy, job.aws, job.repository, scenario, job.number)
        commit = name_commit(job.repository, scenario, self.number, self.branch)
        given = list_given(job.lab, job.strategy, commit, self.branch)
        return told | given | job.given.environment


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
    job = build.job
    host, state = job.take_host(build.slot)
    try:
        if job.strategy.build_image == BUILDKITD:
            bake_buildkitd(job.lab.client, job.lab.images.buildkit, job.lab.id, host)
        with ThreadPoolExecutor(1) as beside:
            copied = beside.submit(build.job.put_source, host, build.context, state != "kept")
            build.job.given.put_secrets(host)
            empty, known = host.is_empty(), [] if state == "fresh" else list_refs(host)
            copied.result()
            find_bash(host, build.job.strategy.buildspec)
    except BaseException:
        job.give_back(host, alive=False)
        raise
    return ReadyHost(host, state, empty, known)


def time_build(
    build: Build, ready: ReadyHost, watch: Watch | None = None
) -> tuple[ReadyHost, "_TimedBuild"]:
    """Run the buildspec's commands while nothing else goes on in the lab; `watch` gets the log."""
    with _giving_back([(build, ready)]), build.job.lab.quiet():
        return ready, _run(build, ready, watch)


def time_together(builds: Sequence[tuple[Build, ReadyHost]]) -> list["_TimedBuild"]:
    """Run builds of a sequence at once, while nothing else goes on in the lab."""
    with _giving_back(builds), builds[0][0].job.lab.quiet(), ThreadPoolExecutor() as pool:
        return list(pool.map(lambda each: _run(*each), builds))


@contextlib.contextmanager
def _giving_back(builds: Sequence[tuple[Build, ReadyHost]]) -> Iterator[None]:
    """A block whose error costs the hosts of these builds."""
    try:
        yield
    except BaseException:
        for build, ready in builds:
            build.job.give_back(ready.host, alive=False)
        raise


def _run(build: Build, ready: ReadyHost, watch: Watch | None = None) -> "_TimedBuild":
    """Run the buildspec's commands; `watch` gets the log."""
    log: list[bytes] = []

    def write(chunk: bytes) -> None:
        log.append(chunk)
        if watch:
            watch(build.job.given.hide(chunk))

    job, host, env = build.job, ready.host, build.variables
    gap = None if job.finished is None else time.monotonic() - job.finished
    keeper, before = make_keeper(job.strategy, host, job.archives, env), read_load(host)
    run, limit, folder = host.execute, job.time_limit, find_folder(job.strategy)
    result = run_buildspec(job.strategy.buildspec, env, run, write, limit, folder, keeper)
    job.finished = time.monotonic()
    text, load = job.given.hide(b"".join(log)), describe_load(before, read_load(host))
    return _TimedBuild(result, text, gap, load)


@dataclass(frozen=True)
class _TimedBuild:
    """How a build went, its log, the seconds since the one before in its sequence, and its load."""

    result: Result
    log: bytes
    gap: float | None
    load: dict[str, float | None]


def blame(build: Build, ready: ReadyHost, timed: _TimedBuild) -> None:
    """LabError where the lab or the network made a build fail, or push again: it is no record."""
    job = build.job
    run = run_name(job.strategy.name, build.scenario, job.number)
    own = job.aws.ecr.servers if job.aws.ecr else {}
    status = timed.result.status
    try:
        if status == "succeeded":
            check_retries(job.lab, run, timed.log, own)
        else:
            expected = status == job.strategy.expect
            check_failure(job.lab, run, timed.log, expected, ready.host, own)
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
        "side_by_side": build.beside,
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
    """What a record says of the S3 store: objects and bytes of this history's, if it has any.

    What folders held counts as if it lay in S3.
    """
    store = find_store(job.lab, job.strategy)
    if job.strategy.folder:
        return count_kept(job.archives)
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
