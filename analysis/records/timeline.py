"""When the steps of docker builds began and ended, from BuildKit's own record of each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis.errors import RecordError
from analysis.logs import RawBuild, Vertex, clean, read_log, unpack
from analysis.records.recording import read_json

COLUMNS = {
    "build": "int64",
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
}
# what buildx does after BuildKit's part of a build; its other steps run before or during that
_PUSHING = r"pushing .* with docker"
_History = Mapping[str, Any] | Sequence[Mapping[str, Any]] | bytes


class Row(NamedTuple):
    """A step of a build: COLUMNS."""

    build: int
    step: int
    name: str | None
    stage: str | None
    kind: str
    status: str
    started: float
    completed: float | None
    seconds: float | None
    inputs: tuple[int, ...] = ()
    spans: tuple[tuple[float, float], ...] = ()
    parts: tuple[tuple[str, float, float], ...] = ()


def read_timeline(history: _History) -> pd.DataFrame:
    """One row a step of each build: COLUMNS; times are seconds since the build's first step began.

    build, step (order of begin), name, stage, kind, status as in the frames of read_logs ·
    started, completed (first begin, last end) · seconds (active: a step may rest in between; null
    when it never ended) · inputs (tuple of the steps it builds on) · spans (tuple of (begin, end)
    when it was active) · parts (tuple of (part, begin, end)). `history`: what history.json.gz
    holds, its list of builds, or the bytes of a log with `--progress rawjson`. RecordError when
    it is none of that.

    >>> import gzip, json
    >>> run = analysis.read_runs("data/control").set_index("run").loc["docker.source.01"]
    >>> timeline = analysis.read_timeline(json.loads(gzip.open(run["history"]).read()))
    >>> int(timeline["kind"].eq("layer").sum())
    11
    """
    rows = [row for build in _list_timelines(history) for row in build]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _list_timelines(history: _History) -> list[list[Row]]:
    """The rows of read_timeline, by build."""
    if isinstance(history, bytes):
        read = read_log(clean(unpack(history, "The log")).text).builds
        builds = [each.special for each in read]
    else:
        builds = [follow(statuses) for statuses in _list_builds(history)]
    return [
        _list_steps(build, number)
        for number, build in enumerate(builds)
        if isinstance(build, RawBuild)
    ]


def _list_builds(history: Any) -> list[list[dict[str, Any]]]:
    """The statuses of each build; RecordError when the record is not of that shape."""
    builds: Any = history.get("builds") if isinstance(history, Mapping) else history
    try:
        return [list(build["rawjson"]) for build in builds]
    except (KeyError, TypeError) as error:
        raise RecordError(f"This is no record of builds ({error!r}): run it again.") from error


def follow(statuses: Iterable[dict[str, Any]]) -> RawBuild:
    """A build as its statuses tell it; RecordError when one is not as BuildKit writes them."""
    build = RawBuild()
    for number, status in enumerate(statuses, start=1):
        if not build.take(status):
            raise RecordError(f"Status {number} of a build is not BuildKit's: run it again.")
    return build


def _list_steps(build: RawBuild, number: int) -> list[Row]:
    """The rows of a build's steps."""
    vertices = build.started
    numbers = {vertex.digest: n for n, vertex in enumerate(vertices, start=1)}
    zero = min((min(vertex.times) for vertex in vertices), default=0.0)
    return [_row_step(vertex, build, number, numbers, zero) for vertex in vertices]


def _row_step(
    vertex: Vertex, build: RawBuild, number: int, numbers: dict[str, int], zero: float
) -> Row:
    """The row of one step; `zero` is when its build began."""
    step, spans = vertex.to_step(numbers[vertex.digest]), vertex.spans
    known = ((p, s, e) for (p, s), e in vertex.parts.items() if s is not None and e >= s)
    return Row(
        build=number,
        step=step.number,
        name=step.name.name or None,
        stage=step.name.stage,
        kind=step.name.kind,
        status=step.status,
        started=round(min(vertex.times) - zero, 6),
        completed=round(spans[-1][1] - zero, 6) if spans else None,
        seconds=round(sum(end - start for start, end in spans), 6) if spans else None,
        inputs=tuple(sorted(_find_inputs(vertex, build, numbers, set()))),
        spans=tuple((round(a - zero, 6), round(b - zero, 6)) for a, b in spans),
        parts=tuple((p, round(s - zero, 6), round(e - zero, 6)) for p, s, e in known),
    )


