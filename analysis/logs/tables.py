"""The tables of read_logs: their columns and types, and how rows become columns."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from analysis.logs.arrays import make_array

_TIME = pa.timestamp("ns", tz="UTC")
TEXT, _INT, _FLOAT, BOOL = pa.string(), pa.int64(), pa.float64(), pa.bool_()
MAYBE_INT = pa.int32()
COLUMNS = {
    "logs": {
        "log": TEXT,
        "format": TEXT,
        "encoding": TEXT,
        "bytes": _INT,
        "lines": _INT,
        "unread_lines": _INT,
        "source": TEXT,
        "problem": TEXT,
        "started": _TIME,
        "finished": _TIME,
    },
    "phases": {"log": TEXT, "phase": TEXT, "status": TEXT, "started": _TIME, "seconds": _FLOAT},
    "commands": {
        "log": TEXT,
        "number": _INT,
        "phase": TEXT,
        "command": TEXT,
        "started": _TIME,
        "seconds": _FLOAT,
        "exit_code": MAYBE_INT,
    },
    "builds": {
        "log": TEXT,
        "build": _INT,
        "builder": TEXT,
        "failed": BOOL,
        "cache_import": TEXT,
        "cache_export": TEXT,
        "cache_export_seconds": _FLOAT,
        "image_export_seconds": _FLOAT,
        "command": MAYBE_INT,
    },
    "steps": {
        "log": TEXT,
        "build": _INT,
        "step": _INT,
        "name": TEXT,
        "stage": TEXT,
        "platform": TEXT,
        "kind": TEXT,
        "status": TEXT,
        "seconds": _FLOAT,
        "output_lines": _INT,
        "position": MAYBE_INT,
        "target": TEXT,
        "image": TEXT,
    },
    "parts": {"log": TEXT, "build": _INT, "step": _INT, "part": TEXT, "seconds": _FLOAT},
}
_FLUSH = 20_000
SCHEMAS = {frame: pa.schema(list(columns.items())) for frame, columns in COLUMNS.items()}
Row = tuple[Any, ...]
# frame -> its rows, for each of COLUMNS
Tables = dict[str, pa.Table]


class Rows:
    """Rows of one frame, held as Arrow columns so that many logs take little memory."""

    def __init__(self, frame: str) -> None:
        self.schema = SCHEMAS[frame]
        self.rows: list[Row] = []
        self.batches: list[pa.RecordBatch] = []

    def extend(self, rows: Iterable[Row]) -> None:
        """Add rows, in the order of the columns."""
        self.rows.extend(rows)
        if len(self.rows) >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Turn the rows so far into a batch."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.schema)
        arrays = [
            make_array(values, field.type)
            for values, field in zip(columns, self.schema, strict=True)
        ]
        self.batches.append(pa.RecordBatch.from_arrays(arrays, schema=self.schema))
        self.rows = []

    def to_table(self) -> pa.Table:
        """All rows, with their columns and types even when there are none."""
        self.flush()
        return pa.Table.from_batches(self.batches, self.schema)
