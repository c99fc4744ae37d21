"""What was read of files of one kind, kept as Parquet: KIND-VERSION/TABLE/BATCH.parquet.

A batch is there when the file of its first table is, which is written last. Keys of contents stand
for files' names. A batch that is damaged is forgotten, and its files are read anew.
"""

import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.logs import Tables
from analysis.store.kinds import Kind
from analysis.store.places import Place

_SUFFIX = ".parquet"
# more small batches than these are joined to one
_MANY, _SMALL = 32, 8_000_000
# after which a write is not going on any more
_LEFT_SECONDS = 3600


class _Damaged(Exception):
    """A file of a batch that does not hold what was written."""


class Batches:
    """The batches of a kind in a place; OSError where that can't be used."""

    def __init__(self, place: Place, kind: Kind) -> None:
        self.place, self.kind = place, kind

    def path(self, table: str, batch: str) -> str:
        """The path of a file in the place."""
        return f"{self.kind.folder}/{table}/{batch}{_SUFFIX}"

    def names(self, table: str | None = None) -> list[str]:
        """The batches of which there is the first table, or another one, in order."""
        files = self.place.files(f"{self.kind.folder}/{table or self.kind.index}")
        return sorted(each.name.removesuffix(_SUFFIX) for each in files
                      if each.name.endswith(_SUFFIX))  # fmt: skip

    def find(self, keys: set[str]) -> tuple[list[Tables], set[str]]:
        """(tables of the batches that have these keys, without other files' rows; keys found)."""
        parts: list[Tables] = []
        found: set[str] = set()
        wanted = pa.array(sorted(keys), pa.string())
        for batch in reversed(self.names()):
            if len(found) == len(keys):
                break
            part = self._pick(batch, wanted, found)
            if part is not None:
                parts.append(part)
                found.update(part[self.kind.index][self.kind.key].to_pylist())
        return parts, found

    def _pick(self, batch: str, wanted: pa.Array, found: set[str]) -> Tables | None:
        """The rows of a batch of wanted keys that were not found yet; None without any."""
        try:
            own = self._read(self.kind.index, batch, [self.kind.key])[self.kind.key]
            here = set(own.filter(pc.is_in(own, wanted)).to_pylist()) - found
            if not here:
                return None
            tables = {name: self._read(name, batch) for name in self.kind.schemas}
        except (_Damaged, FileNotFoundError):
            self._forget(batch)
            return None
        if len(here) == len(own):
            return tables
        return pick_rows(tables, self.kind, here)

    def _read(self, table: str, batch: str, columns: list[str] | None = None) -> pa.Table:
        """One table of a batch; _Damaged when it is none of the kind's schema."""
        data = self.place.read(self.path(table, batch))
        try:
            file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
            if file.schema_arrow.equals(self.kind.schemas[table]):
                return file.read(columns)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _Damaged from error
        raise _Damaged

    def read_all(self, table: str) -> pa.Table:
        """One table of all batches, without those that are damaged."""
        found = [self.kind.schemas[table].empty_table()]
        for batch in self.names():
            with suppress(_Damaged, FileNotFoundError):
                found.append(self._read(table, batch))
        return pa.concat_tables(found)

    def write(self, tables: Tables) -> None:
        """Keep a batch, but what another process kept meanwhile; many small ones are joined."""
        with self.place.locked(self.kind.folder):
            here = self._read_keys()
            keys = tables[self.kind.index][self.kind.key]
            new = pc.invert(pc.is_in(keys, here))
            if pc.any(new).as_py():
                self._write(pick_rows(tables, self.kind, keys.filter(new).to_pylist()))
                self._sweep()

    def _read_keys(self) -> pa.Array:
        """The keys of all batches."""
        found = [pa.array([], pa.string())]
        for batch in self.names():
            with suppress(_Damaged, FileNotFoundError):
                column = self._read(self.kind.index, batch, [self.kind.key])[self.kind.key]
                found += column.chunks
        return pa.concat_arrays(found)

    def _write(self, tables: Tables) -> None:
        """Write a batch with the small ones, once they are many."""
        old, parts = [], [tables]
        for batch in self._list_small():
            with suppress(_Damaged, FileNotFoundError):
                parts.append({name: self._read(name, batch) for name in self.kind.schemas})
                old.append(batch)
        joined = {name: pa.concat_tables([part[name] for part in parts]) for name in tables}
        batch = secrets.token_hex(8)
        for name in reversed(list(self.kind.schemas)):
            self.place.write(self.path(name, batch), pack(joined[name]))
        for batch in old:
            self._forget(batch)

    def _sweep(self) -> None:
        """Remove the tables of batches that a write did not finish, or a removal, an hour ago."""
        whole = {f"{name}{_SUFFIX}" for name in self.names()}
        for table in self.kind.schemas:
            for each in self.place.files(f"{self.kind.folder}/{table}"):
                if each.name not in whole and each.written < time.time() - _LEFT_SECONDS:
                    self.place.remove(f"{self.kind.folder}/{table}/{each.name}")

    def _list_small(self) -> list[str]:
        """The batches to join: the small ones, once they are many."""
        files = self.place.files(f"{self.kind.folder}/{self.kind.index}")
        small = [each.name.removesuffix(_SUFFIX) for each in files
                 if each.name.endswith(_SUFFIX) and each.size < _SMALL]  # fmt: skip
        return small if len(small) >= _MANY else []

    def _forget(self, batch: str) -> None:
        """Remove a batch, its first table first."""
        for name in self.kind.schemas:
            with suppress(OSError):
                self.place.remove(self.path(name, batch))


