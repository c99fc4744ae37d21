"""What a log tells of its transfers: which layer was fetched or unpacked, how large, from when on.

The fast reader leaves progress out; the one here keeps what of it tells of layers.
"""

import re
from itertools import count
from typing import Any, NamedTuple

from analysis.logs.builds import Build
from analysis.logs.rawjson import RawBuild, Vertex
from analysis.logs.reader import Reader
from analysis.logs.steps import Step, read_part

# https://github.com/moby/buildkit: a status line of util/progress/progressui, of a layer's digest
_STATUS = re.compile(
    rb"(?P<unpacks>extracting )?(?P<digest>sha256:[0-9a-f]{12,64})"
    rb"(?: (?P<moved>\d[\d.]*) ?(?P<moved_unit>[kMGT]?B)"
    rb"(?: / (?P<total>\d[\d.]*) ?(?P<unit>[kMGT]?B))?)?(?=\s|\Z)"
)
_LAYERS = (b"sha256:", b"extracting sha256:")
# `docker push` and `--load` name a layer by the begin of its unpacked digest
_PUSHED = re.compile(rb": Pushed\b")
_LOADED = re.compile(rb" loading layer ([0-9a-f]{12}) (?:[\d.]+[kMGT]?B) / ([\d.]+)([kMGT]?B)")
_NAME, _NUMBER = re.compile(rb"[0-9a-f]{12}"), re.compile(rb"#\d+")
_UNITS = {b"B": 1.0, b"kB": 1e3, b"MB": 1e6, b"GB": 1e9, b"TB": 1e12}


class Transfer(NamedTuple):
    """A layer that a step fetched, or unpacked; times are seconds by the clock of its build.

    A plain log tells durations, not begins: a layer is taken to begin where the clock, as far as
    the build's lines told, leaves room for what it took. `size`: compressed bytes, None unknown ·
    `moved`: how many of them were fetched, of one that is not done, too · `base`: whether a FROM
    did it, so that the layer is a base image's.
    """

    build: int
    step: int
    digest: str
    unpacks: bool
    size: float | None
    moved: float | None
    started: float
    completed: float
    base: bool = False


class _TracedStep(Step):
    """A step that keeps its status lines, numbered in the order of all of a log."""

    __slots__ = ("lines",)
    order = count()

    def __init__(self, number: int, text: bytes | None) -> None:
        super().__init__(number, text)
        self.lines: list[tuple[int, bytes, bool]] = []

    def keep(self, line: bytes, done: bool) -> None:
        """Keep a line of a layer, and whether it says that its part is done."""
        self.lines.append((next(self.order), line, done))

    def take_part(self, text: bytes) -> None:
        if text.startswith(_LAYERS):
            self.keep(text.removesuffix(b" done"), True)
        super().take_part(text)


class TracedReader(Reader):
    """A reader that keeps the progress which others leave out; also what `docker push` moved.

    loaded: bytes of each layer that was loaded into the engine, None unknown · pushed: the layers
    that a push sent.
    """

    step_type = _TracedStep

    def __init__(self) -> None:
        super().__init__()
        self.loaded: dict[bytes, float | None] = {}
        self.pushed: list[bytes] = []

    def take(self, text: bytes) -> None:
        """Read the next lines of a log, and note what they say of layers loaded and pushed."""
        # looked for first, since few logs have them and a pattern takes longer
        if b" loading layer " in text:
            for found in _LOADED.finditer(text):
                if _NUMBER.fullmatch(_begin_line(text, found)):
                    self.loaded[found[1]] = _read_size(found[2], found[3])
        if b": Pushed" in text:
            begins = (_begin_line(text, found) for found in _PUSHED.finditer(text))
            self.pushed += [begin for begin in begins if _NAME.fullmatch(begin)]
        super().take(text)

    def take_progress(self, number: bytes, progress: bytes) -> None:
        """Keep the progress of the step in focus."""
        step = self.steps.get(number)
        if isinstance(step, _TracedStep) and step is self.focus:
            for line in progress.split(b"\n#%b " % number)[1:]:
                if line.startswith(_LAYERS):
                    step.keep(line, False)
        super().take_progress(number, progress)


