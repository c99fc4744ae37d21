"""What the steps that ask a build host would have printed where a recorded run is replayed."""

import json
import re
from collections.abc import Mapping
from typing import Any

from analysis.codebuild import HOST_AFTER, HOST_BEFORE, TITLE, Probe
from aws.builds import STAMP

FIRST = re.compile(rb"(?m)^.* Running command ")
RECORD = rb"Running command " + re.escape(TITLE.encode())
LAST = re.compile(rb"(?m)^.* (?:" + RECORD + rb"|Phase complete: POST_BUILD )")


def print_host(log: bytes, record: Mapping[str, Any], buildspec: str) -> bytes:
    """A replayed log with the host's steps in it, where the buildspec has them."""
    if HOST_BEFORE.title not in buildspec:
        return log
    emptied = "prune" in buildspec and "if docker image ls" not in buildspec
    count = 0 if record["host_empty"] or emptied else 1
    log = insert(log, FIRST, HOST_BEFORE, [{"Type": "Images", "TotalCount": str(count)}])
    versions = record.get("versions", {})
    info = {name: versions.get(name) for name in ("engine", "storage_driver")}
    builder = {"Current": True, "Nodes": [{"Version": versions.get("buildkit")}]}
    buildx = f"github.com/docker/buildx {versions.get('buildx')} 0000000"
    return insert(log, LAST, HOST_AFTER, [info, buildx, builder])


def insert(log: bytes, place: re.Pattern[bytes], step: Probe, values: list[Any]) -> bytes:
    """A log in which a step printed these values, before the line of `place`, in no time."""
    found = place.search(log)
    if not found:
        return log
    stamp = STAMP.match(log[found.start() :])[0].decode()
    lines = [value if isinstance(value, str) else json.dumps(value) for value in values]
    said = "\n".join([f"{step.mark}: begin", *lines, f"{step.mark}: end", ""])
    text = f"{stamp}Running command {step.command('').rstrip()}\n{said}\n"
    return log[: found.start()] + text.encode() + log[found.start() :]
