"""A run on disk: whole or not at all, never overwritten, damage reported."""

import gzip
import json
import os
import shutil

import pandas as pd
import pytest
from recorded_run import RECORD

from analysis.errors import RecordError
from analysis.records import recording, writing


def write(folder, **changes):
    return writing.write_run(folder, RECORD | changes, b"log\n", {"imageDetails": []}, {})


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


def test_what_jupyterlab_leaves_beside_the_runs_is_no_run(tmp_path):
    write(tmp_path)
    (tmp_path / "runs" / ".ipynb_checkpoints").mkdir()
    found = recording.read_records(tmp_path)
    assert len(found.runs) == 1
    assert found.problems.empty


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


ODD = {
    "no order": ({"order": None}, "lacks order"),
    "no place in the experiment": ({"host": None, "started": None}, "lacks host, started"),
    "a round in words": ({"round": "abc"}, "round 'abc', which is no whole number"),
    "a round of too many bits": ({"round": 2**70}, "which is no whole number"),
    "versions null": ({"versions": None}, "versions None, which is no object"),
    "versions in a list": ({"versions": ["28.5.2"]}, "which is no object"),
    "a version that is a list": ({"versions": {"engine": [28]}}, "engine [28], which is no text"),
    "seconds in words": ({"seconds": "fast"}, "seconds 'fast', which is no number"),
    "endless seconds": ({"seconds": float("inf")}, "which is no number"),
    "seconds of 400 digits": ({"seconds": 10**400}, "which is no number"),
    "an exit code in words": ({"exit_code": "zero"}, "which is no whole number"),
    "an exit code in parts": ({"exit_code": 1.5}, "which is no whole number"),
    "a truth in words": ({"host_empty": "yes"}, "host_empty 'yes', which is no true or false"),
    "a truth in numbers": ({"emulated": 0}, "emulated 0, which is no true or false"),
    "a time in words": ({"started": "yesterday"}, "started 'yesterday', which is no time"),
    "a time out of bounds": ({"finished": "9999-12-31T23:59:59-01:00"}, "which is no time"),
    "a lone surrogate": ({"strategy": "\ud800"}, "which is no text"),
    "a name in a list": ({"strategy": ["docker"]}, "which is no text"),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_record_is_a_problem_and_the_others_are_read(tmp_path, odd):
    changes, words = ODD[odd]
    write(tmp_path)
    broken = write(tmp_path, run="docker.source.01", scenario="source")
    record = RECORD | {"run": "docker.source.01", "scenario": "source"} | changes
    (broken / "record.json").write_bytes(writing.to_json(record))
    records = recording.read_records(tmp_path)
    assert records.runs["run"].tolist() == ["docker.cold.01"]
    assert records.problems["path"].tolist() == [str(broken)]
    assert words in records.problems["reason"][0] and "record.json" in records.problems["reason"][0]


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"format": ' + b"9" * 5000,
        gzip.compress(b"{}", mtime=0)[:12] + b"\xff" * 9,
    ],
)
def test_a_record_that_no_reader_of_json_takes_is_a_problem(tmp_path, data):
    write(tmp_path)
    broken = write(tmp_path, run="docker.source.01") / "record.json"
    broken.write_bytes(data)
    records = recording.read_records(tmp_path)
    assert records.runs["run"].tolist() == ["docker.cold.01"]
    assert f"{broken} is damaged" in records.problems["reason"][0]


def test_a_copied_run_folder_is_a_problem_and_its_run_is_read_once(tmp_path):
    original = write(tmp_path)
    copied = original.with_name("docker.cold.01 (copy)")
    shutil.copytree(original, copied)
    records = recording.read_records(tmp_path)
    assert records.runs["log"].tolist() == [str(original / "build.log.gz")]
    assert "is of run docker.cold.01" in records.problems["reason"][0]


def test_a_record_says_nothing_of_where_its_files_are_or_what_it_is_not_asked(tmp_path):
    write(tmp_path, log="/elsewhere", versions={"engine": "28", "run": "x", "cpu": 5})
    row = recording.read_records(tmp_path).runs.iloc[0]
    assert row["run"] == "docker.cold.01" and row["engine"] == "28"
    assert row["log"].startswith(str(tmp_path))


def test_what_a_record_may_leave_open_is_null(tmp_path):
    folder = write(tmp_path)
    record = {name: RECORD[name] for name in ("format", *recording.REQUIRED)}
    (folder / "record.json").write_bytes(writing.to_json(record))
    runs = recording.read_records(tmp_path).runs
    row = runs.iloc[0]
    open_to = set(recording.COLUMNS) - {*recording.REQUIRED, "log", "images", "history"}
    assert row[list(open_to)].isna().all()
    assert dict(runs.dtypes.astype(str)) == recording.COLUMNS


def test_runs_that_can_not_be_listed_are_told(tmp_path, monkeypatch):
    write(tmp_path)

    # root may read everything: the refusal has to be made
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("analysis.records.recording.os.listdir", refuse)
    with pytest.raises(RecordError, match=r"runs can't be read \(Permission denied\): check its"):
        recording.read_records(tmp_path)


def test_a_link_that_leads_nowhere_is_a_problem_and_its_run_is_written(tmp_path):
    write(tmp_path)
    link = tmp_path / "runs" / "docker.source.01"
    link.symlink_to(tmp_path / "gone")
    records = recording.read_records(tmp_path)
    assert records.runs["run"].tolist() == ["docker.cold.01"]
    assert records.problems["path"].tolist() == [str(link)]
    assert not recording.is_finished(tmp_path, link.name)
    write(tmp_path, run=link.name, scenario="source")
    assert recording.read_records(tmp_path).problems.empty
    assert (tmp_path / "set-aside" / f"{link.name}.damaged").is_symlink()


def test_a_folder_whose_name_is_no_text_is_a_problem(tmp_path):
    write(tmp_path)
    os.mkdir(os.fsencode(tmp_path / "runs") + b"/docker.\xff.01")
    records = recording.read_records(tmp_path)
    assert len(records.runs) == 1
    assert records.problems["path"].tolist() == [str(tmp_path / "runs" / "docker.?.01")]


def test_times_are_in_utc_whatever_their_zone(tmp_path):
    write(tmp_path, started="2026-11-24T19:00:00.25+09:00", finished="2026-11-24 10:00:09")
    row = recording.read_records(tmp_path).runs.iloc[0]
    assert row["started"] == pd.Timestamp("2026-11-24T10:00:00.25Z")
    assert row["finished"] == pd.Timestamp("2026-11-24T10:00:09Z")


def test_what_is_kept_of_a_run_has_no_secrets(tmp_path):
    log = b"#7 [2/2] RUN curl -u me:8fj3kd02kd9s https://example.com\n#7 DONE 0.1s\n"
    builds = [
        {"ref": "a", "inspect": {"BuildArgs": [{"Name": "NPM_TOKEN", "Value": "8fj3kd02kd9s"}]}}
    ]
    record = RECORD | {"note": "arn:aws:iam::123456789012:role/build"}
    folder = writing.write_run(tmp_path, record, log, {}, {"builds": builds})
    kept = [gzip.decompress(path.read_bytes()) for path in folder.glob("*.gz")]
    kept.append((folder / "record.json").read_bytes())
    assert not any(secret in b"".join(kept) for secret in (b"8fj3", b"123456789012"))
    assert b"#7 [2/2] RUN curl -u REDACTED https://example.com\n#7 DONE 0.1s\n" in kept
    assert recording.read_records(tmp_path).problems.empty
