"""The coefficients of the formula from cells, and how far it is off where it was not fitted."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy.optimize import least_squares
from scipy.special import stdtrit

from analysis.measures.model.cells import name_group
from analysis.measures.model.formula import COEFFICIENTS, predict_seconds, to_arrays

# relative errors above this count less: an odd cell may not bend the formula
_ROBUST = 0.1
# how much a coefficient that the cells say nothing of is drawn to its first guess
_DRAW = 0.02
# of what the intervals of predictions hold
COVERS = 0.9
_FEWEST_GROUPS = 3
# how far off a group may be whose like nobody has seen
_UNSEEN = 0.08
_TOLERANCE = 1e-6
# by which a value is changed to see what follows, of the value
_STEP = float(np.sqrt(np.finfo(float).eps))


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
        each = np.moveaxis(values, -1, 0)[..., np.newaxis]
        seconds = predict_seconds(arrays, dict(zip(names, each, strict=True)))
        told = (np.log(np.maximum(seconds, 1e-3)) - measured) * weight
        return np.concatenate([told, _DRAW * (values - guess) / guess], axis=-1)

    def slopes(values: np.ndarray) -> np.ndarray:
        return _find_slopes(errors, values, most)

    start = guess if begin is None else np.array([begin[name] for name in names])
    found = least_squares(
        errors,
        np.clip(start, 1e-6, most - 1e-6),
        jac=slopes,
        ftol=_TOLERANCE,
        xtol=_TOLERANCE,
        bounds=(0, most),
        x_scale=guess,
        loss="soft_l1",
        f_scale=_ROBUST,
    )
    return {name: float(value) for name, value in zip(names, found.x, strict=True)}


def _find_slopes(
    errors: Callable[[np.ndarray], np.ndarray], values: np.ndarray, most: np.ndarray
) -> np.ndarray:
    """How each error changes with each value: scipy's 2-point differences, all of them at once."""
    steps = _STEP * np.maximum(1.0, np.abs(values))
    moved = values + np.diag(np.where(values + steps > most, -steps, steps))
    taken = np.diagonal(moved) - values
    return ((errors(moved) - errors(values)) / taken[:, np.newaxis]).T


def find_errors(cells: pd.DataFrame, whole: Mapping[str, float] | None = None) -> np.ndarray:
    """Logarithm of measured by predicted of each cell, from a fit without its group.

    Groups are contexts; links where there are fewer than three of those, else strategies.
    `whole`: the coefficients of all cells, where they are known.
    """
    groups = group_cells(cells)
    errors, whole = np.zeros(len(cells)), whole or fit_coefficients(cells)
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

    A new group is as far off as those that were seen, and one more that is _UNSEEN off, by
    Student's t of their means; a cell in it as far as COVERS of those in theirs. It is the
    prediction interval of a random effect, of logarithms (J. P. T. Higgins et al., Journal of the
    Royal Statistical Society A 172, 2009, 137-159).
    """
    off, number = pd.Series(errors).groupby(groups.to_numpy()), groups.nunique()
    if number < 2:
        half = float(np.quantile(np.abs(errors), COVERS)) if len(errors) else 0.0
        return float(np.exp(-half)), float(np.exp(half))
    means, sizes = off.mean(), off.size()
    rest = pd.Series(errors) - off.transform("mean")
    within = float((rest**2).sum() / max(len(errors) - number, 1))
    between = max(float((means**2 - within / sizes).sum()), 0.0) + _UNSEEN**2
    between *= (1 + 1 / number) / (number + 1)
    t = float(stdtrit(number, (1 + COVERS) / 2))
    half = np.hypot(t * np.sqrt(between), np.quantile(np.abs(rest), COVERS))
    return float(np.exp(-half)), float(np.exp(half))


def pool_deviation(cells: pd.DataFrame) -> float:
    """Relative deviation of a build from others of its cell: the median of the cells'.

    Not the mean: where kept hosts make some builds fast and others slow, a cell says nothing of
    noise.
    """
    found = cells["deviation"].median()
    return 0.0 if np.isnan(found) else float(found)
