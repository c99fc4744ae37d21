"""What JSON files tell of builds: what `aws codebuild batch-get-builds` prints, in its forms.

The whole answer, several one after the other or in a list, its builds as a bare list or a line
each, and one build, as `aws codebuild start-build` prints it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from analysis.errors import LogError
from analysis.logs import read_bytes, show_path
from analysis.past_builds.described import read_moment, read_text
from analysis.past_builds.newest import read_head
from analysis.words import count_words

Item = Mapping[str, Any]
_ENDINGS = (".json", ".jsonl", ".ndjson")
# what names a build's description: in a log as JSON there is no such key
_KEYS = re.compile(r'"(?:builds|buildsNotFound|buildStatus|projectName)"\s*:')
# bytes in which a description names itself; logs as JSON are many and long
_HEAD = 1 << 16
_BETWEEN = re.compile(r"[\s,]*")
_AGAIN = "save what `aws codebuild batch-get-builds` prints again"


def read_told(path: Path) -> tuple[list[Item], list[str]] | None:
    """(builds, problems) of a file that tells of builds; null for any other file."""
    if Path(path.name.removesuffix(".gz")).suffix.lower() not in _ENDINGS:
        return None
    if not _KEYS.search(_decode(read_head(path, _HEAD))):
        return None
    try:
        text = _decode(read_bytes(path))
    except LogError:
        # it is read as a log once more, which tells
        return None
    values, broken = _parse(text)
    builds, odd, missing = _sort_out(values)
    name = show_path(path)
    problems = [f"{name} is not whole JSON ({broken}): {_AGAIN}."] if broken else []
    if odd:
        what = count_words(odd, "value")
        problems.append(f"{name} holds {what} that no build's id is in: {_AGAIN}.")
    if missing:
        what = count_words(missing, "build")
        problems.append(
            f"{name} names {what} that CodeBuild did not find: it keeps them for a year."
        )
    if not builds and not problems:
        problems = [f"{name} tells of no build: name some to `aws codebuild batch-get-builds`."]
    return builds, problems


def _decode(data: bytes) -> str:
    """The text of a JSON file in any encoding that JSON may have; PowerShell writes UTF-16."""
    return data.decode(json.detect_encoding(data), "replace").lstrip("\ufeff")


def _parse(text: str) -> tuple[list[Any], str]:
    """(the JSON values that follow one another, why the rest can't be read or "")."""
    values: list[Any] = []
    decoder, at = json.JSONDecoder(), 0
    while (found := _BETWEEN.match(text, at)) and found.end() < len(text):
        try:
            value, at = decoder.raw_decode(text, found.end())
        except RecursionError:
            return values, "it is nested too deeply"
        except ValueError as error:
            return values, str(error)
        values.append(value)
    return values, ""


def _sort_out(values: Iterable[Any]) -> tuple[list[Item], int, int]:
    """(builds, how many values are none, how many builds CodeBuild did not find)."""
    builds: list[Item] = []
    odd = missing = 0
    waiting = list(values)[::-1]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value[::-1]
        elif isinstance(value, dict) and read_text(value.get("id")):
            builds.append(value)
        elif isinstance(value, dict) and {"builds", "build", "buildsNotFound"} & value.keys():
            waiting += [value[key] for key in ("build", "builds") if value.get(key) is not None]
            unknown = value.get("buildsNotFound")
            missing += len(unknown) if isinstance(unknown, list) else 0
        else:
            odd += 1
    return builds, odd, missing


def key_items(items: Iterable[Item]) -> dict[str, Item]:
    """The last part of a build's id -> what is told of it; told twice, what ended or began last."""
    told: dict[str, Item] = {}
    for item in items:
        key = (read_text(item["id"]) or "").rpartition(":")[2].lower()
        told[key] = max(told.get(key, item), item, key=_find_last)
    return told


def _find_last(item: Item) -> tuple[float, float]:
    """When a build ended and began, in seconds since 1970, 0 unknown."""
    ended, began = (read_moment(item.get(name)) for name in ("endTime", "startTime"))
    return (ended.timestamp() if ended else 0.0, began.timestamp() if began else 0.0)
