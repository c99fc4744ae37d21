"""Whether a verdict hangs on one round: it is another when that round is left out."""

import numpy as np
from scipy.special import ndtr, stdtrit

from analysis.measures.compare.errors import find_spread
from analysis.measures.compare.estimates import Array, Flags, estimate
from analysis.measures.compare.family import find_critical
from analysis.measures.compare.judging import Found, Rule, Verdicts, give_words, is_same
from analysis.words import FASTER, SLOWER


def hangs_on_one(values: Array, found: Found, verdicts: Verdicts, rule: Rule, kept: Flags) -> Flags:
    """Of each comparison whether leaving a round out changes its verdict.

    A comparison is held to what all rounds hold it to: degrees of freedom, usual variances and
    the family's bound stay. Only what the runs say changes.
    """
    rounds = values.shape[-1]
    without = np.where(np.eye(rounds, dtype=bool)[:, None, None, :], np.nan, values)
    rest = estimate(without, rule.logs, kept)
    own = find_spread(rest, rest.cells, rest.cell_degrees)
    few = np.isnan(verdicts.p)
    told = np.isin(verdicts.words, (FASTER, SLOWER))
    left = (~few & ~told).sum(1)
    critical = find_critical(left, rule.level, rule.groups)
    usual = np.where(rest.paired, own.error, _widen(found, rest.n))
    bound = np.maximum(
        stdtrit(found.usual.degrees, ndtr(critical)) * usual,
        stdtrit(found.own.degrees, 1 - rule.level / 2 / rule.groups) * own.error,
    )
    clear = np.where(few, np.nan, np.where(np.abs(rest.shift) > bound, 0.0, 1.0))
    same = is_same(rest, own.seconds, found.own.seconds_degrees, rule)
    words = give_words(clear, rest.difference, same, rule.level)
    changed = (words != verdicts.words) & (rest.n < found.estimates.n) & (rest.n > 1)
    return changed.any(0) & ~few


def _widen(found: Found, rounds: Array) -> Array:
    """The usual standard error of a comparison with fewer rounds."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return found.usual.error * np.sqrt(found.estimates.n / rounds)
