"""Where a line crosses zero: by hand, and as surely as its interval says."""

import numpy as np
import pandas as pd
import pytest

from analysis.measures.seconds.line_crossing import fit_crossing

SEED = 20


def test_with_two_amounts_the_line_joins_their_means():
    # means 6 at 10 and -4 at 20: zero at 16
    found = fit_crossing(pd.Series([10, 10, 20, 20]), pd.Series([5, 7, -3, -5]))
    assert found.at == pytest.approx(16)
    assert found.slope == pytest.approx(-1)
    assert found.degrees == 2
    assert found.deviation == pytest.approx(np.sqrt(4 / 2))


def test_the_gradient_is_how_the_crossing_moves_with_each_point():
    x, y = pd.Series([5.0, 20.0, 20.0, 40.0]), pd.Series([9.0, -2.0, -1.0, -19.0])
    found = fit_crossing(x, y)
    for place in range(len(y)):
        moved = y.copy()
        moved[place] += 1e-6
        step = (fit_crossing(x, moved).at - found.at) / 1e-6
        assert step == pytest.approx(found.gradient[place], rel=1e-4)


def test_without_a_second_amount_or_a_slope_there_is_no_crossing():
    assert fit_crossing(pd.Series([], dtype=float), pd.Series([], dtype=float)) is None
    assert fit_crossing(pd.Series([10.0, 10.0]), pd.Series([1.0, 2.0])) is None
    assert fit_crossing(pd.Series([10.0, 20.0]), pd.Series([1.0, 1.0])) is None


def test_two_pairs_alone_give_no_interval():
    found = fit_crossing(pd.Series([10.0, 20.0]), pd.Series([5.0, -5.0]))
    assert found.at == pytest.approx(15)
    assert np.isnan(found.half_width(found.gradient))


@pytest.mark.parametrize("works", [(8, 20), (5, 20, 40)])
@pytest.mark.parametrize("rounds", [2, 3])
def test_the_interval_holds_the_truth_as_often_as_it_says(works, rounds):
    print("seed", SEED)
    rng, x = np.random.default_rng(SEED), pd.Series(np.repeat(works, rounds).astype(float))
    held = 0
    for _ in range(1000):
        # the difference of two builds, each with a tail towards slow
        noise = rng.exponential(size=len(x)) - rng.exponential(size=len(x))
        found = fit_crossing(x, -0.95 * (x - 15) + noise)
        held += abs(found.at - 15) <= found.half_width(found.gradient)
    assert 0.93 <= held / 1000 <= 0.99
