"""Host speeds read from build logs by the command line."""

import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.commands import run_command_line
from analysis.records import Speeds, read_host

ROOT = Path(__file__).parents[3]
DIGEST = "sha256:" + "a" * 64


def show(unpacking=1.2, boot=None):
    """A build's log, with a layer of 40.01 MB that is fetched in 2.0 s."""
    lines = ["[Container] 2026/01/01 00:00:00.000000 Running command docker buildx build ."]
    if boot:
        lines += ["#1 [internal] booting buildkit", f"#1 DONE {boot}s", ""]
    lines += [
        "#4 [1/2] FROM docker.io/library/node:18",
        f"#4 {DIGEST} 40.01MB / 40.01MB 2.0s done",
        f"#4 extracting {DIGEST} {unpacking}s done",
        "#4 DONE 3.2s",
        "",
        "#5 [2/2] RUN make",
        "#5 DONE 1.0s",
        "",
    ]
    return "\n".join(lines)


def to_csv(text):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([["timestamp", "message"], *([1, f"{line}\n"] for line in text.split("\n"))])
    return out.getvalue()


def test_a_table_is_printed_and_the_medians_are_written(tmp_path, capsys):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_text(show(1.0, boot=2.0))
    (tmp_path / "logs" / "b.csv").write_text(to_csv(show(2.0, boot=4.0)))
    (tmp_path / "logs" / "c.log.gz").write_bytes(gzip.compress(show(4.0).encode()))
    (tmp_path / "logs" / "d.log.gz").write_bytes(b"\x1f\x8bdamaged")
    out = tmp_path / "speeds.json"
    assert run_command_line(["calibrate", str(tmp_path / "logs"), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    rows = {line.split("  ")[0]: line.split() for line in told.splitlines()}
    assert "of 3 builds" in told
    assert rows["unpacking"][1:] == ["MB/s", "20.0", "10.0", "to", "40.0", "3"]
    assert rows["builder boot"][2:] == ["s", "3.0", "2.0", "to", "4.0", "2"]
    assert "push: no log tells" in told
    assert "not read: d.log.gz: " in told and "damaged gzip" in told
    assert read_host(out) == Speeds(40.01 / 2, 40.01 / 2, None, 3.0)


def test_several_logs_and_patterns_are_taken_and_each_counts_once(tmp_path, capsys):
    (tmp_path / "a.log").write_text(show(1.0))
    (tmp_path / "b.log").write_text(show(2.0))
    given = [str(tmp_path / "a.log"), str(tmp_path / "b.log"), str(tmp_path / "a.log")]
    assert run_command_line(["calibrate", *given]) == 0
    assert "of 2 builds" in capsys.readouterr().out
    assert run_command_line(["calibrate", str(tmp_path / "a.log"), str(tmp_path / "*.log")]) == 0
    assert "of 2 builds" in capsys.readouterr().out


def test_an_experiment_s_speeds_stand_beside(tmp_path, capsys):
    (tmp_path / "a.log").write_text(show())
    beside = ["--experiment", str(ROOT / "data" / "control")]
    assert run_command_line(["calibrate", str(tmp_path / "a.log"), *beside]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[-3:] == ["experiment", "told", "by"]
    unpacking = next(line.split() for line in lines if line.startswith("unpacking"))
    assert float(unpacking[-2]) > 0 and int(unpacking[-1]) > 20


def test_a_log_that_tells_nothing_is_no_calibration(tmp_path, capsys):
    (tmp_path / "a.log").write_text("Step 1/2 : FROM node:18\n ---> 0123456789ab\n")
    out = tmp_path / "speeds.json"
    assert run_command_line(["calibrate", str(tmp_path / "a.log"), "--out", str(out)]) == 1
    told = capsys.readouterr()
    assert "none tells how fast its host is: give logs" in told.err
    assert "the legacy builder and docker pull print no sizes" in told.out
    assert not out.exists()


@pytest.mark.parametrize("name", ["none.log", "*.none"])
def test_what_is_not_there_is_told(tmp_path, capsys, name):
    assert run_command_line(["calibrate", str(tmp_path / name)]) == 1
    assert name in capsys.readouterr().err


def test_one_that_is_not_there_does_not_keep_the_others_from_being_read(tmp_path, capsys):
    (tmp_path / "a.log").write_text(show())
    assert run_command_line(["calibrate", str(tmp_path / "a.log"), str(tmp_path / "gone.log")]) == 0
    told = capsys.readouterr().out
    assert "of 1 build" in told and "gone.log" in told


def test_a_file_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "a.log").write_text(show())
    out = tmp_path / "a.log" / "speeds.json"
    assert run_command_line(["calibrate", str(tmp_path / "a.log"), "--out", str(out)]) == 1
    assert str(out.parent) in capsys.readouterr().err


def test_python_m_analysis_calibrates_too(tmp_path):
    (tmp_path / "a.log").write_text(show())
    command = [sys.executable, "-m", "analysis", "calibrate", "a.log", "--out", "s.json"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert json.loads((tmp_path / "s.json").read_text())["unpack_mbps"] == pytest.approx(
        33.34, 0.01
    )
