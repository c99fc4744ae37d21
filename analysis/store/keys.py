"""What a file holds, by a key of its content; and where that was found out before.

A key is BLAKE2b of the bytes, or of what S3 tells of an object. It is computed once for a file: a
table remembers path, size, times and inode with the key, and believes them if nothing was changed
within the two seconds before.
"""

import os
import sqlite3
import stat
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from analysis.logs import Remote, Source
from analysis.store.balance import count_cores
from analysis.store.kinds import Named

_CHUNK = 1 << 20
# paths that one query asks for: every version of SQLite takes 999
_AT_ONCE = 500
# what a file system's clock may be late, and a change go unseen for (ns)
SETTLED = 2_000_000_000
_TABLE = (
    "create table if not exists seen "
    "(path blob primary key, size int, changed int, moved int, inode int, key text) without rowid"
)
Stamp = tuple[int, int, int, int]


class Key(NamedTuple):
    """The key of what a file holds, null when it can't be read; and its stamp, null of others."""

    key: str | None
    stamp: Stamp | None = None


def find_keys(sources: Sequence[Named], memory: Path | None) -> list[Key]:
    """The key of each file; those known of unchanged files are taken from `memory`, and noted."""
    stamps = [stamp(each) for _, each in sources]
    paths = [b"" if each is None else _name(source)
             for each, (_, source) in zip(stamps, sources, strict=True)]  # fmt: skip
    known = _recall(memory, [path for path in paths if path])
    keys: list[str | None] = [
        known.get((path, each)) for path, each in zip(paths, stamps, strict=True)
    ]
    for number, (_, source) in enumerate(sources):
        if isinstance(source, Remote):
            keys[number] = source.key
    unknown = [number for number, key in enumerate(keys)
               if key is None and not isinstance(sources[number][1], Remote)]  # fmt: skip
    for number, key in zip(unknown, _hash_all([sources[n][1] for n in unknown]), strict=True):
        keys[number] = key
    _note(memory, [(paths[n], stamps[n], keys[n]) for n in unknown if paths[n] and keys[n]])
    return [Key(key, each) for key, each in zip(keys, stamps, strict=True)]


def _name(path: Any) -> bytes:
    """A path from the root, in the bytes that its system has for it."""
    return os.path.abspath(os.fsencode(path))


def stamp(source: Source) -> Stamp | None:
    """size, mtime, ctime (ns) and inode of a file; null of what is none or can't be looked at."""
    if isinstance(source, bytes | bytearray | memoryview | Remote):
        return None
    try:
        state = os.stat(source)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(state.st_mode):
        return None
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


def _hash_all(sources: Sequence[Any]) -> list[str | None]:
    """The keys of files; several at once, for hashing leaves the interpreter to others."""
    if len(sources) < 2:
        return [_hash(each) for each in sources]
    with ThreadPoolExecutor(count_cores()) as threads:
        return list(threads.map(_hash, sources, chunksize=1))


def _hash(source: Any) -> str | None:
    """The key of a file or of bytes; null of what can't be read, or is no file."""
    digest = blake2b(digest_size=16)
    if isinstance(source, bytes | bytearray | memoryview):
        digest.update(source)
        return digest.hexdigest()
    if stamp(source) is None:
        return None
    try:
        with open(source, "rb", buffering=0) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except (OSError, ValueError):
        return None
    return digest.hexdigest()


def _recall(memory: Path | None, paths: Sequence[bytes]) -> dict[tuple[bytes, Stamp | None], str]:
    """(path, stamp) -> key, of what is remembered; {} when that can't be read."""
    if memory is None or not paths or not os.path.exists(memory):
        return {}
    query = "select path, size, changed, moved, inode, key from seen where path in (?{})"
    some = [paths[at : at + _AT_ONCE] for at in range(0, len(paths), _AT_ONCE)]
    asked = [(query.format(",?" * (len(each) - 1)), each) for each in some]
    with suppress(sqlite3.Error), closing(sqlite3.connect(memory, timeout=1)) as table:
        rows = [row for text, each in asked for row in table.execute(text, each)]
        return {(bytes(path), (size, a, b, inode)): key for path, size, a, b, inode, key in rows}
    return {}


def _note(memory: Path | None, found: Sequence[tuple[bytes, Stamp | None, str | None]]) -> None:
    """Remember keys of files that have not changed lately; a table that is damaged is made anew."""
    latest = time.time_ns() - SETTLED
    rows = [(path, *each, key) for path, each, key in found if each and max(each[1:3]) < latest]
    if memory is None or not rows:
        return
    with suppress(OSError):
        memory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _insert(memory, rows)
        except sqlite3.OperationalError:
            # another process writes, or the disk is full: they are found out again
            return
        except sqlite3.DatabaseError:
            memory.unlink(missing_ok=True)


def _insert(memory: Path, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows, or replace those of the same path."""
    with closing(sqlite3.connect(memory, timeout=1)) as table, table:
        table.execute(_TABLE)
        table.executemany("insert or replace into seen values (?, ?, ?, ?, ?, ?)", rows)
