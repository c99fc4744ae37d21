"""What holds the lines of a log: CSV, JSON, the AWS CLI's text and YAML, copies of the console."""

import csv
import io
import json
import re
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from analysis.logs.entries import (
    Entries,
    Opened,
    end_line,
    list_records,
    load_documents,
    put_in_order,
    read_records,
)
from analysis.logs.listed import Lines, read_events, read_table
from analysis.logs.markers import find_markers, sample_lines
from analysis.logs.spaced import cut_events
from analysis.logs.stamps import STAMPS, read_stamp

_JSON = re.compile(rb"\s*(?:\{|\[\s*[\{\[\"])")
# BuildKit's own record is no container
_OWN = re.compile(
    rb'\s*\{\s*"(?:vertexes|statuses|logs|warnings)"\s*:\s*(?:null|\[\s*\{\s*"(?:digest|id|vertex)")'
)
_MESSAGE = re.compile(
    r'"(?:@?message|log|msg)"\s*:\s*("(?:[^"\\]|\\.)*")'
    r'|"field"\s*:\s*"@message"\s*,\s*"value"\s*:\s*("(?:[^"\\]|\\.)*")',
    re.I,
)
_ESCAPE = re.compile(r'(\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))|\\')
_NAMES = re.compile(r"[\w@. -]{1,64}")
_CSV_MESSAGES, _CSV_TIMES = ("message", "msg", "log", "textpayload"), ("timestamp", "time")
_CSV_STREAMS = ("logstream", "logstreamname")
_NAMED = re.compile("|".join(_CSV_MESSAGES).encode(), re.I)
_AWS_TEXT = re.compile(
    rb"^EVENTS\t(?:\d{50,64}\t\d{13}\t([^\t\n]*+)|\d{13})\t(.*?)\t(\d{13})(?=\n|\Z)", re.M | re.S
)
# tokens of what comes next may stand before
_AWS_TEXT_HEAD = re.compile(rb"(?:[\w+/=.-]+(?:\t[\w+/=.-]+)?\r?\n)?EVENTS\t\d")
_AWS_YAML = re.compile(rb"events:\s*\n- ")
_ISO = STAMPS["iso"]
_EVENT = re.compile(rb"^[ \t]*(" + _ISO + rb")[ \t]*(?:\n|\Z)", re.M)
_STAMPED = re.compile(rb"^[ \t]*" + _ISO + rb"[ \t]+[^ \t\n]", re.M)
_ROW = re.compile(rb"^((?:" + _ISO + rb")[ \t]+)([^\n]+)\n\2(?=\n|\Z)", re.M)
# characters
_SAMPLE = 1 << 16
_DATED = re.compile(rb"\n[ \t\r\v\f]*+(?:19|20|21)")
_BUTTON = b"Copy"


class Content(NamedTuple):
    """The lines in a container: csv or json, or None for a copy; its first and last time."""

    container: str | None
    text: bytes
    times: list[datetime]


def may_hold_lines(data: bytes) -> bool:
    """Whether data begin as a container does that only its whole text opens."""
    head = data[:512]
    begins = any(each.match(head) for each in (_AWS_TEXT_HEAD, _AWS_YAML))
    return begins or _read_header(head) is not None or _is_json(data)


def open_container(data: bytes) -> Content | None:
    """What a container holds; None when the data are the lines themselves."""
    head = data[:512]
    if _AWS_TEXT_HEAD.match(head) and (opened := _read_aws_text(data)):
        return Content("csv", encode("".join(opened.messages)), opened.times)
    if (header := _read_header(head)) is not None:
        return Content("csv", *_read_csv(data, *header))
    if _is_json(data):
        if (events := cut_events(data) or read_events(data)) is not None:
            return Content("json", *events)
        if opened := read_json(decode(data)):
            return Content("json", encode("".join(opened.messages)), opened.times)
    if _AWS_YAML.match(head) and (opened := _read_yaml(data)):
        return Content("json", encode("".join(opened.messages)), opened.times)
    return _read_copy(data)


def _is_json(data: bytes) -> bool:
    """Whether data begin as JSON does, or are for the most part lines of it."""
    if _OWN.match(data[:512]):
        return False
    if _JSON.match(data[:512]):
        return True
    head = data[:8192]
    # a glance, since few logs are lines of it
    if not head.startswith(b'{"') and b'\n{"' not in head:
        return False
    lines = [line for line in head.split(b"\n")[:-1] if line.strip()]
    objects = [line for line in lines if line.startswith(b'{"')]
    return 2 * len(objects) > len(lines) and not _OWN.match(objects[0])


