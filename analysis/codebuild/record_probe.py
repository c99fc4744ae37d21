"""The builds' own records, taken along in the log where no one can ask the host afterwards.

The lab asks a host once its buildspec is through. On CodeBuild the host is gone by then, so the
buildspec itself gets one more command, the last of post_build: it prints what BuildKit recorded
as base64 of gzip. What it printed is taken out of the log again, and its time with it.
"""

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from analysis.lab import json_lines
from analysis.workload import TextLoader, parse_buildspec

TITLE = "# the builds' own records; not part of the measured time"
BEGIN, END = "build records: begin", "build records: end"
COMMAND = f"""{TITLE}
echo '{BEGIN}'
docker buildx history ls --format "{{{{.Ref}}}}" 2>/dev/null | while read -r ref; do
  echo "{{\\"ref\\": \\"$ref\\"}}"
  docker buildx history inspect "${{ref##*/}}" --format json </dev/null 2>&1
  docker buildx history logs "${{ref##*/}}" --progress rawjson </dev/null 2>&1
done | gzip -9 | base64
echo '{END}'
"""
STAMP = rb"\[(?:Container|Instance)\] (\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)"
RECORD_PROBE = re.compile(
    rb"\n?" + STAMP + rb" Running command " + re.escape(TITLE.encode()) + rb"\r?\n"
    rb"(?:[^\n]*\n)*?"
    + BEGIN.encode()
    + rb"\r?\n(?P<text>(?:[^\n]*\n)*?)"
    + END.encode()
    + rb"\r?\n"
)
TIMES = ("%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S")
# what only the lines of a record's rawjson have
_RAWJSON = {"vertexes", "statuses", "logs", "warnings"}


@dataclass(frozen=True)
class _BuildRecords:
    """A log without the probe, the records as history.json.gz keeps them, the probe's seconds."""

    log: bytes
    records: dict[str, Any]
    seconds: float = 0.0


def add_record_probe(text: str) -> str:
    """A buildspec's text with the probe as the last command of post_build. BuildspecError."""
    parse_buildspec(text)
    spec = yaml.load(text.removeprefix("\ufeff"), TextLoader)
    phase = spec["phases"].setdefault("post_build", {}) or {}
    commands = phase.get("commands") or []
    commands = [commands] if isinstance(commands, str) else commands
    spec["phases"]["post_build"] = phase | {"commands": [*commands, COMMAND]}
    return yaml.safe_dump(spec, sort_keys=False, allow_unicode=True, width=1000)


def take_record(log: bytes) -> _BuildRecords:
    """A log with the probe's lines and time taken out of it; as it is when there is no probe.

    Records of builds that began before this log did are left out: a kept host has them too.
    `problem` in them says in words why it is empty, where it should not be.
    """
    found = RECORD_PROBE.search(log)
    if not found:
        return _BuildRecords(log, {"builds": []})
    rest = log[: found.start()] + log[found.end() :]
    begin, begun, after = first_stamp(log), read_stamp(found[1]), first_stamp(log[found.end() :])
    seconds = (after - begun).total_seconds() if after else 0.0
    try:
        text = gzip.decompress(base64.b64decode(found["text"], validate=False))
    except (binascii.Error, OSError, EOFError, zlib.error) as error:
        return _BuildRecords(
            rest, {"builds": [], "problem": f"the record is damaged: {error}"}, seconds
        )
    builds = list(_gather_builds(json_lines(text.decode("utf-8", "replace"))))
    own = [build for build in builds if not _is_older(build, begin)]
    return _BuildRecords(rest, {"builds": own[::-1]}, seconds)


def first_stamp(log: bytes) -> datetime | None:
    """The time of the first of the agent's lines, null without one."""
    found = re.search(STAMP, log)
    return read_stamp(found[1]) if found else None


def read_stamp(text: bytes) -> datetime:
    """The time in an agent's line, UTC without saying so."""
    return datetime.strptime(text.decode(), TIMES[0 if b"." in text else 1])


def _gather_builds(values: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """{"ref", "inspect", "rawjson"} of each build, in the order in which they were printed."""
    build = None
    for value in values:
        if value.keys() == {"ref"}:
            if build:
                yield build
            build = {"ref": value["ref"], "inspect": None, "rawjson": []}
        elif build is not None and value.keys() & _RAWJSON:
            build["rawjson"].append(value)
        elif build is not None:
            build["inspect"] = value
    if build:
        yield build


def _is_older(build: dict[str, Any], begin: datetime | None) -> bool:
    """Whether a build began before a time; one that does not say when did not."""
    started = (build["inspect"] or {}).get("StartedAt", "")[:19]
    return bool(
        begin and started and datetime.fromisoformat(started) < begin.replace(microsecond=0)
    )
