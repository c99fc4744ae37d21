"""The control experiment builds the very same buildspecs under a second name."""

from analysis.commands import aa as control
from analysis.commands import run_command_line
from analysis.workload import FOLDER, load_strategies


def test_a_copy_is_the_same_buildspec(tmp_path):
    names = control.write_copies(["docker", "registry-cache"], tmp_path / "strategies")
    assert names == ["docker", "docker-again", "registry-cache", "registry-cache-again"]
    known = load_strategies(tmp_path / "strategies")
    for name in ("docker", "registry-cache"):
        assert known[f"{name}-again"].buildspec.text == (FOLDER / f"{name}.yml").read_text()


def test_a_dry_run_says_how_many_builds_and_runs_none(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///none.sock")
    assert run_command_line(["aa", "--folder", str(tmp_path), "--rounds", "2", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "16 builds to run" in said
    assert "strategies: 4, scenarios: 2, rounds: 2" in said
    assert not (tmp_path / "runs").exists()


def test_a_misspelt_strategy_is_told(tmp_path, capsys):
    assert run_command_line(["aa", "--folder", str(tmp_path), "--strategies", "dockr"]) == 1
    assert "did you mean 'docker'" in capsys.readouterr().err
