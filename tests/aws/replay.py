"""What a build does: what a recorded one of the lab did, as if it had been on CodeBuild now.

Its log is put into CodeBuild's words (all phases, where its source is), the times in log, images
and BuildKit's own records are moved by the same whole number of seconds.
"""

import base64
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from analysis.codebuild import BEGIN, COMMAND, END, TITLE
from analysis.workload import load_strategies
from aws.builds import STAMP, Outcome, make_outcome, read_phases
from aws.host import print_host
from aws.state import Request, State

HISTORY = re.compile(r"/(?:[0-9a-f]{12}-|experiment-)?([a-z0-9.-]+)-(\d{2,})$")
AGENT, ISO = "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"
ISO_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=[.Z+])")
LAB_LINE = b"Running on a build host of the lab"
# seconds of which the lab has none: the source is there when its agent begins
DOWNLOAD = 2
WAITING = """Running on CodeBuild On-demand
Waiting for agent ping
Waiting for DOWNLOAD_SOURCE"""
FIRST = """Phase is DOWNLOAD_SOURCE
CODEBUILD_SRC_DIR=/codebuild/output/src1/src
YAML location is /codebuild/readonly/buildspec.yml
Processing environment variables
Moving to directory /codebuild/output/src1/src
Cache is not defined in the buildspec
Skip cache due to: no paths specified to be cached
Registering with agent"""
# phases of the agent itself, which the lab enters for a folder cache alone
OWN_PHASE = re.compile(rb"(?:Entering phase|Phase complete:) (?:DOWNLOAD_SOURCE|UPLOAD_ARTIFACTS)")
SPEC_PHASES = ("INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD")
PLAIN = (
    b"[Container] 2026/01/01 00:00:00.000000 Entering phase BUILD\n"
    b"[Container] 2026/01/01 00:00:00.100000 Running command docker build .\n"
    b"#1 [internal] load build definition from Dockerfile\n"
    b"#1 DONE 0.0s\n\n"
    b"#2 [1/1] FROM docker.io/library/busybox\n"
    b"#2 CACHED\n"
    b"[Container] 2026/01/01 00:00:20.100000 Phase complete: BUILD State: SUCCEEDED\n"
    b"[Container] 2026/01/01 00:00:20.100000 Phase context status code:  Message: \n"
)
PLAIN_BEGIN = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


def identify(aws: State, request: Request) -> Request:
    """A request with the strategy, scenario and round that it seems to be of.

    Variables STRATEGY, SCENARIO and ROUND say so; else the repository's name (…/STRATEGY-NN), the
    first line of the buildspec, the name of the source, and how many builds its history has.
    """
    url, env = request.env.get("ECR_REPOSITORY_URL", ""), request.env
    named = HISTORY.search(url)
    strategy = env.get("STRATEGY") or (named[1] if named else find_strategy(request.buildspec))
    number = int(env.get("ROUND") or (named[2] if named else 1))
    path = str(request.data["source"].get("location", "")).replace("/", ".").split(".")
    told = [scenario for scenario in aws.scenarios if scenario in path]
    before = sum(
        aws.builds[key].status in ("SUCCEEDED", "FAILED", "IN_PROGRESS")
        for key, other in aws.asked.items()
        if (other.strategy, other.number, other.env.get("ECR_REPOSITORY_URL", ""))
        == (strategy, number, url)
    )
    scenario = env.get("SCENARIO") or [*told, aws.scenarios[before % len(aws.scenarios)]][0]
    return replace(request, strategy=strategy, scenario=scenario, number=number)


def find_strategy(buildspec: str) -> str:
    """The strategy whose buildspec has the same commands before those that were added; or ""."""
    first = buildspec.partition("\n")[0]
    for name, strategy in load_strategies().items():
        if buildspec == strategy.buildspec.text or first == f"# {strategy.title}":
            return name
    return ""


def replay(aws: State, request: Request) -> Outcome:
    """What the recorded run that a request stands for did; a small success without one."""
    run = aws.experiment / "runs" / f"{request.strategy}.{request.scenario}.{request.number:02d}"
    if not (run / "record.json").is_file():
        shift = request.agent_start + DOWNLOAD - PLAIN_BEGIN
        return make_outcome("SUCCEEDED", move_log(b"".join(to_codebuild(PLAIN)), shift))
    outcome = read_run(run, request.agent_start, TITLE in request.buildspec)
    record = json.loads((run / "record.json").read_text())
    return replace(outcome, log=print_host(outcome.log, record, request.buildspec))


def read_run(run: Path, agent_start: float | None, with_record: bool) -> Outcome:
    """A recorded run as an outcome whose agent begins then (null: when it did)."""
    record = json.loads((run / "record.json").read_text())
    begin = datetime.fromisoformat(record["started"]).timestamp()
    shift = 0 if agent_start is None else round(agent_start + DOWNLOAD - begin)
    lines = list(to_codebuild(gzip.decompress((run / "build.log.gz").read_bytes())))
    if with_record and record["status"] == "succeeded":
        history = json.loads(gzip.decompress((run / "history.json.gz").read_bytes()))
        lines = add_record(lines, history, shift)
    log = move_log(b"".join(lines), shift)
    images = json.loads(gzip.decompress((run / "images.json.gz").read_bytes()))
    failed = [name for name, (status, _) in read_phases(log).items() if status != "SUCCEEDED"]
    status = {"succeeded": "SUCCEEDED", "timed out": "TIMED_OUT"}.get(record["status"], "FAILED")
    outcome = make_outcome(status, log, failed[0] if failed else "")
    return replace(outcome, images=images, shift=shift)


