"""How many builds there are to run, and about how long they take."""

import pandas as pd
import pytest

from analysis.commands import experiment as rounds
from analysis.experiment.estimate import find_spacing, measure_spacing, say_time
from analysis.experiment.run import Settings


def make_runs(*starts):
    """Runs of (strategy, seconds after the first) each."""
    names, seconds = zip(*starts, strict=True)
    begin = pd.Timestamp("2026-11-01", tz="UTC")
    return pd.DataFrame(
        {"strategy": names, "started": [begin + pd.Timedelta(seconds=each) for each in seconds]}
    )


def test_spacing_is_from_start_to_start_without_pauses():
    runs = make_runs(("a", 0), ("a", 10), ("b", 30), ("a", 9000), ("b", 9020), ("b", 9060))
    spacing = measure_spacing(runs)
    # a: 10, 20 and 20; b: 40, and the night after the third build is left out
    assert spacing.to_dict() == {"a": 20.0, "b": 40.0}


def test_an_unknown_strategy_takes_as_long_as_the_usual_one():
    spacing = pd.Series({"a": 20.0, "b": 40.0, "c": 60.0})
    said = say_time(["a", "b", "mine", "mine"], spacing, "as 3 builds did in lab")
    assert said == "about 2 min, if each takes as long as 3 builds did in lab"
    assert say_time(["a"], pd.Series(dtype="float64"), "") == (
        "how long that takes is not known: nothing was built yet"
    )


def test_an_empty_folder_is_judged_by_the_recorded_experiment(tmp_path):
    spacing, whose = find_spacing(tmp_path)
    assert whose.endswith("builds did in lab")
    assert spacing.between(1, 300).all()


def test_a_dry_run_says_what_it_would_build_and_builds_nothing(tmp_path, capsys):
    said = rounds.say_rounds(str(tmp_path), ["docker", "buildx-push"], [], Settings(rounds=2))
    assert said.startswith(f"0 builds to run: everything asked for is finished in {tmp_path}")
    chosen = ["cold", "source"]
    said = rounds.say_rounds(str(tmp_path), ["docker", "buildx-push"], chosen, Settings(rounds=2))
    assert f"8 builds to run in {tmp_path}, strategies: 2, scenarios: 2, rounds: 2; about " in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["unshaped", "200mbit"])
def test_a_dry_run_needs_no_engine(link, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DOCKER_HOST", "unix:///none.sock")
    call = ["--experiment", str(tmp_path), "--rounds", "1", "--scenarios", "cold", "--dry-run"]
    assert rounds.main([*call, "--strategies", "docker", "--link", link]) == 0
    assert "1 builds to run" in capsys.readouterr().out
    assert rounds.main([*call, "--link", "fast"]) == 1
    assert "LINK=200mbit,20ms" in capsys.readouterr().err
