"""When the steps of docker builds began and ended, from BuildKit's own record of each."""

from typing import Any

import pandas as pd

from analysis.records.bases import list_layers, mark_bases
from analysis.records.build_steps import History, Row, list_timelines
from analysis.records.histories import read_histories
from analysis.records.named_records import Shown, list_shown, name_records
from analysis.store import Store

COLUMNS = {
    "build": "int64",
    "target": "string",
    "step": "int64",
    "name": "string",
    "stage": "string",
    "kind": "string",
    "status": "string",
    "started": "float64",
    "completed": "float64",
    "seconds": "float64",
    "inputs": "object",
    "spans": "object",
    "parts": "object",
    "base_spans": "object",
}
_NO_RECORD = "it kept no record of its builds; run it again."
# what buildx does after BuildKit's part of a build; its other steps run before or during that
_PUSHING = r"pushing .* with docker"


def read_timeline(history: History) -> pd.DataFrame:
    """One row a step of each build: COLUMNS; times are seconds since the build's first step began.

    build, target (null where its steps name none), step (order of begin), name, stage, kind, status
    as in the frames of read_logs · started, completed (first begin, last end) · seconds (active: a
    step may rest in between; null when it never ended) · inputs (tuple of the steps it builds on) ·
    spans (tuple of (begin, end) when it was active) · parts (tuple of (part, begin, end)) ·
    base_spans (tuple of (begin, end) in which it fetched or unpacked layers of a base image).
    `history`: what history.json.gz holds, its list of builds, or the bytes of a log with
    `--progress rawjson`. RecordError when it is none of that.

    >>> import gzip, json
    >>> run = analysis.read_runs("data/control").set_index("run").loc["docker.source.01"]
    >>> timeline = analysis.read_timeline(json.loads(gzip.open(run["history"]).read()))
    >>> int(timeline["kind"].eq("layer").sum())
    11
    """
    rows = [row for build in list_timelines(history) for row in build]
    layers = list_layers(rows)
    rows = [mark_bases(row, layers) for row in rows]
    return pd.DataFrame(rows, columns=Row._fields)[list(COLUMNS)].astype(COLUMNS)


def read_timelines(
    runs: pd.DataFrame, steps: pd.DataFrame, *, cluster: str = "", store: Store = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(run and read_timeline's columns for all runs; path, reason of each record not read).

    Of `steps`, those of the runs' logs, come the steps that buildx does itself and BuildKit does
    not record: starting a builder, put before the rest, and pushing with docker, put after it.
    They are left out where the log shows another number of builds than were recorded. BuildKit
    records each target of a bake or compose build by itself, with all steps that it needs: its
    `build` is the log's, and its steps are numbered from 1. `cluster`,
    `store`: as of analysis.read_logs.

    >>> experiment = analysis.read_experiment("data/control")
    >>> timelines, unread = analysis.read_timelines(experiment.runs, experiment.logs.steps)
    >>> timelines["run"].nunique(), len(unread)
    (48, 0)
    """
    shown, own = list_shown(steps), _list_buildx(steps)
    histories, unread = read_histories(runs["history"].dropna(), cluster=cluster, store=store)
    known = list_layers(row for builds in histories.values() for rows in builds for row in rows)
    rows: list[tuple[Any, ...]] = []
    problems = []
    columns = (runs[name].tolist() for name in ("run", "log", "history"))
    for run, log, path in zip(*columns, strict=True):
        if pd.isna(path) or path in unread:
            problems.append((path, f"{run}: {_NO_RECORD if pd.isna(path) else unread[path]}"))
            continue
        builds = [[mark_bases(row, known) for row in rows] for rows in histories[path]]
        numbers = [] if pd.isna(log) else shown.get(log, [])
        if (named := name_records(builds, numbers)) is not None:
            builds = [
                _name(_surround(build, _pick_own(own.get((log, each.build), []), each)), each)
                for build, each in zip(builds, named, strict=True)
            ]
        rows += [(run, *row) for build in builds for row in build]
    names = ["run", *COLUMNS]
    table = pd.DataFrame(rows, columns=["run", *Row._fields])[names].astype(
        {"run": "string"} | COLUMNS
    )
    return table, pd.DataFrame(problems, columns=["path", "reason"], dtype="string")


def _pick_own(own: list[Row], shown: Shown) -> list[Row]:
    """What of the steps that buildx does itself is of a target: all that others do not name."""
    return [row for row in own if shown.target is None or row.target in (None, shown.target)]


def _name(rows: list[Row], shown: Shown) -> list[Row]:
    """The rows of a record with the build, and the target if there are several, that it is of."""
    build, target = shown.build, shown.target
    if target is None and all(row.build == build for row in rows):
        return rows
    return [
        row._replace(build=build, target=row.target if target is None else target) for row in rows
    ]


def _list_buildx(steps: pd.DataFrame) -> dict[tuple[str, int], list[Row]]:
    """(log, build) -> what buildx does itself, in order, as if it began with its build."""
    pushes = steps["name"].str.fullmatch(_PUSHING, na=False)
    own = steps[steps["seconds"].notna() & (steps["kind"].eq("builder") | pushes)]
    found: dict[tuple[str, int], list[Row]] = {}
    names = ["log", "build", "target", "name", "stage", "kind", "status", "seconds"]
    own = own.reindex(columns=names)
    own = own.assign(target=own["target"].astype(object).where(own["target"].notna(), None))
    columns = (own[name].tolist() for name in names)
    for log, build, target, name, stage, kind, status, seconds in zip(*columns, strict=True):
        row = Row(0, 0, name, stage, kind, status, 0.0, seconds, seconds, target=target)
        found.setdefault((log, build), []).append(row)
    return found


def _surround(rows: list[Row], own: list[Row]) -> list[Row]:
    """One build's rows, moved back by what buildx did before them, and what it did after."""
    booted = any(row.kind == "builder" for row in rows)
    before = [row for row in own if row.kind == "builder" and not booted]
    after = [row for row in own if row.kind != "builder"]
    if not rows or not own:
        return rows
    build, end = rows[0].build, sum(row.seconds or 0 for row in before)
    first = place(before, build, 0.0, 1)
    moved = [_move(row, end, len(before)) for row in rows]
    end = max((row.completed for row in moved if row.completed is not None), default=end)
    return [*first, *moved, *place(after, build, end, len(before) + len(rows) + 1)]


def _move(row: Row, by: float, places: int) -> Row:
    """A row later by so many seconds, numbered from so many places on."""
    build, step, *named, started, completed, seconds, inputs, spans, parts, bases, target = row
    return Row._make(
        (
            build,
            step + places,
            *named,
            started + by,
            None if completed is None else completed + by,
            seconds,
            tuple([each + places for each in inputs]),
            tuple([(a + by, b + by) for a, b in spans]),
            tuple([(p, a + by, b + by) for p, a, b in parts]),
            tuple([(a + by, b + by) for a, b in bases]),
            target,
        )
    )


def place(own: list[Row], build: int, at: float, number: int) -> list[Row]:
    """Rows of steps that ran one after the other, from a time and a number on."""
    rows = []
    for step, row in enumerate(own, start=number):
        end = at + (row.seconds or 0)
        rows.append(
            row._replace(build=build, step=step, started=at, completed=end, spans=((at, end),))
        )
        at = end
    return rows
