"""How fast the host of a log was, by what its steps say: fetching, unpacking, pushing, booting.

Speeds are megabytes (10^6) of compressed layers a second. Layers below LARGE do not count: a log
tells tenths of a second, and what any layer costs, whatever its size, is most of a small one's.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from analysis.logs.rawjson import merge_spans
from analysis.logs.steps import Step
from analysis.logs.transfers import TracedReader, Transfer, list_transfers

# bytes
LARGE = 10e6
# the shortest time that a log tells, in seconds; half of it is rounded to that
_LEAST = 0.05
_ENGINE_PUSH = re.compile(r"pushing .* with docker")
_PUSH = re.compile(r"\s*docker (?:image |compose )?push [^;&|\n]+\s*")
# a restart that was left out, since nothing had to change, is none
_RESTART = re.compile(r"\bdockerd\b|\b(?:systemctl|service) (?:docker )?restart\b")
_LEAST_RESTART = 0.5


class LogSpeeds(NamedTuple):
    """What a log tells of its host; None where it does not.

    unpack_mbps, download_mbps, push_mbps · boot_seconds: until a new builder runs, the pull of
    its image included · pull_seconds: that pull alone · restart_seconds: a command that restarts
    the engine · push_seconds: what pushing took, also where its bytes are not known.
    """

    unpack_mbps: float | None = None
    download_mbps: float | None = None
    push_mbps: float | None = None
    boot_seconds: float | None = None
    pull_seconds: float | None = None
    restart_seconds: float | None = None
    push_seconds: float | None = None


def measure_log(reader: TracedReader) -> tuple[LogSpeeds, list[Transfer]]:
    """(the speeds that a log tells which was read to its end, its transfers)."""
    transfers = list_transfers(reader)
    steps = [step for build in reader.builds for step in build.steps]
    boots = [step for step in steps if step.name.kind == "builder"]
    pushes = [each.seconds for each in reader.agent.commands if _PUSH.fullmatch(each.text)]
    speeds = LogSpeeds(
        unpack_mbps=_rate_unpacking(transfers),
        download_mbps=_rate_downloads(transfers),
        push_mbps=_rate_pushes(reader, pushes),
        boot_seconds=_average(step.seconds for step in boots),
        pull_seconds=_average(step.parts.get("pulling image") for step in boots),
        restart_seconds=_time_restart(reader),
        push_seconds=_add(pushes) if pushes else _add(_time_pushes(steps)),
    )
    return speeds, transfers


def _add(values: Iterable[float | None]) -> float | None:
    """The sum of values; None when one is not known, or there is none."""
    found = list(values)
    return sum(each or 0 for each in found) if found and None not in found else None


def _average(values: Iterable[float | None]) -> float | None:
    """The mean of the known values; None without any."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _rate_unpacking(transfers: Sequence[Transfer]) -> float | None:
    """MB/s of the LARGE layers that were unpacked, whose size a download told: over the time in
    which one was; None without any.
    """
    sizes = {row.digest: row.size for row in transfers if row.size}
    large = [row._replace(moved=sizes.get(row.digest)) for row in transfers if row.unpacks]
    return _rate([row for row in large if (row.moved or 0) >= LARGE])


def _rate_downloads(transfers: Sequence[Transfer]) -> float | None:
    """MB/s of downloads over the time in which a LARGE one ran; None without any.

    Layers are fetched side by side: what small ones moved meanwhile counts, their own time not.
    """
    return _rate([row for row in transfers if not row.unpacks and row.moved])


def _rate(rows: Sequence[Transfer]) -> float | None:
    """MB/s of what was moved while a LARGE one was, over the union of those times."""
    seconds = moved = 0.0
    for build in {row.build for row in rows}:
        own = [row for row in rows if row.build == build]
        spans = merge_spans(
            (row.started, row.completed) for row in own if (row.moved or 0) >= LARGE
        )
        seconds += sum(end - start for start, end in spans)
        moved += sum((row.moved or 0) * _share(row, spans) for row in own)
    return moved / 1e6 / seconds if seconds >= _LEAST else None


def _share(row: Transfer, spans: Sequence[tuple[float, float]]) -> float:
    """The share of a transfer's time that lies in these spans; 1 or 0 for one without a time."""
    took = row.completed - row.started
    if not took:
        return float(any(start <= row.started <= end for start, end in spans))
    inside = (min(row.completed, end) - max(row.started, start) for start, end in spans)
    return sum(max(each, 0.0) for each in inside) / took


def _time_pushes(steps: Iterable[Step]) -> Iterator[float | None]:
    """Seconds of each push by a build itself: of BuildKit's, or of the engine's on its behalf."""
    for step in steps:
        if step.name.kind != "export":
            continue
        if "pushing layers" in step.parts:
            yield step.parts["pushing layers"]
        elif _ENGINE_PUSH.fullmatch(step.name.name):
            yield step.seconds


def _rate_pushes(reader: TracedReader, seconds: Sequence[float | None]) -> float | None:
    """MB/s of `docker push`, where what loaded the image told each layer's size; else None."""
    if not seconds:
        return None
    pushed = _add(reader.loaded.get(name) for name in reader.pushed)
    return None if pushed is None else rate_push(pushed, _add(seconds))


def rate_push(moved: float, seconds: float | None) -> float | None:
    """MB/s of a push; None where it moved less than LARGE, or its time is not known."""
    if seconds is None or seconds < _LEAST or moved < LARGE:
        return None
    return moved / 1e6 / seconds


def _time_restart(reader: TracedReader) -> float | None:
    """Seconds of the commands that restart the engine."""
    known = [each.seconds or 0 for each in reader.agent.commands if _RESTART.search(each.text)]
    return sum(known) if sum(known) >= _LEAST_RESTART else None
