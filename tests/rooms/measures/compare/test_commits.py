"""Runs of a history's commits: compared by kind, each commit a block."""

import numpy as np
import pandas as pd
import pytest
from measured import make_runs
from scipy import stats

from analysis.measures import compare, compare_mix, pick_comparable
from analysis.measures.compare import list_open
from analysis.measures.compare.blocks import _choose_blocks
from analysis.measures.compare.commits import list_rare, weigh_commits
from analysis.records import mark_commits

KINDS = {"aa": "source", "bb": "dependency", "cc": "source", "dd": "source"}
FACTS = {"history": [{"commit": c, "kind": k, "first_miss": f"COPY {k}"} for c, k in KINDS.items()]}
SECONDS = {"aa": 30.0, "bb": 60.0, "cc": 40.0, "dd": 50.0}


def make_history():
    """Runs of two strategies on four commits and what was before them; one saves 10 s on each."""
    saved = {"docker": 0.0, "registry-cache": 10.0}
    runs = [
        make_runs({name: {"cold": [90.0 if commit is None else SECONDS[commit] - less]}}).assign(
            scenario=commit or "cold"
        )
        for name, less in saved.items()
        for commit in (None, *SECONDS)
    ]
    found = pd.concat(runs, ignore_index=True).astype({"scenario": "string"})
    found["run"] = found["strategy"] + "." + found["scenario"] + ".01"
    found["started"] += pd.to_timedelta(found.index, unit="h")
    return mark_commits(found, FACTS)


def test_runs_say_what_git_told_of_their_commits():
    runs = make_history().set_index("scenario")
    assert runs.loc["bb", "kind"].unique().tolist() == ["dependency"]
    assert runs.loc["aa", "first_miss"].unique().tolist() == ["COPY source"]
    assert runs.loc["cold", ["commit", "kind", "first_miss"]].isna().all(axis=None)


def test_commits_are_blocks_of_their_kind():
    table = compare(make_history()).set_index("scenario")
    assert table["n"].to_dict() == {"cold": 1, "source": 3, "dependency": 1}
    # a strategy that saves the same of commits of other lengths saves about that of their mean
    assert -11 < table.loc["source", "difference"] < -9


def test_a_commit_is_paired_with_itself_whoever_lacks_another():
    runs = make_history()
    lacking = runs[~(runs["strategy"].eq("registry-cache") & runs["scenario"].eq("cc"))]
    rows = pick_comparable(lacking).query("scenario == 'source'")
    blocks = rows.groupby("commit")["round"].unique().map(list).to_dict()
    assert sorted(blocks) == ["aa", "cc", "dd"] and all(len(each) == 1 for each in blocks.values())
    assert compare(lacking).set_index("scenario").loc["source", "n"] == 2


def test_what_is_grouped_stays_as_it_is():
    once = pick_comparable(make_history())
    pd.testing.assert_frame_equal(pick_comparable(once), once)


def test_other_runs_have_no_such_columns():
    runs = make_runs({"docker": {"source": [20.0]}})
    assert mark_commits(runs, {"history": "damaged"}) is runs
    assert "commit" not in pick_comparable(runs)


def test_what_is_open_is_told_of_the_kinds_of_commits():
    runs = make_history()
    mix = {"source": 0.8, "dependency": 0.2}
    assert list_rare(pick_comparable(runs)) == ["cold", "dependency"]
    assert list_open(runs, mix, 0.05) == []
    # one saves as much on a commit as it loses on another
    change = runs["scenario"].map({"aa": 30.0, "cc": -10.0, "dd": 5.0}).fillna(0.0)
    noisy = runs.assign(seconds=runs["seconds"] + change.where(runs["strategy"].ne("docker"), 0.0))
    assert list_open(noisy, mix, 0.05) == ["registry-cache"]


def make_table(counts, strategies=("docker", "registry-cache")):
    """Seconds of so many commits of each kind, as weigh_rounds gives them to weigh_commits."""
    luck = np.random.default_rng(3)
    rows = [
        (name, number, kind, luck.normal(30 * (place + 1), 2 + place))
        for place, (kind, count) in enumerate(counts.items())
        for number in range(1, count + 1)
        for name in strategies
    ]
    columns = ["strategy", "round", "scenario", "seconds"]
    return pd.DataFrame(rows, columns=columns).set_index(columns[:3])


