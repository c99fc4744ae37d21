"""The command codebuild-cache: its help, its exit codes, and how little its help loads."""

import argparse
import signal
import subprocess
import sys
from types import ModuleType

import pytest

from analysis.commands import run_command_line
from analysis.commands.main import COMMANDS, load_command, run_command
from analysis.errors import AnalysisError, UnknownName

HEAVY = ("matplotlib", "boto3", "docker", "papermill", "pandas", "numpy")


def test_help_lists_every_sub_command_and_shows_examples(capsys):
    with pytest.raises(SystemExit) as ended:
        run_command_line(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert set(COMMANDS) <= set(told.split())
    assert "codebuild-cache report runs/mine --out reports" in told


@pytest.mark.parametrize("name", COMMANDS)
def test_each_sub_command_has_help_with_an_example(name, capsys):
    with pytest.raises(SystemExit) as ended:
        run_command_line([name, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert f"    codebuild-cache {name}" in told and "usage: codebuild-cache " in told


@pytest.mark.parametrize("arguments", ["--help", "--version", "report --help", "history --help"])
def test_help_loads_nothing_heavy(arguments):
    script = (
        "import sys; from analysis.commands import run_command_line\n"
        "try: run_command_line(sys.argv[1:])\n"
        "finally: print('loaded', *{name.split('.')[0] for name in sys.modules})"
    )
    command = [sys.executable, "-c", script, *arguments.split()]
    told = subprocess.run(command, capture_output=True, text=True).stdout
    loaded = told.splitlines()[-1].split()
    assert loaded[0] == "loaded" and not set(HEAVY) & set(loaded)


def test_without_a_sub_command_the_help_is_shown(capsys):
    assert run_command_line([]) == 0
    assert "examples:" in capsys.readouterr().out


def test_python_m_analysis_is_the_same_command():
    command = [sys.executable, "-m", "analysis", "--version"]
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.returncode == 0 and told.stdout.startswith("codebuild-cache ")


@pytest.mark.parametrize(
    "arguments", ["repord", "report --outt x", "history", "history x --limit y"]
)
def test_wrong_usage_is_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        run_command_line(arguments.split())
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_failure_is_1_and_one_sentence(tmp_path, capsys):
    assert run_command_line(["report", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1 and str(tmp_path) in told.err


def test_a_file_where_a_folder_should_be_is_one_sentence(tmp_path, capsys):
    (tmp_path / "out").write_text("")
    assert run_command_line(["report", "data/control", "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'out'}: File exists\n"


class Failing:
    """A command that ends as it is told."""

    STOPPED = "stopped: all is kept"

    def __init__(self, error):
        self.error = error

    def run(self, options):
        raise self.error


def test_an_interrupt_is_130_with_what_it_means(capsys):
    assert run_command(Failing(KeyboardInterrupt()), None) == 128 + signal.SIGINT
    assert capsys.readouterr().err == "stopped: all is kept\n"
    assert run_command(Failing(UnknownName("place", "labb", ["lab"])), None) == 1
    assert "did you mean 'lab'?" in capsys.readouterr().err


def test_an_error_that_is_no_fault_of_the_user_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        run_command(Failing(ZeroDivisionError()), None)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_module_keeps_the_convention(name):
    command = load_command(name)
    assert callable(command.add_arguments) and callable(command.run)


def test_an_error_on_the_terminal_tells_no_secret(capsys):
    command = ModuleType("failing")

    def fail(options):
        raise AnalysisError("s3://logs-123456789012/x: TOKEN=8fj3kd02kd9s \x1b[2J")

    command.run = fail
    assert run_command(command, argparse.Namespace()) == 1
    assert capsys.readouterr().err == "s3://logs-ACCOUNT/x: TOKEN=REDACTED \\x1b[2J\n"
