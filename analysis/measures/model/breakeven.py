"""From how much work on a strategy pays, by a model that was fitted elsewhere."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analysis.measures.model.fitting import COVERS, find_errors, fit_coefficients
from analysis.measures.model.formula import predict_seconds, to_arrays

NOT_RUN = "not within what was run"
# seconds of work, to see how the difference changes with it
_STEP = 0.1


class BreakEven(NamedTuple):
    """Seconds of work from which on a strategy pays, with its 90 % prediction interval.

    NaN where the difference does not change its sign within the work that was run.
    """

    at: float = np.nan
    low: float = np.nan
    high: float = np.nan


def predict_break_even(
    known: pd.DataFrame, points: pd.DataFrame, strategy: str, baseline: str
) -> BreakEven:
    """The break-even of cells (list_cells, of one scenario) by what is fitted to `known` ones.

    `points` differ in their work alone. Its interval is as wide as differences to the baseline are
    off where nothing was fitted; it ends where the work ends that was run.
    """
    works = points["total_work"]
    least, most = float(works.min()), float(works.max())
    both = [points[points["strategy"].eq(name)] for name in (strategy, baseline)]
    if known.empty or not all(map(len, both)) or least == most:
        return BreakEven()
    values = fit_coefficients(known)

    def predict(rows: pd.DataFrame, work: float) -> float:
        return _predict_at(rows, values, work)

    def tell(work: float) -> float:
        return predict(both[0], work) - predict(both[1], work)

    if np.sign(tell(least)) * np.sign(tell(most)) >= 0:
        return BreakEven()
    at = float(brentq(tell, least, most, xtol=1e-6))
    half = (
        _spread_differences(known, values, baseline) * predict(both[1], at) / _find_slope(tell, at)
    )
    return BreakEven(at, max(at - half, least), min(at + half, most))


def _predict_at(rows: pd.DataFrame, values: Mapping[str, float], work: float) -> float:
    """Mean seconds of cells whose layers take this much work in all, in the shares they had."""
    cells = to_arrays(rows)
    scale = work / rows["total_work"].to_numpy(dtype=float)
    return float(predict_seconds(cells | {"work": cells["work"] * scale}, values).mean())


def _find_slope(tell: Callable[[float], float], at: float) -> float:
    """By how many seconds the difference falls with each second of work."""
    return max(abs(tell(at + _STEP) - tell(at - _STEP)) / (2 * _STEP), 1e-6)


def _spread_differences(cells: pd.DataFrame, values: Mapping[str, float], baseline: str) -> float:
    """How far predicted differences to the baseline are off, as a share of its seconds: the
    quantile of 90 %, each cell predicted by a fit without its group (find_errors).
    """
    keys = ["context", "link", "scenario"]
    seconds = cells["seconds"].to_numpy(dtype=float)
    rows = cells.assign(off=seconds * np.exp(-find_errors(cells, values)) - seconds)
    base = rows[rows["strategy"].eq(baseline)].set_index(keys)[["off", "seconds"]]
    base = base[~base.index.duplicated()].add_prefix("base_")
    both = rows[rows["strategy"].ne(baseline)].join(base, on=keys, how="inner")
    if both.empty:
        return np.nan
    return float((both["off"] - both["base_off"]).abs().div(both["base_seconds"]).quantile(COVERS))
