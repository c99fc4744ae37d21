"""Ranks that can't be true: of one run of a sequence, of a whole one, of two that were swapped."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.records import read_experiment
from analysis.records.ranks import Planned, find_stray_ranks, mark_rebuilt, read_planned

SWEEP = Path(__file__).parents[3] / "data" / "sweep" / "100mbit.24s"
# strategies in the order in which they began, each with two runs of a minute
ABC = ["a", "a", "b", "b", "c", "c"]
APART, LATE = "its rank is not that of its strategy and round", "its rank does not fit when it be"
MANY, BELOW = "its rank is 9, and no round has so many", "its rank is below 0"


def judge(ranks, strategies=ABC, place="lab", most=6, rebuilt="", whole=False):
    """Number of a run -> what is said of its rank; of strategy `rebuilt` a run was set aside."""
    begun = pd.date_range("2026-11-24", periods=len(ranks), freq="min", tz="UTC")
    frame = pd.DataFrame({"strategy": strategies, "order": ranks, "started": begun})
    frame = frame.assign(place=place, round=1, log_begun=frame["started"], seconds=50.0)
    frame["finished"] = begun + pd.Timedelta(seconds=50)
    again = frame["strategy"].duplicated()
    frame["scenario"] = again.map({False: "cold", True: "source"})
    frame["idle_gap"] = again.map({False: float("nan"), True: 10.0})
    frame["rebuilt"] = frame["strategy"].eq(rebuilt)
    return find_stray_ranks(frame, Planned(most, frozenset(strategies) if whole else frozenset()))


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        ([0, 0, 1, 1, 2, 2], {}),
        # one was built anew, after all others
        ([0, 0, 2, 2, 3, 3], {}),
        ([0, 0, 1, 9, 2, 2], {3: APART}),
        ([9, 0, 1, 1, 2, 2], {0: APART}),
        ([0, 0, 1, 1, 2, 3], {5: APART}),
        ([0, 0, 1, 1, 2, -1], {5: APART}),
        # nobody can say which of them is right
        ([0, 0, 0, 2, 3, 3], {2: APART, 3: APART}),
        ([0, 0, 1, 1, 9, 9], {4: MANY, 5: MANY}),
        ([-1, -1, 1, 1, 2, 2], {0: BELOW, 1: BELOW}),
    ],
)
@pytest.mark.parametrize("place", ["lab", "codebuild"])
def test_a_rank_is_held_against_those_beside_it(ranks, expected, place):
    assert judge(ranks, place=place) == expected


def test_two_that_were_swapped_do_not_fit_when_they_began():
    (late,) = set(judge([0, 0, 2, 2, 1, 1]).values())
    assert late.startswith(LATE)
    # side by side they may begin in any order
    assert judge([0, 0, 2, 2, 1, 1], place="codebuild") == {}


@pytest.mark.parametrize(
    ("ranks", "strategies"),
    [
        # it broke off, went on after the others, and then its first run was built anew
        ([1, 1, 2, 2, 0, 0], "bbccaa"),
        # to build it anew was cut off after the first of its runs
        ([0, 1, 1, 2, 2, 3], "abbcca"),
    ],
)
def test_what_was_built_anew_keeps_a_rank_or_gets_another(ranks, strategies):
    assert judge(ranks, [*strategies])
    assert judge(ranks, [*strategies], rebuilt="a") == {}
    # that one is no round's still costs it
    assert judge([9, *ranks[1:]], [*strategies], rebuilt=strategies[0])[0] == MANY


def test_what_was_set_aside_tells_which_sequences_were_built_anew(tmp_path):
    for name in ("a.1.cold.01.replaced", "b.cold.02.damaged-2", "c-01.json.damaged"):
        (tmp_path / "set-aside" / name).mkdir(parents=True)
    runs = ["a.1.cold.01", "a.1.source.01", "a.1.cold.02", "a.source.01", "b.story.02", "c.cold.01"]
    marked = mark_rebuilt(tmp_path, pd.DataFrame({"run": pd.array(runs, "string")}))
    assert marked.tolist() == [True, True, False, False, True, False]
    assert not mark_rebuilt(tmp_path / "none", pd.DataFrame({"run": runs})).any()


def test_a_round_has_no_more_ranks_than_were_built_in_it(tmp_path):
    facts = {"buildspecs": {"docker": "", "registry-cache": ""}}
    assert read_planned(tmp_path, facts).most == 4
    (tmp_path / "set-aside" / "docker.cold.01.failed").mkdir(parents=True)
    assert read_planned(tmp_path, facts).most == 5
    assert read_planned(tmp_path, {}) == read_planned(tmp_path, {"buildspecs": 1}) == Planned()


@pytest.mark.parametrize(
    ("runs", "edited", "rank", "reason"),
    [
        (["docker.cold.01", "docker.source.01"], "docker.source.01", 2, APART),
        (["docker.cold.01", "registry-cache.cold.01"], "docker.cold.01", 9, MANY),
    ],
)
def test_an_edit_in_a_sequence_of_two_runs_or_one_costs_it_alone(
    tmp_path, runs, edited, rank, reason
):
    shutil.copy(SWEEP / "experiment.json", tmp_path)
    for name in runs:
        shutil.copytree(SWEEP / "runs" / name, tmp_path / "runs" / name)
    path = tmp_path / "runs" / edited / "record.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"order": rank}))
    assert tell_invalid(tmp_path) == {edited: reason}
    # so may a run be that was built anew
    (tmp_path / "set-aside" / f"{edited}.replaced").mkdir(parents=True)
    assert tell_invalid(tmp_path) == ({} if reason == APART else {edited: reason})


def tell_invalid(folder):
    """Run -> why it is invalid."""
    return read_experiment(folder).runs.set_index("run")["invalid_reason"].dropna().to_dict()