def test_a_mix_takes_all_commits_and_weighs_each_kind_by_its_share():
    counts, mix = {"source": 12, "unchanged": 3, "dependency": 2}, [0.5, 0.3, 0.2]
    table = make_table(counts)
    weighed = weigh_commits(table, dict(zip(counts, mix, strict=True)))["seconds"]
    pairs = weighed.unstack("strategy")
    assert len(pairs) == sum(counts.values())
    kinds = table["seconds"].unstack("strategy").groupby("scenario")
    expected = kinds.mean().mul(pd.Series(mix, list(counts)), axis="index").sum()
    pd.testing.assert_series_equal(pairs.mean(), expected)
    # half the interval's width is what those of the kinds' means make it
    parts = {
        kind: share * stats.t.ppf(0.975, len(own) - 1) * own.std() / len(own) ** 0.5
        for (kind, share) in zip(counts, mix, strict=True)
        for own in [kinds.get_group(kind).diff(axis="columns").iloc[:, 1]]
    }
    all_ = pairs.diff(axis="columns").iloc[:, 1]
    half = stats.t.ppf(0.975, len(all_) - 1) * all_.std() / len(all_) ** 0.5
    assert half == pytest.approx(sum(each**2 for each in parts.values()) ** 0.5)


def test_a_kind_with_one_commit_tells_no_mix_and_one_without_any_neither():
    for counts in ({"source": 12, "dependency": 1}, {"source": 12}):
        assert weigh_commits(make_table(counts), {"source": 0.5, "dependency": 0.5}).empty


def test_a_pair_of_strategies_has_the_commits_that_both_built():
    table = make_table({"source": 5, "unchanged": 3}, ("docker", "few", "many"))
    table = table.drop(index=[("few", n, "source") for n in (1, 2)] + [("docker", 3, "unchanged")])
    mix = {"source": 0.6, "unchanged": 0.4}
    weighed = weigh_commits(table, mix, "docker")["seconds"].unstack("strategy")
    assert weighed.count().to_dict() == {"docker": 7, "few": 5, "many": 7}
    for name in ("few", "many"):
        pairs = table["seconds"].unstack("strategy")[["docker", name]].dropna()
        means = pairs.diff(axis="columns")[name].groupby("scenario").mean()
        expected = means.mul(pd.Series(mix)).sum()
        assert (weighed[name] - weighed["docker"]).mean() == pytest.approx(expected)


def test_one_with_too_few_commits_of_a_kind_takes_none_of_the_others_away():
    table = make_table({"source": 5, "unchanged": 3}, ("docker", "few", "many"))
    lacking = table.drop(index=[("few", n, "unchanged") for n in (1, 2)])
    mix = {"source": 0.6, "unchanged": 0.4}
    both = [weigh_commits(each, mix, "docker") for each in (table, lacking)]
    assert "few" not in both[1].index.get_level_values("strategy")
    pd.testing.assert_frame_equal(both[0].loc[["docker", "many"]], both[1])
    # kinds that any strategy has in common with the baseline stay in the mix
    runs = lacking.reset_index().assign(commit="c", scenario=lambda t: t["scenario"])
    assert list_rare(runs) == []
    assert list_rare(runs[runs["strategy"].ne("many")]) == ["unchanged"]


def make_rounds(luck, kinds, rounds, commits_vary, builds_vary):
    """Runs of two strategies that build each commit in so many rounds; one takes 3 s less."""
    rows = []
    for commit, kind in enumerate(kinds):
        own = luck.normal(-3.0, commits_vary)
        for number in range(1, rounds + 1):
            for name, more in (("docker", 0.0), ("registry-cache", own)):
                seconds = 60 + more + luck.normal(0, builds_vary)
                rows.append((name, f"c{commit}", kind, number, seconds))
    columns = ["strategy", "commit", "kind", "round", "seconds"]
    runs = pd.DataFrame(rows, columns=columns).assign(
        valid=True, emulated=False, expect="succeeded", host="fresh", host_empty=True, machine="m"
    )
    runs["scenario"] = runs["commit"]
    minutes = pd.to_timedelta(np.arange(len(runs)), unit="min")
    runs["started"] = pd.Timestamp("2026-11-29", tz="UTC") + minutes
    text = ["strategy", "commit", "kind", "scenario", "machine"]
    return runs.astype(dict.fromkeys(text, "string"))


def test_rounds_of_a_commit_are_repeats_and_commits_are_the_blocks():
    kinds = ["source"] * 6 + ["dependency"] * 3
    runs = make_rounds(np.random.default_rng(1), kinds, 3, 1.0, 1.0)
    assert compare(runs).set_index("scenario")["n"].to_dict() == {"source": 6, "dependency": 3}
    mixed = compare_mix(runs, {"source": 0.7, "dependency": 0.3})
    assert mixed["n"].tolist() == [9]
    means = runs.groupby(["kind", "commit", "strategy"])["seconds"].median().unstack()
    differences = means.diff(axis="columns")["registry-cache"].groupby("kind").mean()
    expected = differences["source"] * 0.7 + differences["dependency"] * 0.3
    assert mixed["difference"].item() == pytest.approx(expected)


def test_a_later_day_with_other_strategies_is_compared_by_itself():
    runs = make_rounds(np.random.default_rng(2), ["source"] * 4, 2, 1.0, 0.1)
    late = runs["round"].eq(2)
    other = runs["strategy"].mask(late & runs["strategy"].ne("docker"), "new")
    # everything takes twice as long on that day
    runs = runs.assign(
        strategy=other,
        seconds=runs["seconds"].where(~late, runs["seconds"] * 2),
        started=runs["started"] + pd.to_timedelta(late * 24, unit="h"),
    )
    table = compare(runs, measure="seconds").set_index("strategy")
    assert table["n"].to_dict() == {"new": 4, "registry-cache": 4}
    assert table["difference"].between(-9, 0).all()


