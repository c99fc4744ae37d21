"""What a page says of how it was made, and its navigation, whichever page is written first."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from analysis import read_experiment
from analysis.reports import history
from analysis.reports.made import note_made
from analysis.reports.site import make_reports

ROOT = Path(__file__).parents[3]
CONTROL = ROOT / "data" / "control"


def read_all(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_footer_says_when_from_which_commit_and_by_which_command(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795948920")
    monkeypatch.chdir(ROOT)
    index = make_reports("data/control", tmp_path / "pages", [])
    (footer,) = re.findall("<footer>.*</footer>", index.read_text(), re.DOTALL)
    assert "Made 29 November 2026, 10:42 UTC" in footer
    assert "<code>codebuild-cache report data/control --out pages</code>" in footer
    assert str(tmp_path) not in footer
    commit = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    assert not commit or re.search(f"commit {commit[:7]}", footer)
    for file in ("runs.csv", "answer.json"):
        assert f'href="{file}"' in footer and (index.parent / file).is_file()


@pytest.fixture(scope="module")
def some():
    """An experiment of a few runs, whose answer is computed once for all tests."""
    whole = read_experiment(CONTROL)
    return replace(whole, runs=whole.runs.head(4))


def test_the_same_experiment_makes_the_same_files_at_a_given_time(some, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    made = []
    for _ in range(2):
        make_reports(some, tmp_path / "out", [], runs=True)
        made.append(read_all(tmp_path / "out"))
    assert made[0] == made[1] and len(made[0]) >= 4 + 4


@pytest.mark.parametrize("given", ["", "soon", "-1"])
def test_a_time_that_is_none_is_the_clock_s(monkeypatch, given):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    assert re.fullmatch(r"\d+ \w+ 20\d\d, \d\d:\d\d UTC", note_made("x").when)


def test_a_command_hides_where_its_folders_lie(tmp_path):
    assert note_made("x", "report", tmp_path / "my runs").command == "x report 'my runs'"


@pytest.mark.parametrize("first", ["set", "history"])
def test_history_and_set_lead_to_each_other(some, tmp_path, first):
    def make_history():
        source = str(CONTROL / "runs" / "docker.cold.0*")
        return history.make_history_report(source, tmp_path)

    steps = [make_history, lambda: make_reports(some, tmp_path, [])]
    for step in steps if first == "history" else steps[::-1]:
        step()
    for page in ("index.html", "history.html"):
        text = (tmp_path / page).read_text()
        (navigation,) = re.findall("<nav.*?</nav>", text, re.DOTALL)
        assert re.findall('href="([^"]+)"', navigation) == ["index.html", "history.html"]
        assert re.findall('href="([^"]+)" aria-current="page"', navigation) == [page]
    assert any((tmp_path / "tables").glob("history.*.csv"))
