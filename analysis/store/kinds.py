"""Kinds of files that one function reads into the same tables, and the version of that function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa

from analysis.logs import Source, Tables, read_batch

Named = tuple[str, Source]
_PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Kind:
    """Files that `read` turns into tables of these schemas: a module's function, as processes need.

    The first table has one row a file, the others any number; the column `key` of each holds the
    file's name. `blank` has the values of the first table for a file that could not be read, for
    which `problem` says why. What is kept is of `rooms` as their sources are now; of a kind that
    joins others, as theirs.
    """

    name: str
    read: Callable[[Sequence[Named]], Tables]
    schemas: Mapping[str, pa.Schema]
    rooms: tuple[str, ...]
    key: str
    blank: Mapping[str, Any] = field(default_factory=dict)
    joined: tuple["Kind", ...] = ()

    @property
    def kept(self) -> tuple["Kind", ...]:
        """The kinds as which a store keeps this one."""
        return self.joined or (self,)

    @property
    def index(self) -> str:
        """The first table, which has one row a file."""
        return next(iter(self.schemas))

    @property
    def folder(self) -> str:
        """Where a store keeps what this version read."""
        return f"{self.name}-{hash_sources(self.rooms)}"

    def empty(self) -> Tables:
        """The tables of no file."""
        return {name: schema.empty_table() for name, schema in self.schemas.items()}

    def tell(self, name: str, problem: str) -> Tables:
        """The tables of a file that could not be read."""
        if self.joined:
            return {
                table: rows
                for each in self.joined
                for table, rows in each.tell(name, problem).items()
            }
        schema = self.schemas[self.index]
        row = dict.fromkeys(schema.names) | dict(self.blank) | {self.key: name, "problem": problem}
        return self.empty() | {self.index: pa.Table.from_pylist([row], schema)}


def join_kinds(name: str, read: Callable[[Sequence[Named]], Tables], *kinds: Kind) -> Kind:
    """The kind of files that `read` turns into the tables of all of these, of the same key."""
    return Kind(
        name=name,
        read=read,
        schemas={table: schema for each in kinds for table, schema in each.schemas.items()},
        rooms=tuple(dict.fromkeys(room for each in kinds for room in each.rooms)),
        key=kinds[0].key,
        joined=kinds,
    )


@cache
def hash_sources(rooms: tuple[str, ...]) -> str:
    """What changes with a source of these rooms; the package's version where there are none."""
    paths = [path for room in rooms for path in sorted((_PACKAGE / room).rglob("*.py"))]
    digest = blake2b(digest_size=8)
    for path in paths:
        digest.update(path.read_bytes())
    if not paths:
        from importlib.metadata import version

        digest.update(version("codebuild-cache-analysis").encode())
    return digest.hexdigest()


LOGS = Kind(
    name="logs",
    read=read_batch,
    schemas={name: table.schema for name, table in read_batch([]).items()},
    rooms=("logs",),
    key="log",
    blank={"format": "none", "bytes": 0, "lines": 0, "unread_lines": 0, "source": "unknown"},
)
