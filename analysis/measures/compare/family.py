"""Errors of a whole family of comparisons with one baseline, kept at one level.

Dunnett's many-to-one comparisons (Journal of the American Statistical Association 50, 1955), step
down: the comparisons of a scenario share their baseline's runs, so that they err together;
scenarios are independent. The report's mix of commits counts as one more scenario.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(24)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
# scores beyond are as good as certain, correlations beyond need more nodes
_FARTHEST, _LEAST, _MOST = 37.0, 0.02, 0.95
_TRIED = np.linspace(1.0, 6.0, 201)


def count_groups(scenarios: int) -> int:
    """Groups of comparisons in a report: its scenarios and, where there are several, their mix."""
    return scenarios + (scenarios > 1)


def adjust(p: Array, shared: Array, groups: int) -> Array:
    """p values [scenario, strategy] adjusted for all; null stays null and does not count.

    `shared`: the part of a difference's variance that is the baseline's. `groups`: how many there
    are in the report, which may be more than the scenarios here.
    """
    known = ~np.isnan(p)
    if not known.any():
        return p
    scores = np.minimum(-ndtri(np.maximum(p[known], np.finfo(float).tiny) / 2), _FARTHEST)
    scenario = np.nonzero(known)[0]
    own = scenario == np.unique(scenario)[:, None]
    share = np.array([shared[known][each].mean() for each in own])
    # how many of each scenario have no higher score
    left = (own[None] & (scores <= scores[:, None])[:, None]).sum(2)
    together = 1 - np.exp(_log_inside(scores, share, left, groups))
    order = np.argsort(-scores, kind="stable")
    together[order] = np.maximum.accumulate(together[order])
    adjusted = np.full(p.shape, np.nan)
    # far out the difference from 1 is lost: Bonferroni's bound is as good there
    alone = np.minimum(1, p[known] * len(scores) * groups / len(own))
    adjusted[known] = np.where(scores > 6, alone, together)
    return adjusted


def _log_inside(scores: Array, share: Array, numbers: NDArray[np.int64], groups: int) -> Array:
    """log P(no comparison beyond each score), of `numbers` [score, scenario] comparisons."""
    share = np.clip(share, _LEAST, _MOST)[None, :, None]
    moved, wide = np.sqrt(share) * _NODES, np.sqrt(1 - share)
    ends = scores[:, None, None]
    one = ndtr((ends - moved) / wide) - ndtr((-ends - moved) / wide)
    inside = (one ** numbers[..., None]) @ _WEIGHTS
    return np.log(np.maximum(inside, 1e-300)).sum(1) * groups / numbers.shape[1]


def find_critical(numbers: Iterable[int], level: float, groups: int) -> float:
    """The normal score that none of `numbers` comparisons in each scenario passes by chance."""
    counts = tuple(sorted(map(int, numbers)))
    return _find_critical(counts if any(counts) else (1,) * len(counts), level, groups)


@lru_cache(maxsize=1024)
def _find_critical(numbers: tuple[int, ...], level: float, groups: int) -> float:
    counts = np.tile(np.array(numbers), (len(_TRIED), 1))
    outside = -np.expm1(_log_inside(_TRIED, np.full(counts.shape[1], 0.5), counts, groups))
    return float(np.interp(-np.log(level), -np.log(outside), _TRIED))
