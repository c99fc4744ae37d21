"""How sure differences are: by the variances of their own runs, and by what is usual."""

from typing import NamedTuple

import numpy as np

from analysis.measures.compare.estimates import Array, Estimates


class Spread(NamedTuple):
    """Standard errors with degrees of freedom, arrays [..., scenario, strategy].

    error and degrees of the shift, seconds and seconds_degrees of the difference in seconds.
    """

    error: Array
    degrees: Array
    seconds: Array
    seconds_degrees: Array


class Variances(NamedTuple):
    """Variances of runs [..., scenario, strategy], the baseline's first, with their degrees."""

    cells: Array
    degrees: Array


def find_spread(found: Estimates, own: Variances, base: Variances, caution: float = 0.0) -> Spread:
    """The errors of differences by these variances of strategies and of the baseline.

    A pair's are its own. Degrees of freedom by B. L. Welch, Biometrika 34 (1947), 28-35, less
    `caution`: a share of what they are more than the fewer of both. A pair's are Student's.
    """
    one, other = (
        np.where(found.paired, found.pairs, each)
        for each in (own.cells[..., 1:], base.cells[..., :1])
    )
    degrees = tuple(
        np.where(found.paired, found.pair_degrees, each)
        for each in (own.degrees[..., 1:], base.degrees[..., :1])
    )
    answers = []
    for first, second in ((one, other), (found.other**2 * one, found.base**2 * other)):
        total = _count_degrees(first, second, degrees, caution)
        with np.errstate(invalid="ignore", divide="ignore"):
            answers.append(np.sqrt((first + second) / found.n))
        answers.append(np.where(found.paired, degrees[0], total))
    return Spread(*answers)


def _count_degrees(one: Array, other: Array, degrees: tuple[Array, ...], caution: float) -> Array:
    """Degrees of freedom of a sum of two variances; the fewer where both are 0."""
    least = np.minimum(*degrees)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = (one + other) ** 2 / (one**2 / degrees[0] + other**2 / degrees[1])
    return np.where(one + other > 0, least + (1 - caution) * (total - least), least)
