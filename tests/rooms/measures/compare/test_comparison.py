"""The comparison: rounds as blocks, an interval that holds what it says, verdicts that are fair."""

import random

import numpy as np
import pandas as pd
import pytest
from measured import make_runs, pick
from scipy import stats

from analysis.errors import UnknownName
from analysis.measures.compare import compare, compare_mix
from analysis.measures.compare.comparison import COLUMNS, MIN_BUILDS_OF_EACH_HOST
from analysis.measures.compare.planning import count_rounds, make_plan
from analysis.words import CLOSE, FASTER, SAME, SLOWER, UNTOLD

SLOW_ROUNDS = (1.0, 2.5, 4.0, 1.75)


def make_pair(shares, base=20.0, drift=SLOW_ROUNDS, strategy="b"):
    """Runs of docker and another that differ by these shares, in rounds that drift far more."""
    rounds = [base * drift[number % len(drift)] for number in range(len(shares))]
    other = [value * (1 + each) for value, each in zip(rounds, shares, strict=True)]
    return {"docker": {"source": rounds}, strategy: {"source": other}}


def test_what_slows_a_whole_round_cancels_out():
    row = compare(make_runs(make_pair([-0.25, -0.26, -0.24, -0.25]))).iloc[0]
    place = 20 * np.exp(np.log(SLOW_ROUNDS).mean())
    assert row["difference"] == pytest.approx(-0.25 * place, rel=0.001)
    assert row["high"] < -0.23 * place
    assert (row["verdict"], row["n"]) == (FASTER, 4)


def test_the_interval_of_a_pair_is_students_of_its_differences():
    shares = [0.10, 0.15, 0.20]
    row = compare(make_runs(make_pair(shares))).iloc[0]
    logs = np.log1p(shares)
    theirs = stats.ttest_1samp(logs, 0)
    assert row["p"] == pytest.approx(theirs.pvalue)
    base = 20 * np.exp(np.log(SLOW_ROUNDS[:3]).mean())
    other = base * np.exp(logs.mean())
    assert row["difference"] == pytest.approx(other - base)
    half = stats.t(2).ppf(0.975) * stats.sem(logs) * ((base**2 + other**2) / 2) ** 0.5
    assert [row["low"], row["high"]] == pytest.approx([other - base - half, other - base + half])
    assert row["verdict"] == SLOWER


def test_among_many_strategies_the_interval_is_welchs():
    seed = 20261130
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    names = ("docker", *(f"s{number:02d}" for number in range(40)))
    noise = {name: 0.05 * rng.normal(size=6) for name in names}
    noise["docker"] *= 3
    runs = make_runs({name: {"source": (20 * np.exp(e)).tolist()} for name, e in noise.items()})
    table = compare(runs).set_index("strategy")
    for name in names[1:6]:
        one, base = noise[name], noise["docker"]
        theirs = stats.ttest_ind(one, base, equal_var=False).confidence_interval()
        own = table.loc[name]
        # rounds as blocks are estimated from 41 strategies: that moves an end a little
        assert own["low"] == pytest.approx(20 * theirs.low, abs=0.6)
        assert own["high"] == pytest.approx(20 * theirs.high, abs=0.6)


def test_median_and_difference_are_of_the_rounds_that_both_have():
    times = {"docker": {"source": [10, None, 10]}, "b": {"source": [20, 500, 20]}}
    row = compare(make_runs(times)).iloc[0]
    assert (row["n"], row["median"], row["difference"]) == (2, 20, pytest.approx(10))
    assert row["verdict"] == UNTOLD
    assert row[["low", "high", "p", "detectable"]].isna().all()


def test_an_invalid_run_and_its_pair_are_left_out():
    runs = make_runs(make_pair([0.25, 0.26, 0.24, 9.0]))
    runs.loc[runs["run"] == "b.source.04", "valid"] = False
    row = compare(runs).iloc[0]
    assert row["n"] == 3
    assert row["difference"] == pytest.approx(0.25 * 20 * 10 ** (1 / 3), rel=0.01)


def test_a_strategy_that_must_fail_is_not_compared():
    runs = make_runs(make_pair([0.1, 0.2, 0.3]) | {"refused": {"source": [0.4, 0.5, 0.4]}})
    runs.loc[runs["strategy"] == "refused", ["expect", "status"]] = "failed"
    assert compare(runs)["strategy"].tolist() == ["b"]


def test_much_noise_can_not_tell_yet():
    row = compare(make_runs(make_pair([-0.3, 0.1, -0.2, 0.3]))).iloc[0]
    assert row["low"] < 0 < row["high"]
    assert row["verdict"] == CLOSE
    assert row["rounds_needed"] > 4
    assert row["detectable"] > 0.3 * 20


def test_rounds_that_differ_by_the_same_are_certain_and_equal_ones_are_the_same():
    assert compare(make_runs(make_pair([0.1] * 3))).iloc[0]["verdict"] == SLOWER
    row = compare(make_runs(make_pair([0.0] * 3))).iloc[0]
    assert (row["verdict"], row["low"], row["high"]) == (SAME, 0, 0)
    # a small difference that is certain is told, within the margin or not
    assert compare(make_runs(make_pair([0.01] * 3))).iloc[0]["verdict"] == SLOWER


