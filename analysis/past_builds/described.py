"""A build as CodeBuild describes it (batch_get_builds): an item of its answer -> Found.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.past_builds.frames import WAITING, Found, Phase
from analysis.times import YEARS, to_utc

# these say when something happened, not how long it took
_INSTANTS = ("COMPLETED",)


def describe_build(
    item: Mapping[str, Any], log: Path | bytes | None = None, problem: str | None = None
) -> Found:
    """What CodeBuild tells of a build, with its log, or the problem with that."""
    phases = [
        Phase(str(each["phaseType"]), _say_status(each.get("phaseStatus")), begin,
              _read_seconds(begin, read_moment(each.get("endTime")), each))
        for each, begin in _list_begun(item.get("phases"))
    ]  # fmt: skip
    environment, cache = (read_part(item, name) for name in ("environment", "cache"))
    started, finished = (read_moment(item.get(name)) for name in ("startTime", "endTime"))
    known = {
        "project": item.get("projectName") or str(item["id"]).rpartition(":")[0] or None,
        "status": _say_status(item.get("buildStatus")),
        "started": started,
        "finished": finished,
        "seconds": _sum_seconds(phases, finished),
        "compute": _say_compute(environment),
        "cache": _say_cache(cache, environment),
    }
    return Found(str(item["id"]), known, phases, log, problem)


def _list_begun(phases: Any) -> Iterable[tuple[Mapping[str, Any], datetime | None]]:
    """(phase, when it began) of those that took time."""
    for each in phases if isinstance(phases, list) else ():
        if isinstance(each, dict) and each.get("phaseType") not in (None, *_INSTANTS):
            yield each, read_moment(each.get("startTime"))


def read_part(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of a build's description, {} without one."""
    part = item.get(name)
    return part if isinstance(part, dict) else {}


def read_moment(value: Any) -> datetime | None:
    """A time as boto3 gives it (datetime), or the command line (ISO text or epoch seconds)."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        elif isinstance(value, int | float):
            value = datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if not isinstance(value, datetime) or value.year not in YEARS:
        return None
    return to_utc(value)


def _read_seconds(
    begin: datetime | None, end: datetime | None, phase: Mapping[str, Any]
) -> float | None:
    """Seconds of a phase: by its times, else the whole seconds that CodeBuild rounds them to."""
    if begin is not None and end is not None and end >= begin:
        return (end - begin).total_seconds()
    rounded = phase.get("durationInSeconds")
    return float(rounded) if isinstance(rounded, int | float) and rounded >= 0 else None


def _say_status(status: Any) -> str | None:
    """`timed out` of TIMED_OUT."""
    return str(status).lower().replace("_", " ") if status else None


def _sum_seconds(phases: Iterable[Phase], finished: datetime | None) -> float | None:
    """Seconds from the end of provisioning to the end of the build; null before it came to that."""
    begun = [each.started for each in phases if each.phase not in WAITING and each.started]
    if not begun or finished is None:
        return None
    return max((finished - min(begun)).total_seconds(), 0.0)


def _say_compute(environment: Mapping[str, Any]) -> str | None:
    """`general1.small` of BUILD_GENERAL1_SMALL, `arm1.small` where it builds on ARM."""
    kind = str(environment.get("computeType") or "")
    family, _, size = kind.removeprefix("BUILD_").lower().partition("_")
    if family == "general1" and str(environment.get("type")).startswith("ARM"):
        family = "arm1"
    return f"{family}.{size}" if size else kind or None


def _say_cache(cache: Mapping[str, Any], environment: Mapping[str, Any]) -> str | None:
    """The project's cache: `none`, `S3`, LOCAL's modes, and a Docker server beside it."""
    words = {"NO_CACHE": "none", "S3": "S3"}
    kind, modes = str(cache.get("type") or ""), cache.get("modes") or []
    said = words.get(kind) or ", ".join(sorted(map(str, modes))) or kind or None
    if not environment.get("dockerServer"):
        return said
    return "Docker server" if said in (None, "none") else f"Docker server, {said}"
