"""How sure differences are: by the variances of their own runs, and by what is usual."""

from typing import NamedTuple

import numpy as np

from analysis.measures.compare.estimates import Array, Estimates, Flags


class Spread(NamedTuple):
    """Standard errors with degrees of freedom, arrays [..., scenario, strategy].

    error and degrees of the shift, parts (own, baseline's) of the variance of the difference in
    seconds with their degrees of freedom, shared (what of the shift's variance is the baseline's).
    """

    error: Array
    degrees: Array
    parts: tuple[Array, Array]
    part_degrees: tuple[Array, Array]
    shared: Array
    paired: Flags

    @property
    def seconds(self) -> Array:
        """The standard error of the difference in seconds."""
        return np.sqrt(self.parts[0] + self.parts[1])

    @property
    def seconds_degrees(self) -> Array:
        """Its degrees of freedom; a pair's two parts are one."""
        both = satterthwaite(*self.parts, self.part_degrees)
        return np.where(self.paired, self.degrees, both)


def find_spread(found: Estimates, cells: Array, degrees: Array) -> Spread:
    """The errors of differences by these variances of cells; a pair's are its own.

    Degrees of freedom by B. L. Welch, Biometrika 34 (1947), 28-35; a pair's are Student's.
    """
    own, base, own_degrees, base_degrees = (
        np.where(found.paired, pair, cell)
        for each, pair in ((cells, found.pairs), (degrees, found.pair_degrees))
        for cell in (each[..., 1:], each[..., :1])
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        shared = np.where(own + base > 0, base / (own + base), 0.5)
        return Spread(
            np.sqrt((own + base) / found.n),
            np.where(
                found.paired, own_degrees, satterthwaite(own, base, (own_degrees, base_degrees))
            ),
            (found.other**2 * own / found.n, found.base**2 * base / found.n),
            (own_degrees, base_degrees),
            shared,
            found.paired,
        )


def satterthwaite(one: Array, other: Array, degrees: tuple[Array, Array]) -> Array:
    """Degrees of freedom of a sum of two variances; those of the first where both are 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        total = (one + other) ** 2 / (one**2 / degrees[0] + other**2 / degrees[1])
    return np.where(one + other > 0, total, degrees[0])
