"""What is said of how fast hosts are, and of runs whose machine was busy with something else."""

import pandas as pd
from measured import make_runs

from analysis.measures import check_break_even, judge_aa, validate_model
from analysis.prose import list_speeds, say_pressure, say_speeds, say_trials
from analysis.records import read_elsewhere, read_simulation

RUNS = make_runs({"docker": {"source": [10]}})
SPEEDS = pd.DataFrame(
    [
        ("unpack_mbps", "MB/s", 20.0, 18.0, 22.0, 7),
        ("push_mbps", "MB/s", None, None, None, 0),
        ("boot_seconds", "s", 4.0, 4.0, 4.0, 1),
    ],
    columns=["speed", "unit", "median", "low", "high", "n"],
)


def measure(seconds, pressed):
    """Runs of docker at one kind of commit, and whether each was under pressure."""
    runs = make_runs({"docker": {"source": seconds}})
    return runs.assign(under_pressure=pd.array(pressed, "boolean"))


def test_speeds_stand_beside_those_of_others():
    table = list_speeds(SPEEDS, read_elsewhere(), RUNS)
    told = table[["speed", "where", "n"]].values.tolist()
    assert told[0] == ["unpacking", "the lab", 7]
    assert ["builder boot", "the lab", 1] in told
    assert "push" not in table["speed"].tolist()
    assert table["speed"].drop_duplicates().tolist() == ["unpacking", "download", "builder boot"]
    said = say_speeds(SPEEDS, read_elsewhere(), RUNS)
    assert said[0].startswith("Unpacking: 20.0 MB/s in the lab (median, n = 7); CodeBuild ")
    assert len(said) == 2
    said = say_speeds(SPEEDS, read_elsewhere(), RUNS.assign(place="codebuild"))
    assert said[0].startswith("Unpacking: 20.0 MB/s in these builds")


def test_of_speeds_that_nothing_tells_nothing_is_said():
    assert say_speeds(SPEEDS.assign(n=0), read_elsewhere(), RUNS) == []


def test_runs_under_pressure_are_told_with_how_much_longer_they_took():
    said = say_pressure(measure([10, 10, 10, 12, 14], [False, False, False, True, True]))
    assert said.startswith("2 of 5 runs were under pressure")
    assert "They took 30 % more than quiet runs" in said and "n = 2" in said


def test_pressure_that_all_runs_had_is_told_without_a_comparison():
    said = say_pressure(measure([10, 12], [True, True]))
    assert said.startswith("2 of 2 runs were under pressure") and "No quiet run" in said


def test_no_pressure_and_an_unknown_one_are_told_apart():
    assert say_pressure(measure([10, 12], [False, None])).endswith("under pressure (n = 1).")
    assert say_pressure(measure([10, 12], [None, None])).startswith("None of 2 runs tells how")


def test_each_trial_has_a_sentence_and_one_that_was_not_made_says_so():
    about = [20.0, 20.3, 19.8, 20.1]
    again = judge_aa(make_runs({"docker": {"source": about}, "docker-again": {"source": about}}))
    itself, simulated, errors = say_trials(
        again, read_simulation(), check_break_even([]), validate_model([])
    )
    assert itself == (
        "A strategy against itself: 0 of 1 comparison (95 % interval 0 to 79 %) told a difference."
    )
    assert simulated.startswith("Simulated: at most ") and " with 6." in simulated
    assert errors == "No prediction can be checked: no break-even was measured."
    none, *_ = say_trials(again[:0], read_simulation(), check_break_even([]), validate_model([]))
    assert none == "No strategy was measured under two names often enough."
