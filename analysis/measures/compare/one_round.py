"""Whether a verdict hangs on one round: it is another when that round is left out."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from analysis.measures.compare.estimates import Array, Flags, estimate
from analysis.measures.compare.family import find_critical
from analysis.measures.compare.judging import (
    Found,
    Rule,
    Verdicts,
    find_common,
    find_halves,
    find_own,
    is_same,
    take_care,
)
from analysis.words import FASTER, SAME, SLOWER

_SAME = 2.0


def hangs_on_one(values: Array, found: Found, verdicts: Verdicts, rule: Rule, kept: Flags) -> Flags:
    """Of each comparison [report, scenario, strategy] whether leaving a round out changes it.

    A comparison is held to what all rounds hold it to: degrees of freedom, usual variances and
    the family's bound stay. Only what the runs say changes.
    """
    rounds = values.shape[-1]
    without = np.where(np.eye(rounds, dtype=bool)[:, None, None, None, :], np.nan, values)
    rest = estimate(without, rule.logs, kept)
    own, halves = find_own(rest), find_halves(rest, found.drawn)
    few = np.isnan(verdicts.p)
    critical = find_critical(verdicts.p, rule.level, rule.groups)
    care = rule.groups * take_care(found.estimates.n, rest.paired)
    usual = np.where(rest.paired, own.error, _widen(found, rest.n))
    bound = stdtrit(found.usual.degrees, ndtr(critical)) * usual
    for whole, part in zip(found.halves, halves, strict=True):
        alone = stdtrit(whole.degrees, 1 - rule.level / 2 / care) * part.error
        bound = np.maximum(bound, alone)
    if rule.together:
        held = stdtrit(found.own.degrees, ndtr(find_common(verdicts.p))) * own.error
        bound = np.maximum(bound, held)
    same = is_same(rest, own.seconds, found.own.seconds_degrees, rule)
    told = np.where(np.abs(rest.shift) > bound, np.sign(rest.difference), np.where(same, _SAME, 0))
    changed = (told != _number(verdicts.words)) & (rest.n < found.estimates.n) & (rest.n > 1)
    return changed.any(0) & ~few


def _number(words: NDArray[np.str_]) -> Array:
    """Verdicts as numbers: the sign of a difference that is told, _SAME, else 0."""
    return np.select([words == FASTER, words == SLOWER, words == SAME], [-1.0, 1.0, _SAME], 0.0)


def _widen(found: Found, rounds: Array) -> Array:
    """The usual standard error of a comparison with fewer rounds."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return found.usual.error * np.sqrt(found.estimates.n / rounds)
