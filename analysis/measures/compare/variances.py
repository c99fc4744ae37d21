"""How much the runs of each cell (a strategy in a scenario) vary, told also by what others do.

With three rounds a cell's own variance is little more than a guess; ninety cells of the same
report are not. Smyth's moderated t (Statistical Applications in Genetics and Molecular Biology 3,
2004) draws each variance towards what is usual in its scenario, as far as variances are alike.
How far that is, is told by the middle of them alone, so that a few that vary like no other widen
no one else's: the aim of Phipson, Lee, Majewski, Alexander and Smyth (Annals of Applied
Statistics 10, 2016), here by order statistics.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri

Array = NDArray[np.float64]
# of fewer cells there is no saying what is usual
FEWEST_VARIANCES = 8
# the quantiles that tell where variances lie, and how far they spread
_MIDDLE = np.linspace(0.15, 0.85, 29)
_LOW = np.linspace(0.10, 0.35, 11)
_HIGH = 1 - _LOW[::-1]
# 1 / what the usual variance is worth, in degrees of freedom; 0: all are alike
_WORTHS = np.array([0, 0.005, 1 / 60, 1 / 30, 0.05, 0.07, 0.1, 0.14, 0.2, 0.25, 1 / 3, 0.5, 1])
_ALIKE, _MANY = 1 / 150, 1e7
# what order statistics tell of a variance, of what all values would
_EFFICIENCY = 0.85
# a variance of 0 is chance: it is taken for this share of the usual one, as limma does
_LEAST_SHARE = 1e-5


class Moderated(NamedTuple):
    """Variances by scenario and strategy, their degrees of freedom, and those of the scenario."""

    variances: Array
    degrees: Array
    whole: Array


def moderate(variances: Array, degrees: Array) -> Moderated:
    """Variances [scenario, strategy], moderated; null where they are null.

    As they are when there are fewer than FEWEST_VARIANCES in all, or most of those are 0.
    """
    known = ~np.isnan(variances) & (degrees > 0)
    own = np.where(known, degrees, np.nan)
    as_they_are = Moderated(np.where(known, variances, np.nan), own, np.full(len(own), np.inf))
    if known.sum() < FEWEST_VARIANCES or np.median(variances[known]) == 0:
        return as_they_are
    usual, worth = fit_usual(as_they_are.variances, own)
    rows = np.broadcast_to(usual[:, None], own.shape)
    whole = _EFFICIENCY * np.nansum(own, axis=1)
    # a scenario whose cells are all 0 has no usual variance: they stay as they are
    drawn = known & ~np.isnan(rows)
    if np.isinf(worth):
        pooled, weight = rows, np.inf
    else:
        pooled, weight = (worth * rows + own * as_they_are.variances) / (worth + own), worth
    return Moderated(
        np.where(drawn, pooled, as_they_are.variances),
        np.where(drawn, np.minimum(own + weight, whole[:, None]), own),
        np.where(np.isnan(usual), np.inf, whole),
    )


def fit_usual(variances: Array, degrees: Array) -> tuple[Array, float]:
    """(usual variance of each scenario, degrees of freedom it is worth; infinite when alike)."""
    typical = max(1, round(float(np.nanmedian(degrees))))
    logs = [_take_logs(row[~np.isnan(row)]) for row in variances]
    middles = np.array([np.quantile(row, _MIDDLE).mean() if len(row) else np.nan for row in logs])
    around = np.concatenate([row - middle for row, middle in zip(logs, middles, strict=True)])
    spreads, centres = _expect(typical)
    spread = np.quantile(around, _HIGH).mean() - np.quantile(around, _LOW).mean()
    worth = float(np.interp(spread, spreads, _WORTHS))
    usual = np.exp(middles - np.interp(worth, _WORTHS, centres))
    return usual, 1 / worth if worth > _ALIKE else np.inf


def _take_logs(variances: Array) -> Array:
    """Logarithms, none of 0; of a scenario where most are 0 there are none at all."""
    middle = np.median(variances) if len(variances) else 0.0
    return np.log(np.maximum(variances, _LEAST_SHARE * middle)) if middle else variances[:0]


@lru_cache
def _expect(degrees: int) -> tuple[Array, Array]:
    """(spread, middle) of the logarithm of F with these degrees of freedom, for each of _WORTHS."""
    worths = np.minimum(1 / np.maximum(_WORTHS, 1 / _MANY), _MANY)[:, None]
    low, middle, high = (np.log(fdtri(degrees, worths, part)) for part in (_LOW, _MIDDLE, _HIGH))
    return high.mean(1) - low.mean(1), middle.mean(1)
