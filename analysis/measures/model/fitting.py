"""The coefficients of the formula from cells, and how far it is off where it was not fitted."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from analysis.measures.model.cells import name_group
from analysis.measures.model.formula import COEFFICIENTS, predict_seconds, to_arrays

# relative errors above this count less: an odd cell may not bend the formula
_ROBUST = 0.1
# how much a coefficient that the cells say nothing of is drawn to its first guess
_DRAW = 0.02
# of what the intervals of predictions hold
COVERS = 0.9
_FEWEST_GROUPS = 3
_TOLERANCE = 1e-6


def fit_coefficients(
    cells: pd.DataFrame, begin: Mapping[str, float] | None = None
) -> dict[str, float]:
    """COEFFICIENTS by robust least squares of relative errors (scipy.optimize.least_squares).

    `begin`: where to begin, such as those of more cells, which is quicker.
    """
    names = list(COEFFICIENTS)
    guess, most = np.array([COEFFICIENTS[name] for name in names]).T
    measured = np.log(cells["seconds"].to_numpy(dtype=float))
    weight, arrays = np.sqrt(1 / max(len(cells), 1)), to_arrays(cells)

    def errors(values: np.ndarray) -> np.ndarray:
        seconds = predict_seconds(arrays, dict(zip(names, values, strict=True)))
        return np.append(
            (np.log(np.maximum(seconds, 1e-3)) - measured) * weight,
            _DRAW * _ROBUST * (values - guess) / guess,
        )

    start = guess if begin is None else np.array([begin[name] for name in names])
    found = least_squares(
        errors,
        np.clip(start, 1e-6, most - 1e-6),
        ftol=_TOLERANCE,
        xtol=_TOLERANCE,
        bounds=(0, most),
        x_scale=guess,
        loss="soft_l1",
        f_scale=_ROBUST,
    )
    return {name: float(value) for name, value in zip(names, found.x, strict=True)}


def find_errors(cells: pd.DataFrame) -> np.ndarray:
    """Logarithm of measured by predicted of each cell, from a fit without its group.

    Groups are contexts; links where there are fewer than three of those, else strategies.
    """
    groups = group_cells(cells)
    errors, whole = np.zeros(len(cells)), fit_coefficients(cells)
    for name in groups.unique():
        out = groups.eq(name).to_numpy()
        seconds = predict_seconds(to_arrays(cells[out]), fit_coefficients(cells[~out], whole))
        errors[out] = np.log(cells.loc[out, "seconds"].to_numpy() / seconds)
    return errors


def group_cells(cells: pd.DataFrame) -> pd.Series:
    """What is left out together to see errors."""
    contexts = cells["context"].map(name_group)
    for groups in (contexts, cells["link"]):
        if groups.nunique() >= _FEWEST_GROUPS:
            return groups
    return cells["strategy"]


def spread_errors(errors: np.ndarray, groups: pd.Series) -> tuple[float, float]:
    """(low, high): factors around a prediction between which COVERS of cells lie.

    Quantiles of the errors of groups that were left out, each group counting alike, as in
    jackknife+ (R. F. Barber et al., Annals of Statistics 49, 2021, 486-507); around 1 at least.
    """
    if not len(errors):
        return 1.0, 1.0
    weights = 1 / groups.map(groups.value_counts()).to_numpy(dtype=float)
    order = np.argsort(errors, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    # the few groups that were seen say less than their cells: one more, as far off as the worst
    tail = (1 - COVERS) / 2 * groups.nunique() / (groups.nunique() + 1)
    low, high = np.interp([tail, 1 - tail], share, errors[order])
    return float(np.exp(min(low, 0.0))), float(np.exp(max(high, 0.0)))


def pool_deviation(cells: pd.DataFrame) -> float:
    """Relative deviation of a build from others of its cell: the median of the cells'.

    Not the mean: where kept hosts make some builds fast and others slow, a cell says nothing of
    noise.
    """
    found = cells["deviation"].median()
    return 0.0 if np.isnan(found) else float(found)
