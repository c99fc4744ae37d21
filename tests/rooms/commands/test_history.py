"""The report on builds that are there already, from the command line."""

from pathlib import Path

from analysis.commands import run_command_line

ROOT = Path(__file__).parents[3]


def test_builds_that_are_there_already_have_a_report_of_their_own(tmp_path, capsys):
    source = str(ROOT / "data" / "lab" / "runs" / "registry-cache.*.01")
    assert run_command_line(["history", source, "--out", str(tmp_path), "--limit", "3"]) == 0
    page = (tmp_path / "history.html").read_text()
    assert "<h1" in page and "<script" not in page and "data:image/png" in page
    assert run_command_line(["history", str(tmp_path / "none"), "--out", str(tmp_path)]) == 1
    assert str(tmp_path / "none") in capsys.readouterr().err
