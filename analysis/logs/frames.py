"""The frames of read_logs: their columns and types, and how rows become tables and frames."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

_TIME = pa.timestamp("ns", tz="UTC")
_TEXT, _INT, _FLOAT, _BOOL = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_MAYBE_INT = pa.int32()
_PANDAS = {_TEXT: pd.StringDtype(), _MAYBE_INT: pd.Int64Dtype(), _BOOL: pd.BooleanDtype()}
COLUMNS = {
    "logs": {
        "log": _TEXT,
        "format": _TEXT,
        "encoding": _TEXT,
        "bytes": _INT,
        "lines": _INT,
        "unread_lines": _INT,
        "source": _TEXT,
        "problem": _TEXT,
        "started": _TIME,
        "finished": _TIME,
    },
    "phases": {"log": _TEXT, "phase": _TEXT, "status": _TEXT, "started": _TIME, "seconds": _FLOAT},
    "commands": {
        "log": _TEXT,
        "number": _INT,
        "phase": _TEXT,
        "command": _TEXT,
        "started": _TIME,
        "seconds": _FLOAT,
        "exit_code": _MAYBE_INT,
    },
    "builds": {
        "log": _TEXT,
        "build": _INT,
        "builder": _TEXT,
        "failed": _BOOL,
        "cache_import": _TEXT,
        "cache_export": _TEXT,
        "cache_export_seconds": _FLOAT,
        "image_export_seconds": _FLOAT,
        "command": _MAYBE_INT,
    },
    "steps": {
        "log": _TEXT,
        "build": _INT,
        "step": _INT,
        "name": _TEXT,
        "stage": _TEXT,
        "platform": _TEXT,
        "kind": _TEXT,
        "status": _TEXT,
        "seconds": _FLOAT,
        "output_lines": _INT,
        "position": _MAYBE_INT,
        "target": _TEXT,
    },
    "parts": {"log": _TEXT, "build": _INT, "step": _INT, "part": _TEXT, "seconds": _FLOAT},
}
_FLUSH = 20_000
_SCHEMAS = {frame: pa.schema(list(columns.items())) for frame, columns in COLUMNS.items()}
Row = tuple[Any, ...]
# frame -> its rows, for each of COLUMNS
Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class Logs:
    """What was read from logs, as frames; `log` is the key of all.

    logs: log, format (plain, legacy, tty, rawjson, csv, json, none), encoding, bytes, lines,
    unread_lines, source, problem (null when fine), started, finished (the first and the last time
    of the log's own lines; one without a zone counts as UTC) · phases: log, phase, status, started,
    seconds · commands: log, number (order in the log), phase, command, started, seconds,
    exit_code · builds: log, build, builder (buildkit, legacy), failed, cache_import (none, ok,
    missing, failed), cache_export (none, ok, failed, unfinished), cache_export_seconds,
    image_export_seconds (both busy time: exports of several targets at once count each),
    command (number of the command it ran in) · steps: log, build, step,
    name, stage, platform, kind, status, seconds, output_lines, position (k of k/n in its stage),
    target (what bake or compose builds with it, the first of several that share it)
    · parts: log, build, step, part, seconds (what a step's status lines said was done).
    Times are UTC, durations seconds; what a log does not tell is null.
    """

    logs: pd.DataFrame
    phases: pd.DataFrame
    commands: pd.DataFrame
    builds: pd.DataFrame
    steps: pd.DataFrame
    parts: pd.DataFrame


class Rows:
    """Rows of one frame, held as Arrow columns so that many logs take little memory."""

    def __init__(self, frame: str) -> None:
        self.schema = _SCHEMAS[frame]
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
            pa.array(values, field.type) for values, field in zip(columns, self.schema, strict=True)
        ]
        self.batches.append(pa.RecordBatch.from_arrays(arrays, schema=self.schema))
        self.rows = []

    def to_table(self) -> pa.Table:
        """All rows, with their columns and types even when there are none."""
        self.flush()
        return pa.Table.from_batches(self.batches, self.schema)


def join_tables(batches: Iterable[Tables]) -> Logs:
    """The frames of all logs of batches, in their order; empty ones keep columns and types."""
    found: dict[str, list[pa.Table]] = {frame: [] for frame in COLUMNS}
    for batch in batches:
        for frame, tables in found.items():
            tables.append(batch[frame])
    return Logs(**{frame: _to_frame(_SCHEMAS[frame], found.pop(frame)) for frame in COLUMNS})


def _to_frame(schema: pa.Schema, tables: list[pa.Table]) -> pd.DataFrame:
    """The frame of tables that follow each other; they are used up."""
    table = pa.concat_tables([schema.empty_table(), *tables])
    tables.clear()
    return table.to_pandas(types_mapper=_PANDAS.get, self_destruct=True, split_blocks=True)
