"""Many comparisons at once: as Dunnett's tables and scipy have it, in one scenario and several."""

import numpy as np
import pytest
from scipy import stats

from analysis.measures.compare.family import adjust, count_groups, find_critical


@pytest.mark.parametrize(("number", "bound"), [(1, 1.96), (2, 2.21), (5, 2.51), (9, 2.69)])
def test_bounds_are_those_of_dunnetts_table(number, bound):
    # two-sided, 5 %, any number of degrees of freedom: Dunnett, Biometrics 20 (1964), table II
    assert find_critical([number], 0.05, 1) == pytest.approx(bound, abs=0.006)


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
    ours = adjust(p[None], np.full((1, 6), 0.5), 1)[0]
    assert ours.min() == pytest.approx(theirs.min(), abs=0.004)
    # stepping down, the others are held against fewer
    assert (ours <= theirs + 0.004).all()
    assert (np.diff(ours[np.argsort(p)]) >= 0).all()


def test_scenarios_are_independent_and_their_mix_is_one_more():
    p = np.array([[0.01], [0.5], [0.9]])
    groups = count_groups(3)
    assert groups == 4
    ours = adjust(p, np.full(p.shape, 0.5), groups)
    assert ours[0, 0] == pytest.approx(1 - 0.99**4)
    assert count_groups(1) == 1


def test_null_stays_null_and_does_not_count():
    p = np.array([[0.01, np.nan], [np.nan, np.nan]])
    ours = adjust(p, np.full(p.shape, 0.5), 1)
    assert ours[0, 0] == pytest.approx(0.01)
    assert np.isnan(ours).sum() == 3
    assert np.isnan(adjust(np.full((1, 2), np.nan), np.full((1, 2), 0.5), 1)).all()


def test_the_least_p_stays_small():
    p = np.array([[1e-12, 1e-200, 0.2]])
    ours = adjust(p, np.full(p.shape, 0.5), 1)
    assert ours[0, 0] == pytest.approx(3e-12)
    assert 0 <= ours[0, 1] < 1e-190
