"""Which steps decide how long a docker build takes: its critical path, from its timeline."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis.measures.seconds.overheads import PUSHES, name_steps
from analysis.records import Experiment, Need, read_timelines, takes

_PARTS = dict.fromkeys(PUSHES, "push") | {"sending tarball": "load"}
WAIT = "no step explains"
PATH = {
    "build": "int64",
    "step": "Int64",
    "name": "string",
    "kind": "string",
    "activity": "string",
    "started": "float64",
    "completed": "float64",
    "seconds": "float64",
}


class _Stretch(NamedTuple):
    """A time in which one step (None: no step) decided when the build would end."""

    step: int | None
    started: float
    completed: float


def _find_timelines(experiment: Experiment) -> pd.DataFrame:
    """When the steps of an experiment's builds began and ended."""
    return read_timelines(experiment.runs, experiment.logs.steps)[0]


@takes(
    timeline=Need(
        "build step name kind status started completed inputs spans parts", _find_timelines
    )
)
def critical_path(timeline: pd.DataFrame) -> pd.DataFrame:
    """What each build's end waited for, from its begin to its end without a hole: PATH.

    build (with `run` before it when the timeline has it), step (null: between two steps), name,
    kind, activity (as in busy_map; an export is split into exporting, pushing and handing over),
    started, completed, seconds. Followed back from the step that ended last: a step waited for
    what ended last before it began, among the steps it builds on. A hit is fetched only when a
    step that builds on it is about to run, so it waited for what that one did. Steps outside of
    the graph (reading the Dockerfile, importing a cache, exporters) wait for all and are waited
    for by all.

    >>> path = analysis.critical_path("data/control")
    >>> first = path[path["run"] == "docker.cold.01"].groupby("activity")["seconds"].sum()
    >>> first.idxmax()
    'work'
    """
    keys = [name for name in ("run", "build") if name in timeline]
    timeline = timeline.assign(activity=name_steps(timeline))
    rows: list[dict[str, Any]] = []
    for key, steps in timeline.groupby(keys, sort=False):
        label = dict(zip(keys, key, strict=True))
        rows += [label | row for row in _describe_path(list(steps.itertuples(index=False)))]
    types = {"run": "string"} | PATH if "run" in keys else PATH
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _describe_path(steps: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The rows of one build's path, without its keys, from the rows of its timeline."""
    by_number = {row.step: row for row in steps}
    for stretch in _trace(steps):
        row = by_number.get(stretch.step)
        named = {"name": row and row.name, "kind": row and row.kind, "step": stretch.step}
        for activity, start, end in split(stretch, row):
            times = {"started": start, "completed": end, "seconds": end - start}
            yield named | {"activity": activity} | times


def split(stretch: _Stretch, row: Any) -> Iterator[tuple[str, float, float]]:
    """(activity, begin, end) of a stretch: an export's parts may be of another activity."""
    at, activity = stretch.started, WAIT if row is None else row.activity
    parts = row.parts if activity == "image export" else ()
    for name, start, end in sorted(parts, key=lambda part: part[1]):
        start, end = max(start, at), min(end, stretch.completed)
        part = _name_part(name)
        if part is not None and end > start:
            if start > at:
                yield activity, at, start
            yield part, start, end
            at = end
    if stretch.completed > at:
        yield activity, at, stretch.completed


def _name_part(part: str) -> str | None:
    """The activity of a part that is not its step's own."""
    return next((name for begin, name in _PARTS.items() if part.startswith(begin)), None)


def _trace(steps: Sequence[Any]) -> list[_Stretch]:
    """One build's stretches in order, with those of no step between them."""
    spans = [_Stretch(row.step, a, b) for row in steps for a, b in row.spans if b > a]
    causes = _find_causes(steps)
    now = max(spans, key=lambda each: (each.completed, -each.started), default=None)
    path: list[_Stretch] = []
    while now is not None:
        earlier = [s for s in spans if s.completed <= now.started and s.step in causes[now.step]]
        before = max(earlier, key=lambda each: (each.completed, -each.started), default=None)
        reached = 0.0 if before is None else before.completed
        path.append(now)
        if now.started > reached:
            path.append(_Stretch(None, reached, now.started))
        now = before
    return path[::-1]


def _find_causes(steps: Sequence[Any]) -> dict[int | None, set[int]]:
    """Step -> the steps it may have waited for, as critical_path says; itself is one of them."""
    inputs = {row.step: set(row.inputs) for row in steps}
    users: dict[int, set[int]] = {}
    for step, found in inputs.items():
        for each in found:
            users.setdefault(each, set()).add(step)
    outside = {step for step, found in inputs.items() if not found and step not in users}
    hits = {row.step for row in steps if row.status == "cached"}
    causes: dict[int | None, set[int]] = {}
    for step in inputs:
        asked_by = reach({step}, users) if step in hits else {step}
        causes[step] = set(inputs) if step in outside else reach(asked_by, inputs) | outside
    return causes


def reach(steps: set[int], links: dict[int, set[int]]) -> set[int]:
    """These steps and all that can be reached from them."""
    found, ends = set(), set(steps)
    while ends:
        found |= ends
        ends = set().union(*(links.get(each, ()) for each in ends)) - found
    return found
