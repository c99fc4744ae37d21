"""A strategy against itself: what is told of it, and that a real difference would be noticed."""

import pandas as pd
from measured import make_runs

from analysis.measures.compare.aa import control
from analysis.prose import say_control

NAMES = ("docker", "docker-again", "registry-cache", "registry-cache-again")


def make_control(**changed):
    """Runs of two strategies under two names each, seconds by strategy replaced by keyword."""
    seconds = {name: [20.0, 21.0, 20.5, 20.2] for name in NAMES}
    seconds["docker-again"] = [20.3, 20.8, 20.4, 20.3]
    seconds["registry-cache-again"] = [20.1, 21.2, 20.3, 20.4]
    seconds |= {name.replace("_", "-"): values for name, values in changed.items()}
    return make_runs({name: {"cold": values} for name, values in seconds.items()})


def test_each_is_compared_with_itself_and_nothing_else():
    table = control(make_control())
    assert table[["strategy", "baseline"]].to_numpy().tolist() == [
        ["docker-again", "docker"],
        ["registry-cache-again", "registry-cache"],
    ]
    assert table["verdict"].eq("the same").all()
    said = say_control(table)
    assert "Of 2 comparisons of a strategy with itself over 4 rounds" in said
    assert "wrong verdicts: 0 of 2 comparisons" in said
    assert "true difference of 0: 0 of 2 intervals" in said


def test_a_difference_that_should_not_be_there_is_told():
    table = control(make_control(docker_again=[40.0, 41.0, 40.5, 40.2]))
    said = say_control(table)
    assert "wrong verdicts: 1 of 2 comparisons" in said
    assert "true difference of 0: 1 of 2 intervals" in said
    assert "widest difference of means was 20.0 s" in said


def test_a_strategy_without_a_second_name_is_left_out():
    runs = make_control()
    table = control(runs[runs["strategy"] != "docker-again"])
    assert table["baseline"].tolist() == ["registry-cache"]
    none = control(runs[runs["strategy"] == "docker"])
    assert none.empty
    assert isinstance(none, pd.DataFrame)
    assert say_control(none) == "No strategy was measured under two names often enough."


def test_two_rounds_are_not_enough():
    runs = make_control()
    table = control(runs[runs["round"] <= 2])
    assert table["verdict"].eq("not enough runs").all()
    assert say_control(table) == "No strategy was measured under two names often enough."
