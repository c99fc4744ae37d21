"""The lines of a log that tell of its steps (`#5 [2/3] RUN …`, `#5 DONE 0.4s`), found all at once.

All other lines of a step are its output (`#5 0.412 …`), which is many times as much. The first
bytes of all lines are looked at together, so that no line is looked at by itself.
"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

_FEED, _SPACE, _HASH, _ZERO, _A = b"\n #0a"
_DONE = np.frombuffer(b" done", np.uint8)
# digits of a step's number beyond which each line is looked at by itself
_WIDEST = 7
_WIDE = re.compile(rb"#[0-9]++ (?=[^0-9\n])")
_Places = np.ndarray[Any, np.dtype[np.int64]]
_Bytes = np.ndarray[Any, np.dtype[np.uint8]]
_Truths = np.ndarray[Any, np.dtype[np.bool_]]
# number, line, the lines of progress after it, how many; the text up to the next, its lines
Vertex = tuple[bytes, bytes, bytes, int, bytes, int]


def find_vertices(text: bytes) -> tuple[bytes, Iterator[Vertex]]:
    """(what stands before the first, the lines that tell of steps, with what follows each).

    `#NUMBER LINE`, where LINE begins with no digit; lines of the same number that say how far the
    step has come (`sha256:… 3MB / 9MB`, not ` done`) go with the line before. Each line of what
    stands before and between has its line feed before it; `text` is not empty.
    """
    data = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(data == _FEED)
    if text[-1] != _FEED:
        ends = np.append(ends, len(text))
    starts = np.concatenate([[0], ends[:-1] + 1])
    lines, after = _find_lines(text, data, starts, ends)
    if not len(lines):
        return b"\n" + text[: ends[-1]], iter(())
    number = starts[lines] + 1
    goes_on = _find_progress(data, lines, number, after, ends[lines])
    heads = np.flatnonzero(~goes_on)
    lasts = lines[np.append(heads[1:], len(lines)) - 1]
    first, number, after, lines = starts[lines[0]], number[heads], after[heads], lines[heads]
    gaps = np.append(lines[1:], len(starts)) - lasts - 1
    nexts = np.append(starts[lines[1:]] - 1, ends[-1])
    vertices = zip(
        _slice(text, number, after - 1),
        _slice(text, after, ends[lines]),
        _slice(text, ends[lines], ends[lasts]),
        (lasts - lines).tolist(),
        _slice(text, ends[lasts], nexts),
        gaps.tolist(),
        strict=True,
    )
    return b"\n" + text[: first - 1] if first else b"", vertices


def _slice(text: bytes, starts: _Places, ends: _Places) -> list[bytes]:
    """The pieces of a text from these places to those."""
    return [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def _find_lines(
    text: bytes, data: _Bytes, starts: _Places, ends: _Places
) -> tuple[_Places, _Places]:
    """Which lines are `#NUMBER LINE`, and where LINE begins."""
    lines = np.flatnonzero(data[starts] == _HASH)
    at = starts[lines] + 1
    found, places = [], []
    for _ in range(_WIDEST):
        digit = data.take(at, mode="clip") - _ZERO < 10
        lines, at = lines[digit], at[digit] + 1
        space = data.take(at, mode="clip") == _SPACE
        here, after = lines[space], at[space] + 1
        byte = data.take(after, mode="clip")
        told = (byte - _ZERO > 9) & (byte != _FEED) & (after < ends[here])
        found.append(here[told])
        places.append(after[told])
        lines, at = lines[~space], at[~space]
        if not len(lines):
            break
    wide = [(line, each.end()) for line in lines if (each := _WIDE.match(text, starts[line]))]
    found.append(np.array([line for line, _ in wide], np.int64))
    places.append(np.array([after for _, after in wide], np.int64))
    lines, after = np.concatenate(found), np.concatenate(places)
    order = np.argsort(lines, kind="stable")
    return lines[order], after[order]


def _find_progress(
    data: _Bytes, lines: _Places, number: _Places, after: _Places, ends: _Places
) -> _Truths:
    """Which of these lines say how far the step of the line right before them has come."""
    width = after - number - 1
    goes_on = np.zeros(len(lines), bool)
    goes_on[1:] = (lines[1:] == lines[:-1] + 1) & (width[1:] == width[:-1])
    goes_on &= (data[after] - _A < 26) & (width <= _WIDEST)
    for at in range(min(int(width.max()), _WIDEST)):
        digit = data.take(number + at, mode="clip")
        goes_on[1:] &= (digit[1:] == digit[:-1]) | (at >= width[1:])
    here = np.flatnonzero(goes_on)
    done = data[ends[here, None] + np.arange(-len(_DONE), 0)] == _DONE
    goes_on[here] = ~done.all(axis=1)
    return goes_on
