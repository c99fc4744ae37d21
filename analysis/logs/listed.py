"""Entries that services list one after the other in the usual way, read all at once.

What `aws logs get-log-events` prints, and CSV with a message a row, oldest first. None for all
else: entries of several streams, in another order, or with other fields are for others to read.
Where what stands between two messages is alike (spaced), it is cut out; else Arrow parses it.
"""

import re
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from analysis.logs.entries import ENDS, find_ends
from analysis.logs.spaced import cut_rows

_BEGIN = re.compile(rb'\{\s*"events"\s*:\s*\[\s*\{\s*"(?:timestamp|message|ingestionTime)"\s*:')
_EVENT = {"timestamp": pa.int64(), "message": pa.string(), "ingestionTime": pa.int64()}
_EVENTS = {
    "events": pa.list_(pa.struct(list(_EVENT.items()))),
    "nextForwardToken": pa.string(),
    "nextBackwardToken": pa.string(),
}
# bytes of a row of CSV at most
_BLOCK = 1 << 22
# (the lines, the first and the last time)
Lines = tuple[bytes, list[datetime]]


def read_events(data: bytes) -> Lines | None:
    """The messages of `aws logs get-log-events`."""
    if _BEGIN.match(data[:512]) is None:
        return None
    from pyarrow import json

    usual = json.ReadOptions(use_threads=False, block_size=len(data) + 1)
    shape = json.ParseOptions(
        pa.schema(list(_EVENTS.items())), newlines_in_values=True, unexpected_field_behavior="error"
    )
    try:
        table = json.read_json(pa.BufferReader(data), usual, shape)
    except (pa.ArrowException, OverflowError):
        return None
    events = table["events"].combine_chunks().flatten()
    messages, times = events.field("message"), events.field("timestamp")
    if table.num_rows != 1 or events.null_count or messages.null_count or times.null_count:
        return None
    numbers = times.to_numpy()
    if not len(numbers) or (numbers[1:] < numbers[:-1]).any():
        return None
    return _join(messages), find_ends(numbers[:ENDS].tolist(), numbers[: -ENDS - 1 : -1].tolist())


def read_table(
    data: bytes, sign: str, width: int, message: int, time: int | None, stream: int | None
) -> Lines | None:
    """The messages of CSV of so many columns, by the numbers of those that matter."""
    if (width, message, time) == (2, 1, 0) and (lines := cut_rows(data, sign)) is not None:
        return lines
    from pyarrow import csv

    names = [str(number) for number in range(width)]
    wanted = [str(each) for each in (message, time, stream) if each is not None]
    usual = csv.ReadOptions(use_threads=False, block_size=_BLOCK, skip_rows=1, column_names=names)
    form = csv.ParseOptions(delimiter=sign, newlines_in_values=True)
    plain = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.binary()), include_columns=wanted
    )
    try:
        table = csv.read_csv(pa.BufferReader(data), usual, form, plain)
        columns = {int(name): table[name].combine_chunks() for name in wanted}
    except (pa.ArrowException, OverflowError):
        return None
    if not table.num_rows or not (stream is None or _is_one(columns[stream])):
        return None
    ends: list[datetime] = []
    if time is not None:
        if not _is_in_order(columns[time]):
            return None
        first, last = (_decode(part) for part in (columns[time][:ENDS], columns[time][-ENDS:]))
        ends = find_ends(first, reversed(last))
    return _join(columns[message]), ends


def _decode(texts: pa.Array) -> list[str]:
    """ASCII texts."""
    return [each.decode() for each in texts.to_pylist()]


def _split(texts: pa.Array) -> tuple[Any, Any]:
    """(the bytes of all texts, where each begins and the last ends)."""
    _, ends, data = texts.buffers()
    places = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    whole = np.frombuffer(data or b"", np.uint8)[places[0] : places[-1]]
    return whole, places.astype(np.int64) - places[0]


def _join(messages: pa.Array) -> bytes:
    """All messages, each with a line feed at its end."""
    data, places = _split(messages)
    begins, ends = places[:-1], places[1:]
    ended = np.zeros(len(ends), bool)
    full = ends > begins
    ended[full] = data[ends[full] - 1] == 10
    return (data if ended.all() else np.insert(data, ends[~ended], 10)).tobytes()


def _is_one(texts: pa.Array) -> bool:
    """Whether all texts are the same."""
    return len(texts.unique()) == 1


def _is_in_order(texts: pa.Array) -> bool:
    """Whether times are of one length, in ASCII, and none is less than the one before."""
    data, places = _split(texts)
    width = int(places[1] - places[0])
    if not width or (np.diff(places) != width).any() or (data > 127).any() or not data.all():
        return False
    times = np.frombuffer(data.tobytes(), f"S{width}")
    return bool((times[1:] >= times[:-1]).all())
