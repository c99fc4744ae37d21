"""Many comparisons at once: as Dunnett's tables and scipy have it, in one scenario and several."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.measures.compare.family import adjust, count_groups, find_critical


@pytest.mark.parametrize(("number", "bound"), [(1, 1.96), (2, 2.21), (5, 2.51), (9, 2.69)])
def test_bounds_are_those_of_dunnetts_table(number, bound):
    # two-sided, 5 %, any number of degrees of freedom: Dunnett, Biometrics 20 (1964), table II
    p = np.full((1, 1, number), 0.5)
    assert find_critical(p, 0.05, 1)[0, 0, 0] == pytest.approx(bound, abs=0.006)


def test_the_smallest_p_is_that_of_scipys_dunnett():
    seed = 20261203
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    samples = [rng.normal(0, 1, 400) for _ in range(6)]
    base = rng.normal(0.15, 1, 400)
    theirs = stats.dunnett(*samples, control=base, rng=rng).pvalue
    deviation = np.sqrt(np.mean([each.var(ddof=1) for each in [base, *samples]]))
    scores = [(each.mean() - base.mean()) / deviation * np.sqrt(200) for each in samples]
    p = 2 * stats.norm.sf(np.abs(scores))
    ours = adjust(p[None, None], 1)[0, 0]
    assert ours == pytest.approx(theirs, abs=0.004)


def test_scenarios_are_independent_and_their_mixes_are_two_more():
    groups = count_groups(3)
    assert (groups, count_groups(1)) == (5, 1)
    ours = adjust(np.array([[[0.01], [0.5], [0.9]]]), groups)
    assert ours[0, 0, 0] == pytest.approx(1 - 0.99**5, rel=1e-3)


def test_reports_are_judged_each_by_itself():
    p = np.array([[[0.01, 0.2], [0.3, 0.4]], [[0.01, np.nan], [np.nan, np.nan]]])
    both = adjust(p, 4)
    assert both[:1] == pytest.approx(adjust(p[:1], 4))
    assert both[1:] == pytest.approx(adjust(p[1:], 4), nan_ok=True)


def test_null_stays_null_and_does_not_count():
    ours = adjust(np.array([[[0.01, np.nan], [np.nan, np.nan]]]), 2)
    assert ours[0, 0, 0] == pytest.approx(0.01, rel=1e-3)
    assert np.isnan(ours).sum() == 3
    assert np.isnan(adjust(np.full((1, 1, 2), np.nan), 1)).all()


def test_the_least_p_stays_small():
    ours = adjust(np.array([[[1e-12, 1e-200, 0.2]]]), 1)[0, 0]
    assert ours[0] == pytest.approx(3e-12, rel=0.02)
    assert 0 <= ours[1] < 1e-190


def test_the_bound_and_the_p_values_agree():
    p = np.full((1, 5, 17), 0.5)
    bound = find_critical(p, 0.05, 7)[0, 0, 0]
    for score, told in ((bound + 0.01, True), (bound - 0.01, False)):
        p[0, 2, 3] = 2 * stats.norm.sf(score)
        assert (adjust(p, 7)[0, 2, 3] < 0.05) == told


def test_what_known_variances_would_tell_is_what_the_page_on_method_says():
    # 17 strategies and 5 kinds of commit, 7 % noise, 6 rounds: benchmarks/simulate_verdicts.py
    critical = find_critical(np.full((1, 5, 17), 0.5), 0.05, count_groups(5))[0, 0, 0]
    error = 0.07 * np.sqrt(2 / 6)
    told = [stats.norm.cdf(abs(np.log(each)) / error - critical) for each in (1.2, 0.8)]
    slower, faster = (f"{100 * each:.0f}" for each in told)
    page = " ".join((Path(__file__).parents[4] / "docs" / "method.md").read_text().split())
    assert f"Dunnett's test of as many comparisons would tell {slower} and {faster} %" in page
