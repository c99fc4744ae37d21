"""Records of builds (history.json.gz) as rows of timelines: read by all cores, and kept."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analysis.errors import RecordError
from analysis.logs import Tables
from analysis.records.build_steps import Row, list_timelines
from analysis.records.recording import read_source
from analysis.store import Kind, Store, read_tables

_TEXT, _INT, _FLOAT = pa.string(), pa.int64(), pa.float64()
_RECORDS = pa.schema([("path", _TEXT), ("builds", _INT), ("problem", _TEXT)])
_STEPS = pa.schema(
    [
        ("path", _TEXT),
        *((name, _INT) for name in ("build", "step")),
        *((name, _TEXT) for name in ("target", "name", "stage", "kind", "status")),
        *((name, _FLOAT) for name in ("started", "completed", "seconds")),
        ("inputs", pa.list_(_INT)),
        # begins and ends by turns
        ("spans", pa.list_(_FLOAT)),
        ("parts", pa.list_(_TEXT)),
        ("part_spans", pa.list_(_FLOAT)),
    ]
)


def read_histories(
    paths: Iterable[str], *, cluster: str = "", store: Store = None
) -> tuple[dict[str, list[list[Row]]], dict[str, str]]:
    """(path -> the rows of each build, path -> why a record can't be read), of these records.

    `cluster`, `store`: as of analysis.read_logs.
    """
    sources = [(path, Path(path)) for path in dict.fromkeys(paths)]
    tables = read_tables(HISTORIES, sources, cluster=cluster, store=store)
    columns = tables["records"].to_pydict()
    problems = {
        path: problem
        for path, problem in zip(columns["path"], columns["problem"], strict=True)
        if problem is not None
    }
    builds: dict[str, list[list[Row]]] = {
        path: [[] for _ in range(number or 0)]
        for path, number in zip(columns["path"], columns["builds"], strict=True)
        if path not in problems
    }
    for path, row in _list_rows(tables["steps"]):
        builds[path][row.build].append(row)
    return builds, problems


def _read_batch(sources: Sequence[tuple[str, Any]]) -> Tables:
    """The tables of these records, by the names given."""
    records: list[tuple[str, int, str | None]] = []
    steps: list[tuple[Any, ...]] = []
    for name, source in sources:
        try:
            builds = list_timelines(read_source(name, source))
        except RecordError as error:
            records.append((name, 0, str(error)))
            continue
        records.append((name, len(builds), None))
        steps += [(name, *_flatten(row)) for rows in builds for row in rows]
    return {"records": _to_table(records, _RECORDS), "steps": _to_table(steps, _STEPS)}


def _to_table(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    """Rows as a table of this schema."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _flatten(row: Row) -> tuple[Any, ...]:
    """A row of _STEPS without its path."""
    spans = [time for span in row.spans for time in span]
    parts = [time for _, *span in row.parts for time in span]
    names = [name for name, *_ in row.parts]
    return (row.build, row.step, row.target, *row[2:-4], spans, names, parts)


def _list_rows(steps: pa.Table) -> Iterator[tuple[str, Row]]:
    """(path, row) of each of _STEPS' rows."""
    flat = [steps[name].to_pylist() for name in _STEPS.names[:-4]]
    inputs, spans, parts, times = (_list_lists(steps[name]) for name in _STEPS.names[-4:])
    for (path, build, step, target, *known), held, active, names, ends in zip(
        zip(*flat, strict=True), inputs, spans, parts, times, strict=True
    ):
        done = tuple(zip(names, ends[::2], ends[1::2], strict=True))
        spent = tuple(zip(active[::2], active[1::2], strict=True))
        yield path, Row._make((build, step, *known, tuple(held), spent, done, (), target))


def _list_lists(column: pa.ChunkedArray) -> list[list[Any]]:
    """The lists of a column, which Arrow itself hands out item by item."""
    lists = column.combine_chunks()
    values = lists.flatten().to_pylist()
    ends = pc.fill_null(pc.list_value_length(lists), 0).to_numpy().cumsum()
    starts = [0, *ends.tolist()]
    return [values[a:b] for a, b in pairwise(starts)]


HISTORIES = Kind(
    name="histories",
    read=_read_batch,
    schemas={"records": _RECORDS, "steps": _STEPS},
    rooms=("logs", "records"),
    key="path",
    blank={"builds": 0},
)
