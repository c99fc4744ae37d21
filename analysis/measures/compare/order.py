"""The place in its round as a covariate: what slows later builds down is no strategy's.

Strategies are shuffled in each round, so that a trend within rounds favours none; taken out, it
does not count as chance either. One slope for all of a report, by least squares on what is left of
logarithms and places without their strategies and rounds (Frisch and Waugh, Econometrica 1, 1933).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.measures.compare.estimates import FEWEST_STRATEGIES, Array, Flags

# of fewer degrees of freedom a slope costs more than it gives
_FEWEST_DEGREES = 40
# alternating means of cells and rounds settle at once where no run is missing
_PASSES = 8


def rank_places(
    runs: pd.DataFrame, groups: tuple[NDArray[np.int64], ...], shape: tuple[int, ...]
) -> Array:
    """The place of each run by its start in its group, from 0 to 1; null without a start."""
    if "started" not in runs or runs["started"].isna().all():
        return np.full(len(runs), np.nan)
    group = pd.Series(np.ravel_multi_index(groups, shape), index=runs.index)
    ranks = runs["started"].groupby(group).rank()
    number = runs["started"].groupby(group).transform("count")
    return ((ranks - 0.5) / number).to_numpy(dtype="float64", na_value=np.nan)


def take_out_order(values: Array, places: Array, kept: Flags) -> Array:
    """Values [report, scenario, strategy, round] as if all were built in the middle of a round.

    As they are in reports with too few runs to tell a slope, and for strategies that `kept`
    [report, scenario, strategy] names, the baseline left out: they vary like no other.
    """
    same = np.concatenate([kept.all(-1, keepdims=True), kept], axis=-1)[..., None]
    known = ~(np.isnan(values) | np.isnan(places) | same)
    logs, x = _centre(np.log(values), known), _centre(places, known)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (logs * x).sum((1, 2, 3)) / (x**2).sum((1, 2, 3))
    cells, rounds = known.any(3).sum((1, 2)), known.any(2).sum((1, 2))
    degrees = known.sum((1, 2, 3)) - cells - rounds + known.any((2, 3)).sum(1) - 1
    told = (degrees >= _FEWEST_DEGREES) & np.isfinite(slope)
    told &= known.any(3).sum(2).min(1) >= FEWEST_STRATEGIES
    slope = np.where(told, slope, 0)[:, None, None, None]
    return np.where(known, values * np.exp(-slope * (places - 0.5)), values)


def _centre(values: Array, known: Flags) -> Array:
    """What is left of values without the means of their cells and rounds; 0 where unknown."""
    rest = np.where(known, values, 0)
    for _ in range(1 if known.all() else _PASSES):
        for axis in (3, 2):
            number = np.maximum(known.sum(axis, keepdims=True), 1)
            rest = np.where(known, rest - rest.sum(axis, keepdims=True) / number, 0)
    return rest
