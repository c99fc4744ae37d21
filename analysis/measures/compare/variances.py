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
from scipy.special import fdtri

from analysis.measures.compare.estimates import Array, take_median

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
    """Variances [..., scenario, strategy], their degrees of freedom, and those of scenarios."""

    variances: Array
    degrees: Array
    whole: Array


def moderate(variances: Array, degrees: Array) -> Moderated:
    """Variances [..., scenario, strategy] of reports, moderated; null where they are null.

    As they are in a report of fewer than FEWEST_VARIANCES, and where most of a scenario's are 0.
    """
    known = ~np.isnan(variances) & (degrees > 0)
    own, found = np.where(known, degrees, np.nan), np.where(known, variances, np.nan)
    usual, worth = fit_usual(found, own)
    enough = known.sum((-2, -1), keepdims=True) >= FEWEST_VARIANCES
    usual = np.where(enough, usual[..., None], np.nan)
    worth = worth[..., None, None]
    whole = _EFFICIENCY * np.where(known, degrees, 0).sum(-1, keepdims=True)
    drawn = known & ~np.isnan(usual)
    with np.errstate(invalid="ignore"):
        weighed = np.where(np.isinf(worth), usual, (worth * usual + own * found) / (worth + own))
    return Moderated(
        np.where(drawn, weighed, found),
        np.where(drawn, np.minimum(own + worth, whole), own),
        np.where(np.isnan(usual), np.inf, whole),
    )


def fit_usual(variances: Array, degrees: Array) -> tuple[Array, Array]:
    """(usual variance of each scenario, what it is worth: degrees of freedom, infinite when alike).

    Null for a scenario where most are 0.
    """
    middles = take_median(variances, -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(np.maximum(variances, _LEAST_SHARE * middles))
    logs = np.where(middles > 0, logs, np.nan)
    places = _take_quantiles(logs, _MIDDLE).mean(-1)
    around = (logs - places[..., None]).reshape(*logs.shape[:-2], -1)
    spread = _take_quantiles(around, _HIGH).mean(-1) - _take_quantiles(around, _LOW).mean(-1)
    typical = take_median(degrees.reshape(*degrees.shape[:-2], -1), -1)[..., 0]
    usual, worth = np.full(places.shape, np.nan), np.full(spread.shape, np.inf)
    for each in np.unique(typical[~np.isnan(typical)]):
        spreads, centres = _expect(max(1, round(float(each))))
        own = typical == each
        inverse = np.interp(spread[own], spreads, _WORTHS)
        usual[own] = np.exp(places[own] - np.interp(inverse, _WORTHS, centres)[..., None])
        worth[own] = np.where(inverse > _ALIKE, 1 / np.maximum(inverse, _ALIKE), np.inf)
    return usual, worth


def _take_quantiles(values: Array, parts: Array) -> Array:
    """Quantiles along the last axis as numpy's, null left out: its own takes ten times as long."""
    ordered = np.sort(values, axis=-1)
    number = (~np.isnan(values)).sum(-1, keepdims=True)
    place = parts * np.maximum(number - 1, 0)
    low = np.floor(place).astype(int)
    ends = [np.take_along_axis(ordered, at, -1) for at in (low, np.ceil(place).astype(int))]
    return ends[0] + (place - low) * (ends[1] - ends[0])


@lru_cache
def _expect(degrees: int) -> tuple[Array, Array]:
    """(spread, middle) of the logarithm of F with these degrees of freedom, for each of _WORTHS."""
    worths = np.minimum(1 / np.maximum(_WORTHS, 1 / _MANY), _MANY)[:, None]
    low, middle, high = (np.log(fdtri(degrees, worths, part)) for part in (_LOW, _MIDDLE, _HIGH))
    return high.mean(1) - low.mean(1), middle.mean(1)
