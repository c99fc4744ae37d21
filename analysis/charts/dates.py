"""Days and times along an axis."""

from datetime import UTC, datetime

_DAY = 86_400.0
_MOST = 7
# seconds between ticks: hours, then days and weeks
_STEPS = [60.0 * each for each in (1, 5, 15, 30, 60, 180, 360, 720)]
_STEPS += [_DAY * each for each in (1, 2, 7, 14, 28, 91, 364)]


def list_days(start: float, end: float) -> tuple[tuple[float, str], ...]:
    """(seconds, text) of round times between two, at most as many as have room."""
    step = next((each for each in _STEPS if (end - start) / each <= _MOST), _STEPS[-1])
    # weeks begin on Mondays, and the first day of all was a Thursday
    origin = 4 * _DAY if step % (7 * _DAY) == 0 else 0.0
    first = origin - (origin - start) // step * step
    places = [first + number * step for number in range(int((end - first) // step) + 1)]
    form = "%Y-%m-%d" if step >= _DAY else "%m-%d %H:%M"
    return tuple(
        (each, f"{datetime.fromtimestamp(each, UTC):{form}}") for each in places or [start]
    )