def decode(data: bytes) -> str:
    """Text in which bytes that are not UTF-8 are kept for `encode`."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes of `decode`; a lone surrogate, which JSON can hold, becomes a question mark."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _read_header(head: bytes) -> tuple[str, list[str]] | None:
    """(what separates the columns, their names) of a table with a message column, else None."""
    begin = head.partition(b"\n")[0]
    if not _NAMED.search(begin):
        return None
    line = begin.decode("utf-8", "replace").rstrip("\r")
    for sign in ",;\t|":
        names = [name.strip().strip('"') for name in line.split(sign)]
        plain = [name.lower().removeprefix("@") for name in names]
        if not all(_NAMES.fullmatch(name) for name in names):
            continue
        if any(name in _CSV_MESSAGES for name in plain) and (len(names) > 1 or line[:1] in '@"'):
            return sign, plain
    return None


def _read_csv(data: bytes, sign: str, names: list[str]) -> Lines:
    """The messages of a table in the order of their times, by the names of its columns."""
    message, time, stream = (
        next((names.index(name) for name in wanted if name in names), None)
        for wanted in (_CSV_MESSAGES, _CSV_TIMES, _CSV_STREAMS)
    )
    assert message is not None
    width = len(names)
    if width > 1 and (lines := read_table(data, sign, width, message, time, stream)) is not None:
        return lines
    rows = _read_rows(decode(data), sign)
    if any(len(row) < width for row in rows):
        rows = [
            row + [""] * (width - len(row))
            for row in rows
            if len(row) > message and (len(row) > 1 or width == 1)
        ]
    times, streams = (
        [None] * len(rows) if at is None else [row[at] for row in rows] for at in (time, stream)
    )
    entries = Entries([row[message] for row in rows], times, streams)
    opened = put_in_order(entries, sort=True)
    return encode("".join(opened.messages)), opened.times


def _read_rows(text: str, sign: str) -> list[list[str]]:
    """The rows of a table below its header."""
    usual = csv.field_size_limit(len(text) + 1)
    try:
        return [*csv.reader(io.StringIO(text, newline=""), delimiter=sign)][1:]
    finally:
        csv.field_size_limit(usual)


def read_json(text: str) -> Opened | None:
    """The messages of JSON: of documents, of a line each, or of a cut-off file, those whole."""
    try:
        records, whole = load_documents(text)
        if not whole and (found := _load_lines(text)):
            return read_records(found, sort=False)
        if whole:
            return read_records(records, sort=True)
    except RecursionError:
        pass
    if any(
        not each.prefix
        for each in find_markers(sample_lines(text[:_SAMPLE].encode("utf-8", "replace")))
    ):
        return None
    quoted = [first or second for first, second in _MESSAGE.findall(text)]
    return Opened([end_line(_unquote(each)) for each in quoted], []) if quoted else None


def _load_lines(text: str) -> list[Any]:
    """The entries of lines that are a document each; what stands between them is an entry too.

    [] when most lines are none.
    """
    lines = text.split("\n")
    found: list[Any] = []
    opened = 0
    for line in lines:
        try:
            found += list_records(json.loads(line)) if line[:1] == "{" else [line]
            opened += line[:1] == "{"
        except ValueError:
            found.append(line)
    if 2 * opened < sum(map(bool, lines)):
        return []
    return found[:-1] if not lines[-1] or lines[-1].startswith('{"') else found


def _unquote(quoted: str) -> str:
    """The text of a JSON string; a backslash that begins none of JSON's escapes is kept."""
    try:
        return json.loads(quoted, strict=False)
    except ValueError:
        return json.loads(_ESCAPE.sub(lambda found: found[1] or r"\\", quoted), strict=False)


def _read_aws_text(data: bytes) -> Opened | None:
    """The messages that `aws logs get-log-events --output text` prints, or filter-log-events."""
    found = _AWS_TEXT.findall(data)
    streams, messages, times = zip(*found, strict=True) if found else ((), (), ())
    entries = Entries([*map(decode, messages)], [*map(int, times)], [*map(decode, streams)])
    return put_in_order(entries, sort=True) if found else None


def _read_yaml(data: bytes) -> Opened | None:
    """The messages of what the AWS CLI prints with `--output yaml`; None when it is no YAML."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        value = yaml.load(decode(data).encode("utf-8", "replace"), loader)
        return read_records([*list_records(value)], sort=True)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _read_copy(data: bytes) -> Content | None:
    """The lines of a copy of CloudWatch's console: a time on its own line before each event.

    The message of a row that was opened stands there twice, and maybe a button's word.
    """
    head = data[:8192]
    # a glance, since few logs are such copies
    if not _DATED.search(b"\n" + head):
        return None
    lines = head.split(b"\n")
    count = 0 if _STAMPED.search(head) else len(_EVENT.findall(head))
    if count < 2 or 5 * count < head.count(b"\n"):
        twice = any(after and line.endswith(after) for line, after in pairwise(lines))
        doubled = _ROW.sub(rb"\1\2", data) if twice and _ROW.search(head) else data
        return Content(None, doubled, []) if len(doubled) < len(data) else None
    first, *pieces = _EVENT.split(data)
    times = [read_stamp("iso", each) for each in (pieces[0], pieces[-2])]
    events = b"".join(map(_read_event, pieces[1::2]))
    return Content(None, first + events, [each for each in times if each is not None])


def _read_event(text: bytes) -> bytes:
    """The message of one event, once."""
    lines = text.removesuffix(b"\n").split(b"\n")
    if len(lines) > 2 and lines[-1] == _BUTTON:
        del lines[-1]
    half = len(lines) // 2
    if half and lines[:half] == lines[half:]:
        lines = lines[:half]
    return b"\n".join(lines) + b"\n"
