"""Runs of a history's commits: compared by kind, each commit a block."""

import pandas as pd
from measured import make_runs

from analysis.measures import compare, pick_comparable
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
