"""The command codebuild-cache: its help, its exit codes, and how little its help loads."""

import argparse
import errno
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
    out = tmp_path / "out"
    out.write_text("")
    for folder in (out, out / "below"):
        assert run_command_line(["report", "data/control", "--out", str(folder)]) == 1
        told = f"{folder} can't be made: a file is in its way. Name another folder.\n"
        assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("docter .", "codebuild-cache: error: There is no sub-command 'docter': did you mean 'doc"),
        ("report --ouput x", "codebuild-cache report: error: unrecognized arguments: --ouput (did"),
        ("mix . --dockerfil2 x", "(did you mean --dockerfile?)"),
        ("grid --rounds 0", "argument --rounds: '0' is no number of 1 or more"),
        ("aa --rounds -2", "argument --rounds: '-2' is no number of 1 or more"),
        ("history logs --limit 0", "argument --limit: '0' is no number of 1 or more"),
    ],
)
def test_what_was_mistyped_is_said_with_what_was_meant(typed, told, capsys):
    with pytest.raises(SystemExit) as ended:
        run_command_line(typed.split())
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_says_what_it_is_for_and_its_default(name):
    parser = argparse.ArgumentParser(add_help=False)
    load_command(name).add_arguments(parser)
    for each in parser._actions:
        words = each.help or ""
        assert len(words.split()) > 1, each.dest
        if each.option_strings and each.default not in (None, "", False, ()):
            assert "default: " in words, each.dest


@pytest.mark.parametrize(
    ("option", "told"),
    [("--speeds", "does not exist: make one"), ("--others", "holds no folder with an experiment")],
)
def test_a_report_tells_of_what_it_can_not_read_before_it_makes_pages(
    option, told, tmp_path, capsys
):
    given = ["report", "data/control", "--out", str(tmp_path / "out"), option, str(tmp_path / "no")]
    assert run_command_line(given) == 1
    assert told in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_a_reader_that_has_enough_is_no_failure():
    script = (
        "import sys; from analysis.commands.main import run_command\n"
        "class Long:\n"
        "    def run(self, options):\n"
        "        for number in range(100_000): print(number)\n"
        "sys.exit(run_command(Long(), None))"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as long:
        long.stdout.readline()
        long.stdout.close()
        assert long.stderr.read() == b"" and long.wait() == 128 + signal.SIGPIPE


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


def test_a_file_that_is_closed_to_the_user_has_a_cure(capsys):
    error = PermissionError(errno.EACCES, "Permission denied", "a/Dockerfile")
    assert run_command(Failing(error), None) == 1
    assert capsys.readouterr().err == "a/Dockerfile: Permission denied: check its permissions\n"


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
