"""The numbers of the rules by which mixes are compared, for who computes intervals elsewhere."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from analysis.measures.compare.commits import FEWEST_COMMITS
from analysis.measures.compare.comparison import MARGIN, MIN_BUILDS_OF_EACH_HOST
from analysis.measures.compare.estimates import FEWEST_STRATEGIES, LOST
from analysis.measures.compare.judging import CAUTION, find_common
from analysis.measures.compare.planning import MIN_ROUNDS


class MixRules(NamedTuple):
    """By what compare_mix's intervals are computed.

    margin (share of the baseline that counts as the same); min_rounds, min_hosts, min_commits (with
    fewer rounds, builds on either kind of kept host, or commits of a kind, there is no interval);
    fewest_strategies (of fewer, rounds are paired); lost (what a round's median takes from a
    variance, times the strategies); caution (how much of Welch's degrees of freedom is taken back);
    beyond: the two-sided chance at which intervals of 1, 2, … comparisons end.
    """

    margin: float
    min_rounds: int
    min_hosts: int
    min_commits: int
    fewest_strategies: int
    lost: float
    caution: float
    beyond: list[float]


def list_mix_rules(most: int) -> MixRules:
    """The rules for up to `most` comparisons with one baseline."""
    critical = [find_common(np.zeros((1, 1, number)))[0, 0, 0] for number in range(1, most + 1)]
    return MixRules(
        margin=MARGIN,
        min_rounds=MIN_ROUNDS,
        min_hosts=MIN_BUILDS_OF_EACH_HOST,
        min_commits=FEWEST_COMMITS,
        fewest_strategies=FEWEST_STRATEGIES,
        lost=float(LOST),
        caution=CAUTION,
        beyond=[float(2 * ndtr(-score)) for score in critical],
    )
