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
    Numbers,
    are_alike,
    are_in_order,
    cut_pieces,
    find_feeds,
    gather,
    join_pieces,
)
from analysis.logs.entries import ENDS, find_ends

_MESSAGE = re.compile(rb'"message"\s*:\s*"')
_TIME = re.compile(rb'\{\s*"timestamp"\s*:\s*([1-9]\d{7,17})\s*,\s*"message"\s*:\s*"\Z')
_FEED, _QUOTE, _ESCAPE, _N = b'\n"\\n'
# bytes before the second message, those of the first left out
_LONGEST = 1000


def cut_events(data: bytes) -> tuple[bytes, list[datetime]] | None:
    """(the messages of `aws logs get-log-events`, with their line feeds; first and last time)."""
    first = _MESSAGE.search(data, 0, _LONGEST)
    end = data.find(b"\n", first.end()) if first else -1
    second = _MESSAGE.search(data, end, end + _LONGEST) if end > 0 else None
    if first is None or second is None:
        return None
    begin, end = first.end(), data.rfind(b'"', 0, end)
    between = data[end : second.end()]
    time = _TIME.search(between)
    if time is None or not _is_whole(data, begin, between):
        return None
    found = _find_messages(data, begin, between)
    if found is None:
        return None
    begins, ends = found
    width, at = len(time[1]), len(between) - time.start(1)
    times = gather(data, begins - at, width)
    rows = gather(data, ends[:-1], len(between))
    if not are_alike(rows, between) or not are_in_order(times):
        return None
    lines = _unescape(data, begins, ends)
    return None if lines is None else (lines, find_ends(*_list_ends(times, int)))


def _list_ends(times: Any, read: Callable[[str], Any]) -> list[list[Any]]:
    """The first times, and the last, of texts in rows."""
    ends = (times[:ENDS], times[-ENDS:])
    return [[read(bytes(each).decode()) for each in some] for some in ends]


def _is_whole(data: bytes, begin: int, between: bytes) -> bool:
    """Whether data are one document of such messages: without them, it is one of two blank ones."""
    last = data.rfind(between[between.rfind(b"\n") :])
    line = data.find(b"\n", last + 1)
    end = data.rfind(b'"', last, line) if line > 0 else -1
    head, tail = data[:begin], data[end:]
    # the first time has no message before it
    opening = between[between.rfind(b"{") :]
    if end < 0 or len(tail) > _LONGEST or not _is_like(head[-len(opening) :], opening):
        return False
    try:
        events = json.loads(head + between + tail)["events"]
        return len(events) == 2 and all(
            each["message"] == "" and type(each["timestamp"]) is int
            and each.keys() <= {"timestamp", "message", "ingestionTime"}
            for each in events
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _is_like(text: bytes, example: bytes) -> bool:
    """Whether a text is like the example but for its digits."""
    return re.sub(rb"\d", b"0", text) == re.sub(rb"\d", b"0", example)


def _find_messages(data: bytes, begin: int, between: bytes) -> tuple[Numbers, Numbers] | None:
    """(where messages begin, where they end): each is a line's, with signs before and behind it."""
    before = len(between) - between.rfind(b"\n")
    behind, step = between.find(b"\n"), between.count(b"\n")
    last = data.rfind(between[-before:])
    feeds = find_feeds(data[: data.find(b"\n", last + 1) + 1])
    at = int(np.searchsorted(feeds, begin))
    begins, ends = feeds[at - 1 : -1 : step] + before, feeds[at::step] - behind
    if len(begins) != len(ends):
        return None
    ends[-1] = data.rfind(b'"', 0, ends[-1] + behind)
    if begins[-1] != last + before or (begins > ends).any():
        return None
    return None if (begins[1:] - ends[:-1] != len(between)).any() else (begins, ends)


def _unescape(data: bytes, begins: Numbers, ends: Numbers) -> bytes | None:
    """The texts of JSON strings from these places to those, each with a line feed at its end."""
    # an escaped line feed ends most: the slash before it becomes one
    signs = np.frombuffer(data, np.uint8)
    usual = (ends - begins > 1) & (signs[ends - 1] == _N) & (signs[ends - 2] == _ESCAPE)
    lines = join_pieces(data, begins, ends - usual).copy()
    sizes = ends - usual - begins
    lasts = np.cumsum(sizes)
    lines[lasts[usual] - 1] = _FEED
    odd = ~usual
    marked = np.flatnonzero((lines == _ESCAPE) | (lines == _QUOTE))
    odd[np.searchsorted(lasts, marked, "right")] = True
    at = np.flatnonzero(odd)
    texts = _load_strings(cut_pieces(data, begins[at], ends[at]))
    if texts is None:
        return None
    between = np.append(0, lasts[at]), np.append(lasts[at] - sizes[at], len(lines))
    kept = cut_pieces(lines.tobytes(), *between)
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
    return None if lines is None else (lines, find_ends(*_list_ends(times[:, :width], str)))


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
