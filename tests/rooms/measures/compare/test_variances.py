"""Moderated variances: drawn together where they are alike, left alone where they are not."""

import numpy as np
import pytest

from analysis.measures.compare.variances import FEWEST_VARIANCES, fit_usual, moderate


def draw(rng, scales, degrees):
    """Variances of normal noise with these deviations, by scenario and strategy."""
    return scales**2 * rng.chisquare(degrees, scales.shape) / degrees


def test_few_cells_are_left_as_they_are():
    few = np.arange(1.0, FEWEST_VARIANCES)[None]
    found = moderate(few, np.full(few.shape, 2.0))
    assert found.variances.tolist() == few.tolist()
    assert found.degrees.tolist() == [[2] * few.size]


@pytest.mark.parametrize("degrees", [2, 5, 9])
def test_equal_variances_share_their_scenarios_degrees(degrees):
    seed = 20261104
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    scales = np.array([[3.0], [1.0]]).repeat(500, axis=1)
    found = moderate(draw(rng, scales, degrees), np.full(scales.shape, float(degrees)))
    assert np.sqrt(found.variances) == pytest.approx(scales, rel=0.2)
    assert found.degrees.min() > 20


@pytest.mark.parametrize("worth", [3.0, 8.0])
def test_the_usual_variance_and_its_worth_are_found_again(worth):
    seed = 20261105
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    true = 4 * worth / rng.chisquare(worth, (1, 20000))
    usual, weight = fit_usual(draw(rng, np.sqrt(true), 2), np.full(true.shape, 2.0))
    assert usual[0] == pytest.approx(4, rel=0.1)
    assert weight == pytest.approx(worth, rel=0.2)


def test_a_few_that_vary_like_no_other_widen_no_one_elses():
    seed = 20261106
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    scales = np.ones((5, 200))
    variances = draw(rng, scales, 5)
    wild = variances.copy()
    wild[:, :10] *= 100
    plain, among = (moderate(each, np.full(scales.shape, 5.0)) for each in (variances, wild))
    assert among.variances[:, 10:].mean() == pytest.approx(plain.variances[:, 10:].mean(), rel=0.2)


def test_nulls_stay_null_and_a_variance_of_0_is_not_believed():
    given = np.array([[np.nan, 0.0, *[2.0, 2.5, 1.5, 1.8, 2.2, 2.1, 1.9, 2.4]]])
    found = moderate(given, np.array([[np.nan] + [2.0] * 9]))
    assert np.isnan(found.variances[0, 0])
    assert np.isnan(found.degrees[0, 0])
    assert found.variances[0, 1] > 0.05
    assert (found.degrees[0, 1:] >= 2).all()


def test_when_most_are_0_nothing_is_drawn():
    given = np.array([[0.0] * 9 + [5.0]])
    assert moderate(given, np.full((1, 10), 2.0)).variances.tolist() == given.tolist()