def _begin_line(text: bytes, found: re.Match[bytes]) -> bytes:
    """What stands before a match in its line."""
    return text[text.rfind(b"\n", 0, found.start()) + 1 : found.start()]


def list_transfers(reader: TracedReader) -> list[Transfer]:
    """The transfers that were done in the builds of a log, in their order."""
    return [row for number, build in enumerate(reader.builds) for row in _list_build(number, build)]


def _list_build(number: int, build: Build) -> list[Transfer]:
    """The transfers of one build."""
    if isinstance(build.special, RawBuild):
        begun = build.special.started
        zero = min(begun[0].times, default=0.0) if begun else 0.0
        steps = enumerate(begun, start=1)
        rows = [row for step, each in steps for row in _list_recorded(each, number, step, zero)]
        return _mark_bases(rows, build)
    lines = sorted(
        (order, step.number, line, done)
        for step in build.steps
        if isinstance(step, _TracedStep)
        for order, line, done in step.lines
    )
    clock = _Clock(number)
    for _, step, line, done in lines:
        if (found := _STATUS.match(line)) is not None:
            clock.take(step, found, read_part(line + b" done")[1] or 0.0, done)
    return _mark_bases(clock.list_told(), build)


def _mark_bases(rows: list[Transfer], build: Build) -> list[Transfer]:
    """The transfers, with what a FROM did marked."""
    bases = {step.number for step in build.of_kind("from")} if rows else set()
    return [row._replace(base=row.step in bases) for row in rows] if bases else rows


class _Clock:
    """The transfers of one build so far, and its time as far as its lines told."""

    def __init__(self, build: int) -> None:
        self.build, self.now = build, 0.0
        self.known: dict[tuple[int, str, bool], Transfer] = {}
        self.done: set[tuple[int, str, bool]] = set()
        # digest -> when it was there, step -> when it had unpacked the last layer
        self.fetched: dict[str, float] = {}
        self.unpacked: dict[int, float] = {}

    def take(self, step: int, found: re.Match[bytes], took: float, done: bool) -> None:
        """Note a status line of a step, and how long it says that the transfer takes."""
        key = step, found["digest"].decode(), found["unpacks"] is not None
        row = self.known.get(key) or self.begin(key, took)
        end = max(row.completed, row.started + took)
        moved = _read_size(found["moved"], found["moved_unit"]) or row.moved
        size = _read_size(found["total"], found["unit"]) or (moved if done else None) or row.size
        self.known[key] = row._replace(size=size, moved=moved, completed=end)
        self.now = max(self.now, end)
        if done:
            self.done.add(key)
            ends: dict[Any, float] = self.unpacked if row.unpacks else self.fetched
            ends[step if row.unpacks else row.digest] = end

    def begin(self, key: tuple[int, str, bool], took: float) -> Transfer:
        """A transfer first seen now: a layer is unpacked once it is there, and those below are."""
        step, digest, unpacks = key
        at = max(self.now - took, 0.0)
        if unpacks:
            at = max(at, self.fetched.get(digest, 0.0), self.unpacked.get(step, 0.0))
        return Transfer(self.build, step, digest, unpacks, None, None, at, at)

    def list_told(self) -> list[Transfer]:
        """The transfers that are done, and downloads that are not."""
        rows = self.known.items()
        return [row for key, row in rows if key in self.done or (row.moved and not row.unpacks)]


def _read_size(number: bytes | None, unit: bytes | None) -> float | None:
    """The bytes of `57.56`, `MB`; None for none, or for 0."""
    try:
        return float(number or 0) * _UNITS[unit or b"B"] or None
    except ValueError:
        return None


def _list_recorded(vertex: Vertex, build: int, step: int, zero: float) -> list[Transfer]:
    """The transfers of a step of BuildKit's own record, with exact times since `zero`."""
    rows = []
    for (part, start), end in vertex.parts.items():
        found = _STATUS.fullmatch(part.encode("utf-8", "replace"))
        if found is not None and start is not None and end >= start:
            digest, unpacks = found["digest"].decode(), found["unpacks"] is not None
            size = None if unpacks else vertex.sizes.get(part)
            rows.append(
                Transfer(build, step, digest, unpacks, size, size, start - zero, end - zero)
            )
    return rows
