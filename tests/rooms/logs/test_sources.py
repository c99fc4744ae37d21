"""What read_logs takes, the shape of what it gives, and logs that can't be read."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import LogError
from analysis.logs.reading import read_logs

LOG = b"#1 [2/2] RUN a\n#1 DONE 1.0s\n"
DTYPES = {
    "logs": {
        "log": "string", "format": "string", "encoding": "string", "bytes": "int64",
        "lines": "int64", "unread_lines": "int64", "source": "string", "problem": "string",
        "started": "datetime64[ns, UTC]", "finished": "datetime64[ns, UTC]",
    },
    "phases": {
        "log": "string", "phase": "string", "status": "string",
        "started": "datetime64[ns, UTC]", "seconds": "float64",
    },
    "commands": {
        "log": "string", "number": "int64", "phase": "string", "command": "string",
        "started": "datetime64[ns, UTC]", "seconds": "float64", "exit_code": "Int64",
    },
    "builds": {
        "log": "string", "build": "int64", "builder": "string", "failed": "boolean",
        "cache_import": "string", "cache_export": "string", "cache_export_seconds": "float64",
        "image_export_seconds": "float64", "command": "Int64",
    },
    "steps": {
        "log": "string", "build": "int64", "step": "int64", "name": "string", "stage": "string",
        "platform": "string", "kind": "string", "status": "string", "seconds": "float64",
        "output_lines": "int64", "position": "Int64", "target": "string",
        "image": "string",
    },
    "parts": {
        "log": "string", "build": "int64", "step": "int64", "part": "string",
        "seconds": "float64",
    },
}  # fmt: skip


@pytest.mark.parametrize("sources", [[], LOG, [b"", LOG]])
def test_frames_have_their_columns_and_types_even_empty(sources):
    logs = read_logs(sources)
    for name, dtypes in DTYPES.items():
        assert getattr(logs, name).dtypes.astype(str).to_dict() == dtypes


def test_paths_folders_bytes_and_mappings(tmp_path):
    (tmp_path / "deeper").mkdir()
    paths = [tmp_path / "a.log", tmp_path / "deeper" / "b.log.gz"]
    paths[0].write_bytes(LOG)
    paths[1].write_bytes(gzip.compress(LOG))
    names = [str(path) for path in paths]

    def names_of(sources):
        logs = read_logs(sources)
        assert logs.steps["status"].tolist() == len(logs.logs) * ["ran"]
        return logs.logs["log"].tolist()

    assert names_of(paths[0]) == names_of(str(paths[0])) == names[:1]
    assert names_of(tmp_path) == names_of(str(tmp_path)) == names
    assert names_of(iter(paths)) == names
    assert names_of({"one": paths[0], "two": LOG}) == ["one", "two"]
    assert names_of(LOG) == ["log-0"]
    assert names_of([LOG, paths[1], LOG]) == ["log-0", names[1], "log-2"]


def test_paths_are_named_as_they_were_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.log").write_bytes(LOG)
    assert read_logs("./a.log").steps["log"].tolist() == ["./a.log"]


@pytest.mark.parametrize("sources", [None, 5, [5], [LOG, None], {"a": 5}, [[LOG]], object()])
def test_what_holds_no_log_is_a_type_error_that_says_what_does(sources):
    with pytest.raises(TypeError, match="takes a path, a folder, the bytes of a log"):
        read_logs(sources)


def test_a_file_named_twice_is_read_once(tmp_path):
    paths = [tmp_path / "a.log", tmp_path / "b.log"]
    for path in paths:
        path.write_bytes(LOG)
    logs = read_logs([paths[1], str(paths[1]), tmp_path, tmp_path])
    assert logs.logs["log"].tolist() == [str(paths[1]), str(paths[0])]
    assert len(logs.steps) == 2
    assert len(read_logs({"one": paths[0], "two": paths[0]}).steps) == 2


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_carriage_returns_alone_end_lines_too(end):
    stamped = b"[Container] 2026/01/22 23:28:00 Running command docker build .\n" + LOG
    data = stamped.strip().replace(b"\n", b"\r") + end
    logs = read_logs([data, gzip.compress(data)])
    assert logs.logs["problem"].isna().all() and set(logs.logs["lines"]) == {3}
    assert logs.steps["seconds"].tolist() == [1.0, 1.0]
    assert logs.commands["command"].tolist() == 2 * ["docker build ."]


def test_carriage_returns_inside_of_lines_end_none():
    logs = read_logs(LOG + b"#1 0.1 10%\r#1 0.2 20%\r\n")
    assert logs.logs["lines"].item() == 3


GZIP = gzip.compress(LOG * 50)
DAMAGED = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "rubbish": (bytes(range(256)) * 40, "is not text"),
    "other text": (b"just some text\n", "holds neither"),
    "gzip cut off": (GZIP[:-20], "is a damaged gzip file"),
    "gzip of nothing but its head": (GZIP[:3], "is a damaged gzip file"),
    "gzip with a wrong sum": (GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:], "is a damaged gzip file"),
    "gzip spoiled inside": (GZIP[:15] + b"\xff\xff" + GZIP[17:], "is a damaged gzip file"),
    "csv without rows": (b"timestamp,message\n", "is empty"),
    "json without events": (b'{"events": []}', "holds neither"),
}


def test_a_log_that_cannot_be_read_is_a_row_and_the_others_are_read(tmp_path):
    for name, (data, _) in DAMAGED.items():
        (tmp_path / name).write_bytes(data)
    sources = [*(tmp_path / name for name in DAMAGED), tmp_path / "missing", tmp_path / "good"]
    (tmp_path / "good").write_bytes(LOG)
    logs = read_logs(sources).logs.set_index("log")
    assert logs["format"].tolist() == (len(DAMAGED) + 1) * ["none"] + ["plain"]
    for name, (_, fact) in DAMAGED.items():
        problem = logs.loc[str(tmp_path / name), "problem"]
        assert problem.startswith(f"{tmp_path / name} ") and fact in problem and ": " in problem
    assert "does not exist" in logs.loc[str(tmp_path / "missing"), "problem"]
    assert pd.isna(logs.loc[str(tmp_path / "good"), "problem"])


def test_what_can_be_no_path_is_a_row_too(tmp_path):
    logs = read_logs(["x" * 5000, "a\0b", "log text\ngiven as a path"]).logs
    assert logs["format"].tolist() == 3 * ["none"] and logs["problem"].notna().all()
    assert read_logs({"folder": tmp_path}).logs["problem"].notna().all()


def test_a_pattern_names_files(tmp_path, monkeypatch):
    for name in ("a.log", "b.log", "c.txt", "[1].log"):
        (tmp_path / name).write_bytes(LOG)

    def names_of(sources):
        return [Path(name).name for name in read_logs(sources).logs["log"]]

    assert names_of(str(tmp_path / "*.log")) == ["[1].log", "a.log", "b.log"]
    assert names_of(tmp_path / "[ab].log") == ["a.log", "b.log"]
    assert names_of([str(tmp_path / "?.txt"), tmp_path / "a.log"]) == ["c.txt", "a.log"]
    # a file of that very name wins
    assert names_of(tmp_path / "[1].log") == ["[1].log"]
    monkeypatch.chdir(tmp_path)
    assert read_logs("a.*").logs["log"].tolist() == ["a.log"]
    # what lies beside the package is found from anywhere
    assert names_of("data/lab/runs/docker.cold.01/build.log.gz") == ["build.log.gz"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.log", "does not exist: give the path of a log"),
        ("*.log", "matches no file: give a pattern"),
        ("empty", "holds no file: give a folder"),
        ("#1 [2/2] RUN a\n", "is no path: give the text of a log as bytes"),
        ("x" * 5000, "does not exist"),
        ("a\0b", "does not exist"),
    ],
)
def test_one_path_that_names_no_file_is_an_error(tmp_path, monkeypatch, name, said):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LogError, match=said) as error:
        read_logs(name)
    assert len(str(error.value)) < 300
    assert str(error.value).startswith(name) == (len(name) < 100 and name.isprintable())
    assert read_logs([name]).logs["problem"].notna().all()


@pytest.mark.parametrize(
    "line",
    [
        b"#" + 5000 * b"9" + b" [1/2] FROM a",
        b"#99999999 [1/2] FROM a",
        b"#1 [2/2] RUN a\n#1 DONE " + 400 * b"9" + b"s",
        b"Step " + 5000 * b"1" + b"/2 : FROM a",
        b"[+] Building " + 500 * b"9" + b"s (1/2)",
        b"#1 [" + 100_000 * b"1" + b"/2] FROM a",
        b" => " + 200_000 * b" " + b"x",
        b"[Container] 2026/01/01 00:00:00 Command did not exit successfully exit status "
        + 5000 * b"9",
        b"[Container] 2026/01/01 00:00:00 Entering phase \n",
        b"[Container] 2026/01/01 00:00:00 Phase is \n",
    ],
)
def test_absurd_numbers_never_raise(line):
    assert len(read_logs(line + b"\n" + LOG).logs) == 1


def test_many_logs_are_more_than_one_batch():
    logs = read_logs({str(number): LOG for number in range(25_000)})
    assert len(logs.steps) == 25_000 and logs.steps["log"].is_unique