def test_the_same_is_within_the_margin_and_no_other():
    runs = make_runs(make_pair([0.02, -0.01, 0.0, 0.01, -0.02, 0.015]))
    assert compare(runs).iloc[0]["verdict"] == SAME
    assert compare(runs, margin=0.01).iloc[0]["verdict"] == CLOSE
    row = compare(runs).iloc[0]
    assert pd.isna(row["rounds_needed"])
    # by hand: 90 % interval of the paired differences
    logs = np.log1p([0.02, -0.01, 0.0, 0.01, -0.02, 0.015])
    end = abs(logs.mean()) + stats.t(5).ppf(0.95) * stats.sem(logs)
    for margin, verdict in ((end * 1.02, SAME), (end * 0.98, CLOSE)):
        assert compare(runs, margin=margin).iloc[0]["verdict"] == verdict


def test_more_comparisons_ask_for_more_certainty():
    one = make_pair([0.10, 0.15, 0.20])
    alone = compare(make_runs(one)).iloc[0]
    assert alone["verdict"] == SLOWER
    noise = {"c": {"source": [21, 120, 90]}, "d": {"source": [19, 40, 81]}}
    row = pick(compare(make_runs(one | noise)), strategy="b")
    assert row["low"] == pytest.approx(alone["low"])
    assert row["low"] > 0
    assert (row["verdict"], row["p"] > alone["p"]) == (CLOSE, True)
    # other scenarios are of the same report
    more = {name: kinds | {"cold": [20.0, 21.0, 20.5]} for name, kinds in one.items()}
    row = pick(compare(make_runs(more)), scenario="source")
    assert row["p"] == pytest.approx(4 * alone["p"])


def test_a_level_that_is_stricter_tells_less():
    runs = make_runs(make_pair([0.10, 0.15, 0.20]))
    p = compare(runs).iloc[0]["p"]
    assert compare(runs, level=p * 1.01).iloc[0]["verdict"] == SLOWER
    assert compare(runs, level=p * 0.99).iloc[0]["verdict"] == CLOSE


def test_a_verdict_that_one_round_decides_is_marked():
    steady = make_pair([-0.30, -0.31, -0.29, -0.30, -0.305, -0.295])
    assert not compare(make_runs(steady)).iloc[0]["one_round"]
    hidden = make_pair([-0.30, -0.31, -0.29, -0.30, -0.305, 1.5])
    row = compare(make_runs(hidden)).iloc[0]
    assert (row["verdict"], row["one_round"]) == (CLOSE, True)


def test_one_against_another_and_the_other_against_the_one_agree():
    seed = 20261129
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    for number in range(30):
        times = {
            name: {"source": (20 * np.exp(0.1 * rng.normal(size=4) + shift)).tolist()}
            for name, shift in (("a", 0.0), ("docker", -0.2 * (number % 3)))
        }
        runs = make_runs(times)
        one, other = (compare(runs, baseline=name).iloc[0] for name in ("docker", "a"))
        mirrored = {FASTER: SLOWER, SLOWER: FASTER}
        assert mirrored.get(one["verdict"], one["verdict"]) == other["verdict"]
        assert one["p"] == pytest.approx(other["p"])
        assert one["difference"] == pytest.approx(-other["difference"])
        assert [one["low"], one["high"]] == pytest.approx([-other["high"], -other["low"]])


@pytest.mark.parametrize(("noise", "rounds"), [(0.07, 34), (0.04, 12)])
def test_rounds_needed_are_those_of_the_formula_for_the_same(noise, rounds):
    # two one-sided tests within 5 % of 17 x 5 comparisons, 80 % power: normal by hand, then by t
    plan = make_plan(critical=3.3, groups=6, level=0.05, cells=18, paired=False)
    by_hand = 2 * ((stats.norm.ppf(0.95) + stats.norm.ppf(0.9)) * noise / 0.05) ** 2
    assert round(by_hand) == pytest.approx(rounds, abs=1)
    needed = count_rounds(plan, np.zeros(1), np.array([0.05 / noise / 2**0.5]))
    assert needed[0] == pytest.approx(rounds, abs=1)


def test_what_is_detectable_is_told_in_four_of_five_experiments():
    seed, told, experiments = 20261202, [], 60
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    names = ("docker", *(f"s{number:02d}" for number in range(12)))
    plan = [compare(make_noise(rng, names)) for _ in range(3)]
    share = np.mean([table["detectable"].mean() for table in plan]) / 20
    for _ in range(experiments):
        runs = make_noise(rng, names)
        faster = runs["strategy"].isin(["s00", "s01", "s02"])
        runs["seconds"] = runs["seconds"].mask(faster, runs["seconds"] * (1 - share))
        table = compare(runs).set_index("strategy")
        told += table.loc[["s00", "s01", "s02"], "verdict"].eq(FASTER).tolist()
    # the standard error of the share is 4 %, as three share their baseline
    assert 0.68 < np.mean(told) < 0.95


