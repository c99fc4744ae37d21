"""codebuild-cache mix: from a git history to its kinds of commit."""

import json
import subprocess

import pandas as pd
import pytest

from analysis import read_mix
from analysis.commands import run_command_line


def begin(folder):
    """How git is called in a new repository there."""
    git = ("git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=e@example.com")
    subprocess.run([*git, "init", "-q"], check=True)
    return git


def commit(git, message):
    """Commit all that is there."""
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", message], check=True)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """A context in a repository of four commits."""
    folder = tmp_path_factory.mktemp("repository")
    git = begin(folder)
    (folder / "Dockerfile.app").write_text("FROM a:1\nCOPY requirements.txt .\nCOPY app.py .\n")
    for number, name in enumerate(("requirements.txt", "app.py", "app.py", "requirements.txt")):
        for each in ("requirements.txt", "app.py"):
            if number == 0 or each == name:
                (folder / each).write_text(f"# {number}\n")
        commit(git, f"commit {number}")
    return folder


def test_the_mix_is_printed_with_what_is_assumed(context, capsys):
    assert run_command_line(["mix", str(context), "--dockerfile", "Dockerfile.app"]) == 0
    told = capsys.readouterr().out
    lines = told.splitlines()
    assert lines[1].split()[:4] == ["source", "56.7", "%", "2"] and "COPY app.py ." in lines[1]
    assert "Assumed" in told and "unchanged, base" in told
    assert read_mix(lines[-1].removeprefix("mix: "))["base"] == pytest.approx(0.05)


def test_no_instruction_steers_the_terminal(tmp_path, capsys):
    git = begin(tmp_path)
    for number in range(2):
        (tmp_path / "Dockerfile").write_text(f"FROM a:1\nRUN echo \x1b[2J{number}\n")
        commit(git, f"commit {number}")
    assert run_command_line(["mix", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert r"RUN echo \x1b[2J1" in told and "\x1b" not in told


def test_the_commits_are_written_as_json_and_csv(context, tmp_path, capsys):
    words = ["mix", str(context), "--dockerfile", "Dockerfile.app", "--commits", "3"]
    assert run_command_line([*words, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["kind"] for row in found["commits"]] == ["source", "source", "dependency"]
    assert found["commits"][0]["first_miss"] == "COPY app.py ."
    assert sum(found["mix"].values()) == pytest.approx(1)
    assert run_command_line([*words, "--format", "csv", "--out", str(tmp_path / "c.csv")]) == 0
    assert pd.read_csv(tmp_path / "c.csv")["first_miss"].tolist()[2] == "COPY requirements.txt ."


def test_logs_replace_what_is_assumed(context, capsys):
    words = ["mix", str(context), "--dockerfile", "Dockerfile.app"]
    assert run_command_line([*words, "--logs", "data/control/runs/registry-cache.*"]) == 0
    told = capsys.readouterr().out
    assert "Assumed" not in told


def test_the_mix_is_told_in_japanese_and_can_be_given_to_others(context, capsys, monkeypatch):
    monkeypatch.setenv("PAGE_LANGUAGE", "")
    words = ["mix", str(context), "--dockerfile", "Dockerfile.app", "--language", "ja"]
    assert run_command_line(words) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == [
        "種類",
        "割合",
        "コミット",
        "出どころ",
        "ミスが始まることの多い命令",
        "最新の例",
    ]
    assert lines[0].split()[:2] == ["source", "56.7%"] and "仮定：unchanged, base" in lines[-2]
    assert read_mix(lines[-1].removeprefix("mix: "))["base"] == pytest.approx(0.05)


def test_a_folder_without_history_is_one_sentence(tmp_path, capsys):
    assert run_command_line(["mix", str(tmp_path)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_of_many_problems_the_newest_are_told_and_how_many_more(tmp_path, capsys):
    git = begin(tmp_path)
    for number in range(9):
        (tmp_path / "app.py").write_text(f"# {number}\n")
        if number == 7:
            (tmp_path / "Dockerfile").write_text("FROM a:1\nCOPY app.py .\n")
        commit(git, f"commit {number}")
    assert run_command_line(["mix", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum("has no Dockerfile as of" in line for line in lines) == 5
    assert "2 more commits have a problem: --format csv lists them." in lines
