"""Log entries as services list them: each with its message, its time and its stream.

CloudWatch, docker, journald, Kubernetes and JSON loggers name these by different words, and list
them in any order. The message is the value that shows a docker build's lines, else the one with a
message's name.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from operator import gt
from typing import Any, NamedTuple

from analysis.logs.markers import shows_marker
from analysis.logs.stamps import find_stamp, read_epoch

_MESSAGES = ("message", "msg", "log", "textpayload", "line", "text", "body", "content", "output")
TIMES = ("timestamp", "time", "ts", "t", "datetime", "date", "realtimetimestamp", "ingestiontime")
STREAMS = ("logstreamname", "logstream")
_NOT_BLANK = re.compile(r"\S")
# what `aws logs get-query-results` prints for each column of a row
_FIELD = {"field", "value"}
_PLAIN = frozenset((str, int, float, bool, type(None)))
# entries among which the message's name is looked for
_FIRST = 300
# entries at either end among which a time is looked for
ENDS = 50
# a name, or those of an entry within an entry
Path = tuple[Any, ...]


class Entries(NamedTuple):
    """Messages and what stands beside each: times as they are written, and streams; None unknown.

    Columns, since a log has many entries and few kinds of them.
    """

    messages: list[str]
    times: list[Any]
    streams: list[Any]


class Opened(NamedTuple):
    """The messages in their order, and the first and last time of them all."""

    messages: list[str]
    times: list[datetime]


def load_documents(text: str) -> tuple[list[Any], bool]:
    """The entries of documents that follow each other, and whether they are all of the text."""
    records: list[Any] = []
    at, decoder = 0, json.JSONDecoder()
    while (found := _NOT_BLANK.search(text, at)) is not None:
        try:
            value, at = decoder.raw_decode(text, found.start())
        except ValueError:
            return records, False
        records += list_records(value)
    return records, True


def list_records(value: Any) -> list[Any]:
    """The entries that a JSON value holds, however deep: objects, rows and texts."""
    if isinstance(value, list):
        return _list_items(value)
    if isinstance(value, dict):
        lists = [each for each in value.values() if _holds_records(each)]
        return [found for each in lists for found in list_records(each)] if lists else [value]
    return [value] if isinstance(value, str) else []


def _list_items(value: list[Any]) -> list[Any]:
    """The entries of a list: its items, what they hold, or the list itself as one row."""
    if value and all(isinstance(each, dict) and each.keys() >= _FIELD for each in value):
        return [{str(each["field"]): each["value"] for each in value}]
    if value and not any(isinstance(each, dict | list) for each in value):
        return value if all(isinstance(each, str) for each in value) else [value]
    found: list[Any] = []
    for each in value:
        # most are objects of plain values, told at once
        if (type(each) is dict and _PLAIN.issuperset(map(type, each.values()))) or (
            isinstance(each, list) and not any(isinstance(x, dict | list) for x in each)
        ):
            found.append(each)
        else:
            found += list_records(each)
    return found


def _holds_records(value: Any) -> bool:
    """Whether a value is a list of entries, or an object that holds one."""
    if isinstance(value, dict):
        return any(isinstance(each, list) and _holds_records(each) for each in value.values())
    return isinstance(value, list) and any(isinstance(each, dict | list) for each in value)


def read_records(records: Sequence[Any], sort: bool) -> Opened | None:
    """The messages of records in the order of their times; None when they hold no messages.

    `sort` when the order of the records tells nothing; else newest first is turned round alone.
    """
    message = find_message(records[:_FIRST])
    if message is None:
        return None
    sample = next(each for each in records if isinstance(_get(each, message), str | list))
    time, stream = (find_named(sample, names, message) for names in (TIMES, STREAMS))
    texts = _get_all(records, message)
    if any(type(each) is not str for each in texts):
        texts = [each if isinstance(each, str) else _to_text(text)
                 for each, text in zip(records, texts, strict=True)]  # fmt: skip
        records = [each for each, text in zip(records, texts, strict=True) if text is not None]
        texts = [text for text in texts if text is not None]
    return put_in_order(Entries(texts, _get_all(records, time), _get_all(records, stream)), sort)


def _get_all(records: Sequence[Any], path: Path | None) -> list[Any]:
    """The value of each record at a path; None where there is none."""
    if path is None:
        return [None] * len(records)
    if len(path) == 1 and isinstance(path[0], str) and {*map(type, records)} == {dict}:
        name = path[0]
        return [each.get(name) for each in records]
    return [_get(each, path) for each in records]


def put_in_order(entries: Entries, sort: bool) -> Opened:
    """The messages of each stream after the other, oldest first, each with a line feed."""
    messages, times, streams = entries
    keys = _compare(times)
    order: Sequence[int] = range(len(messages))
    if keys and keys[0] > keys[-1]:
        order, keys = order[::-1], keys[::-1]
    if sort and any(map(gt, keys, islice(keys, 1, None))):
        order = [order[at] for at in sorted(range(len(keys)), key=keys.__getitem__)]
    if any(each != streams[0] for each in streams):
        places: dict[Any, int] = {}
        for at in order:
            places.setdefault(streams[at], len(places))
        order = sorted(order, key=lambda at: places[streams[at]])
    ordered = [messages[at] for at in order]
    whole = [each if each[-1:] == "\n" else each + "\n" for each in ordered]
    first, last = ((times[at] for at in end) for end in (order[:ENDS], order[: -ENDS - 1 : -1]))
    return Opened(whole, find_ends(first, last))


def _compare(times: list[Any]) -> list[Any]:
    """The times of entries in a form that compares; [] when one has none."""
    kinds = {*map(type, times)}
    if kinds == {int} or (kinds == {str} and len({*map(len, times)}) == 1):
        return times
    moments = [_read_moment(each) for each in times]
    return [] if None in moments else moments


def find_ends(first: Iterable[Any], last: Iterable[Any]) -> list[datetime]:
    """The first time that is known among the first ones, and among the last ones from behind."""
    found = [next(filter(None, map(_read_moment, end)), None) for end in (first, last)]
    return [each for each in found if each is not None]


def _read_moment(time: Any) -> datetime | None:
    """The UTC time that a value names: a number of seconds or parts of them, or a text."""
    if isinstance(time, int | float) and not isinstance(time, bool):
        return read_epoch(time)
    if isinstance(time, str) and re.fullmatch(r"\d{10,19}(?:\.\d+)?", time):
        return read_epoch(float(time))
    return find_stamp(time.encode("utf-8", "replace")) if isinstance(time, str) else None


def find_message(records: Sequence[Any]) -> Path | None:
    """Where the message of a record is: where markers are, else by its name."""
    if all(isinstance(each, str) for each in records):
        return () if records else None
    shown = Counter(
        path
        for each in records
        for path, value in _list_values(each)
        if isinstance(value, str) and shows_marker(value)
    )
    if shown:
        return shown.most_common(1)[0][0]
    named = (find_named(each, _MESSAGES, None) for each in records[:20])
    return next((each for each in named if each is not None), None)


def find_named(record: Any, names: Iterable[str], but: Path | None) -> Path | None:
    """The path of a record's value by the first of the names that it has; a row's by what it is."""
    values = [(path, value) for path, value in _list_values(record) if path != but]
    if isinstance(record, list):
        return next((path for path, value in values if _is_named(value, names)), None)
    plain = {re.sub(r"[^a-z]", "", str(path[-1]).lower()): path for path, _ in reversed(values)}
    return next((plain[name] for name in names if name in plain), None)


def _is_named(value: Any, names: Iterable[str]) -> bool:
    """Whether a value of a row without names can be what the names say."""
    moment = _read_moment(value) is not None
    return (
        moment if names is TIMES else names is _MESSAGES and isinstance(value, str) and not moment
    )


def _list_values(record: Any) -> Iterator[tuple[Path, Any]]:
    """(path, value) of a record, and of the objects in it."""
    pairs: Iterable[tuple[Any, Any]] = record.items() if isinstance(record, dict) else ()
    for name, value in enumerate(record) if isinstance(record, list) else pairs:
        yield (name,), value
        if isinstance(value, dict):
            yield from (((name, *path), inner) for path, inner in _list_values(value))


def _get(record: Any, path: Path | None) -> Any:
    """The value of a record at a path; None when there is none."""
    if path is None:
        return None
    try:
        for name in path:
            record = record[name]
    except (KeyError, IndexError, TypeError):
        return None
    return record


def _to_text(value: Any) -> str | None:
    """A message with a line feed at its end; journald lists the bytes of odd ones."""
    if isinstance(value, list):
        try:
            value = bytes(value).decode("utf-8", "replace")
        except (TypeError, ValueError):
            return None
    return end_line(value) if isinstance(value, str) else None


def end_line(message: str) -> str:
    """A message with a line feed at its end."""
    return message if message.endswith("\n") else message + "\n"
