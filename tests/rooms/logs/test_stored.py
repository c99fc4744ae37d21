"""Where logs are stored: gzip of any kind and size, and what is no file at all."""

import gzip
import os
import random
import socket

import pytest

from analysis.errors import LogError
from analysis.logs import stored
from analysis.logs.reading import read_logs
from analysis.logs.stored import open_pieces, read_bytes, unpack, unpack_pieces

LOG = b"#1 [2/2] RUN a\n#1 DONE 1.0s\n"


def read_in(pieces, size):
    """What gzip holds that comes in pieces of a size."""
    cut = (pieces[at : at + size] for at in range(0, len(pieces), size))
    return b"".join(unpack_pieces(cut, "a.gz"))


@pytest.mark.parametrize("size", [2, 3, 7, 50, 1 << 20])
def test_gzip_is_unpacked_wherever_its_pieces_are_cut(size):
    one, two = gzip.compress(LOG), gzip.compress(b"more\n")
    assert read_in(one, size) == LOG
    assert read_in(one + two, size) == LOG + b"more\n"
    assert read_in(one + b"\0" * 9, size) == LOG
    assert read_in(gzip.compress(b""), size) == b""
    with pytest.raises(LogError, match="a.gz is a damaged gzip file"):
        read_in(one[:-3], size)


def test_gzip_of_more_than_a_piece_is_whole(monkeypatch):
    monkeypatch.setattr(stored, "_PIECE", 1000)
    text = random.Random(5).randbytes(50_000) + b"x" * 50_000
    assert unpack(gzip.compress(text), "a.gz") == text
    pieces = unpack_pieces(iter([gzip.compress(text)]), "a.gz")
    assert max(map(len, pieces)) <= 1000


def test_gzip_that_holds_too_much_is_a_problem(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "_MOST_UNPACKED", 1 << 20)
    monkeypatch.setattr(stored, "_PIECE", 1 << 16)
    (tmp_path / "fits.gz").write_bytes(gzip.compress(LOG + b"x" * ((1 << 20) - len(LOG))))
    (tmp_path / "more.gz").write_bytes(gzip.compress(LOG + b"x" * (1 << 20)))
    logs = read_logs(tmp_path).logs.set_index("log")
    assert logs.loc[str(tmp_path / "fits.gz"), "format"] == "plain"
    more = logs.loc[str(tmp_path / "more.gz")]
    assert more["format"] == "none" and "holds more than" in more["problem"]


def test_what_is_no_file_is_told_and_never_read(tmp_path, monkeypatch):
    # a socket's name may be short only
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "device.log").symlink_to("/dev/zero")
    (tmp_path / "gone.log").symlink_to(tmp_path / "nothing")
    (tmp_path / "good.log").write_bytes(LOG)
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("s.log")
        logs = read_logs(tmp_path).logs
    told = dict(zip(logs["log"].str.rpartition("/")[2], logs["problem"].fillna(""), strict=True))
    assert set(told) == {"pipe.log", "device.log", "gone.log", "good.log", "s.log"}
    assert told["good.log"] == ""
    assert "is a pipe: give the path of a file" in told["pipe.log"]
    assert "is a device: give the path of a file" in told["device.log"]
    assert "is a socket: give the path of a file" in told["s.log"]
    assert "does not exist" in told["gone.log"]
    with pytest.raises(LogError, match="is a folder: give the path of a file"):
        open_pieces(tmp_path)


def test_bytes_of_a_file_of_any_size_are_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "_PIECE", 10)
    (tmp_path / "a.log").write_bytes(LOG)
    assert read_bytes(tmp_path / "a.log") == LOG
