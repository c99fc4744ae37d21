"""Which steps decide how long a docker build takes: its critical path, from its timeline."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.measures.seconds.overheads import BASE_PULL, PUSHES, name_steps
from analysis.records import Experiment, Need, read_timelines, takes

_PARTS = dict.fromkeys(PUSHES, "push") | {"sending tarball": "load"}
WAIT = "no step explains"
# seconds; a step that begins later than this after all it builds on was not asked for before
_AT_ONCE = 0.1
# what tells one timeline from another
_KEYS = ["run", "build", "target"]
PATH = {
    "build": "int64",
    "target": "string",
    "step": "Int64",
    "name": "string",
    "kind": "string",
    "activity": "string",
    "started": "float64",
    "completed": "float64",
    "seconds": "float64",
}


class _Step(NamedTuple):
    """What a path needs of a timeline's row."""

    step: int
    name: str
    kind: str
    hit: bool
    activity: str
    inputs: tuple[int, ...]
    spans: tuple[tuple[float, float], ...]
    parts: tuple[tuple[str, float, float], ...]
    base_spans: tuple[tuple[float, float], ...]


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
        "build target step name kind status started completed inputs spans parts base_spans",
        _find_timelines,
    )
)
def critical_path(timeline: pd.DataFrame) -> pd.DataFrame:
    """What each build's end waited for, from its begin to its end without a hole: PATH.

    build (with `run` before it when the timeline has it), target (null where the build names none;
    of a bake or compose build each has its own path), step (null: between two steps), name,
    kind, activity (as in busy_map; an export is split into exporting, pushing and handing over),
    started, completed, seconds; fetching and unpacking layers of a base image are base pull in
    whatever step they happen. Followed back from the step that ended last: a step waited for
    what ended last before it began, among the steps it builds on. A hit is fetched only when a
    step that builds on it is about to run, so it waited for what that one did; so did a step that
    began long after all it builds on. Steps outside of the graph (reading the Dockerfile,
    importing a cache, exporters) wait for all and are waited for by all.

    >>> path = analysis.critical_path("data/control")
    >>> first = path[path["run"] == "docker.cold.01"].groupby("activity")["seconds"].sum()
    >>> first.idxmax()
    'work'
    """
    keys = [name for name in _KEYS if name in timeline]
    labels, builds = _list_steps(timeline, keys)
    rows = [
        (*label, *row)
        for label, steps in zip(labels, builds, strict=True)
        for row in _describe_path(steps)
    ]
    types = {"run": "string"} | PATH if "run" in keys else PATH
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _list_steps(
    timeline: pd.DataFrame, keys: list[str]
) -> tuple[list[tuple[Any, ...]], list[list[_Step]]]:
    """(the keys of each build, its steps in order), of steps with a number in a known build."""
    hit = timeline["status"].eq("cached").fillna(False)
    timeline = timeline.assign(activity=name_steps(timeline), hit=hit)
    timeline = timeline.dropna(subset=[*(name for name in keys if name != "target"), "step"])
    builds = timeline.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    timeline = timeline.iloc[builds.argsort(kind="stable")]
    names = [timeline[name].tolist() for name in _Step._fields]
    steps = list(map(_Step._make, zip(*names, strict=True)))
    ends = np.bincount(builds).cumsum()
    starts = np.append(0, ends[:-1]).tolist() if len(ends) else []
    labels = timeline[keys].iloc[starts].itertuples(index=False, name=None)
    return list(labels), [steps[a:b] for a, b in zip(starts, ends.tolist(), strict=True)]


def _describe_path(steps: Sequence[_Step]) -> Iterator[tuple[Any, ...]]:
    """The rows of one build's path, without its keys, from the rows of its timeline."""
    by_number = {step.step: step for step in steps}
    for stretch in _trace(steps):
        step = None if stretch.step is None else by_number[stretch.step]
        named = (None, None, None) if step is None else (step.step, step.name, step.kind)
        for activity, start, end in split(stretch, step):
            yield *named, activity, start, end, end - start


