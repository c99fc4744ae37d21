"""Verdicts: what a report's comparisons tell, at one level for all of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri, ndtr, stdtr, stdtrit

from analysis.measures.compare.errors import Spread, Variances, find_spread
from analysis.measures.compare.estimates import Array, Estimates, Flags, estimate
from analysis.measures.compare.family import adjust, find_critical
from analysis.measures.compare.variances import moderate
from analysis.words import CLOSE, FASTER, SAME, SLOWER, UNTOLD

_COVERAGE = 0.95
# a variance above this quantile of what the usual one gives is no chance
_UNLIKELY, _MANY = 0.99, 1e7
# Welch's degrees of freedom are a little too many where one variance is far larger
CAUTION = 0.3
_CARE, _ENOUGH_ROUNDS = 1.7, 6


class Rule(NamedTuple):
    """By what verdicts are given.

    logs (whether differences are shares of the baseline), margin (the share of it within which
    strategies are the same), level (the share of reports that may tell a false difference), groups
    (the scenarios of the report, and their mix), together (whether intervals hold for all
    comparisons at once).
    """

    logs: bool
    margin: float
    level: float
    groups: int
    together: bool


class Found(NamedTuple):
    """Estimates with their spreads.

    own: by both variances of their own runs; usual: by usual ones; halves: one of both its own,
    the other usual; expected: usual, but where a cell's own is far beyond.
    """

    estimates: Estimates
    own: Spread
    usual: Spread
    halves: tuple[Spread, Spread]
    expected: Spread
    drawn: Variances


class Verdicts(NamedTuple):
    """Arrays [report, scenario, strategy]: interval, p and verdict; null where runs are too few."""

    low: Array
    high: Array
    p: Array
    words: NDArray[np.str_]


def find(values: Array, logs: bool, kept: Flags) -> Found:
    """Estimates and spreads of cells [report, scenario, strategy, round].

    `kept`: the differences that are plain, paired, and like no other.
    """
    found = estimate(values, logs, kept)
    alone = np.concatenate([found.paired.all(-1, keepdims=True), found.paired], axis=-1)
    moderated = moderate(
        np.where(alone, np.nan, found.cells), np.where(alone, np.nan, found.cell_degrees)
    )
    drawn = Variances(moderated.variances, moderated.degrees)
    limit = fdtri(np.fmax(found.cell_degrees, 1), _MANY, _UNLIKELY)
    far = found.cells > drawn.cells * limit
    likely = Variances(np.where(far, found.cells, drawn.cells), drawn.degrees)
    usual = find_spread(found, drawn, drawn, caution=1.0)
    return Found(
        found,
        find_own(found),
        usual,
        find_halves(found, drawn),
        find_spread(found, likely, likely),
        drawn,
    )


def find_own(found: Estimates) -> Spread:
    """The errors by the variances of own runs."""
    cells = Variances(found.cells, found.cell_degrees)
    return find_spread(found, cells, cells, CAUTION)


def find_halves(found: Estimates, drawn: Variances) -> tuple[Spread, Spread]:
    """The errors by own runs of the strategy, and of the baseline; those of the other are usual."""
    cells = Variances(found.cells, found.cell_degrees)
    return find_spread(found, cells, drawn), find_spread(found, drawn, cells)


def judge(found: Found, rule: Rule, few: Flags) -> Verdicts:
    """Verdicts that hold for all comparisons together, but for those that are too few to tell.

    p is the largest of three. That of all comparisons together by usual variances has the power.
    Those by the own variance of either, times the groups and a factor for care, take no cell that
    varies like no other for a usual one. That by both own ones keeps interval and verdict in step:
    where intervals hold for all comparisons at once, it does, too.
    """
    estimates, own = found.estimates, found.own
    usual = np.where(few, np.nan, _find_p(estimates.shift, found.usual))
    family = adjust(usual, rule.groups)
    halves = np.maximum(*(_find_p(estimates.shift, each) for each in found.halves))
    care = rule.groups * take_care(estimates.n, estimates.paired)
    by_own = np.where(few, np.nan, _find_p(estimates.shift, own))
    if rule.together:
        by_own = adjust(by_own, by_own.shape[-2])
    p = np.maximum(family, np.maximum(np.minimum(1, care * halves), by_own))
    half = stdtrit(own.seconds_degrees, _pick_quantile(p, rule)) * own.seconds
    low, high = (np.where(few, np.nan, estimates.difference + end) for end in (-half, half))
    same = is_same(estimates, own.seconds, own.seconds_degrees, rule)
    return Verdicts(low, high, p, _give_words(p, estimates.difference, same, rule.level))


def _pick_quantile(p: Array, rule: Rule) -> Array | float:
    """The quantile that intervals end at; for all comparisons at once it is Dunnett's."""
    return ndtr(find_common(p)) if rule.together else (1 + _COVERAGE) / 2


def find_common(p: Array) -> Array:
    """The normal score at which the intervals of a mix end, which hold for all of them at once."""
    return find_critical(p, 1 - _COVERAGE, p.shape[-2])


def take_care(n: Array, paired: Flags | bool) -> Array:
    """By what, times the groups, p values of own variances are multiplied; a pair's are whole.

    As large as simulations ask for, and the more where rounds leave power to spare.
    """
    return np.where(paired, 1.0, _CARE * np.maximum(1, n / _ENOUGH_ROUNDS))


def _find_p(shift: Array, spread: Spread) -> Array:
    """Two-sided p values; differences that are all the same are 0 for sure, or not 0 for sure."""
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.where((shift == 0) & (spread.error == 0), 0, np.abs(shift) / spread.error)
    return 2 * stdtr(spread.degrees, -t)


def is_same(found: Estimates, error: Array, degrees: Array, rule: Rule) -> Flags:
    """Whether two one-sided tests, each at the level, show a difference within the margin.

    The margin is that of whichever is quicker, so that both ways around agree.

    D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987), 657-680.
    """
    half = stdtrit(degrees, 1 - rule.level) * error
    least = np.minimum(np.abs(found.at), np.abs(found.at + found.difference))
    return np.abs(found.difference) + half < rule.margin * least


def _give_words(p: Array, difference: Array, same: Flags, level: float) -> NDArray[np.str_]:
    """The verdicts in words; what is told to differ is not the same, however little it is."""
    told, less = p < level, difference < 0
    return np.select(
        [np.isnan(p), told & less, told, same], [UNTOLD, FASTER, SLOWER, SAME], CLOSE
    ).astype(str)
