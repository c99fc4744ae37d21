"""Where a straight line through measured points crosses zero, and how surely.

The line is that of least squares, its crossing the classical estimate of inverse regression
(C. Eisenhart, Annals of Mathematical Statistics 10, 1939, 162-186). Intervals are those of the
delta method: what each point adds to the variance by its derivative, with Student's t for what
the points scatter around the line.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

_LEVEL = 0.95


@dataclass(frozen=True)
class Crossing:
    """`at`: where the line is 0; `gradient`: how much that moves by each of the points.

    `deviation`: of the points around the line, null when there are only as many as it needs.
    """

    at: float
    slope: float
    gradient: np.ndarray
    deviation: float
    degrees: int

    def half_width(self, gradient: np.ndarray) -> float:
        """Half of the 95 % interval of what moves so much by each point; null when unknown."""
        if self.degrees < 1:
            return np.nan
        t = stdtrit(self.degrees, (1 + _LEVEL) / 2)
        return float(t * self.deviation * np.sqrt(np.sum(gradient**2)))


def fit_crossing(xs: pd.Series, ys: pd.Series) -> Crossing | None:
    """The crossing of the line through these points; null where no line or no crossing is."""
    return _fit_line(xs.to_numpy(dtype=float), ys.to_numpy(dtype=float))


def _fit_line(x: np.ndarray, y: np.ndarray) -> Crossing | None:
    """fit_crossing of numbers."""
    if len(np.unique(x)) < 2:
        return None
    across, square = x - x.mean(), np.sum((x - x.mean()) ** 2)
    slope = np.sum(across * y) / square
    if slope == 0:
        return None
    degrees = len(x) - 2
    rest = y - y.mean() - slope * across
    return Crossing(
        at=float(x.mean() - y.mean() / slope),
        slope=float(slope),
        gradient=y.mean() * across / (square * slope**2) - 1 / (len(x) * slope),
        deviation=float(np.sqrt(np.sum(rest**2) / degrees)) if degrees else np.nan,
        degrees=degrees,
    )