def build_later(runs, luck):
    """The runs, the second round of which is of another day, with a third strategy."""
    late = runs["round"].eq(2)
    third = runs[late & runs["strategy"].eq("docker")].assign(strategy="third")
    third["seconds"] += luck.normal(0, 0.5, len(third))
    every = pd.concat([runs, third.astype({"strategy": "string"})], ignore_index=True)
    days = pd.to_timedelta(every["round"].eq(2) * 24, unit="h")
    return every.assign(started=every["started"] + days)


def test_a_commit_that_two_days_built_counts_once_for_two_strategies():
    seed, times, kinds = 5, 30, ["source"] * 8 + ["dependency"] * 4
    print("seed", seed)
    luck = np.random.default_rng(seed)
    runs = pd.concat(
        build_later(make_rounds(luck, kinds, 2, 2.0, 0.5), luck).assign(
            report=number, commit=lambda t, n=number: f"{n}." + t["commit"]
        )
        for number in range(times)
    ).reset_index(drop=True)
    table = compare_mix(runs, {"source": 0.7, "dependency": 0.3}, by="report")
    assert table["n"].eq(len(kinds)).all()
    old = table[table["strategy"].eq("registry-cache")]
    # with a block for each day 83 % hold
    assert (old["low"].le(-3.0) & old["high"].ge(-3.0)).mean() > 0.9


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # of two strategies that two days built, one day counts; none of less than another has
        (["ab", "abc", "c"], {"abc"}),
        # what one day alone built is held against the usual baseline of that day, or another of it
        (["dab", "dac"], {"dab", "dc"}),
        (["ab", "ac"], {"ab", "ac"}),
        (["ab", "cd"], {"ab", "cd"}),
    ],
)
def test_days_of_a_commit_compare_two_strategies_once(days, expected):
    names = {"d": "docker"}
    numbers = {"\n".join(sorted(names.get(n, n) for n in day)): 1 for day in days}
    found = _choose_blocks(numbers).values()
    assert {"".join(n[0] for n in sorted(block)) for block in found} == {
        "".join(sorted(each)) for each in expected
    }


def test_builds_that_count_no_more_keep_their_place_in_the_answer():
    luck = np.random.default_rng(4)
    runs = build_later(make_rounds(luck, ["source"] * 6, 2, 1.0, 0.5), luck)
    known = pick_comparable(runs.assign(run=runs.index.astype("string")))
    assert len(known) == len(runs) and known["round"].isna().sum() == 12
    pd.testing.assert_frame_equal(pick_comparable(known), known)


def test_commits_would_tell_and_rounds_of_the_same_ones_would_not():
    runs = make_rounds(np.random.default_rng(1), ["source"] * 6, 2, 12.0, 1.0)
    for table in (compare(runs), compare_mix(runs, {"source": 1.0})):
        assert table["rounds_needed"].isna().all()
        assert table["commits_needed"].fillna(0).gt(table["n"]).all()
    plain = runs[runs["round"].eq(1)].drop(columns=["commit", "kind"])
    numbers = runs["commit"].factorize()[0][plain.index] + 1
    table = compare(plain.assign(scenario="source", round=numbers).astype({"scenario": "string"}))
    assert table["commits_needed"].isna().all() and table["rounds_needed"].notna().all()


def test_intervals_of_commits_built_in_several_rounds_hold():
    seed, times = 5, 40
    print("seed", seed)
    luck = np.random.default_rng(seed)
    kinds = ["source"] * 8 + ["dependency"] * 4
    runs = pd.concat(
        make_rounds(luck, kinds, 3, 2.0, 0.5).assign(
            report=number, commit=lambda t, n=number: f"{n}." + t["commit"]
        )
        for number in range(times)
    )
    table = compare_mix(runs, {"source": 0.7, "dependency": 0.3}, by="report")
    assert table["n"].eq(len(kinds)).all()
    # with rounds as blocks of their own some 75 % hold
    assert (table["low"].le(-3.0) & table["high"].ge(-3.0)).mean() > 0.85


def test_a_mix_of_one_kind_is_compared_as_its_commits_are():
    runs = make_history()
    plain = runs[runs["kind"].eq("source")].drop(columns=["commit", "kind", "first_miss"])
    numbers = plain.groupby("strategy").cumcount() + 1
    plain = plain.assign(scenario="source", round=numbers).astype({"scenario": "string"})
    columns = ["strategy", "n", "seconds", "difference", "low", "high"]
    both = [compare_mix(each, {"source": 1.0})[columns] for each in (runs, plain)]
    pd.testing.assert_frame_equal(*both)
    assert both[0]["n"].tolist() == [3]
