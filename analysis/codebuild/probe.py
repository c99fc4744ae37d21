"""What the lab asks a build host before and after a build, asked by the buildspec itself.

On CodeBuild no one else can ask: the buildspec gets a first command that prints what the host
held before (and empties a used one where a cold start is wanted), and a last one that prints
versions. Both are taken out of the log again, with their time: stamps before the first move
later and stamps after the last move earlier, so that BuildKit's own times still fit.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import yaml

from analysis.codebuild.record_probe import (
    RECORD_PROBE,
    STAMP,
    TIMES,
    add_record_probe,
    first_stamp,
    read_stamp,
    take_record,
)
from analysis.lab import json_lines
from analysis.workload import PHASES, TextLoader, parse_buildspec

EMPTY_HOST = """\
docker ps --all --quiet | xargs -r docker rm --force >/dev/null
docker system prune --all --force >/dev/null
docker volume prune --all --force >/dev/null
docker builder prune --all --force >/dev/null
"""
# an image without content that names the sequence which built on a kept host last
_MARK = "codebuild-cache-host"
_COUNT = "docker system df --format '{{json .}}'\n"
_VERSIONS = """\
docker info --format '{"engine": {{json .ServerVersion}}, "storage_driver": {{json .Driver}}}'
docker buildx version
docker buildx ls --format json
"""
_BUILDX = re.compile(r"^github\.com/docker/buildx (\S+)", re.MULTILINE)
# what the buildspecs' own first command prints
_ENGINE = re.compile(r"^Docker (\d\S*)\s*$", re.MULTILINE)
_STAMPS = re.compile(rb"(?m)^" + STAMP)


@dataclass(frozen=True)
class Probe:
    """A command beside a build that is not part of what is measured: its title and its mark."""

    title: str
    mark: str

    def command(self, script: str) -> str:
        """The command's text."""
        head = f"# {self.title}; not part of the measured time"
        return f"{head}\necho '{self.mark}: begin'\n{script}echo '{self.mark}: end'\n"

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """Its lines in a log, from the agent's that runs it on; `text` is what it printed."""
        title, begin, end = (
            re.escape(text.encode())
            for text in (self.title, f"{self.mark}: begin", f"{self.mark}: end")
        )
        command = rb"\n?" + STAMP + rb" Running command # " + title + rb"[^\n]*\n(?:[^\n]*\n)*?"
        printed = begin + rb"\r?\n(?P<text>(?:[^\n]*\n)*?)" + end + rb"\r?\n"
        return re.compile(command + printed)


HOST_BEFORE = Probe("the host before the build", "build host before")
HOST_AFTER = Probe("the host after the build", "build host after")


@dataclass(frozen=True)
class LogWithoutProbe:
    """A log without the probes, what they said (null, {} where they did not), their seconds."""

    log: bytes
    empty: bool | None = None
    versions: dict[str, str | None] = field(default_factory=dict)
    records: dict[str, Any] = field(default_factory=lambda: {"builds": []})
    seconds: float = 0.0


def add_probes(text: str, emptied: bool = False, owner: str = "", first: str = "") -> str:
    """A buildspec's text with a first command and two last ones, which probe the host.

    What is to be done `first` belongs to the first one.

    With `emptied` a host that was used before loses what it holds. With `owner`, the sequence that
    a kept host is to serve, it also does where it bears the mark of another. BuildspecError.
    """
    parse_buildspec(text)
    spec = yaml.load(text.removeprefix("\ufeff"), TextLoader)
    phase = next(name for name in PHASES if name in spec["phases"])
    script = _prepare_host(emptied, owner) + _COUNT + _mark_host(owner) + first
    before = HOST_BEFORE.command(script)
    _change_phase(spec, phase, lambda commands: [before, *commands])
    _change_phase(spec, "post_build", lambda commands: [*commands, HOST_AFTER.command(_VERSIONS)])
    return add_record_probe(yaml.safe_dump(spec, sort_keys=False, allow_unicode=True, width=1000))


