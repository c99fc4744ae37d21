"""The report on builds that are there already, from the command line."""

import json
import os
import random
import shutil
from pathlib import Path

from histories import mix_folder

from analysis.commands import run_command_line
from analysis.commands.history import make_history_report

ROOT = Path(__file__).parents[3]
RUNS = ROOT / "data" / "lab" / "runs"


def test_builds_that_are_there_already_have_a_report_of_their_own(tmp_path, capsys):
    source = tmp_path / "all" / os.fsdecode(b"caf\xe9")
    for run in RUNS.glob("local-layer-cache.*.01"):
        shutil.copytree(run, tmp_path / "all" / run.name)
    # and whatever else people have in a folder
    for seed in range(3):
        mix_folder(random.Random(seed), source / f"odd{seed}")
    (source / os.fsdecode(b"\xff.log")).write_text("no build")
    (source / "gone.log").symlink_to("absent.log")
    out = tmp_path / "out"
    assert run_command_line(["history", str(tmp_path / "all"), "--out", str(out)]) == 0, (
        capsys.readouterr()
    )
    page = (out / "history.html").read_text(encoding="utf-8")
    assert "<h1" in page and page.count("<script") == 1 and '<svg class="wide"' in page
    assert "local-layer-cache (emulated)" in page
    assert r"caf\xe9/\xff.log holds neither" in page
    assert "absent.log, which does not exist: restore that or remove the link." in page


def test_what_is_not_there_is_told(tmp_path, capsys, monkeypatch):
    assert run_command_line(["history", str(tmp_path / "none"), "--out", str(tmp_path)]) == 1
    # the reason alone: who typed a command is not sent to a cell of a notebook
    assert capsys.readouterr().err.startswith(f"'{tmp_path / 'none'}' names no file")


def test_two_builds_without_a_log_have_a_page(tmp_path):
    known = [{"id": f"p:{n}", "projectName": "p", "buildStatus": "SUCCEEDED"} for n in range(2)]
    (tmp_path / "builds.json").write_text(json.dumps({"builds": known}))
    page = make_history_report(str(tmp_path), tmp_path / "out")
    assert "2 builds without one" in page.read_text(encoding="utf-8")
