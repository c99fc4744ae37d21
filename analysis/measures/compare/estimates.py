"""Differences to the baseline, and how much runs vary, of cells by scenario and strategy.

Within a scenario log y = strategy + round + error: rounds are blocks, and what a strategy changes
is a share of the time. The error's variance is each cell's own.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
# of fewer strategies a round's effect is not told from their errors: differences are paired
FEWEST_STRATEGIES = 5
# a round's effect is a median, which takes this over the number of strategies from a variance
LOST = 2 - np.pi / 2


class Estimates(NamedTuple):
    """What cells tell; arrays [..., scenario, strategy], without the baseline but for `cells`.

    n (rounds that both have), difference, shift (mean difference of logarithms; plain: difference),
    base and other (what a unit of their own shift comes to: their geometric means, of which
    `difference` is; plain: 1), at (where the baseline lies), cells and cell_degrees (variances of
    a run; the baseline's first), pairs and pair_degrees (half the variance of paired differences),
    paired (which of both counts).
    """

    n: Array
    difference: Array
    shift: Array
    base: Array
    other: Array
    at: Array
    cells: Array
    cell_degrees: Array
    pairs: Array
    pair_degrees: Array
    paired: Flags


def estimate(values: Array, logs: bool, kept: Flags) -> Estimates:
    """What values [..., scenario, strategy, round] tell, the first strategy being the baseline.

    Differences that `kept` [scenario, strategy] names are plain and paired.
    """
    found = _estimate(np.log(values) if logs else values, kept)
    one = np.ones_like(found.shift)
    if not logs:
        return found._replace(base=one, other=one)
    base, other = np.exp(found.base), np.exp(found.other)
    found = found._replace(difference=other - base, base=base, other=other, at=base)
    if not kept.any():
        return found
    plain = _estimate(values, kept)._replace(base=one, other=one)
    # variances of cells count for no difference of a kept host
    plain = plain._replace(cells=found.cells, cell_degrees=found.cell_degrees)
    both = zip(Estimates._fields, found, plain, strict=True)
    picked: dict[str, Any] = {
        name: a if name.startswith("cell") else np.where(kept, b, a) for name, a, b in both
    }
    return Estimates(**picked)


def _estimate(values: Array, kept: Flags) -> Estimates:
    """estimate on the scale that values have; base, other and at are means on it."""
    both = ~np.isnan(values[..., 1:, :]) & ~np.isnan(values[..., :1, :])
    other, base = (
        _mean(np.broadcast_to(each, both.shape), both)
        for each in (values[..., 1:, :], values[..., :1, :])
    )
    # what varies like no other tells nothing of what slows a round down
    own = np.where(_widen(kept)[..., None], np.nan, values)
    there = (~np.isnan(own)).any(-1).sum(-1)[..., None]
    return Estimates(
        both.sum(-1).astype(float),
        other - base,
        other - base,
        base,
        other,
        base,
        *_measure_cells(own, there[..., None]),
        *_vary(values[..., 1:, :] - values[..., :1, :], 2.0),
        kept | (there < FEWEST_STRATEGIES),
    )


def _widen(kept: Flags) -> Flags:
    """`kept` with the baseline in front: it is kept where all differences to it are."""
    return np.concatenate([kept.all(-1, keepdims=True), kept], axis=-1)


def _mean(values: Array, known: Flags) -> Array:
    """Means over rounds of what is known; null of none."""
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(-1) / known.sum(-1)


def _measure_cells(values: Array, there: NDArray[np.int64]) -> tuple[Array, Array]:
    """(variance, degrees of freedom) of each cell, less what slows a whole round down."""
    centred = values - _mean(values, ~np.isnan(values))[..., None]
    lost = LOST / np.maximum(there[..., 0], FEWEST_STRATEGIES)
    return _vary(centred - take_median(centred, -2), 1 - lost)


def _vary(values: Array, scale: Array | float) -> tuple[Array, Array]:
    """(variance over rounds by `scale`, degrees of freedom); null of fewer than two."""
    known = ~np.isnan(values)
    degrees = known.sum(-1) - 1.0
    rest = np.where(known, values - _mean(values, known)[..., None], 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(degrees > 0, (rest**2).sum(-1) / degrees / scale, np.nan)
    return found, np.where(degrees > 0, degrees, np.nan)


def take_median(values: Array, axis: int) -> Array:
    """Medians along an axis, which stays; null left out. numpy's nanmedian takes ten times as long.

    Null of none.
    """
    ordered = np.sort(values, axis=axis)
    number = np.maximum((~np.isnan(values)).sum(axis, keepdims=True), 1)
    low, high = (
        np.take_along_axis(ordered, half, axis=axis) for half in ((number - 1) // 2, number // 2)
    )
    return (low + high) / 2