def _prepare_host(emptied: bool, owner: str) -> str:
    """Commands that let a used host lose what it holds, where that is asked for."""
    if emptied or not owner:
        return EMPTY_HOST if emptied else ""
    marks = f"docker image ls --format '{{{{.Tag}}}}' {_MARK} 2>/dev/null"
    return f"if {marks} | grep -qvx '{_name_mark(owner)}'; then\n{EMPTY_HOST}fi\n"


def _mark_host(owner: str) -> str:
    """Commands that mark a kept host as that of a sequence."""
    if not owner:
        return ""
    name = f"{_MARK}:{_name_mark(owner)}"
    # as a tar, an empty folder
    return f"head -c 1024 /dev/zero | docker import - {name} >/dev/null 2>&1 || :\n"


def _name_mark(owner: str) -> str:
    """A tag that only one sequence has."""
    return hashlib.sha256(owner.encode()).hexdigest()[:16]


def _change_phase(
    spec: dict[str, Any], name: str, change: Callable[[list[str]], list[str]]
) -> None:
    """Change the commands of a phase, which is made when there is none."""
    phase = spec["phases"].get(name) or {}
    commands = phase.get("commands") or []
    commands = [commands] if isinstance(commands, str) else commands
    spec["phases"][name] = phase | {"commands": change(commands)}


def remove_probes(log: bytes) -> LogWithoutProbe:
    """A log without all that add_probes added, and what that said."""
    found = RECORD_PROBE.search(log)
    record = take_record(log)
    if found:
        position = found.start()
        log = record.log[:position] + move_stamps(record.log[position:], -record.seconds)
    log, after, late = _cut(log, HOST_AFTER)
    log, before, early = _cut(log, HOST_BEFORE)
    versions = _read_versions(after, log.decode("utf-8", "replace"))
    seconds = record.seconds + late + early
    return LogWithoutProbe(log, _read_counts(before), versions, record.records, seconds)


def _cut(log: bytes, probe: Probe) -> tuple[bytes, str, float]:
    """(log without a probe's lines and time, what it printed, its seconds)."""
    found = probe.pattern.search(log)
    if not found:
        return log, "", 0.0
    head, tail = log[: found.start()], log[found.end() :]
    after = first_stamp(tail)
    seconds = (after - read_stamp(found[1])).total_seconds() if after else 0.0
    if probe is HOST_BEFORE:
        head = move_stamps(head, seconds)
    else:
        tail = move_stamps(tail, -seconds)
    return head + tail, found["text"].decode("utf-8", "replace"), seconds


def move_stamps(log: bytes, seconds: float) -> bytes:
    """A log whose agent's lines bear times that are later by `seconds`."""

    def move(match: re.Match[bytes]) -> bytes:
        moved = read_stamp(match[1]) + timedelta(seconds=seconds)
        text = moved.strftime(TIMES[0 if b"." in match[1] else 1])
        return match[0].removesuffix(match[1]) + text.encode()

    return _STAMPS.sub(move, log)


def _read_counts(text: str) -> bool | None:
    """Whether a host held no image, container, volume or build cache; null when it didn't say."""
    try:
        counts = [int(each["TotalCount"]) for each in json_lines(text)]
    except (KeyError, ValueError, TypeError):
        return None
    return not any(counts) if counts else None


def _read_versions(told: str, log: str) -> dict[str, str | None]:
    """Versions of engine, buildx and BuildKit, and the storage driver, as far as they are told.

    Without the last command's word, what the buildspec's own first command printed.
    """
    said, text = json_lines(told), told or log
    info = next((each for each in said if "engine" in each), {})
    nodes = next((each.get("Nodes") for each in said if each.get("Current")), None) or [{}]
    engine, buildx = _ENGINE.search(text), _BUILDX.search(text)
    found = {
        "engine": info.get("engine") or (engine and engine[1]),
        "buildx": buildx and buildx[1],
        "buildkit": nodes[0].get("Version"),
        "storage_driver": info.get("storage_driver"),
    }
    return {name: value for name, value in found.items() if value}
