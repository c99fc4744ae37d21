"""Messages that have between them what differs in digits alone: a time, and a service's signs.

That is looked at all at once, and cut out. None for all that is written in another way.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np

from analysis.logs.alike import (
    WORD,
    Bytes,
    Numbers,
    are_alike,
    are_in_order,
    cut_pieces,
    find_feeds,
    find_few,
    gather,
    is_alike,
    join_pieces,
)
from analysis.logs.entries import (
    ENDS,
    STREAMS,
    TIMES,
    Path,
    find_ends,
    find_message,
    find_named,
    load_documents,
)

_MESSAGE = re.compile(rb'"(@?message|log|msg)"\s*:\s*"', re.I)
# a name and its value, which is no object or list
_FIELD = rb'"%b"\s*:\s*("[^"\\]*"|[0-9][0-9.]*)'
# of a text in quotes
_REST = re.compile(rb'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"')
_FEED, _QUOTE, _ESCAPE, _BRACE, _BLANK = b'\n"\\{ '
_ESCAPED_FEED = int.from_bytes(rb"\n", "little")
# bytes before the second message, those of the first left out
_LONGEST = 1000


def cut_events(data: bytes) -> tuple[bytes, list[datetime]] | None:
    """(the messages of JSON with their line feeds, oldest first as they are; first, last time)."""
    first = _MESSAGE.search(data, 0, _LONGEST)
    over = _REST.match(data, first.end()) if first else None
    second = _MESSAGE.search(data, over.end(), over.end() + _LONGEST) if over else None
    if first is None or over is None or second is None:
        return None
    begin, between = first.end(), data[over.end() - 1 : second.end()]
    starts = _find_entries(data, begin, between)
    begins = None if starts is None else np.append(begin, starts + len(between))
    end = None if begins is None else _REST.match(data, int(begins[-1]))
    if starts is None or begins is None or end is None:
        return None
    ends = np.append(starts, end.end() - 1)
    times = _find_times(data, first[1], between, begins, ends)
    lines = None if times is None else _unescape(data, begins, ends)
    return None if lines is None or times is None else (lines, times)


def _find_times(
    data: bytes, message: bytes, between: bytes, begins: Numbers, ends: Numbers
) -> list[datetime] | None:
    """The first and the last time of entries that are in order; None when that can't be told.

    Data without messages are those of two blank ones, with the names that all of them have.
    """
    head, tail, at = data[: begins[0]], data[ends[-1] :], between.rfind(b"{") - len(between)
    # the first entry has no message before it
    if len(tail) > _LONGEST or not is_alike(head[at:], between[at:]):
        return None
    try:
        records, whole = load_documents((head + between + tail).decode("utf-8", "replace"))
    except RecursionError:
        return None
    if not whole or len(records) != 2 or find_message(records) != (message.decode(),):
        return None
    first, last = records
    time, stream = (find_named(first, names, (message.decode(),)) for names in (TIMES, STREAMS))
    if [*first] != [*last] or (stream and not _have_one(data, stream, between, begins, ends)):
        return None
    times = _read_values(data, time, between, begins, ends) if time else None
    if times is None or not are_in_order(times):
        return [] if time is None else None
    return _read_ends(times, json.loads)


def _have_one(data: bytes, path: Path, between: bytes, begins: Numbers, ends: Numbers) -> bool:
    """Whether all entries have one value there."""
    rows = _read_values(data, path, between, begins, ends)
    return rows is not None and bool((rows == rows[0]).all())


def _read_values(
    data: bytes, path: Path, between: bytes, begins: Numbers, ends: Numbers
) -> Bytes | None:
    """The value of each entry by its name, a row each; None where they are not alike."""
    found = [*re.finditer(_FIELD % re.escape(str(path[0]).encode()), between)]
    if len(path) > 1 or len(found) != 1:
        return None
    value, at = found[0][1], found[0].start(1)
    follows = at < between.rfind(b"{")
    places = ends + at if follows else begins - len(between) + at
    if places[-1] + len(value) > len(data):
        return None
    rows = gather(data, places, len(value))
    # all are between two messages, but for the first or the last
    return rows if all(is_alike(bytes(rows[end]), value) for end in (0, -1)) else None


def _read_ends(times: Bytes, read: Callable[[str], Any]) -> list[datetime]:
    """The first and the last time of texts, a row each."""
    ends = times[:ENDS], times[: -ENDS - 1 : -1]
    first, last = ((read(bytes(each).decode()) for each in some) for some in ends)
    return find_ends(first, last)


def _find_entries(data: bytes, begin: int, between: bytes) -> Numbers | None:
    """Where messages end, and what is between them begins: by the last brace in that.

    None where some of it is not alike, or nothing is between two messages.
    """
    at = between.rfind(b"{")
    if at < 0:
        return None
    braces = find_few(data, _BRACE)
    first, last = np.searchsorted(braces, (begin + at, len(data) - len(between) + at + 1))
    braces = braces[first:last]
    # others are in messages, where no quote or line feed stands as it is
    words = np.ndarray((len(data) - WORD + 1,), "<u8", data, strides=(1,))
    starts = braces[words[braces] == int.from_bytes(between[at : at + WORD], "little")] - at
    # so that all of them together are no larger than the data
    if not len(starts) or (np.diff(starts) < len(between)).any():
        return None
    return starts if are_alike(gather(data, starts, len(between)), between) else None


def _unescape(data: bytes, begins: Numbers, ends: Numbers) -> bytes | None:
    """The texts of JSON strings from these places to those, each with a line feed at its end."""
    pairs = np.ndarray((len(data) - 1,), "<u2", data, strides=(1,))
    # the slash of a last line feed becomes one, else the quote behind the text
    fed = (pairs[ends - 2] == _ESCAPED_FEED) & (ends - begins > 1)
    stops = ends + 1 - 2 * fed
    lines = join_pieces(data, begins, stops)
    lasts = np.cumsum(stops - begins)
    if lines.min() < _BLANK:
        return None
    lines[lasts - 1] = _FEED
    marked = lines == _ESCAPE
    marked |= lines == _QUOTE
    odd = np.zeros(len(lasts), bool)
    odd[np.searchsorted(lasts, np.flatnonzero(marked), "right")] = True
    at = np.flatnonzero(odd)
    texts = _load_strings(cut_pieces(data, begins[at], ends[at]))
    if texts is None:
        return None
    sizes = (stops - begins)[at]
    between = np.append(0, lasts[at]), np.append(lasts[at] - sizes, len(lines))
    kept = cut_pieces(lines.data, *between)
    return b"".join(chain(*zip(kept, [*texts, b""], strict=True)))


def _load_strings(raw: list[bytes]) -> list[bytes] | None:
    """The texts of JSON strings without their quotes, each with a line feed at its end."""
    try:
        texts = json.loads(b'["%b"]' % b'","'.join(raw)) if raw else []
        texts = [(each if each[-1:] == "\n" else each + "\n").encode() for each in texts]
    except (ValueError, AttributeError):
        return None
    return texts if len(texts) == len(raw) else None


def cut_rows(data: bytes, sign: str) -> tuple[bytes, list[datetime]] | None:
    """(the messages of CSV of a time and a message in quotes, which ends its line; the times)."""
    at = data.find(b"\n") + 1
    head = data[at : data.find(b'"', at) + 1] if at else b""
    width = len(head) - 2
    if width < 1 or not head.endswith(b'%b"' % sign.encode()) or head.count(sign.encode()) > 1:
        return None
    # a quote alone on its line ends a message, and the next row begins
    end = b'"\r\n' if data.endswith(b"\r\n") else b'"\n'
    odd = not head.isascii() or any(each in head for each in b"\0\r\n")
    if odd or not data.endswith(b"\n" + end):
        return None
    starts = find_feeds(data) + 1
    stops = starts[starts + len(end) <= len(data)]
    signs = np.frombuffer(data, np.uint8)
    stops = stops[signs[stops] == _QUOTE]
    stops = stops[(gather(data, stops, len(end)) == np.frombuffer(end, np.uint8)).all(axis=1)]
    rows = np.append(at, stops[:-1] + len(end))
    if (rows + len(head) > stops).any():
        return None
    times = gather(data, rows, len(head))
    if not are_alike(times, head) or not are_in_order(times[:, :width]):
        return None
    lines = _join_rows(data, rows, stops, len(head))
    return None if lines is None else (lines, _read_ends(times[:, :width], str))


def _join_rows(data: bytes, rows: Numbers, stops: Numbers, width: int) -> bytes | None:
    """The messages behind the heads of rows, of this width; None where quotes are not in pairs."""
    lines = join_pieces(data, rows + width, stops).tobytes()
    pairs = np.flatnonzero(np.frombuffer(lines, np.uint8) == _QUOTE)
    if len(pairs) % 2 or (pairs[1::2] != pairs[::2] + 1).any():
        return None
    # one of each is left
    second = pairs[1::2]
    kept = cut_pieces(lines, np.append(0, second + 1), np.append(second, len(lines)))
    return b"".join(kept) if len(kept) > 1 else lines
