"""A build as CodeBuild describes it (batch_get_builds): an item of its answer -> Found.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.logs import Remote
from analysis.past_builds.frames import WAITING, Found, Phase
from analysis.times import YEARS, to_utc

# these say when something happened, not how long it took
_INSTANTS = ("COMPLETED",)
# nine digits and more are seconds since 1970; eight are a date
_NUMBER = re.compile(r"\d{1,7}(?:\.\d*)?|\d{9,20}(?:\.\d*)?")
_LONGEST, _LARGEST = 40, 1e20
# seconds since 1970: of 1973, and of 5138, which is 1973 in thousandths
_FIRST_SECOND, _LAST_SECOND = 1e8, 1e11
# seconds: CodeBuild ends a build after 36 hours
_LONGEST_BUILD = 1e6


def describe_build(
    item: Mapping[str, Any], log: Path | bytes | Remote | None = None, problem: str | None = None
) -> Found:
    """What CodeBuild tells of a build, with its log, or the problem with that.

    A value that can't be what it is called is unknown.
    """
    name = read_text(item["id"]) or ""
    phases = list(_list_phases(item.get("phases")))
    environment, cache = (read_part(item, name) for name in ("environment", "cache"))
    started, finished = (read_moment(item.get(name)) for name in ("startTime", "endTime"))
    known = {
        "project": read_text(item.get("projectName")) or name.rpartition(":")[0] or None,
        "status": _say_status(item.get("buildStatus")),
        "started": started,
        "finished": finished,
        "seconds": _sum_seconds(phases, finished),
        "compute": _say_compute(environment),
        "cache": _say_cache(cache, environment),
    }
    return Found(name, known, phases, log, problem)


def _list_phases(phases: Any) -> Iterator[Phase]:
    """Those that took time."""
    for each in phases if isinstance(phases, list) else ():
        name = read_text(each.get("phaseType")) if isinstance(each, dict) else None
        if name is not None and name not in _INSTANTS:
            begin, end = (read_moment(each.get(key)) for key in ("startTime", "endTime"))
            yield Phase(name, _say_status(each.get("phaseStatus")), begin,
                        _read_seconds(begin, end, each))  # fmt: skip


def read_part(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of a build's description, {} without one."""
    part = item.get(name)
    return part if isinstance(part, dict) else {}


def read_text(value: Any) -> str | None:
    """A text, a lone surrogate in it as a question mark; null for anything else, and for none."""
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode().strip() or None


def read_moment(value: Any) -> datetime | None:
    """A time as boto3 gives it (datetime), or the command line and jq print it.

    ISO text, UTC without a zone; seconds since 1970, also in thousandths and as text. Null for
    what is none, and for a year in which nothing was built.
    """
    try:
        if (number := _read_number(value)) is not None:
            return _read_epoch(number)
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        return to_utc(value) if isinstance(value, datetime) and value.year in YEARS else None
    except (ValueError, OverflowError, OSError):
        return None


def _read_epoch(number: float) -> datetime | None:
    """The time of so many seconds since 1970, or of their thousandths, millionths …"""
    while number >= _LAST_SECOND:
        number /= 1000
    return datetime.fromtimestamp(number, UTC) if number >= _FIRST_SECOND else None


def _read_number(value: Any) -> float | None:
    """A number of a description that is not below 0, also as text; null for anything else."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) and len(value) < _LONGEST:
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < _LARGEST else None


def _read_seconds(
    begin: datetime | None, end: datetime | None, phase: Mapping[str, Any]
) -> float | None:
    """Seconds of a phase: by its times, else the whole seconds that CodeBuild rounds them to."""
    if begin is not None and end is not None and end >= begin:
        return (end - begin).total_seconds()
    rounded = _read_number(phase.get("durationInSeconds"))
    return rounded if rounded is not None and rounded < _LONGEST_BUILD else None


def _say_status(status: Any) -> str | None:
    """`timed out` of TIMED_OUT."""
    text = read_text(status)
    return text.lower().replace("_", " ") if text else None


def _sum_seconds(phases: Iterable[Phase], finished: datetime | None) -> float | None:
    """Seconds from the end of provisioning to the end of the build; null before it came to that."""
    begun = [each.started for each in phases if each.phase not in WAITING and each.started]
    if not begun or finished is None:
        return None
    return max((finished - min(begun)).total_seconds(), 0.0)


def _say_compute(environment: Mapping[str, Any]) -> str | None:
    """`general1.small` of BUILD_GENERAL1_SMALL, `arm1.small` where it builds on ARM."""
    kind = read_text(environment.get("computeType")) or ""
    family, _, size = kind.removeprefix("BUILD_").lower().partition("_")
    if family == "general1" and str(environment.get("type")).startswith("ARM"):
        family = "arm1"
    return f"{family}.{size}" if size else kind or None


def _say_cache(cache: Mapping[str, Any], environment: Mapping[str, Any]) -> str | None:
    """The project's cache: `none`, `S3`, LOCAL's modes, and a Docker server beside it."""
    words = {"NO_CACHE": "none", "S3": "S3"}
    kind, modes = read_text(cache.get("type")) or "", cache.get("modes")
    named = filter(None, map(read_text, modes if isinstance(modes, list) else ()))
    said = words.get(kind) or ", ".join(sorted(named)) or kind or None
    if not environment.get("dockerServer"):
        return said
    return "Docker server" if said in (None, "none") else f"Docker server, {said}"
