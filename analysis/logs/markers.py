"""What a docker build's lines and CodeBuild's look like, wherever in a line they begin."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_WORDS = rb"(?:export|import|transferr|load|extract|writ|push|nam|prepar|send|copy|read|pull|creat"
_WORDS += rb"|start|boot|unpack|merg|verify|resolv|inferr)(?:ing|ed)? "
_VERBOSE = rb" +(?:digest|name|started|completed|duration|cached|error): "
_MARKER = re.compile(
    rb"(?P<plain>#\d{1,6} (?:\[[^\]\n]{1,200}\] |DONE\b|CACHED\b|CANCELED\b|ERROR\b|\.\.\."
    rb"|\d+\.\d{1,3} |sha256:[0-9a-f]|building with \\?\"|resolve |docker-image:|"
    + _WORDS
    + rb"|"
    + _VERBOSE
    + rb"))|(?P<agent>\[(?:Container|Instance)\] +\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)"
    rb"|(?P<legacy>Step \d{1,4}(?:/\d{1,4})? : [A-Za-z]{3,}|---> (?:Using cache|Running in "
    rb"[0-9a-f]{12}|[0-9a-f]{12}\b)|Successfully built [0-9a-f]{12}\b)"
    rb"|(?P<tty>=> (?:CACHED |ERROR )?\[|\[\+\] Building \d)"
    rb"|(?P<raw>\{\s*\"(?:vertexes|statuses|logs)\"\s*:)"
)
# what the legacy builder and the terminal display put before their arrows
_INDENT = re.compile(rb"(?:\x1b\[[0-9;?]*+[A-Za-z])*+ ?\Z")
# what stands in most markers, found fast
STEP = re.compile(rb"#\d{1,6} (?:\[|[DCE]|\d+\.\d)")
_LITERALS = (b"[Container] 2", b"[Instance] 2", b"Step ", b"---> ", b"=> [", b'"vertexes"')
# what hardly anything but a docker build says
_CERTAIN = re.compile(
    rb"#\d{1,6} (?:\[[^\]\n]{0,100}\d/\d{1,3}\] [A-Z]{3}|\[internal\] load |DONE \d+\.\d|CACHED\b)"
    rb"|Step \d{1,4}(?:/\d{1,4})? : (?:FROM|RUN|COPY|ADD|ENV|WORKDIR|CMD) "
)
# bytes
_WINDOW, _WINDOWS, _SMALL, _GLANCE = 1 << 12, 8, 1 << 15, 1 << 10


class Marked(NamedTuple):
    """A line that shows a marker: what stands before it, and what follows; its kind."""

    prefix: bytes
    rest: bytes
    kind: str


def glance(text: bytes) -> bytes:
    """A few kilobytes of a log, from all over it; pieces begin and end within lines."""
    step = max(len(text) // _WINDOWS, _GLANCE)
    return b"\n".join(text[at : at + _GLANCE] for at in range(0, len(text), step))


def sample_lines(text: bytes) -> list[bytes]:
    """Whole lines of a log, from all over it, that are not blank.

    Those around the first marker too, when no others show one.
    """
    if len(text) <= _SMALL:
        return _cut_lines(text, 0, len(text))
    step = (len(text) - _WINDOW) // (_WINDOWS - 1)
    starts = range(0, len(text) - _WINDOW + 1, step)
    lines = [line for at in starts for line in _cut_lines(text, at, at + _WINDOW)]
    if not any(map(_MARKER.search, lines)) and (found := _find_first(text)) >= 0:
        at = max(found - 500, 0)
        lines += _cut_lines(text, at, at + _SMALL)
    return lines


def _find_first(text: bytes) -> int:
    """Where a text shows the first of what stands in most markers; -1 where it shows none."""
    step = STEP.search(text)
    found = [step.start() if step else -1, *map(text.find, _LITERALS)]
    return min((each for each in found if each >= 0), default=-1)


def _cut_lines(text: bytes, start: int, end: int) -> list[bytes]:
    """The lines of a piece of text that are whole, and not blank."""
    lines = text[start:end].split(b"\n")
    if start:
        del lines[0]
    if end < len(text) and lines:
        del lines[-1]
    return [line for line in lines if line.strip()]


def find_markers(lines: list[bytes]) -> Iterator[Marked]:
    """The lines that show a marker, each by its first one."""
    for line in lines:
        if (found := _MARKER.search(line[:4096])) is not None:
            start, kind = found.start(), str(found.lastgroup)
            if kind in ("tty", "legacy") and start and (indent := _INDENT.search(line, 0, start)):
                start = (
                    indent.start() if kind == "tty" else start - line.startswith(b" ", start - 1)
                )
            yield Marked(line[:start], line[start:], kind)


def shows_marker(text: str) -> bool:
    """Whether a text shows a marker near its begin."""
    return _MARKER.search(text[:1000].encode("utf-8", "replace")) is not None


def count_certain(text: bytes) -> int:
    """How often a text shows what hardly anything but a docker build says."""
    return len(_CERTAIN.findall(text))