def read_past(experiment: Path) -> Iterator[tuple[float, Outcome, dict[str, str]]]:
    """(when it was started, outcome, variables) of each recorded run, oldest first."""
    runs = [run.parent for run in (experiment / "runs").glob("*/record.json")]
    outcomes = [(read_run(run, None, False), run.name.rsplit(".", 2)) for run in runs]
    past = []
    for run, (outcome, (strategy, scenario, number)) in zip(runs, outcomes, strict=True):
        record = json.loads((run / "record.json").read_text())
        begin = datetime.fromisoformat(record["started"]).timestamp()
        variables = {"STRATEGY": strategy, "SCENARIO": scenario, "ROUND": str(int(number))}
        past.append((begin, outcome, variables))
    yield from sorted(past, key=lambda item: item[0])


def to_codebuild(log: bytes, waited: float = DOWNLOAD) -> Iterator[bytes]:
    """A log's lines as CodeBuild would have written them: it enters all phases, used or not.

    `waited`: seconds from the agent's first line until the source is there.
    """
    phases, stamp = [], b""
    # what the lab's agent said of a folder cache before
    before, log = log.split(LAB_LINE, 1) if LAB_LINE in log else (b"", log)
    yield from begin_log(STAMP.match(before or log)[0], waited)
    lines = [line for line in before.splitlines(keepends=True) if line.strip()][:-1]
    for line in [*lines, *log.lstrip(b"\n").splitlines(keepends=True)]:
        found = STAMP.match(line)
        stamp = found[0] if found else stamp
        if found and OWN_PHASE.search(line):
            if b" Entering phase UPLOAD_ARTIFACTS" in line:
                for unused in SPEC_PHASES[len(phases) :]:
                    yield from pass_phase(stamp, unused)
                phases = [*SPEC_PHASES]
            continue
        if found and b" Entering phase " in line:
            name = line.split()[-1].decode()
            if not phases:
                yield from end_phase(stamp, "DOWNLOAD_SOURCE")
            for unused in SPEC_PHASES[len(phases) : SPEC_PHASES.index(name)]:
                yield from pass_phase(stamp, unused)
            phases = [*SPEC_PHASES[: SPEC_PHASES.index(name) + 1]]
        yield line
    if b" State: FAILED" not in log or phases[-1:] == ["BUILD"]:
        for unused in SPEC_PHASES[len(phases) :]:
            yield from pass_phase(stamp, unused)
        yield from end_phase(stamp, "UPLOAD_ARTIFACTS")


def begin_log(stamp: bytes, waited: float) -> Iterator[bytes]:
    """The lines up to where the buildspec is read."""
    before = timedelta(seconds=-waited)
    yield from (move_line(stamp + words.encode() + b"\n", before) for words in WAITING.splitlines())
    yield from (stamp + words.encode() + b"\n" for words in FIRST.splitlines())


def pass_phase(stamp: bytes, name: str) -> Iterator[bytes]:
    """The lines of a phase without commands."""
    yield stamp + f"Entering phase {name}\n".encode()
    yield from end_phase(stamp, name)


def end_phase(stamp: bytes, name: str) -> Iterator[bytes]:
    """The lines at the end of a phase."""
    yield stamp + f"Phase complete: {name} State: SUCCEEDED\n".encode()
    yield stamp + b"Phase context status code:  Message: \n"


def add_record(lines: list[bytes], history: Mapping[str, Any], shift: float) -> list[bytes]:
    """A log's lines with what the step that prints BuildKit's records would have printed."""
    at = next(n for n, line in enumerate(lines) if b"Phase complete: POST_BUILD" in line)
    stamp = STAMP.match(lines[at])[0].decode()
    values: list[Any] = []
    for build in reversed(history["builds"]):
        values += [{"ref": build["ref"]}, build["inspect"], *build["rawjson"]]
    text = "\n".join(json.dumps(value) for value in values if value is not None)
    data = base64.encodebytes(gzip.compress(move_iso(text, shift).encode())).decode()
    printed = f"\n{stamp}Running command {COMMAND.rstrip()}\n{BEGIN}\n{data}{END}\n"
    return [*lines[:at], *printed.encode().splitlines(keepends=True), *lines[at:]]


def move_log(log: bytes, shift: float) -> bytes:
    """A log whose agent's lines are so many seconds later."""
    delta = timedelta(seconds=round(shift))
    return b"".join(move_line(line, delta) for line in log.splitlines(keepends=True))


def move_line(line: bytes, delta: timedelta) -> bytes:
    """A line of the agent later by `delta`; any other as it is."""
    found = STAMP.match(line)
    if not found:
        return line
    begin = found.start(1)
    moment = datetime.strptime(line[begin : begin + 19].decode(), AGENT) + delta
    return line[:begin] + moment.strftime(AGENT).encode() + line[begin + 19 :]


def move_iso(text: str, shift: float) -> str:
    """Text whose times in ISO 8601 are so many seconds later."""
    delta = timedelta(seconds=round(shift))
    return ISO_TIME.sub(lambda f: (datetime.strptime(f[0], ISO) + delta).strftime(ISO), text)
