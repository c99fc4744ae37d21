"""Verdicts: what a report's comparisons tell, at one level for all of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri, ndtr, stdtr, stdtrit

from analysis.measures.compare.errors import Spread, find_spread
from analysis.measures.compare.estimates import Array, Estimates, Flags, estimate
from analysis.measures.compare.family import adjust, find_critical
from analysis.measures.compare.variances import moderate
from analysis.words import CLOSE, FASTER, SAME, SLOWER, UNTOLD

COVERAGE = 0.95
# a variance above this quantile of what the usual one gives is no chance
_UNLIKELY, _MANY = 0.99, 1e7


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
    """Estimates with their spreads: by own variances, by usual ones, and by the expected."""

    estimates: Estimates
    own: Spread
    usual: Spread
    expected: Spread


class Verdicts(NamedTuple):
    """Arrays [scenario, strategy]: interval, p and verdict; p null where nothing is to be told."""

    low: Array
    high: Array
    p: Array
    words: NDArray[np.str_]


def find(values: Array, logs: bool, kept: Flags) -> Found:
    """Estimates and spreads of cells [scenario, strategy, round].

    `kept`: the differences that are plain, paired, and like no other.
    """
    found = estimate(values, logs, kept)
    alone = np.concatenate([found.paired.all(-1, keepdims=True), found.paired], axis=-1)
    drawn = moderate(
        np.where(alone, np.nan, found.cells), np.where(alone, np.nan, found.cell_degrees)
    )
    limit = fdtri(np.fmax(found.cell_degrees, 1), _MANY, _UNLIKELY)
    expected = np.where(found.cells > drawn.variances * limit, found.cells, drawn.variances)
    usual = find_spread(found, drawn.variances, drawn.degrees)
    return Found(
        found,
        find_spread(found, found.cells, found.cell_degrees),
        usual._replace(degrees=np.minimum(usual.degrees, drawn.whole[:, None])),
        find_spread(found, expected, drawn.degrees),
    )


def judge(found: Found, rule: Rule, few: Flags) -> Verdicts:
    """Verdicts that hold for all comparisons together, but for those that are too few to tell.

    p is the larger of two: that of all comparisons together by usual variances, and that of the
    comparison by its own runs alone, times the groups. The first has the power; the second takes
    no cell that varies like no other for a usual one.
    """
    estimates, own = found.estimates, found.own
    usual = np.where(few, np.nan, find_p(estimates.shift, found.usual))
    family = adjust(usual, found.usual.shared, rule.groups)
    alone = np.minimum(1, rule.groups * find_p(estimates.shift, own))
    p = np.where(few, np.nan, np.maximum(family, alone))
    half = stdtrit(own.seconds_degrees, _pick_quantile(few, rule)) * own.seconds
    low, high = (np.where(few, np.nan, estimates.difference + end) for end in (-half, half))
    same = is_same(estimates, own.seconds, own.seconds_degrees, rule)
    return Verdicts(low, high, p, give_words(p, estimates.difference, same, rule.level))


def _pick_quantile(few: Flags, rule: Rule) -> float:
    """The quantile that intervals end at; for all comparisons at once it is Dunnett's."""
    if not rule.together:
        return (1 + COVERAGE) / 2
    return float(ndtr(find_critical((~few).sum(1), 1 - COVERAGE, len(few))))


def find_p(shift: Array, spread: Spread) -> Array:
    """Two-sided p values; differences that are all the same are 0 for sure, or not 0 for sure."""
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.where((shift == 0) & (spread.error == 0), 0, np.abs(shift) / spread.error)
    return 2 * stdtr(spread.degrees, -t)


def is_same(found: Estimates, error: Array, degrees: Array, rule: Rule) -> Flags:
    """Whether two one-sided tests, each at the level, show a difference within the margin.

    D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987), 657-680.
    """
    half = stdtrit(degrees, 1 - rule.level) * error
    return np.abs(found.difference) + half < rule.margin * np.abs(found.at)


def give_words(p: Array, difference: Array, same: Flags, level: float) -> NDArray[np.str_]:
    """The verdicts in words; what is told to differ is not the same, however little it is."""
    told, less = p < level, difference < 0
    return np.select(
        [np.isnan(p), told & less, told, same], [UNTOLD, FASTER, SLOWER, SAME], CLOSE
    ).astype(str)
