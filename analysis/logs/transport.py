"""From the bytes of a log to its clean text: encodings, containers, line ends, prefixes."""

import re
from datetime import datetime
from typing import NamedTuple

from analysis.logs.containers import open_container
from analysis.logs.markers import sample_lines
from analysis.logs.prefixes import learn_prefix
from analysis.logs.writers import name_writer

_SAMPLE = 1 << 14
_TRAILING = re.compile(rb"(?<![ \t])[ \t]+(?=\n|\Z)")
_WRAPPED = b"FullyQualifiedErrorId"
# a container in a container, a prefix before it, …
_DEEPEST = 4


class Text(NamedTuple):
    """A log's clean text (UTF-8, line feeds, no prefixes) and how it came.

    `container` is csv or json; `writer` is who writes prefixes like those before its lines;
    `times` are the first and the last that stand in prefixes or beside the container's messages.
    """

    text: bytes
    container: str | None
    encoding: str
    writer: str | None
    times: list[datetime]


def clean(data: bytes) -> Text:
    """The clean text of a log's (decompressed) bytes."""
    encoding, data = _to_utf8(data)
    container, writer = None, None
    times: list[datetime] = []
    for _ in range(_DEEPEST):
        if (content := open_container(data)) is not None:
            container = container or content.container
            times, data = times or content.times, content.text
        data = _end_lines(data)
        if (prefix := learn_prefix(data)) is not None:
            times = prefix.read_times(data) or times
            writer = writer if writer not in (None, "unknown") else name_writer(prefix.example)
            data = prefix.strip(data)
        elif content is None:
            break
    lines = sample_lines(data[:_SAMPLE])
    if 2 * sum(line.endswith((b" ", b"\t")) for line in lines) > len(lines):
        data = _TRAILING.sub(b"", data)
    return Text(data, container, encoding, writer, times)


def _end_lines(data: bytes) -> bytes:
    """The data with line feeds alone, and without the line ends that PowerShell added."""
    ends = data[:_SAMPLE] + data[-_SAMPLE:]
    if b"\r\r\n" in ends:
        data = re.sub(rb"\r++\n", b"\n", data)
    elif b"\r\n" in ends:
        data = data.replace(b"\r\n", b"\n").removesuffix(b"\r")
    return _unwrap(data) if _WRAPPED in data[:_SAMPLE] else data


def _to_utf8(data: bytes) -> tuple[str, bytes]:
    """(encoding, the data in UTF-8 without BOM); bytes that are not UTF-8 stay as they are."""
    if data[:3] == b"\xef\xbb\xbf":
        return "utf-8", data[3:]
    head = data[:512]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif len(head) > 3 and head[1::2].count(0) > 0.8 * len(head[1::2]):
        encoding = "utf-16-le"
    elif len(head) > 3 and head[::2].count(0) > 0.8 * len(head[::2]):
        encoding = "utf-16-be"
    else:
        return "utf-8", data
    whole = data[: len(data) & ~1]
    return "utf-16", whole.decode(encoding, "replace").encode("utf-8", "replace")


def _unwrap(data: bytes) -> bytes:
    """Join lines that PowerShell broke at the width of its window, and drop what it added."""
    data = re.sub(rb"\A[\w.-]+ : (?=#0 )", b"", data)
    whole: list[bytes] = []
    joins = False
    for line in data.split(b"\n"):
        starts = line[:1] == b"#" or line.startswith((b"------", b"[")) or not line.strip()
        if joins and not starts:
            whole[-1] += line
        else:
            whole.append(line)
            joins = re.match(rb"#\d+ ", line) is not None
    return b"\n".join(whole)