def _find_inputs(
    vertex: Vertex, build: RawBuild, numbers: dict[str, int], seen: set[str]
) -> set[int]:
    """The steps it builds on; of one that never began, those that one builds on."""
    found: set[int] = set()
    for digest in vertex.inputs:
        if digest in numbers:
            found.add(numbers[digest])
        elif digest in build.vertices and digest not in seen:
            seen.add(digest)
            found |= _find_inputs(build.vertices[digest], build, numbers, seen)
    return found


def read_timelines(runs: pd.DataFrame, steps: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(run and read_timeline's columns for all runs; path, reason of each record not read).

    Of `steps`, those of the runs' logs, come the steps that buildx does itself and BuildKit does
    not record: starting a builder, put before the rest, and pushing with docker, put after it.
    They are left out where the log shows another number of builds than were recorded.

    >>> experiment = analysis.read_experiment("data/control")
    >>> timelines, unread = analysis.read_timelines(experiment.runs, experiment.logs.steps)
    >>> timelines["run"].nunique(), len(unread)
    (48, 0)
    """
    shown, own = _list_shown(steps), _list_buildx(steps)
    rows: list[tuple[Any, ...]] = []
    problems = []
    columns = (runs[name].tolist() for name in ("run", "log", "history"))
    for run, log, path in zip(*columns, strict=True):
        try:
            builds = _list_timelines(_read_record(path))
        except RecordError as error:
            problems.append((path, f"{run}: {error}"))
            continue
        numbers = () if pd.isna(log) else shown.get(log, ())
        if len(numbers) == len(builds):
            more = (own.get((log, number), []) for number in numbers)
            builds = [_surround(build, each) for build, each in zip(builds, more, strict=True)]
        rows += [(run, *row) for build in builds for row in build]
    types = {"run": "string"} | COLUMNS
    table = pd.DataFrame(rows, columns=list(types)).astype(types)
    return table, pd.DataFrame(problems, columns=["path", "reason"], dtype="string")


def _read_record(path: Any) -> Any:
    """What a run's history.json.gz holds; RecordError when it kept none."""
    if pd.isna(path):
        raise RecordError("it kept no record of its builds; run it again.")
    return read_json(path)


def _list_shown(steps: pd.DataFrame) -> dict[str, list[int]]:
    """log -> the numbers of the builds that it shows."""
    pairs = steps[["log", "build"]].dropna().drop_duplicates()
    found: dict[str, list[int]] = {}
    for log, build in zip(pairs["log"].tolist(), pairs["build"].tolist(), strict=True):
        found.setdefault(log, []).append(build)
    return found


def _list_buildx(steps: pd.DataFrame) -> dict[tuple[str, int], list[Row]]:
    """(log, build) -> what buildx does itself, in order, as if it began with its build."""
    pushes = steps["name"].str.fullmatch(_PUSHING, na=False)
    own = steps[steps["seconds"].notna() & (steps["kind"].eq("builder") | pushes)]
    found: dict[tuple[str, int], list[Row]] = {}
    names = ["log", "build", "name", "stage", "kind", "status", "seconds"]
    columns = (own[name].tolist() for name in names)
    for log, build, name, stage, kind, status, seconds in zip(*columns, strict=True):
        row = Row(0, 0, name, stage, kind, status, 0.0, seconds, seconds)
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
    return row._replace(
        step=row.step + places,
        started=row.started + by,
        completed=None if row.completed is None else row.completed + by,
        inputs=tuple(each + places for each in row.inputs),
        spans=tuple((a + by, b + by) for a, b in row.spans),
        parts=tuple((p, a + by, b + by) for p, a, b in row.parts),
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
