"""BuildKit's own record of a build: what `--progress rawjson` writes, a JSON object a line.

Each line is a SolveStatus of github.com/moby/buildkit/client: vertexes (steps, by digest),
statuses (their parts) and logs (their output, base64). `docker buildx history logs --progress
rawjson` gives the same of a build that is over.
"""

import json
import re
from base64 import b64decode
from datetime import datetime
from functools import lru_cache
from typing import Any

from analysis.logs.steps import LAST, Step, read_name, read_part

_LINE = re.compile(rb'\{\s*"(?:vertexes|statuses|logs|warnings)"\s*:\s*(?:\[|null)')
_Span = tuple[float, float]


class Vertex:
    """A step as far as the record has told; times are seconds since 1970."""

    def __init__(self, digest: str) -> None:
        self.digest, self.name = digest, ""
        self.error: str | None = None
        self.cached, self.ran = False, False
        # digests, in the order they were told
        self.inputs: dict[str, None] = {}
        self.times: dict[float, float | None] = {}
        self.parts: dict[tuple[str, float | None], float] = {}
        # bytes, of parts that tell them
        self.sizes: dict[str, float] = {}
        self.output, self.open_line = 0, False

    def take(self, state: dict[str, Any]) -> None:
        """Note a state; a vertex that BuildKit goes on with is started and completed again."""
        self.name = str(state.get("name") or self.name)
        self.inputs.update(dict.fromkeys(map(str, state.get("inputs") or ())))
        self.cached = self.cached or bool(state.get("cached"))
        self.error = str(state["error"]) if state.get("error") else self.error
        started, completed = read_time(state.get("started")), read_time(state.get("completed"))
        if started is not None:
            self.times[started] = completed
            self.ran = self.ran or (completed is not None and not state.get("cached"))

    def is_last(self) -> bool:
        """Whether it was begun and is of a kind that comes last."""
        return bool(self.times) and read_name(self.name.encode("utf-8", "replace")).kind in LAST

    def take_part(self, status: dict[str, Any]) -> None:
        """Note a part of the step that is done."""
        completed = read_time(status.get("completed"))
        if completed is not None:
            self.parts[str(status["id"]), read_time(status.get("started"))] = completed
            if status.get("total"):
                self.sizes[str(status["id"])] = float(status["total"])

    def take_output(self, data: bytes) -> None:
        """Count the lines of a piece of output, which may begin and end within a line."""
        if data:
            self.output += data.count(b"\n") + (not data.endswith(b"\n")) - self.open_line
            self.open_line = not data.endswith(b"\n")

    @property
    def spans(self) -> list[_Span]:
        """The times at which the step was active, each counted once, in order."""
        return merge_spans(
            (start, end) for start, end in self.times.items() if end is not None and end >= start
        )

    @property
    def seconds(self) -> float | None:
        """How long the step was active; None when it never ended or nothing but a hit was told."""
        if not self.ran:
            return None
        return round(sum(end - start for start, end in self.spans), 6)

    def to_step(self, number: int) -> Step:
        """The step as a plain log would tell of it, with exact times."""
        step = Step(number, self.name.encode("utf-8", "replace"))
        if self.error is not None:
            step.end(b"ERROR: " + self.error.encode("utf-8", "replace"))
        elif self.times and [*self.times.values()][-1] is not None:
            step.ended = "ran"
        step.cached, step.seconds, step.output = self.cached, self.seconds, self.output
        for (part, start), end in self.parts.items():
            words, seconds = _read_part(part)
            step.note_part(words, seconds if start is None else round(max(end - start, 0), 6))
            step.note_image(part.encode("utf-8", "replace"))
        return step


class RawBuild:
    """Follows the record of one build."""

    def __init__(self) -> None:
        self.vertices: dict[str, Vertex] = {}
        # whether it has come to one of its last steps
        self.over = False

    def take(self, status: dict[str, Any]) -> bool:
        """Whether a status is as BuildKit writes them; what is told before a fault is kept."""
        try:
            for state in status.get("vertexes") or ():
                vertex = self.find(state["digest"])
                vertex.take(state)
                self.over = self.over or vertex.is_last()
            for part in status.get("statuses") or ():
                self.find(part["vertex"]).take_part(part)
            for log in status.get("logs") or ():
                self.find(log["vertex"]).take_output(b64decode(log.get("data") or ""))
        except (AttributeError, KeyError, TypeError, ValueError):
            return False
        return True

    def find(self, digest: str) -> Vertex:
        """The vertex of a digest, new when it is the first time."""
        found = self.vertices.get(digest)
        if found is None:
            found = self.vertices[digest] = Vertex(digest)
        return found

    @property
    def started(self) -> list[Vertex]:
        """The vertices that were begun, in the order of their begin; others are not shown."""
        return sorted((v for v in self.vertices.values() if v.times), key=lambda v: min(v.times))

    @property
    def steps(self) -> list[Step]:
        """The steps, in the order of their begin."""
        return [vertex.to_step(number) for number, vertex in enumerate(self.started, start=1)]


@lru_cache(1 << 12)
def _read_part(words: str) -> tuple[str, float | None]:
    """(name, seconds) of a part of a step by its words, which seldom tell its seconds."""
    return read_part(f"{words} done".encode("utf-8", "replace"))


def read_status(line: bytes) -> dict[str, Any] | None:
    """The status on a line of a record; None when it is no such line, or a damaged one."""
    if not _LINE.match(line):
        return None
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def read_time(text: str | None) -> float | None:
    """Seconds since 1970 of an RFC 3339 time, to a microsecond; None for none and Go's zero."""
    if not text or text.startswith("0001-"):
        return None
    return datetime.fromisoformat(text).timestamp()


def merge_spans(spans: Any) -> list[_Span]:
    """Spans of time in order, those that overlap or touch made one."""
    merged: list[_Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged
