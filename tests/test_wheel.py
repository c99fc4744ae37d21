"""The wheel, installed where there is no checkout: its command works in an empty folder."""

import functools
import shutil
from pathlib import Path

import pytest
from wheel_install import call_there

pytest_plugins = ["wheel_install"]

ROOT = Path(__file__).parent.parent
RUNS = ROOT / "data" / "lab" / "runs"


@pytest.fixture
def call(installed, tmp_path):
    """Call a program of that environment in an empty folder, `here`."""
    (tmp_path / "here").mkdir()
    return functools.partial(call_there, installed, tmp_path / "here")


def test_the_package_comes_from_the_wheel_with_its_files(call, installed):
    script = (
        "import analysis; from analysis import shipped; print(analysis.__file__); "
        "print(shipped.ROOT); print([p.name for p in (shipped.CONTEXT, shipped.GRID_CONTEXT, "
        "shipped.BUILDSPECS, shipped.NOTEBOOKS, shipped.RECORDED, shipped.PRICES, "
        "shipped.SIMULATION, shipped.PUBLIC_LOGS, shipped.HOST_SPEEDS) if not p.exists()])"
    )
    told = call("-c", script, program="python")
    package, files, missing = told.stdout.splitlines()
    assert package.startswith(str(installed.parent)) and files.startswith(str(installed.parent))
    assert missing == "[]"


def test_the_command_tells_its_version_and_help(call):
    assert call("--version").stdout.split()[0] == "codebuild-cache"
    assert "examples:" in call("--help").stdout
    assert call("-m", "analysis", "--help", program="python").stdout == call("--help").stdout


def test_reports_on_recorded_builds_are_written_here(wheel_reports):
    folder, told = wheel_reports
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("reports/index.html made in ")
    pages = sorted(path.name for path in folder.iterdir())
    assert [*pages[:2], *pages[-4:]] == [
        "2-hits.html",
        "3-overheads.html",
        "answer.json",
        "index.html",
        "runs.csv",
        "tables",
    ]
    assert len(pages) == 9


def test_a_report_on_a_folder_of_logs_is_written_here(call, tmp_path):
    logs = tmp_path / "here" / "logs"
    logs.mkdir()
    for path in RUNS.glob("registry-cache.*.01"):
        shutil.copy(path / "build.log.gz", logs / f"{path.name}.log.gz")
    told = call("history", "logs", "--out", "pages")
    assert (told.returncode, told.stdout) == (0, "pages/history.html made\n"), told.stderr
    assert "<h1" in (tmp_path / "here" / "pages" / "history.html").read_text()


def make_context(folder):
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM python:3.13-slim\nCOPY app.py ./\n")
    (folder / "app.py").write_text("print('hello')\n")


def test_an_experiment_on_ones_own_context_is_planned_here(call, tmp_path):
    make_context(tmp_path / "here" / "app")
    asked = ("--context", "app", "--strategies", "docker,registry-cache", "--scenarios", "cold")
    told = call("experiment", *asked, "--rounds", "2", "--dry-run")
    assert told.returncode == 0, told.stderr
    assert "4 builds to run in runs/latest" in told.stdout
    told = call("experiment", *asked, "--rounds", "1")
    assert told.returncode == 1
    assert "No Docker engine answers" in told.stderr and "Traceback" not in told.stderr


def test_contexts_that_the_package_brings_are_built_from_anywhere(call):
    commands = [["aa", "--rounds", "1"], ["grid", "--rounds", "1"], ["experiment"]]
    script = (
        "from analysis.commands import run_command_line\n"
        f"print([run_command_line([*each, '--dry-run']) for each in {commands}])"
    )
    told = call("-c", script, program="python")
    assert told.stdout.splitlines()[-1] == "[0, 0, 0]", told.stderr
    assert told.stdout.count(" builds to run in runs/") == 3


def test_the_build_notebook_runs_from_the_wheel_and_writes_here(call, tmp_path):
    script = "from analysis import shipped; print(shipped.NOTEBOOKS / '1-build.ipynb')"
    notebook = call("-c", script, program="python").stdout.strip()
    finished = tmp_path / "here" / "runs" / "mine" / "runs" / "docker.cold.01"
    shutil.copytree(RUNS / finished.name, finished)
    parameters = {"strategy": "docker", "scenario": "cold", "experiment": "runs/mine"}
    given = [word for name, value in parameters.items() for word in ("-p", name, value)]
    told = call("-m", "papermill", notebook, "out.ipynb", *given, program="python")
    assert told.returncode == 0, told.stderr
    assert "docker.cold.01" not in told.stderr
    assert (tmp_path / "here" / "out.ipynb").exists()
