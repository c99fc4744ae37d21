"""What so many rounds can tell, and how many rounds it takes."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, stdtrit

from analysis.measures.compare.estimates import FEWEST_STRATEGIES, Array
from analysis.measures.compare.family import count_groups, find_critical
from analysis.measures.compare.judging import Found, Rule, Verdicts, find_common, take_care
from analysis.measures.compare.levels import FALSE_REPORTS
from analysis.words import CLOSE, UNTOLD

MIN_ROUNDS = 3
_POWER, _JOINT = 0.8, 3.2
_ROUNDS = np.unique(
    [*range(2, 200), *np.geomspace(200, 10_000, 100).round()],
).astype(float)  # fmt: skip


class _Plan(NamedTuple):
    """By number of rounds, in standard errors of the difference of a round.

    told: the true difference that is told in _POWER of experiments; same: the margin within which
    "the same" is shown in _POWER of those without a difference.
    """

    told: Array
    same: Array


@lru_cache(maxsize=1024)
def make_plan(
    critical: float, groups: int, level: float, cells: int, paired: bool, common: float = 0.0
) -> _Plan:
    """The plan of a report whose usual variance is that of `cells` cells; of a pair's else.

    `common`: find_common's, where intervals hold for all comparisons at once.
    """
    own = _ROUNDS - 1 if paired else 2 * (_ROUNDS - 1)
    usual = own if paired else np.maximum(0.85 * cells * (_ROUNDS - 1), own)
    family = stdtrit(usual, ndtr(critical)) + stdtrit(usual, _POWER)
    half = own if paired else 2 * own
    care = groups * take_care(_ROUNDS, paired)
    alone = stdtrit(half, 1 - level / 2 / care) + stdtrit(half, _POWER)
    same = stdtrit(own, 1 - level) + stdtrit(own, (1 + _POWER) / 2)
    # both own variances have to pass, which few rounds only guess: what simulations add
    alone = alone * (1 + _JOINT / (_ROUNDS - 1) ** 2)
    held = stdtrit(own, ndtr(common)) + stdtrit(own, _POWER) if common else 0.0
    told = np.maximum(np.maximum(family, alone), held)
    return _Plan(told / np.sqrt(_ROUNDS), same / np.sqrt(_ROUNDS))


def find_smallest(rounds: int, strategies: int, scenarios: int, noise: float) -> float | None:
    """The smallest saving, from 0 to 1, that so many rounds tell in 80 % of experiments.

    Of a report of so many strategies, the baseline among them, and scenarios, each run off by
    `noise` (relative standard deviation). Null of too few rounds, or of the baseline alone.
    """
    if rounds < MIN_ROUNDS or strategies < 2:
        return None
    groups, paired = count_groups(scenarios), strategies < FEWEST_STRATEGIES
    alone = np.full((1, scenarios, strategies - 1), 0.5)
    critical = float(find_critical(alone, FALSE_REPORTS, groups)[0, 0, 0])
    made = make_plan(critical, groups, FALSE_REPORTS, strategies, paired)
    shift = np.interp(rounds, _ROUNDS, made.told) * noise * np.sqrt(2)
    return float(-np.expm1(-shift))


def plan(found: Found, verdicts: Verdicts, rule: Rule) -> tuple[Array, Array]:
    """(detectable, rounds_needed) of comparisons [report, scenario, strategy], as compare has them.

    By the variances that more rounds are expected to have: the usual ones, unless a cell's own is
    far beyond them.
    """
    criticals = find_critical(verdicts.p, rule.level, rule.groups)
    commons = find_common(verdicts.p) if rule.together else np.zeros(criticals.shape)
    numbers = (~np.isnan(verdicts.p)).sum(-1)
    cells = np.round(numbers.mean(-1)).astype(int)[:, None, None] + 1
    paired = found.estimates.paired
    detectable, needed = (np.full(paired.shape, np.nan) for _ in range(2))
    kinds = zip(criticals.ravel(), commons.ravel(), cells.ravel(), strict=True)
    for critical, common, many in sorted({*kinds}):
        own = (criticals == critical) & (commons == common) & (cells == many)
        for pair in np.unique(paired):
            given = (float(critical), rule.groups, rule.level, int(many), bool(pair))
            made = make_plan(*given, common=float(common))
            answers = _plan(made, found, verdicts, rule)
            mine = own & (paired == pair)
            detectable, needed = (
                np.where(mine, new, old)
                for new, old in zip(answers, (detectable, needed), strict=True)
            )
    return detectable, needed


def _plan(made: _Plan, found: Found, verdicts: Verdicts, rule: Rule) -> tuple[Array, Array]:
    """plan's answers by one plan."""
    estimates = found.estimates
    # without a round in common an error is infinite
    with np.errstate(invalid="ignore"):
        each = found.expected.error * np.sqrt(estimates.n)
        seconds = found.expected.seconds * np.sqrt(estimates.n)
    shift = _find_detectable(made, estimates.n) * each
    saving = np.where(estimates.base == 1, shift, -estimates.at * np.expm1(-shift))
    with np.errstate(invalid="ignore", divide="ignore"):
        needed = count_rounds(
            made, estimates.shift / each, rule.margin * np.abs(estimates.at) / seconds
        )
    needed = np.maximum(needed, estimates.n + 1)
    open_ = np.isin(verdicts.words, (CLOSE, UNTOLD)) & (estimates.n > 0)
    few = np.isnan(verdicts.p)
    return np.where(few, np.nan, saving), np.where(open_, needed, np.nan)


def _find_detectable(plan: _Plan, n: Array) -> Array:
    """The true difference that n rounds tell, in standard errors of a round; null of fewer."""
    return np.where(n >= MIN_ROUNDS, np.interp(n, _ROUNDS, plan.told), np.nan)


def count_rounds(plan: _Plan, told: Array, same: Array) -> Array:
    """Rounds that tell a true difference of `told` or show a margin of `same`; null of too many.

    Both in standard errors of a round's difference, MIN_ROUNDS at least.
    """
    needed = np.minimum(_first_below(plan.told, told), _first_below(plan.same, same))
    return np.maximum(np.where(needed > _ROUNDS[-1], np.nan, needed), MIN_ROUNDS)


def _first_below(falling: Array, values: Array) -> Array:
    """The first of _ROUNDS whose value is no more than each given; infinite where there is none."""
    at = np.searchsorted(-falling, -np.nan_to_num(np.abs(values)), side="left")
    return np.append(_ROUNDS, np.inf)[at]
