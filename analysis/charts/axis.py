"""Axes of charts: round numbers on them, and from values to pixels."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

# pixels that a number on an axis needs, and that marks at an axis' ends do
_EACH, _PAD = 62.0, 7.0


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high` on `length` pixels from `start` on, with space at the ends."""

    low: float
    high: float
    start: float = 0.0
    length: float = 1.0
    down: bool = False

    def place(self, value: float) -> float:
        """The pixel of a value."""
        share = (value - self.low) / (self.high - self.low)
        share = 1 - share if self.down else share
        return self.start + _PAD + share * (self.length - 2 * _PAD)


def span(values: Iterable[float], zero: bool = True) -> tuple[float, float]:
    """The ends of an axis that holds these values, those that are known, and 0 with `zero`."""
    known = [float(each) for each in values if each is not None and math.isfinite(each)]
    known += [0.0] if zero or not known else []
    low, high = min(known), max(known)
    return (low, high) if high > low else (low, low + 1.0)


def list_ticks(
    low: float, high: float, length: float, each: float = _EACH, whole: bool = False
) -> list[float]:
    """Round numbers between two values: 3, or as many as have `each` so many of the pixels.

    `whole`: they count things, of which there are no halves.
    """
    most = max(int(length // each), 3)
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    steps = [power * factor for factor in (1, 2, 5, 10, 20, 50)]
    steps = [max(step, 1.0) for step in steps] if whole else steps
    step = next(each for each in steps if _count(low, high, each) <= most or each == steps[-1])
    first = math.ceil(low / step - 1e-9)
    return [step * (first + number) for number in range(_count(low, high, step))]


def _count(low: float, high: float, step: float) -> int:
    """How many multiples of a step lie between two values."""
    return math.floor(high / step + 1e-9) - math.ceil(low / step - 1e-9) + 1


def say_tick(value: float) -> str:
    """`20`, `−0.5`: a number on an axis."""
    return f"{round(value, 6):g}".replace("-", "−")
