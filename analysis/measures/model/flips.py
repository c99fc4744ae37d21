"""Where a verdict turns as one condition changes and all else stays."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analysis.measures.model.conditions import KINDS

COLUMNS = {
    "condition": "string",
    "unit": "string",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "turns_at": "float64",
    "turns_to": "string",
    "matters": "bool",
}
# points of a range between which the difference is taken to change its sign once at most
_POINTS = 25
# seconds: a difference that changes by less does not depend on the condition
_LEAST = 0.01


def find_flips(
    tell: Callable[[str, float], float],
    values: Mapping[str, float],
    ranges: Mapping[str, tuple[float, float]],
    names: tuple[str, str],
) -> pd.DataFrame:
    """Model.flips' rows; `tell`: the first of `names` less the second at a condition's value."""
    rows = []
    for condition, kind in KINDS.items():
        low, high = ranges[condition]
        value = values[condition]
        turns_at, sign, matters = _find_turn(partial(tell, condition), value, low, high)
        beyond = {-1.0: names[0], 1.0: names[1]}.get(sign)
        rows.append((condition, kind.unit, value, low, high, turns_at, beyond, matters))
    return pd.DataFrame(rows, columns=[*COLUMNS]).astype(COLUMNS)


def _find_turn(
    tell: Callable[[float], float], value: float, low: float, high: float
) -> tuple[float, float, bool]:
    """(where a difference is 0, nearest to `value`; its sign beyond, as seen from there; whether it

    changes at all), between low and high: NaN and 0 where it is not. Brent's method, as
    scipy.optimize.brentq has it.
    """
    grid = np.linspace(low, high, _POINTS) if low > 0.1 * high else _space_out(low, high)
    seen = np.array([tell(each) for each in grid])
    matters = bool(np.ptp(seen) > _LEAST)
    changes = np.flatnonzero(np.sign(seen[:-1]) * np.sign(seen[1:]) < 0)
    if not matters or not len(changes):
        return np.nan, 0.0, matters
    roots = [float(brentq(tell, grid[i], grid[i + 1], xtol=1e-6)) for i in changes]
    # seconds that were not run were not waited for
    start = low if np.isnan(value) else value
    nearest = int(np.argmin(np.abs(np.array(roots) - start)))
    ends = seen[changes[nearest]], seen[changes[nearest] + 1]
    beyond = ends[1] if start <= roots[nearest] else ends[0]
    return roots[nearest], float(np.sign(beyond)), matters


def _space_out(low: float, high: float) -> np.ndarray:
    """A grid whose points are closer near its lower end, where speeds matter most."""
    return low + (high - low) * np.linspace(0, 1, _POINTS) ** 2
