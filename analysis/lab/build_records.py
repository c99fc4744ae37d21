"""The builds' own records, asked of BuildKit after a build: exact times, steps and the graph."""

import json
import shlex
from typing import Any

from analysis.errors import LabError
from analysis.lab.host import BuildHost


def list_refs(host: BuildHost) -> list[str]:
    """References of the builds that the host's current builder remembers, oldest first."""
    try:
        lines = json_lines(host.read("docker buildx history ls --format json"))
    except LabError:
        return []
    builds = sorted(lines, key=lambda build: build.get("created_at", ""))
    return [build["ref"] for build in builds]


def read_history(host: BuildHost, known: list[str]) -> dict[str, Any]:
    """{"builds": [{"ref", "inspect", "rawjson"}]} of the builds not among `known`.

    `inspect` is what `docker buildx history inspect` says, `rawjson` the lines of
    `docker buildx history logs --progress rawjson`; null and [] where BuildKit has none.
    """
    refs = [ref for ref in list_refs(host) if ref not in known]
    names = [shlex.quote(ref.rpartition("/")[2]) for ref in refs]
    commands = [
        f"docker buildx history {command}"
        for name in names
        for command in (f"inspect {name} --format json", f"logs {name} --progress rawjson")
    ]
    told = [json_lines(text or "") for text in _read_all(host, commands)]
    return {
        "builds": [
            {"ref": ref, "inspect": first(told[2 * at]), "rawjson": told[2 * at + 1]}
            for at, ref in enumerate(refs)
        ]
    }


def _read_all(host: BuildHost, commands: list[str]) -> list[str | None]:
    """What the commands print, nulls if the host can't tell: a record must not undo a build."""
    try:
        return host.read_all(commands) if commands else []
    except LabError:
        return [None] * len(commands)


def first(values: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first value, null if there is none."""
    return values[0] if values else None


def json_lines(text: str) -> list[dict[str, Any]]:
    """The JSON objects in `text`, whether on one line each or spread over many."""
    decoder, values, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            at += 1
            continue
        values.append(value)
    return values
