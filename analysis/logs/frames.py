"""The frames of read_logs, and how tables become frames."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from analysis.logs.tables import BOOL, COLUMNS, MAYBE_INT, SCHEMAS, TEXT, Tables

_PANDAS = {TEXT: pd.StringDtype(), MAYBE_INT: pd.Int64Dtype(), BOOL: pd.BooleanDtype()}


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
    target (what bake or compose builds with it, the first of several that share it), image (the ID
    of what it exports, of several platforms with a blank between)
    · parts: log, build, step, part, seconds (what a step's status lines said was done).
    Times are UTC, durations seconds; what a log does not tell is null.
    """

    logs: pd.DataFrame
    phases: pd.DataFrame
    commands: pd.DataFrame
    builds: pd.DataFrame
    steps: pd.DataFrame
    parts: pd.DataFrame


def join_tables(batches: Iterable[Tables]) -> Logs:
    """The frames of all logs of batches, in their order; empty ones keep columns and types."""
    found: dict[str, list[pa.Table]] = {frame: [] for frame in COLUMNS}
    for batch in batches:
        for frame, tables in found.items():
            tables.append(batch[frame])
    return Logs(**{frame: _to_frame(SCHEMAS[frame], found.pop(frame)) for frame in COLUMNS})


def _to_frame(schema: pa.Schema, tables: list[pa.Table]) -> pd.DataFrame:
    """The frame of tables that follow each other; they are used up."""
    table = pa.concat_tables([schema.empty_table(), *tables])
    tables.clear()
    return table.to_pandas(types_mapper=_PANDAS.get, self_destruct=True, split_blocks=True)
