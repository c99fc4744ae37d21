"""The comparison: paired by round, an interval that holds what it says, verdicts that are fair."""

import numpy as np
import pandas as pd
import pytest
from measured import make_runs, pick

from analysis.errors import UnknownName
from analysis.measures.compare.comparison import (
    COLUMNS,
    MIN_BUILDS_OF_EACH_HOST,
    adjust,
    compare,
    estimate,
)

SLOW_ROUNDS = (0.0, 30.0, 60.0, 15.0)


def make_pair(differences, base=20.0, drift=SLOW_ROUNDS, strategy="b"):
    """Runs of docker and another whose rounds drift far more than the two differ."""
    rounds = [base + drift[number % len(drift)] for number in range(len(differences))]
    other = [value + each for value, each in zip(rounds, differences, strict=True)]
    return {"docker": {"source": rounds}, strategy: {"source": other}}


def test_what_slows_a_whole_round_cancels_out():
    row = compare(make_runs(make_pair([-5.0, -5.2, -4.8, -5.1]))).iloc[0]
    assert row["difference"] == pytest.approx(-5.025)
    assert row["high"] < -4.5
    assert (row["verdict"], row["n"]) == ("faster", 4)


def test_the_interval_is_students_of_the_paired_differences():
    # mean 3, deviation 1; quantile of t with 2 degrees of freedom 4.302653 by any table
    row = compare(make_runs(make_pair([2.0, 3.0, 4.0]))).iloc[0]
    half = 4.302653 / 3**0.5
    assert row[["difference", "low", "high"]].tolist() == pytest.approx([3, 3 - half, 3 + half])
    assert row["p"] == pytest.approx(0.0351, abs=1e-4)
    assert row["verdict"] == "slower"


def test_median_and_difference_are_of_the_rounds_that_both_have():
    times = {"docker": {"source": [10, None, 30]}, "b": {"source": [11, 500, 33]}}
    row = compare(make_runs(times)).iloc[0]
    assert (row["n"], row["median"], row["difference"]) == (2, 22, 2)
    assert row["verdict"] == "not enough runs"
    assert row[["low", "high", "p"]].isna().all()


def test_an_invalid_run_and_its_pair_are_left_out():
    runs = make_runs(make_pair([5.0, 5.1, 4.9, 90.0]))
    runs.loc[runs["run"] == "b.source.04", "valid"] = False
    row = compare(runs).iloc[0]
    assert row["n"] == 3
    assert row["difference"] == pytest.approx(5)


def test_a_strategy_that_must_fail_is_not_compared():
    runs = make_runs(make_pair([1.0, 2.0, 3.0]) | {"refused": {"source": [0.4, 0.5, 0.4]}})
    runs.loc[runs["strategy"] == "refused", ["expect", "status"]] = "failed"
    assert compare(runs)["strategy"].tolist() == ["b"]


def test_too_much_noise_is_too_close_to_call():
    row = compare(make_runs(make_pair([-9.0, 1.0, -2.0, 8.0]))).iloc[0]
    assert row["low"] < 0 < row["high"]
    assert row["verdict"] == "too close to call"


def test_rounds_that_differ_by_the_same_are_certain_and_equal_ones_are_not():
    assert compare(make_runs(make_pair([2.0] * 3))).iloc[0]["verdict"] == "slower"
    row = compare(make_runs(make_pair([0.0] * 3))).iloc[0]
    assert (row["verdict"], row["low"], row["high"]) == ("too close to call", 0, 0)


def test_more_strategies_ask_for_more_certainty():
    one = make_pair([2.0, 3.0, 4.0])
    assert compare(make_runs(one)).iloc[0]["verdict"] == "slower"
    noise = {"c": {"source": [21, 49, 80]}, "d": {"source": [19, 52, 81]}}
    table = compare(make_runs(one | noise))
    row = pick(table, strategy="b")
    assert row["low"] > 0
    assert row["verdict"] == "too close to call"
    assert row["p"] == pytest.approx(3 * 0.0351, abs=3e-4)


def test_the_adjustment_is_that_of_benjamini_and_hochberg_s_paper():
    # its section 3.2: 15 hypotheses of which the four smallest p values are told at 0.05
    given = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    given += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    p = pd.Series([*given, None]).sample(frac=1, random_state=3)
    adjusted = adjust(p)
    assert adjusted.sort_index().lt(0.05).tolist() == [True] * 4 + [False] * 12
    assert adjusted.sort_index()[0] == pytest.approx(0.0015)
    assert adjusted[15] != adjusted[15]
    assert adjust(pd.Series([0.6, 0.9])).tolist() == [0.9, 0.9]


def test_scenarios_are_judged_apart_and_come_in_the_order_of_a_history():
    times = {
        name: {"cold": [20.0, 21.0, 22.0], "source": [9.0, 9.5, 9.2]} for name in ("docker", "b")
    }
    table = compare(make_runs(times))
    assert table["scenario"].tolist() == ["cold", "source"]


def test_another_measure_and_baseline():
    runs = make_runs(make_pair([5.0, 5.1, 4.9])).assign(entries=[1, 1, 1, 3, 3, 3])
    row = compare(runs, baseline="b", measure="entries").iloc[0]
    assert (row["strategy"], row["difference"], row["verdict"]) == ("docker", -2, "faster")


def test_a_baseline_that_does_not_exist_says_which_was_meant():
    with pytest.raises(UnknownName, match="did you mean 'docker'"):
        compare(make_runs(make_pair([1.0, 1.0, 1.0])), baseline="dokcer")


