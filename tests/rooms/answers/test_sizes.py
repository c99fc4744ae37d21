"""The answers for projects of several sizes, on recorded builds of two amounts of work."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.answers import answer, answer_sizes
from analysis.prose import say_sizes, tabulate_sizes
from analysis.results import read_grid
from analysis.words import CLOSE, FASTER, SAME

MIX = "source 100"
SMALL, LARGE = "sweep WORK_SECONDS=8", "sweep WORK_SECONDS=24"


@pytest.fixture(scope="module")
def grid():
    return {each.folder.name: each for each in read_grid("data/sweep")}


@pytest.fixture(scope="module")
def sizes(grid):
    return answer_sizes(grid["100mbit.24s"], "data/sweep", MIX)


def test_each_project_over_the_link_has_its_own_answer_the_smallest_first(grid, sizes):
    assert sizes["project"].tolist() == [SMALL, LARGE]
    assert sizes["work"].is_monotonic_increasing and sizes["work"].gt(7).all()
    for name, row in zip(("100mbit.8s", "100mbit.24s"), sizes.to_dict("records"), strict=True):
        found = answer(grid[name], MIX)
        (own,) = (each for each in found.strategies if each["strategy"] == "registry-cache")
        assert row["strategy"] == "registry-cache" and row["verdict"] == own["verdict"]
        assert row["seconds_from"] == found.seconds_from
        assert (row["difference"], row["n"]) == (own["difference"], 3)
        told = found.verdict == FASTER or found.strategy == "docker"
        assert row["use"] == found.strategy if told else pd.isna(row["use"])


def test_a_strategy_pays_from_where_its_difference_turns(grid, sizes):
    known = sizes.dropna(subset=["pays_from"])
    assert len(known), "some turn was run"
    for row in known.to_dict("records"):
        least, most = sizes["work"].min(), sizes["work"].max()
        assert row["pays_from_low"] <= row["pays_from"] <= row["pays_from_high"]
        assert least * 0.9 <= row["pays_from_low"] and row["pays_from_high"] <= most * 1.1
        # where more work pays, less of it does not
        assert (row["difference"] < 0) == (row["work"] > row["pays_from"])


def test_projects_over_other_links_and_with_one_round_are_no_rows(grid):
    small, large = grid["100mbit.8s"], grid["100mbit.24s"]
    assert answer_sizes(large, [grid["400mbit.8s"]], MIX)["project"].tolist() == [LARGE]
    once = dataclasses.replace(small, runs=small.runs.query("round == 1"))
    assert answer_sizes(large, [once], MIX)["project"].tolist() == [LARGE]
    # nothing of its own could be told: nothing is of the page
    assert answer_sizes(once, [large], MIX).empty


def test_a_project_that_lacks_the_baseline_takes_no_other_down(grid):
    small, large = grid["100mbit.8s"], grid["100mbit.24s"]
    without = dataclasses.replace(small, runs=small.runs.query("strategy == 'docker'"))
    found = answer_sizes(large, [without], MIX, baseline="registry-cache")
    assert found["project"].tolist() == [LARGE] and found["strategy"].tolist() == ["docker"]


def test_a_mix_is_the_same_for_all(grid):
    mixed = answer_sizes(grid["100mbit.24s"], list(grid.values()), "cold 50, source 50")
    assert len(mixed) == 2
    for name, row in zip(("100mbit.8s", "100mbit.24s"), mixed.to_dict("records"), strict=True):
        assert row["seconds_from"] == answer(grid[name], "cold 50, source 50").seconds_from


def make_sizes(**changes):
    """Three projects: one that stays, one that can't be told, one with a faster strategy."""
    table = pd.DataFrame(
        {
            "project": ["small", "middle", "large"],
            "work": [8.0, 40.0, 160.0],
            "seconds_from": [20.0, 55.0, 190.0],
            "use": ["docker", None, "registry-cache"],
            "strategy": "registry-cache",
            "difference": [0.1, -4.0, -90.0],
            "low": [-0.4, -9.0, -99.0],
            "high": [0.6, 1.0, -81.0],
            "n": 3,
            "verdict": [SAME, CLOSE, FASTER],
            "pays_from": [9.0, 30.0, np.nan],
            "pays_from_low": [8.5, 10.0, np.nan],
            "pays_from_high": [12.0, 60.0, np.nan],
        }
    )
    return table.assign(**changes)


def test_a_sentence_says_for_whom_the_answer_holds():
    found = answer("data/control", MIX)
    said = say_sizes(make_sizes(), found)
    assert said == (
        "By size of build, in the lab: stay with docker for small (8.0 s of work) "
        "(modelled: registry-cache pays from 9.0 s of work, 95 % interval 8.5 to 12.0 s); "
        "nothing can be told yet for middle (40.0 s of work), where registry-cache comes nearest "
        "with −4.0 s [−9.0 to 1.0 s, n = 3] a build (modelled: registry-cache pays from 30.0 s of "
        "work, 95 % interval 10.0 to 60.0 s); use registry-cache for large (160.0 s of work), "
        "−90.0 s [−99.0 to −81.0 s, n = 3] a build."
    )
    assert say_sizes(make_sizes().head(1), found) == ""


def test_a_table_has_a_row_a_project_and_none_for_one_alone():
    found = answer("data/control", MIX)
    heads, rows = tabulate_sizes(make_sizes(), found)
    assert [len(row) for row in rows] == [len(heads)] * 3
    assert rows[2] == [
        *("large", "160.0 s", "190.0 s", "registry-cache"),
        *("registry-cache −90.0 s [−99.0 to −81.0 s, n = 3]", ""),
    ]
    assert rows[1][3] == "can't tell yet" and rows[1][5] == "30.0 s of work (10.0 to 60.0 s)"
    assert tabulate_sizes(make_sizes().head(1), found)[1] == []
