"""A run on disk: whole or not at all, never overwritten, damage reported."""

import gzip
import json

import pytest

from analysis import recording
from analysis.errors import RecordError

RECORD = {
    "format": 1,
    "run": "docker.cold.01",
    "strategy": "docker",
    "scenario": "cold",
    "round": 1,
    "place": "lab",
    "emulated": False,
    "host": "fresh",
    "idle_gap": None,
    "link": "unshaped",
    "order": 0,
    "started": "2026-11-24T10:00:00+00:00",
    "finished": "2026-11-24T10:00:09.5+00:00",
    "seconds": 9.5,
    "provisioning_seconds": 0.6,
    "exit_code": 0,
    "status": "succeeded",
    "expect": "succeeded",
    "host_empty": True,
    "versions": {"engine": "28.5.2", "buildx": "0.29.1", "buildkit": None},
    "repository": "docker-01",
}


def write(folder, **changes):
    return recording.write_run(folder, RECORD | changes, b"log\n", {"imageDetails": []}, {})


def test_a_written_run_is_read_back(tmp_path):
    folder = write(tmp_path)
    records = recording.read_records(tmp_path)
    row = records.runs.iloc[0]
    assert row["run"] == "docker.cold.01"
    assert row["seconds"] == 9.5
    assert row["engine"] == "28.5.2"
    assert gzip.decompress(open(row["log"], "rb").read()) == b"log\n"
    assert str(folder / "build.log.gz") == row["log"]
    assert records.problems.empty
    assert dict(records.runs.dtypes.astype(str)) == recording.COLUMNS


def test_a_finished_run_is_never_overwritten(tmp_path):
    write(tmp_path)
    with pytest.raises(RecordError, match="never overwritten"):
        write(tmp_path, seconds=1.0)
    assert recording.read_records(tmp_path).runs["seconds"].tolist() == [9.5]


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_record_cut_off_is_reported_and_the_rest_is_read(tmp_path, cut):
    write(tmp_path)
    broken = write(tmp_path, run="docker.source.01", scenario="source") / "record.json"
    broken.write_bytes(broken.read_bytes()[:cut])
    records = recording.read_records(tmp_path)
    assert records.runs["run"].tolist() == ["docker.cold.01"]
    assert records.problems["path"].tolist() == [str(broken.parent)]
    assert "record.json" in records.problems["reason"][0]


def test_a_run_killed_while_written_is_reported(tmp_path):
    write(tmp_path)
    (tmp_path / "runs" / "docker.base.01.part").mkdir()
    problems = recording.read_records(tmp_path).problems
    assert "cut off while it was written" in problems["reason"][0]


def test_a_record_of_another_format_names_the_file(tmp_path):
    folder = write(tmp_path)
    (folder / "record.json").write_text(json.dumps(RECORD | {"format": 99}))
    assert "format 1" in recording.read_records(tmp_path).problems["reason"][0]


def test_a_folder_without_runs_says_so(tmp_path):
    with pytest.raises(RecordError, match="holds no experiment"):
        recording.read_records(tmp_path)


def test_no_runs_keep_columns_and_types(tmp_path):
    (tmp_path / "runs").mkdir()
    runs = recording.read_records(tmp_path).runs
    assert runs.empty
    assert dict(runs.dtypes.astype(str)) == recording.COLUMNS
