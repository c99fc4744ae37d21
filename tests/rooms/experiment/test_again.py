"""The command that an experiment is run on with, from what its folder tells."""

import shlex
from pathlib import Path

import pandas as pd
import pytest

from analysis.experiment import Settings, read_settings, record_folders, record_settings
from analysis.experiment.again import write_again
from analysis.shipped import CONTEXT, ROOT
from analysis.workload import SCENARIOS, STORY_NAMES, load_strategies

ROWS = [("docker", "cold", "lab"), ("mine", "source", "lab")]


def list_runs(rows=ROWS):
    return pd.DataFrame(rows, columns=["strategy", "scenario", "place"])


def call(facts, runs, folder="runs/mine"):
    return write_again(Path(folder), facts, runs, 5)


def record(settings):
    return record_settings(settings) | record_folders(settings)


def test_folders_and_settings_that_were_given_come_again():
    settings = Settings(
        context=Path("my app"),
        strategies_folder=Path("../own"),
        link="200mbit",
        arguments={"A": "1", "B": "2"},
        pool=3,
    )
    facts = record(settings) | {"buildspecs": {"docker": "", "mine": ""}}
    told = shlex.split(call(facts, list_runs()))
    assert told == [
        "make",
        "experiment",
        "STRATEGIES=docker,mine",
        "SCENARIOS=cold,source",
        "EXPERIMENT=runs/mine",
        "ROUNDS=5",
        "CONTEXT=my app",
        "STRATEGIES_FOLDER=../own",
        "POOL=3",
        "LINK=200mbit",
        "ARGUMENTS=A=1,B=2",
    ]


def test_outside_a_checkout_it_is_the_installed_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = call(record(Settings(context=Path("app"))), list_runs(ROWS[:1]))
    assert told == (
        "codebuild-cache experiment --strategies docker --scenarios cold --experiment runs/mine "
        "--rounds 5 --context app"
    )


def test_what_is_as_by_default_is_left_out():
    usual = [name for name, each in load_strategies().items() if each.by_default]
    rows = [(name, scenario, "lab") for name in usual for scenario in SCENARIOS]
    facts = record(Settings(context=CONTEXT))
    assert call(facts, list_runs(rows), "runs/latest") == "make experiment ROUNDS=5"
    more = [*rows, ("docker-29", STORY_NAMES[0], "lab")]
    named = dict(word.split("=", 1) for word in call(facts, list_runs(more)).split()[2:])
    assert named["STRATEGIES"].split(",")[-1] == "docker-29"
    assert named["SCENARIOS"].split(",")[-1] == STORY_NAMES[0]
    assert call({}, list_runs([]), "runs/latest") == "make experiment ROUNDS=5"


def test_the_place_is_told_and_older_experiments_name_their_context():
    facts = {"context": "app", "buildspecs": {"docker": ""}}
    told = call(facts, list_runs([("docker", "cold", "codebuild")]))
    assert " PLACE=codebuild " in told and told.endswith(" CONTEXT=app")


@pytest.mark.parametrize("inside", [ROOT / "runs" / "mine", Path("../runs/mine")])
def test_folders_of_the_checkout_are_named_from_its_top(inside, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    facts = {"folders": {"context": f"{ROOT}/tests/contexts/go", "strategies_folder": "/own"}}
    told = shlex.split(call(facts, list_runs(), inside))
    assert {"EXPERIMENT=runs/mine", "CONTEXT=tests/contexts/go", "STRATEGIES_FOLDER=/own"} < {*told}


def test_outside_a_checkout_folders_are_named_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = call({"folders": {"context": f"{tmp_path}/app"}}, list_runs(), tmp_path / "mine")
    assert " --experiment mine " in told and told.endswith(" --context app --link unshaped")
    assert " --experiment /elsewhere/mine " in call({}, list_runs(), "/elsewhere/mine")


@pytest.mark.parametrize("built", [{"mine": ""}, {}])
def test_a_baseline_that_was_never_built_is_built_with_the_others(built):
    told = call({"buildspecs": built} if built else {}, list_runs(ROWS[1:]))
    assert " STRATEGIES=docker,mine " in told
    assert write_again(Path("x"), {}, list_runs(), 5, "other").split()[2] == (
        "STRATEGIES=other,docker,mine"
    )


@pytest.mark.parametrize("odd", [[], "x", {"context": 1}, None])
def test_damaged_facts_are_passed_over(odd):
    facts = {"folders": odd, "buildspecs": odd, "arguments": odd, "seed": odd}
    assert call(facts, list_runs([])).startswith("make experiment ")


def test_the_command_asks_for_the_same_settings(monkeypatch):
    monkeypatch.chdir(ROOT)
    settings = Settings(context=Path("tests/contexts/go"), arguments={"A": "1"}, link="200mbit")
    words = shlex.split(call(record(settings), list_runs()))[2:]
    given = {name.lower(): value for name, _, value in (word.partition("=") for word in words)}
    again = read_settings(given, Settings)
    assert record(again) == record(settings)
