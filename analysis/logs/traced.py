"""A batch of logs to the tables of the frames, and of what they tell of their hosts: read once."""

from collections.abc import Iterable

import pyarrow as pa

from analysis.logs.arrays import make_array
from analysis.logs.batch import read_noted
from analysis.logs.speeds import LogSpeeds, measure_log
from analysis.logs.stored import Source
from analysis.logs.tables import BOOL, TEXT, Row, Tables
from analysis.logs.transfers import TracedReader

_INT, _FLOAT = pa.int64(), pa.float64()
TRACES = {
    "speeds": pa.schema(
        [("log", TEXT), ("problem", TEXT), *((name, _FLOAT) for name in LogSpeeds._fields)]
    ),
    "transfers": pa.schema(
        [
            ("log", TEXT),
            ("build", _INT),
            ("step", _INT),
            ("digest", TEXT),
            ("unpacks", BOOL),
            ("size", _FLOAT),
            ("moved", _FLOAT),
            ("started", _FLOAT),
            ("completed", _FLOAT),
            ("base", BOOL),
        ]
    ),
}


def read_traced(sources: Iterable[tuple[str, Source]]) -> Tables:
    """The tables of read_batch; with speeds, of each log, and transfers, a row a layer moved."""
    speeds: list[Row] = []
    transfers: list[Row] = []

    def note(name: str, reader: TracedReader, reason: str | None) -> None:
        found, moved = (LogSpeeds(), []) if reason else measure_log(reader)
        speeds.append((name, reason, *found))
        transfers.extend((name, *each) for each in moved)

    tables = read_noted(sources, TracedReader, note)
    return tables | {
        name: _to_table(rows, TRACES[name])
        for name, rows in (("speeds", speeds), ("transfers", transfers))
    }


def read_traces(sources: Iterable[tuple[str, Source]]) -> Tables:
    """The tables of TRACES alone."""
    tables = read_traced(sources)
    return {name: tables[name] for name in TRACES}


def _to_table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    """Rows as a table of this schema."""
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [make_array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