def split(stretch: _Stretch, step: _Step | None) -> Iterator[tuple[str, float, float]]:
    """(activity, begin, end) of a stretch: an export's parts may be of another activity, and what

    any step did with layers of a base image is.
    """
    at, activity = stretch.started, WAIT if step is None else step.activity
    for start, end, part in sorted(_list_parts(step)):
        start, end = max(start, at), min(end, stretch.completed)
        if end > start:
            if start > at:
                yield activity, at, start
            yield part, start, end
            at = end
    if stretch.completed > at:
        yield activity, at, stretch.completed


def _list_parts(step: _Step | None) -> list[tuple[float, float, str]]:
    """(begin, end, activity) of the parts of a step that are not of its own activity."""
    found: list[tuple[float, float, str]] = []
    if step is None:
        return found
    if step.activity != BASE_PULL:
        found += [(start, end, BASE_PULL) for start, end in step.base_spans]
    if step.activity == "image export":
        named = ((start, end, _name_part(name)) for name, start, end in step.parts)
        found += [(start, end, part) for start, end, part in named if part is not None]
        found += _list_lost_pushes(step.parts)
    return found


def _list_lost_pushes(
    parts: Sequence[tuple[str, float, float]],
) -> Iterator[tuple[float, float, str]]:
    """(begin, end, push) of the layers that were pushed right before a manifest.

    Of several tags BuildKit's record keeps those of the last alone.
    """
    layers, manifest = PUSHES
    before, what = 0.0, ""
    for name, start, end in sorted(parts, key=lambda part: part[1]):
        if name.startswith(manifest) and what and what != layers and before < start:
            yield before, start, _PARTS[layers]
        before, what = max((before, what), (end, name))


def _name_part(part: str) -> str | None:
    """The activity of a part that is not its step's own."""
    return next((name for begin, name in _PARTS.items() if part.startswith(begin)), None)


def _trace(steps: Sequence[_Step]) -> list[_Stretch]:
    """One build's stretches in order, with those of no step between them."""
    spans = [_Stretch(step.step, a, b) for step in steps for a, b in step.spans if b > a]
    # the last to end comes first, of those the one that began first
    spans.sort(key=lambda each: (-each.completed, each.started))
    ends = [-span.completed for span in spans]
    find_causes = _follow_inputs(steps)
    path: list[_Stretch] = []
    found = spans[0] if spans else None
    while found is not None:
        path.append(found)
        step, begin = found.step, found.started
        before = spans[bisect_left(ends, -begin) :]
        found = _find_first(before, find_causes(step, False))
        if begin - (found.completed if found else 0.0) > _AT_ONCE:
            found = _find_first(before, find_causes(step, True)) or found
        waited = found.completed if found else 0.0
        if begin > waited:
            path.append(_Stretch(None, waited, begin))
    return path[::-1]


def _find_first(spans: Sequence[_Stretch], steps: set[int]) -> _Stretch | None:
    """The first stretch of one of these steps; null without."""
    return next((each for each in spans if each.step in steps), None)


def _follow_inputs(steps: Sequence[_Step]) -> Callable[[int | None, bool], set[int]]:
    """(step, whether its users count) -> the steps that it, or they, may have waited for.

    As critical_path says; itself is one of them.
    """
    inputs = {step.step: set(step.inputs) for step in steps}
    users: dict[int, set[int]] = {}
    for step, found in inputs.items():
        for each in found:
            users.setdefault(each, set()).add(step)
    outside = {step for step, found in inputs.items() if not found and step not in users}
    hits = {step.step for step in steps if step.hit}

    def find(step: int | None, of_users: bool) -> set[int]:
        if step is None or step in outside:
            return set(inputs)
        begin = reach({step}, users) if of_users or step in hits else {step}
        return reach(begin, inputs) | outside

    return find


def reach(steps: set[int], links: dict[int, set[int]]) -> set[int]:
    """These steps and all that can be reached from them."""
    found, ends = set(steps), list(steps)
    while ends:
        for each in links.get(ends.pop(), ()):
            if each not in found:
                found.add(each)
                ends.append(each)
    return found