def pick_rows(tables: Tables, kind: Kind, keys: Iterable[str]) -> Tables:
    """The rows of these files in the tables of this kind."""
    wanted = pa.array(sorted(keys), pa.string())
    return {
        name: tables[name].filter(pc.is_in(tables[name][kind.key], wanted)) for name in kind.schemas
    }


def pack(table: pa.Table) -> Any:
    """A table as Parquet whose pages bear checksums."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return sink.getvalue()


def arrange(kind: Kind, parts: Iterable[Tables], keys: list[str], names: list[str]) -> Tables:
    """The tables of all files in this order, by name; a key given twice has its rows twice."""
    parts = list(parts)
    return {
        table: _arrange(kind, pa.concat_tables([schema.empty_table(), *(p[table] for p in parts)]),
                        keys, names)
        for table, schema in kind.schemas.items()
    }  # fmt: skip


def _arrange(kind: Kind, table: pa.Table, keys: list[str], names: list[str]) -> pa.Table:
    """One table's rows in the order of the files, with their names for keys."""
    import numpy as np

    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    codes = pc.index_in(table[kind.key], pa.array(list(numbers), pa.string()))
    codes = codes.combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(numbers) + 1))
    of_file = np.fromiter((numbers[key] for key in keys), np.int64, len(keys))
    counts = (starts[1:] - starts[:-1])[of_file]
    ends = counts.cumsum()
    inside = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
    rows = order[np.repeat(starts[of_file], counts) + inside]
    table = table.take(pa.array(rows))
    shown = pa.array(names, pa.string()).take(pa.array(np.repeat(np.arange(len(keys)), counts)))
    table = table.set_column(table.schema.get_field_index(kind.key), kind.key, shown)
    if "problem" not in table.schema.names:
        return table
    return _name_problems(table, np.repeat(np.arange(len(keys)), counts), keys, names)


def _name_problems(table: pa.Table, files: Any, keys: list[str], names: list[str]) -> pa.Table:
    """The table with files' names in its problems, where keys stood for them."""
    said = table["problem"].to_pylist()
    if not any(said):
        return table
    told = [text and text.replace(keys[file], names[file])
            for text, file in zip(said, files, strict=True)]  # fmt: skip
    column = table.schema.get_field_index("problem")
    return table.set_column(column, "problem", pa.array(told, pa.string()))
