"""A project's mix of commits: git's kinds, and what past builds tell or what is assumed besides."""

import dataclasses

import pandas as pd
import pytest

import analysis
from analysis.errors import ContextError
from analysis.measures import build_kinds, mix_of_commits, read_mix, write_mix

COMMITS = pd.DataFrame(
    {
        "commit": list("abcdefgh"),
        "kind": ["cold", None, *["source"] * 3, "dependency", "dockerfile", "unchanged"],
        "first_miss": [None, None, "COPY app", "COPY app", "COPY x", "COPY list", "RUN y", None],
        "subject": [f"commit {n}" for n in range(8)],
    }
)


def test_what_git_does_not_tell_is_assumed_and_added():
    table = mix_of_commits(COMMITS).set_index("kind")
    assert table["share"].to_dict() == pytest.approx(
        {
            "source": 0.85 * 3 / 6,
            "unchanged": 0.85 / 6 + 0.10,
            "dependency": 0.85 / 6,
            "dockerfile": 0.85 / 6,
            "base": 0.05,
        }
    )
    assert table["origin"].to_dict() == {
        "source": "git",
        "unchanged": "git and assumed",
        "dependency": "git",
        "dockerfile": "git",
        "base": "assumed",
    }
    assert table.loc["source", ["commits", "first_miss", "example"]].tolist() == [
        *(3, "COPY app", "e commit 4"),
    ]


def test_past_builds_tell_what_git_does_not():
    past = analysis.read_history("data/control/runs/registry-cache.*")
    kinds = build_kinds(past)["kind"].dropna()
    assert {"a change"} <= set(kinds)
    table = mix_of_commits(COMMITS, past).set_index("kind")
    untold = {name: (kinds == name).mean() for name in ("unchanged", "base")}
    assert table["share"].sum() == pytest.approx(1)
    assert table["share"].get("unchanged", 0) == pytest.approx(untold["unchanged"])
    assert table.loc["source", "share"] == pytest.approx((1 - sum(untold.values())) * 3 / 5)
    assert set(table["origin"]) <= {"git", "past builds"}


def test_logs_that_tell_of_no_build_leave_it_assumed():
    past = analysis.read_history("data/control/runs/docker.cold.*")
    assert build_kinds(past)["kind"].isna().all()
    assert mix_of_commits(COMMITS, past).equals(mix_of_commits(COMMITS))
    none = dataclasses.replace(past, builds=past.builds.iloc[:0])
    assert build_kinds(none).empty


def test_a_mix_is_written_as_it_is_read():
    table = mix_of_commits(COMMITS)
    shares = dict(zip(table["kind"], table["share"], strict=True))
    assert read_mix(write_mix(table)) == pytest.approx(shares, abs=1e-3)


def test_commits_of_no_kind_make_no_mix():
    first = COMMITS.head(2).assign(problem=None)
    with pytest.raises(ContextError, match=r"No commit of 2 tells a mix.*Give a longer range\.$"):
        mix_of_commits(first)
    unbuilt = first.assign(kind=None, problem="no Dockerfile at c.")
    with pytest.raises(
        ContextError, match=r"2 can't be built, .*: no Dockerfile at c\. Give the C"
    ):
        mix_of_commits(unbuilt)
