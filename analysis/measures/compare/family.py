"""Errors of a whole family of comparisons with one baseline, kept at one level.

Dunnett's many-to-one comparisons (Journal of the American Statistical Association 50, 1955): those
of a scenario share their baseline's runs, so that they err together; scenarios are independent.
The report's mixes of commits are of the family, too. Every comparison is held against the same
bound, so that one against another and the other against the one agree.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from analysis.measures.compare.estimates import Array

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(32)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
# what two differences to one baseline share of their variance when all vary alike
_SHARED = 0.5
_SCORES = np.linspace(0, 8, 801)


def count_groups(scenarios: int) -> int:
    """Groups of comparisons in a report: its scenarios and, where there are several, their mixes.

    A report's mixes have most in common: they count as two more scenarios.
    """
    return scenarios + 2 * (scenarios > 1)


def adjust(p: Array, groups: int) -> Array:
    """p values [report, scenario, strategy], adjusted for all of a report: the smallest would be
    as small by chance in that share of reports.

    Null stays null and does not count. `groups`: how many there are in a report, which may be
    more than the scenarios.
    """
    adjusted = np.full(p.shape, np.nan)
    scores = -ndtri(np.maximum(p, np.finfo(float).tiny) / 2)
    for numbers, own in _split(p):
        logs = np.interp(scores[own], _SCORES, _expect(numbers, groups))
        # far out, where the table ends, Bonferroni's bound is as good
        bound = p[own] * sum(numbers) * groups / len(numbers)
        adjusted[own] = np.where(scores[own] < _SCORES[-1], np.exp(logs), bound)
    return np.where(np.isnan(p), np.nan, np.minimum(adjusted, 1))


def find_critical(p: Array, level: float, groups: int) -> Array:
    """The normal score that no comparison of a report passes by chance, but for `level` of them.

    Of adjust's p values; an array that has two axes of length 1 behind that of reports.
    """
    found = np.full((len(p), 1, 1), np.nan)
    for numbers, own in _split(p):
        found[own] = np.interp(-np.log(level), -_expect(numbers, groups), _SCORES)
    return found


def _split(p: Array) -> Iterable[tuple[tuple[int, ...], NDArray[np.bool_]]]:
    """(comparisons by scenario, the reports with so many of them)."""
    numbers = (~np.isnan(p)).sum(-1)
    numbers = np.where(numbers.any(-1, keepdims=True), numbers, 1)
    rows, which = np.unique(numbers, axis=0, return_inverse=True)
    for place, row in enumerate(rows):
        yield tuple(map(int, row)), which.ravel() == place


@lru_cache(maxsize=256)
def _expect(numbers: tuple[int, ...], groups: int) -> Array:
    """log P(any of `numbers` comparisons by scenario beyond a score), for each of _SCORES."""
    moved, wide = np.sqrt(_SHARED) * _NODES, np.sqrt(1 - _SHARED)
    ends = _SCORES[:, None]
    # P(all within) less 1, added up without losing what is far out
    beyond = ndtr((moved - ends) / wide) + ndtr((-ends - moved) / wide)
    with np.errstate(divide="ignore"):
        one = np.log1p(-np.minimum(beyond, 1))
        inside = [-np.expm1(np.array(number) * one) @ _WEIGHTS for number in numbers if number]
        logs = sum(np.log1p(-np.minimum(each, 1)) for each in inside)
        return np.log(-np.expm1(logs * groups / len(numbers)))
