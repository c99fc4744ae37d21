"""The lines of a log that tell of its steps (`#5 [2/3] RUN …`, `#5 DONE 0.4s`), found all at once.

All other lines of a step are its output (`#5 0.412 …`), which is many times as much. The first
eight bytes of all lines are looked at together, so that no line is looked at by itself, and none
but those that tell of steps is copied.
"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.logs.alike import WORD, Numbers, Words, cut_pieces, find_feeds, mark_signs, see_words

_FEED = 10
_DONE = int.from_bytes(b" done", "little")
# digits of a step's number beyond which each line is looked at by itself
_WIDEST = WORD - 3
_WIDE = re.compile(rb"#([0-9]++) (?=[^0-9\n])")
_Truths = np.ndarray[Any, np.dtype[np.bool_]]

# beyond the bytes that are looked at no number goes on
_END = np.uint64(0x8080 << 8 * (WORD - 2))
# `#NUMBER LINE`, where LINE begins with no digit: NUMBER, LINE, and where it ends; how many lines
# follow that say how far the step has come (of the same number, `sha256:… 3MB / 9MB`, not ` done`),
# and where they end; where the others end that follow, and how many they are
Vertex = tuple[bytes, bytes, int, int, int, int, int]


def find_vertices(text: bytes) -> tuple[bytes, Iterator[Vertex]]:
    """(what stands before the first, the lines that tell of steps, with what follows each).

    All that stands before and between has a line feed before each of its lines; `text` is not
    empty.
    """
    ends = find_feeds(text)
    if text[-1] != _FEED:
        ends = np.append(ends, len(text))
    starts = np.empty_like(ends)
    starts[0] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    words = see_words(text)
    heads = _read_heads(text, words, starts)
    lines, digits = _find_lines(text, heads, starts)
    if not len(lines):
        return b"\n" + text[: ends[-1]], iter(())
    goes_on = _find_progress(words, heads[lines], lines, digits, ends[lines])
    first = np.flatnonzero(~goes_on)
    lasts = lines[np.append(first[1:], len(lines)) - 1]
    lines, digits = lines[first], digits[first]
    begins, end = starts[lines], ends[lines]
    after = begins + digits + 2
    vertices = zip(
        cut_pieces(text, begins + 1, after - 1),
        cut_pieces(text, after, end),
        end.tolist(),
        (lasts - lines).tolist(),
        ends[lasts].tolist(),
        np.append(begins[1:] - 1, ends[-1]).tolist(),
        (np.append(lines[1:], len(starts)) - lasts - 1).tolist(),
        strict=True,
    )
    return b"\n" + text[: begins[0] - 1] if begins[0] else b"", vertices


def _read_heads(text: bytes, words: Words, starts: Numbers) -> Words:
    """The first bytes of lines, as numbers: line feeds follow the text."""
    heads = words[np.minimum(starts, len(words) - 1)]
    late = int(np.searchsorted(starts, len(words)))
    heads[late:] = [
        int.from_bytes(text[at : at + WORD].ljust(WORD, b"\n"), "little")
        for at in starts[late:].tolist()
    ]
    return heads


def _find_lines(text: bytes, heads: Words, starts: Numbers) -> tuple[Numbers, Numbers]:
    """Which lines are `#NUMBER LINE`, and how many digits NUMBER has."""
    others = mark_signs(heads) >> np.uint64(8) | _END
    # the first byte behind the sign that is no digit; the one behind it is none either
    first = others & (~others + np.uint64(1))
    told = (others & (first << np.uint64(8))) != 0
    told &= (heads & np.uint64(255)) == ord("#")
    lines = np.flatnonzero(told)
    digits = np.bitwise_count(first[lines] - np.uint64(1)).astype(np.int64) >> 3
    heads = heads[lines] >> (8 * digits + 8).astype(np.uint64)
    byte = (heads >> np.uint64(8)) & np.uint64(255)
    told = (heads & np.uint64(255) == ord(" ")) & (byte != _FEED) & (byte - np.uint64(48) > 9)
    told &= digits > 0
    for place in np.flatnonzero(digits > _WIDEST).tolist():
        found = _WIDE.match(text, starts[lines[place]])
        told[place], digits[place] = found is not None, len(found[1]) if found else 0
    return lines[told], digits[told]


def _find_progress(
    words: Words, heads: Words, lines: Numbers, digits: Numbers, ends: Numbers
) -> _Truths:
    """Which of these lines say how far the step of the line right before them has come."""
    shift = (8 * np.minimum(digits, _WIDEST) + 16).astype(np.uint64)
    letter = (heads >> shift).astype(np.uint8) - ord("a")
    goes_on = (letter < 26) & (digits <= _WIDEST)
    differ = (heads[1:] ^ heads[:-1]) & ((np.uint64(1) << shift[1:]) - np.uint64(1))
    goes_on[1:] &= (differ == 0) & (lines[1:] == lines[:-1] + 1)
    goes_on[0] = False
    here = np.flatnonzero(goes_on)
    done = words[ends[here] - WORD] >> np.uint64(8 * (WORD - 5)) == _DONE
    goes_on[here[done]] = False
    return goes_on
