"""Logs that are read window by window: wherever they are cut, the frames are the same."""

import gzip
import json
from pathlib import Path

import pytest

from analysis.logs import reader, stored, transport
from analysis.logs.batch import read_batch

DATA = Path(__file__).parents[3] / "data"
REAL = sorted(Path(__file__).parents[2].glob("**/*.log"))
LAB = sorted((DATA / "control").rglob("build.log.gz"))[::20]


def read(data):
    return read_batch([("log", data)])


def differ(one, two):
    return [frame for frame in one if not one[frame].equals(two[frame])]


def unpacked(path):
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


@pytest.mark.parametrize("size", [4096, 20_000])
@pytest.mark.parametrize("path", REAL + LAB, ids=lambda path: path.parent.name + path.name)
def test_a_log_in_windows_reads_as_in_one(path, size, monkeypatch):
    data = unpacked(path)
    whole = read(data)
    monkeypatch.setattr(stored, "_PIECE", size)
    assert differ(read(data), whole) == []


@pytest.mark.parametrize("size", [100, 150, 333])
def test_the_lines_around_a_cut_are_read_as_ever(size, monkeypatch):
    lines = [b"[Container] 2026/01/22 23:28:03.574404 Running command docker build ."]
    lines += [b"#0 building with x", b"", b"#1 [internal] load build definition", b"#1 DONE 0.0s"]
    lines += [b"", b"#2 [1/2] RUN a", *[b"#2 0.%03d text" % n for n in range(30)], b"its own", b""]
    lines += [b"#2 0.9 more", b"#2 ...", b"", b"#3 [2/2] FROM x", *10 * [b"#3 sha256:a 1MB / 2MB"]]
    lines += [b"#3 sha256:a 2MB / 2MB 1.0s done", b"#3 DONE 2.0s", b"", b"#2 [1/2] RUN a"]
    lines += [b"#2 ERROR: process", b"------", b" > [1/2] RUN a:", b"0.9 more", b"------", b""]
    lines += [b"ERROR: failed to solve: process", b"unread", b""]
    text = b"\n".join(lines)
    whole = read(text)
    monkeypatch.setattr(stored, "_PIECE", size)
    assert differ(read(text), whole) == []


@pytest.mark.parametrize("size", [50, 77, 1000])
def test_text_of_other_commands_is_taken_at_each_cut(size, monkeypatch):
    lines = [b"[Container] 2026/01/22 23:28:03.574404 Running command make", *20 * [b"text", b""]]
    lines += [
        b"Step 1/2 : FROM a",
        b" ---> 0123456789ab",
        b"Step 2/2 : RUN b",
        *20 * [b"text", b""],
    ]
    lines += [b" ---> 0123456789ab", b"Successfully built 0123456789ab", b"text", b""]
    lines += [b"#1 [internal] load build definition", b"#1 DONE 0.1s", *20 * [b"", b"text"]]
    text = b"\n".join(lines)
    whole = read(text)
    monkeypatch.setattr(stored, "_PIECE", size)
    monkeypatch.setattr(reader, "_LONGEST_GAP", 0)
    assert differ(read(text), whole) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_encodings_are_cut_between_characters(encoding, monkeypatch):
    text = "#1 [1/1] RUN a\n" + "".join(f"#1 0.{n} gähnt 𝄞\r\n" for n in range(99)) + "#1 DONE 1.0s"
    whole = read(text.encode(encoding))
    monkeypatch.setattr(stored, "_PIECE", 1001)
    assert differ(read(text.encode(encoding)), whole) == []


def test_what_a_line_holds_beyond_a_limit_is_left_out(monkeypatch):
    monkeypatch.setattr(stored, "_PIECE", 1000)
    monkeypatch.setattr(transport, "_LONGEST_LINE", 2000)
    text = b"#1 [1/1] RUN a\n#1 0.1 " + b"x" * 50_000 + b"\n#1 DONE 1.0s\n"
    windows = [*transport.cut_windows(stored.open_pieces(text)[1])]
    assert max(map(len, windows)) <= 4000
    steps = read(text)["steps"].to_pylist()
    assert [(each["status"], each["output_lines"]) for each in steps] == [("ran", 1)]


def test_a_document_without_a_line_feed_is_read_whole(monkeypatch):
    lines = ["#1 [1/1] RUN a", *(f"#1 0.{number} text" for number in range(200)), "#1 DONE 0.3s"]
    events = [{"timestamp": 1767225600000 + n, "message": each} for n, each in enumerate(lines)]
    data = json.dumps({"events": events}).encode()
    whole = read(data)
    assert whole["logs"]["lines"].to_pylist() == [202]
    monkeypatch.setattr(stored, "_PIECE", 1000)
    monkeypatch.setattr(transport, "_LONGEST_LINE", 2000)
    assert differ(read(data), whole) == []
