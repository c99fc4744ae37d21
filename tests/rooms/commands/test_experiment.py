import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from analysis import records
from analysis.commands import experiment as rounds
from analysis.commands import run_command_line
from analysis.errors import ContextError, UnknownName
from analysis.experiment import Settings, choose_strategies, shuffled

ROOT = Path(__file__).parents[3]


def call_rounds(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "analysis", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("all", []),
        ("", []),
        ("docker", ["docker"]),
        ("docker,buildx-push", ["docker", "buildx-push"]),
        (" docker  buildx-push, ", ["docker", "buildx-push"]),
    ],
)
def test_names_come_with_commas_or_blanks_or_as_all(text, names):
    assert rounds.split_names(text) == names


def test_a_relative_folder_is_the_projects_wherever_the_kernel_runs(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    assert rounds.place_folder("runs/latest") == Path("runs/latest")
    monkeypatch.chdir(ROOT / "notebooks")
    assert rounds.place_folder("runs/latest") == ROOT / "runs" / "latest"
    assert rounds.place_folder(str(tmp_path)) == tmp_path


def test_an_unknown_place_strategy_or_scenario_is_told_before_anything_is_built(tmp_path):
    with pytest.raises(UnknownName, match="place 'labb': did you mean 'lab'"):
        rounds.build("docker", "cold", "labb", 1, "deploy", str(tmp_path))
    with pytest.raises(UnknownName, match="did you mean 'docker'"):
        rounds.build("dockr", "cold", "lab", 1, "deploy", str(tmp_path))
    with pytest.raises(UnknownName, match="did you mean 'cold'"):
        rounds.run_rounds(str(tmp_path), [], ["clod"], Settings())
    with pytest.raises(ContextError, match="absent"):
        rounds.run_rounds(str(tmp_path), [], ["cold"], Settings(context=Path("absent")))
    assert list(tmp_path.iterdir()) == []


def test_make_hands_on_every_setting():
    settings = ["REPLACEMENTS=my changes", "STRATEGIES_FOLDER=my own"]
    plan = ["make", "--dry-run", "experiment", *settings]
    planned = subprocess.run(plan, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert '--replacements "my changes"' in planned
    assert '--strategies-folder "my own"' in planned


def test_an_empty_folder_s_name_stands_for_none():
    settings = rounds.choose_settings(1, "deploy", "", "")
    assert (settings.replacements, settings.strategies_folder) == (None, None)


def test_replacements_and_strategies_of_ones_own_reach_the_experiment(tmp_path):
    changes, mine = tmp_path / "changes", tmp_path / "mine"
    (changes / "sorce").mkdir(parents=True)
    mine.mkdir()
    (mine / "mine.yml").write_text("version: 0.2\nphases: {build: {commands: [ls]}}\n")
    call = ["mine", "source", "lab", 1, "deploy", str(tmp_path / "out")]
    with pytest.raises(UnknownName, match="no strategy 'mine'"):
        rounds.build(*call)
    with pytest.raises(UnknownName, match="did you mean 'source'"):
        rounds.build(*call, str(changes), str(mine))
    with pytest.raises(ContextError, match="none is not a folder"):
        rounds.build(*call, str(tmp_path / "none"), str(mine))
    options = ["--replacements", changes, "--strategies-folder", mine, "--strategies", "mine"]
    result = call_rounds("experiment", "--experiment", tmp_path / "out", *options)
    assert result.returncode == 1
    assert "did you mean 'source'" in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_build_notebook_is_given_them_too(tmp_path):
    changes, mine = tmp_path / "changes", tmp_path / "mine"
    (changes / "source").mkdir(parents=True)
    mine.mkdir()
    (mine / "mine.yml").write_text("version: 0.2\nphases: {build: {commands: [ls]}}\n")
    options = ["--replacements", changes, "--strategies-folder", mine, "--strategies", "mine"]
    none = f"unix://{tmp_path}/none.sock"
    result = call_rounds("experiment", "--experiment", tmp_path / "out", *options, DOCKER_HOST=none)
    assert "No Docker engine answers" in result.stderr
    (kept,) = (tmp_path / "out" / "notebooks").iterdir()
    assert kept.stem == "1-build.mine.01"
    (cell,) = [c for c in nbformat.read(kept, 4).cells if "injected-parameters" in c.metadata.tags]
    assert f'replacements = "{changes}"' in cell.source
    assert f'strategies_folder = "{mine}"' in cell.source


def test_without_an_engine_the_cure_is_printed_and_no_traceback(tmp_path):
    result = call_rounds(
        "experiment", "--experiment", tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock"
    )
    assert result.returncode == 1
    assert "No Docker engine answers" in result.stderr
    assert "Traceback" not in result.stderr
    kept = list((tmp_path / "notebooks").iterdir())
    assert len(kept) == 1, "no other strategy is tried"


def test_cleaning_up_without_an_engine_is_told_too(tmp_path):
    result = call_rounds("cleanup", DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert result.returncode == 1
    assert result.stderr.startswith("No Docker engine answers")


def test_finished_histories_are_not_built_again(tmp_path):
    for strategy in ("docker", "buildx-push"):
        record = tmp_path / "runs" / records.run_name(strategy, "cold", 1) / "record.json"
        record.parent.mkdir(parents=True)
        record.write_text("{}")
    arguments = ["--strategies", "docker,buildx-push", "--scenarios", "cold", "--rounds", "1"]
    result = call_rounds(
        "experiment", "--experiment", tmp_path, *arguments, DOCKER_HOST="unix:///none.sock"
    )
    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "notebooks").exists()


def test_time_left_is_told_by_what_was_done():
    assert rounds.say_time_left([], [5, 5], 0.0) == ""
    said = rounds.say_time_left([5, 1], [5, 4], 360.0)
    assert said == "; 6 of 15 builds done, about 9 min left"


def test_rounds_are_outside_and_strategies_shuffled_inside(client, context, tmp_path, capsys):
    names = ["buildx-load", "docker"]
    settings = Settings(rounds=2, context=context)
    rounds.run_rounds(str(tmp_path), names, ["cold"], settings)
    assert "; 3 of 4 builds done, about " in capsys.readouterr().out
    notebooks = sorted((tmp_path / "notebooks").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    order = [
        f"1-build.{strategy.name}.{number:02d}"
        for number in (1, 2)
        for strategy in shuffled(choose_strategies(names, None), settings.seed, number)
    ]
    assert [path.stem for path in notebooks] == order
    assert not any("error" in cell for path in notebooks for cell in nbformat.read(path, 4).cells)
    runs = records.read_records(tmp_path).runs
    assert sorted(runs["run"]) == [
        f"{name}.cold.{number:02d}" for name in names for number in (1, 2)
    ]


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
    assert run_command_line(["experiment", *call, "--strategies", "docker", "--link", link]) == 0
    assert "1 builds to run" in capsys.readouterr().out
    assert run_command_line(["experiment", *call, "--link", "fast"]) == 1
    assert "LINK=200mbit,20ms" in capsys.readouterr().err
