"""The steps of recorded builds: when they were active, and what each builds on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from analysis.errors import RecordError
from analysis.logs import RawBuild, Vertex, clean, read_log, unpack

History = Mapping[str, Any] | Sequence[Mapping[str, Any]] | bytes


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
    base_spans: tuple[tuple[float, float], ...] = ()
    target: str | None = None


def list_timelines(history: History) -> list[list[Row]]:
    """The rows of each build of a record, as read_timeline takes it; RecordError for none."""
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
    rows = [_row_step(vertex, build, number, numbers, zero) for vertex in vertices]
    targets = {row.target for row in rows}
    # one word alone is a stage, or the target of a stage without a name
    return [row._replace(target=row.stage) if row.stage in targets else row for row in rows]


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
        target=step.name.target,
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
