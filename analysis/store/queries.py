"""SQL on tables that were read, and on all that a store holds: by DuckDB, or by Athena in S3."""

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, NamedTuple

import pyarrow as pa

from analysis.errors import StoreError
from analysis.store.batches import Batches
from analysis.store.kinds import Kind
from analysis.store.places import Folder, Place, find_memory, find_place
from analysis.store.reading import Store

_ATHENA = {
    pa.string(): "string",
    pa.int64(): "bigint",
    pa.int32(): "int",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.timestamp("ns", tz="UTC"): "timestamp",
}
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_FILES = pa.schema([("path", pa.string()), ("log", pa.string())])
_NO_STORE = "There is no store: the environment switches it off; give a folder of one."


class Answer(NamedTuple):
    """What a query gives: the names of its columns, and its rows."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def query_tables(query: str, tables: Mapping[str, pa.Table]) -> Answer:
    """What DuckDB answers about these tables, each a view by its name; StoreError if it fails."""
    with _connect() as database:
        for name, table in tables.items():
            database.register(name, table)
        return _ask(database, query)


def query_store(query: str, store: Store, kinds: Sequence[Kind]) -> Answer:
    """What DuckDB answers about all that a store holds of these kinds, by this version.

    A view for each table; `log`, `listing` or `path` in them is the key of a file's content. The
    view `files` has the paths on this machine of which the keys were found (path, log).
    """
    place = _find(store)
    with _connect() as database:
        database.register("files", _list_files(place))
        for name, kind, table in _name_tables(kinds):
            batches = Batches(place, kind)
            if isinstance(place, Folder) and (names := batches.names()):
                # what a write that was cut off left is in none of these
                files = [f"{place}/{batches.path(table, each)}" for each in names]
                database.execute(_define(name, files))
            else:
                database.register(name, batches.read_all(table))
        return _ask(database, query)


def define_views(store: Store, kinds: Sequence[Kind]) -> str:
    """The views on a store as DuckDB's SQL; those that have no rows yet read no file."""
    place = _find(store)
    return "".join(
        _define(name, [f"{place}/{kind.folder}/{table}/"], "*.parquet") + "\n"
        for name, kind, table in _name_tables(kinds)
    )


def define_athena(store: Store, kinds: Sequence[Kind]) -> str:
    """The tables of a store in S3 as Athena's DDL; StoreError when it is elsewhere."""
    place = _find(store)
    if not str(place).startswith("s3://"):
        raise StoreError(f"Athena reads S3, not {place}: give a store such as s3://BUCKET/PREFIX.")
    return "\n".join(
        _define_table(name, kind.schemas[table], f"{place}/{kind.folder}/{table}/")
        for name, kind, table in _name_tables(kinds)
    )


def is_store(place: Folder) -> bool:
    """Whether a folder is a store, by the names of the folders in it."""
    return any(re.fullmatch(r"logs-[0-9a-f]{16}", name) for name in place.folders())


def _find(store: Store) -> Place:
    """The place of a store; StoreError without one."""
    place = find_place(store)
    if place is None:
        raise StoreError(_NO_STORE)
    return place


def _name_tables(kinds: Sequence[Kind]) -> Iterator[tuple[str, Kind, str]]:
    """(view, kind, table) of each; of two tables of one name the later has its kind's before it."""
    used: set[str] = set()
    for kind in kinds:
        for table in kind.schemas:
            name = f"{kind.name}_{table}" if table in used else table
            used.add(name)
            yield name, kind, table


def _define(name: str, paths: Sequence[str], pattern: str = "") -> str:
    """The statement that makes the view on the files at these paths, and what follows in them."""
    literal = (re.sub(r"([*?\[])", r"[\1]", path) for path in paths)
    files = ", ".join(_text(f"{path}{pattern}") for path in literal)
    return f"create or replace view {_quote(name)} as from read_parquet([{files}]);"


def _quote(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _define_table(name: str, schema: pa.Schema, location: str) -> str:
    """The statement that makes a table of Athena's."""
    columns = ",\n".join(f"  `{each.name}` {_name_type(each.type)}" for each in schema)
    return (
        f"create external table if not exists `{name}` (\n{columns}\n)\n"
        f"stored as parquet\nlocation {_text(location)};\n"
    )


def _name_type(kind: pa.DataType) -> str:
    """Athena's name of a type."""
    return f"array<{_name_type(kind.value_type)}>" if pa.types.is_list(kind) else _ATHENA[kind]


def _list_files(place: Place) -> pa.Table:
    """path, log (key) of the files whose keys are remembered on this machine."""
    rows: list[tuple[bytes, str]] = []
    memory = find_memory(place)
    if os.path.exists(memory):
        with suppress(sqlite3.Error), closing(sqlite3.connect(memory, timeout=1)) as table:
            rows = table.execute("select path, key from seen order by path").fetchall()
    paths = [bytes(path).decode("utf-8", "replace") for path, _ in rows]
    return pa.table([paths, [key for _, key in rows]], schema=_FILES)


@contextmanager
def _connect() -> Iterator[Any]:
    """A database in memory; StoreError says what is wrong with a query, or missing."""
    try:
        import duckdb
    except ImportError:
        raise StoreError(
            "SQL is answered by the package duckdb, which is not installed: pip install duckdb."
        ) from None
    try:
        with duckdb.connect(":memory:", config=_SETTINGS) as database:
            yield database
    except duckdb.Error as error:
        raise StoreError(f"DuckDB says: {error}") from None


def _ask(database: Any, query: str) -> Answer:
    """What a query gives."""
    found = database.execute(query)
    return Answer([each[0] for each in found.description or ()], found.fetchall())
