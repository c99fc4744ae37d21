"""The command line of an experiment: what it is given reaches the loop, and what fails is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import records
from analysis.commands import run_command_line
from analysis.commands.experiment import build, run_request, say_request
from analysis.errors import ContextError, UnknownName
from analysis.experiment import Request, choose_strategies, shuffled

ROOT = Path(__file__).parents[3]


def call_command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "analysis", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def make(tmp_path):
    """Call make with this Python in place of an environment of its own."""
    (tmp_path / "env" / "bin").mkdir(parents=True)
    command = tmp_path / "env" / "bin" / "codebuild-cache"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m analysis "$@"\n')
    command.chmod(0o755)
    (tmp_path / "env" / ".ready").touch()
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    def call(*arguments):
        command = ["make", f"VENV={tmp_path}/env", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)

    return call


@pytest.fixture
def mine(tmp_path):
    """A folder with a strategy of one's own."""
    folder = tmp_path / "my own"
    folder.mkdir()
    (folder / "mine.yml").write_text("version: 0.2\nphases: {build: {commands: [ls]}}\n")
    return folder


def test_an_unknown_place_strategy_or_scenario_is_told_before_anything_is_built(tmp_path):
    wrong = {
        "place 'labb': did you mean 'lab'": {"place": "labb"},
        "did you mean 'docker'": {"strategy": "dockr"},
        "did you mean 'cold'": {"scenario": "clod"},
    }
    for told, parameters in wrong.items():
        with pytest.raises(UnknownName, match=told):
            build({"experiment": str(tmp_path), **parameters})
    with pytest.raises(ContextError, match="absent"):
        build({"experiment": str(tmp_path), "context": "absent"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["scenario", "strategy"])
def test_a_misspelt_name_is_an_error_in_the_notebook(name, tmp_path):
    command = [sys.executable, "-m", "papermill", "notebooks/1-build.ipynb", tmp_path / "out.ipynb"]
    wrong = ["-p", name, "chold,clod"]
    result = subprocess.run(
        [*map(str, command), *wrong, "-p", "experiment", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode
    assert f"There is no {name} 'chold'" in result.stderr


def test_make_hands_on_settings(make, mine, tmp_path):
    given = [f"EXPERIMENT={tmp_path}/my out", f"STRATEGIES_FOLDER={mine}", "CONTEXT=deploy/sweep"]
    names = ["STRATEGIES=mine,docker", "SCENARIOS=cold,source", "ROUNDS=2", "PLACE=lab"]
    planned = make("experiment", "DRY_RUN=1", *given, *names)
    assert planned.returncode == 0, planned.stderr
    assert f"8 builds to run in {tmp_path}/my out, strategies: 2" in planned.stdout


@pytest.mark.parametrize("name", ["ROUNDS", "SEED", "LINK", "PLACE", "ARGUMENTS", "SCENARIOS"])
def test_make_hands_on_a_setting_that_its_file_does_not_name(make, name, tmp_path):
    wrong = make("experiment", "DRY_RUN=1", f"EXPERIMENT={tmp_path}/out", f"{name}=no-such")
    assert wrong.returncode
    assert "'no-such'" in wrong.stderr


def test_replacements_and_strategies_of_ones_own_reach_the_experiment(mine, tmp_path):
    changes = tmp_path / "changes"
    (changes / "sorce").mkdir(parents=True)
    call = {"strategy": "mine", "scenario": "source", "experiment": str(tmp_path / "out")}
    with pytest.raises(UnknownName, match="no strategy 'mine'"):
        build(call)
    with pytest.raises(UnknownName, match="did you mean 'source'"):
        build(call | {"replacements": str(changes), "strategies_folder": str(mine)})
    with pytest.raises(ContextError, match="none is not a folder"):
        build(call | {"replacements": str(tmp_path / "none"), "strategies_folder": str(mine)})
    options = ["--replacements", changes, "--strategies-folder", mine, "--strategies", "mine"]
    result = call_command("experiment", "--experiment", tmp_path / "out", *options)
    assert result.returncode == 1
    assert "did you mean 'source'" in result.stderr
    assert not (tmp_path / "out").exists()


def test_without_an_engine_the_cure_is_printed_and_no_traceback(tmp_path):
    result = call_command(
        "experiment", "--experiment", tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock"
    )
    assert result.returncode == 1
    assert result.stderr.startswith("No Docker engine answers")
    assert result.stdout.startswith(f"preparing {tmp_path}")


def test_a_cleanup_without_an_engine_is_told_too(tmp_path):
    result = call_command("cleanup", DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert result.returncode == 1
    assert result.stderr.startswith("No Docker engine answers")


def test_finished_sequences_are_not_built_again(tmp_path):
    for strategy in ("docker", "buildx-push"):
        record = tmp_path / "runs" / records.run_name(strategy, "cold", 1) / "record.json"
        record.parent.mkdir(parents=True)
        record.write_text("{}")
    arguments = ["--strategies", "docker,buildx-push", "--scenarios", "cold", "--rounds", "1"]
    result = call_command(
        "experiment", "--experiment", tmp_path, *arguments, DOCKER_HOST="unix:///none.sock"
    )
    assert result.returncode == 0, result.stderr


def test_rounds_are_outside_and_strategies_shuffled_inside(client, context, tmp_path, capsys):
    names = ("buildx-load", "docker")
    request = Request(
        rounds=2, context=context, strategies=names, scenarios=("cold",), experiment=tmp_path
    )
    assert run_request(request) == tmp_path
    assert "; 3 of 4 builds done, about " in capsys.readouterr().out
    runs = records.read_records(tmp_path).runs.sort_values("started")
    assert list(runs["run"]) == [
        f"{strategy.name}.cold.{number:02d}"
        for number in (1, 2)
        for strategy in shuffled(choose_strategies(names), request.seed, number)
    ]
    assert runs["order"].tolist() == [0, 1, 0, 1]


def test_a_dry_run_says_what_it_would_build_and_builds_nothing(tmp_path):
    request = Request(
        rounds=2,
        context=ROOT / "deploy",
        strategies=("docker", "buildx-push"),
        scenarios=("cold", "source"),
        experiment=tmp_path,
    )
    said = say_request(request)
    assert f"8 builds to run in {tmp_path}, strategies: 2, scenarios: 2, rounds: 2; " in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["unshaped", "200mbit"])
def test_a_dry_run_needs_no_engine(link, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DOCKER_HOST", "unix:///none.sock")
    call = ["--experiment", str(tmp_path), "--rounds", "1", "--scenarios", "cold", "--dry-run"]
    assert run_command_line(["experiment", *call, "--strategies", "docker", "--link", link]) == 0
    assert "1 builds to run" in capsys.readouterr().out
    assert run_command_line(["experiment", *call, "--link", "fast"]) == 1
    assert "LINK=200mbit,20ms" in capsys.readouterr().err
