"""Moderated variances: drawn together where they are alike, left alone where they are not."""

import numpy as np
import pytest
from scipy.special import polygamma

from analysis.measures.compare.variances import (
    FEWEST_VARIANCES,
    fit_usual,
    invert_trigamma,
    moderate,
)


@pytest.mark.parametrize("value", [0.01, 0.5, 1.6449, 20.0])
def test_trigamma_is_inverted(value):
    assert polygamma(1, invert_trigamma(value)) == pytest.approx(value)


def test_few_comparisons_are_left_as_they_are():
    few = np.arange(1.0, FEWEST_VARIANCES)
    deviation, degrees = moderate(few, np.full(len(few), 2))
    assert deviation.tolist() == few.tolist()
    assert degrees.tolist() == [2] * len(few)


def test_equal_variances_share_all_their_degrees():
    seed = 20261104
    print(f"seed {seed}")
    sample = np.random.default_rng(seed).normal(0, 3, (4000, 3)).std(axis=1, ddof=1)
    deviation, degrees = moderate(sample, np.full(4000, 2))
    assert deviation == pytest.approx(3, rel=0.25)
    assert degrees.min() > 20


@pytest.mark.parametrize("worth", [3.0, 8.0])
def test_the_usual_variance_and_its_worth_are_found_again(worth):
    seed = 20261105
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    variances = 4 * worth / rng.chisquare(worth, 20000) * rng.chisquare(2, 20000) / 2
    usual, weight = fit_usual(variances, np.full(20000, 2.0))
    assert usual == pytest.approx(4, rel=0.1)
    assert weight == pytest.approx(worth, rel=0.15)


def test_nulls_stay_null_and_a_variance_of_0_is_not_believed():
    given = np.array([np.nan, 0.0, *[2.0, 2.5, 1.5, 1.8, 2.2, 2.1, 1.9, 2.4]])
    deviation, degrees = moderate(given, np.array([np.nan] + [2.0] * 9))
    assert np.isnan(deviation[0])
    assert np.isnan(degrees[0])
    assert deviation[1] > 0.05
    assert (degrees[1:] >= 2).all()


def test_when_most_are_0_nothing_is_drawn():
    given = np.array([0.0] * 9 + [5.0])
    assert moderate(given, np.full(10, 2))[0].tolist() == given.tolist()
