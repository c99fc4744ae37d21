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
    which `problem` says why. What is kept is of `rooms` as their sources are now.
    """

    name: str
    read: Callable[[Sequence[Named]], Tables]
    schemas: Mapping[str, pa.Schema]
    rooms: tuple[str, ...]
    key: str
    blank: Mapping[str, Any] = field(default_factory=dict)

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
        schema = self.schemas[self.index]
        row = dict.fromkeys(schema.names) | dict(self.blank) | {self.key: name, "problem": problem}
        return self.empty() | {self.index: pa.Table.from_pylist([row], schema)}


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
