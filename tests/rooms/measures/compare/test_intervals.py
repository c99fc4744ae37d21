"""Intervals: of shares as scipy computes them, of rounds as Student's; and their words."""

import math
import random

import pandas as pd
import pytest
from scipy import stats

from analysis.measures.compare.intervals import mean_of_rounds, wilson
from analysis.prose import say_counted, say_mean


@pytest.mark.parametrize(("count", "number"), [(0, 3), (3, 3), (7, 10), (1, 1), (2, 1000)])
def test_wilsons_interval_is_that_of_scipy(count, number):
    theirs = stats.binomtest(count, number).proportion_ci(method="wilson")
    assert wilson(count, number) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


def test_of_nothing_there_is_no_share():
    assert all(math.isnan(end) for end in wilson(0, 0))
    assert say_counted(0, 0, "build") == "0 of 0 builds (interval unknown)"


def test_a_count_is_said_with_its_interval():
    assert say_counted(7, 10, "build") == "7 of 10 builds (95 % interval 40 to 89 %)"
    assert say_counted(1, 1, "entry").startswith("1 of 1 entry (95 % interval 21 to 100 %")


def test_rounds_are_what_counts_not_builds():
    rounds = pd.DataFrame({"round": [1, 1, 2, 2, 3], "seconds": [9.0, 11.0, 12.0, 12.0, 14.0]})
    mean, low, high, number = mean_of_rounds(rounds, "seconds")
    theirs = stats.ttest_1samp([10, 12, 14], 0).confidence_interval()
    assert (mean, number) == (12, 3)
    assert (low, high) == pytest.approx((theirs.low, theirs.high))
    assert say_mean(mean, low, high, number) == (
        "12.0 s (mean of 3 rounds, 95 % interval 7.0 to 17.0 s)"
    )


def test_one_round_gives_no_interval():
    rounds = pd.DataFrame({"round": [1, 1], "seconds": [9.0, 11.0]})
    assert say_mean(*mean_of_rounds(rounds, "seconds")) == "10.0 s (mean of 1 round, no interval)"
    assert say_mean(*mean_of_rounds(rounds[:0], "seconds")) == "unknown"


def test_the_interval_of_rounds_holds_the_truth_as_often_as_it_says():
    seed = 7
    print("seed", seed)
    rng, inside = random.Random(seed), 0
    for _ in range(1000):
        frame = pd.DataFrame({"round": range(4), "x": [rng.gauss(10, 2) for _ in range(4)]})
        _, low, high, _ = mean_of_rounds(frame, "x")
        inside += low <= 10 <= high
    assert 0.93 <= inside / 1000 <= 0.97