def make_noise(rng, names, rounds=5):
    """Runs of strategies that all take 20 s, and vary by 7 %."""
    return make_runs(
        {name: {"source": (20 * np.exp(0.07 * rng.normal(size=rounds))).tolist()} for name in names}
    )


def test_scenarios_are_judged_apart_and_come_in_the_order_of_a_history():
    times = {
        name: {"cold": [20.0, 21.0, 22.0], "source": [9.0, 9.5, 9.2]} for name in ("docker", "b")
    }
    table = compare(make_runs(times))
    assert table["scenario"].tolist() == ["cold", "source"]


def test_another_measure_and_baseline():
    runs = make_runs(make_pair([0.25, 0.26, 0.24])).assign(entries=[1, 1, 1, 3, 3, 3])
    row = compare(runs, baseline="b", measure="entries").iloc[0]
    assert (row["strategy"], row["verdict"]) == ("docker", "faster")
    assert row["difference"] == pytest.approx(-2)


def test_a_baseline_that_does_not_exist_says_which_was_meant():
    with pytest.raises(UnknownName, match="did you mean 'docker'"):
        compare(make_runs(make_pair([0.1, 0.1, 0.1])), baseline="dokcer")


def test_a_baseline_that_was_not_run_is_told():
    with pytest.raises(UnknownName, match="no strategy among the runs 'registry-cache'"):
        compare(make_runs(make_pair([0.1, 0.1, 0.1])), baseline="registry-cache")


def test_without_the_usual_baseline_nothing_is_told_and_nothing_raised():
    runs = make_runs(make_pair([0.1, 0.1, 0.1]))
    table = compare(runs.assign(strategy=runs["strategy"].replace("docker", "a")))
    assert table["verdict"].unique().tolist() == ["not enough runs"]
    assert table["n"].tolist() == [0, 0]


def test_no_runs_keep_columns_and_types():
    table = compare(make_runs({}))
    assert table.empty
    assert dict(table.dtypes.astype(str)) == COLUMNS


def test_what_other_comparisons_vary_by_tells_what_three_rounds_alone_can_not():
    seed = 20261103
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    times = {name: {"source": (20 + rng.normal(0, 0.8, 3)).tolist()} for name in "abcdefgh"}
    times |= {"docker": {"source": [20.0, 21.0, 19.5]}, "slow": {"source": [26.4, 25.7, 27.3]}}
    together = pick(compare(make_runs(times)), strategy="slow")
    pair = {name: times[name] for name in ("docker", "slow")}
    alone = compare(make_runs(pair)).iloc[0]
    assert together["difference"] == alone["difference"]
    assert together["verdict"] == "slower"
    assert together["p"] < 0.005 < alone["p"]


def test_what_is_told_of_a_mix_lies_outside_of_its_interval():
    seed = 3
    print("seed", seed)
    rng, told, mix = random.Random(seed), 0, {"source": 0.8, "base": 0.2}
    for _ in range(20):
        # a few strategies whose builds vary more than is usual
        noise = {f"s{number}": rng.choice([0.02, 0.03, 0.1]) for number in range(14)}
        shares = {name: rng.choice([0.6, 0.8, 1.0]) for name in noise}
        seconds = {
            name: {
                kind: [20 * shares[name] * rng.gauss(1, noise[name]) for _ in range(3)]
                for kind in mix
            }
            for name in noise
        }
        table = compare_mix(make_runs({"docker": seconds.pop("s0"), **seconds}), mix)
        rows = table[table["verdict"].isin([FASTER, SLOWER])]
        assert ((rows["high"] < 0) | (rows["low"] > 0)).all()
        assert (rows["verdict"].eq(FASTER) == rows["difference"].lt(0)).all()
        told += len(rows)
    assert told > 10


def test_reports_that_tell_a_false_difference_are_few():
    seed, experiments = 20261102, 400
    print(f"seed {seed}")
    runs = make_runs({name: {"source": [0.0] * 5} for name in ("docker", *"bcdefgh")})
    rng = np.random.default_rng(seed)
    parts = [
        runs.assign(seconds=rng.lognormal(3, 0.1, len(runs)), report=number)
        for number in range(experiments)
    ]
    table = compare(pd.concat(parts), by="report")
    wrong = table["verdict"].isin([FASTER, SLOWER]).groupby(table["report"]).any().sum()
    # 5 % are expected at most; a chance of 1 in 1000 would be 8.6 %
    assert 0 < wrong <= 0.086 * experiments


def test_several_reports_are_judged_each_by_itself():
    times = make_pair([0.1, 0.15, 0.2]) | {"c": {"source": [21, 120, 90]}}
    runs = make_runs(times).assign(report="all")
    few = make_runs(make_pair([-0.3, -0.31, -0.32])).assign(report="few")
    kept = make_runs({"docker": {"cold": [9.0] * 3}, "a": {"cold": [9.0, 9.1, 9.2]}})
    parts = {"all": runs, "few": few, "other": kept.assign(report="other")}
    table = compare(pd.concat(parts.values()), by="report")
    assert table.columns[0] == "report"
    for name, part in parts.items():
        own = table[table["report"] == name].drop(columns="report").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, compare(part), check_exact=False)


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
