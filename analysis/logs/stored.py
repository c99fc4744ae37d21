"""The bytes of a log as they are stored, in a file or in gzip, piece by piece: of any size."""

import os
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from analysis.errors import LogError
from analysis.logs.paths import show_path


@dataclass(eq=False)
class Remote:
    """A log elsewhere, of which a key of its content is known: it is fetched where that is new.

    `fetch` gives its bytes, and whether they are those of the key: it may have been changed since;
    LogError says why it can't be had. `key` null is one of which nothing is known.
    """

    key: str | None
    size: int
    packed: bool
    fetch: Callable[[], tuple[bytes, bool]]
    # what came of fetching it
    changed: bool = False
    problem: str | None = None

    def load(self) -> bytes | None:
        """Its bytes; null where they can't be had, for which `problem` says why."""
        try:
            data, same = self.fetch()
        except LogError as error:
            self.problem = str(error)
            return None
        self.changed = not same
        return data


Source = str | Path | bytes | bytearray | memoryview | Remote
# bytes
_PIECE = 8 << 20
# bytes of one file; a few megabytes of gzip may hold many times as much
_MOST_UNPACKED = 1 << 30
_GZIP = b"\x1f\x8b"
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def is_gzip(data: bytes) -> bool:
    """Whether data begins as gzip does."""
    return data[:2] == _GZIP


def read_bytes(source: str | Path) -> bytes:
    """The bytes of a log, decompressed when they are gzip; LogError when they can't be had."""
    return b"".join(unpack_pieces(open_pieces(source)[1], show_path(source)))


def unpack(data: bytes, name: str) -> bytes:
    """The data, decompressed when it is gzip; LogError when that is damaged or too large."""
    return b"".join(unpack_pieces(iter([data]), name))


def open_pieces(source: Source) -> tuple[int, Iterator[bytes]]:
    """(bytes, the pieces) of a log as it is stored; LogError says why a file can't be read."""
    if isinstance(source, bytes | bytearray | memoryview):
        return len(source), _cut(bytes(source))
    if isinstance(source, Remote):
        if (data := source.load()) is None:
            raise LogError(str(source.problem))
        return len(data), _cut(data)
    name = show_path(source)
    try:
        state = os.stat(source)
        if not stat.S_ISREG(state.st_mode):
            kind = next((word for is_it, word in _KINDS if is_it(state.st_mode)), "a device")
            raise LogError(f"{name} is {kind}: give the path of a file.")
        return state.st_size, _read_file(source)
    except FileNotFoundError:
        raise LogError(f"{name} does not exist: give the path of a log.") from None
    except (OSError, ValueError) as error:
        raise _say_unreadable(name, error) from None


def _cut(data: bytes) -> Iterator[bytes]:
    """Data in pieces."""
    return (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))


def _read_file(path: str | Path) -> Iterator[bytes]:
    """The pieces of a file."""
    try:
        with open(path, "rb", buffering=0) as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise _say_unreadable(show_path(path), error) from None


def _say_unreadable(name: str, error: OSError | ValueError) -> LogError:
    """Why a file can't be read, and what to do."""
    reason = getattr(error, "strerror", None) or error
    return LogError(f"{name} can't be read ({reason}): check its permissions.")


def unpack_pieces(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The pieces of a log, decompressed when they are gzip; LogError when it can't be done.

    Gzip may hold _MOST_UNPACKED; what is no gzip after its last member is left out.
    """
    first = next(pieces, b"")
    pieces = chain([first], pieces)
    if not is_gzip(first):
        yield from pieces
        return
    size = 0
    try:
        for piece in _inflate(pieces):
            size += len(piece)
            if size > _MOST_UNPACKED:
                limit = f"{_MOST_UNPACKED >> 30} GB"
                raise LogError(f"{name} holds more than {limit} of text: unpack it, and split it.")
            if piece:
                yield piece
    except (zlib.error, EOFError) as error:
        reason = str(error).rpartition(": ")[2] or "it ends early"
        raise LogError(f"{name} is a damaged gzip file ({reason}): copy it again.") from None


def _inflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The decompressed pieces of gzip members that follow each other; EOFError for a cut one."""
    member, data = zlib.decompressobj(31), b""
    for piece in pieces:
        data += piece
        while len(data) > 1 or (data and not member.eof):
            if member.eof:
                if not is_gzip(data):
                    return
                member = zlib.decompressobj(31)
            yield member.decompress(data, _PIECE)
            data = member.unused_data if member.eof else member.unconsumed_tail
    yield member.flush()
    if not member.eof:
        raise EOFError