def test_a_baseline_that_was_not_run_is_told():
    with pytest.raises(UnknownName, match="no strategy among the runs 'registry-cache'"):
        compare(make_runs(make_pair([1.0, 1.0, 1.0])), baseline="registry-cache")


def test_without_the_usual_baseline_nothing_is_told_and_nothing_raised():
    runs = make_runs(make_pair([1.0, 1.0, 1.0]))
    table = compare(runs.assign(strategy=runs["strategy"].replace("docker", "a")))
    assert table["verdict"].unique().tolist() == ["not enough runs"]
    assert table["n"].tolist() == [0, 0]


def test_no_runs_keep_columns_and_types():
    table = compare(make_runs({}))
    assert table.empty
    assert dict(table.dtypes.astype(str)) == COLUMNS


@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("unequal", [0, 0.5])
def test_the_interval_holds_the_truth_as_often_as_it_says(n, unequal):
    seed = 20261101
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    held = []
    for _ in range(200):
        scale = 2 * np.exp(unequal * rng.normal(size=(40, 1)))
        sample = 4 + scale * rng.normal(size=(40, n))
        facts = {"n": n, "difference": sample.mean(axis=1), "deviation": sample.std(axis=1, ddof=1)}
        table = estimate(pd.DataFrame(facts), pd.Series(np.nan, index=range(40)))
        held.append(table["low"].le(4) & table["high"].ge(4))
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_what_other_comparisons_vary_by_tells_what_three_rounds_alone_can_not():
    seed = 20261103
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    times = {name: {"source": (20 + rng.normal(0, 0.8, 3)).tolist()} for name in "abcdefgh"}
    times |= {"docker": {"source": [20.0, 20.5, 19.8]}, "slow": {"source": [25.9, 27.4, 26.5]}}
    together = pick(compare(make_runs(times)), strategy="slow")
    pair = {name: times[name] for name in ("docker", "slow")}
    alone = compare(make_runs(pair)).iloc[0]
    assert together["difference"] == alone["difference"]
    assert together["verdict"] == "slower"
    assert together["p"] < 0.001 < alone["p"]


def test_strategies_that_are_the_same_are_rarely_told_apart():
    seed, experiments = 20261102, 400
    print(f"seed {seed}")
    runs = make_runs({name: {"source": [0.0] * 5} for name in ("docker", *"bcdefgh")})
    rng = np.random.default_rng(seed)
    wrong = 0
    for _ in range(experiments):
        table = compare(runs.assign(seconds=rng.normal(20, 3, len(runs))))
        wrong += table["verdict"].isin(["faster", "slower"]).any()
    # 5 % are expected at most; a chance of 1 in 1000 would be 8.6 %
    assert 0 < wrong <= 0.086 * experiments


def test_builds_of_a_pool_of_kept_hosts_are_judged_by_themselves():
    seed = 20261126
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    for few, verdict in (
        (MIN_BUILDS_OF_EACH_HOST - 1, "not enough runs"),
        (MIN_BUILDS_OF_EACH_HOST, "faster"),
    ):
        rounds = 4 * few
        times = {
            name: {"source": (20 + rng.normal(0, 0.5, rounds)).tolist()} for name in "abcdefghi"
        }
        times["docker"] = {"source": (20 + rng.normal(0, 0.5, rounds)).tolist()}
        without = compare(make_runs(times))
        lucky = [18.0 if number % 4 == 1 else 1.0 for number in range(rounds)]
        times["local-layer-cache"] = {"source": lucky}
        runs = make_runs(times)
        own = runs["strategy"] == "local-layer-cache"
        runs.loc[own, "host"] = "kept"
        # few of one kind of host are too few, whichever kind it is
        for empty in (runs["seconds"] > 10, runs["seconds"] < 10):
            found = compare(runs.assign(host_empty=empty | ~own)).set_index("strategy")
            kept = found.loc["local-layer-cache (emulated)"]
            assert (kept["n"], kept["verdict"]) == (rounds, verdict)
        # their deviation is like no other, and does not widen what is usual
        others = found.loc[without["strategy"], ["low", "high"]].reset_index(drop=True)
        assert others.equals(without[["low", "high"]])


def test_a_kept_host_is_a_baseline_of_luck_too():
    times = {"docker": [18.0, 1.0] * 4, "local-layer-cache": [20.0] * 8}
    runs = make_runs({name: {"source": values} for name, values in times.items()})
    runs["emulated"] = False
    kept = runs["strategy"] == "docker"
    runs = runs.assign(host_empty=(runs["seconds"] > 10).astype("boolean"))
    assert compare(runs)["verdict"].tolist() == ["slower"]
    runs.loc[kept, "host"] = "kept"
    assert compare(runs)["verdict"].tolist() == ["not enough runs"]
    # what a host of unknown state says is nothing
    runs = pd.concat([runs.assign(round=runs["round"] + 8 * number) for number in range(2)])
    assert compare(runs)["verdict"].tolist() == ["slower"]
    runs.loc[runs["round"] < 5, "host_empty"] = None
    assert compare(runs)["verdict"].tolist() == ["slower"]
    runs.loc[runs["round"] < 8, "host_empty"] = None
    assert compare(runs)["verdict"].tolist() == ["not enough runs"]


def test_a_cold_build_is_on_an_empty_host_without_luck():
    runs = make_runs({"docker": {"cold": [20.0] * 3}, "local-layer-cache": {"cold": [26.0] * 3}})
    assert runs["host_empty"].all()
    runs["host"] = "kept"
    assert compare(runs)["verdict"].tolist() == ["slower"]
