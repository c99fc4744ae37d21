"""From the bytes of a log to its clean text: encodings, containers, line ends, prefixes."""

import codecs
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain, pairwise
from typing import NamedTuple

from analysis.logs.containers import open_container
from analysis.logs.markers import sample_lines
from analysis.logs.prefixes import Prefix, learn_prefix
from analysis.logs.writers import name_writer

_SAMPLE = 1 << 14
# bytes
_LONGEST_LINE = 1 << 24
_TRAILING = re.compile(rb"(?<![ \t])[ \t]+(?=\n|\Z)")
# found faster from their line feeds on, which are few
_BLANK_ENDS, _BLANK_LINES = re.compile(rb"\n(?<=[ \t]\n)"), re.compile(rb"\n(?=\n)\n")
_DOUBLED = re.compile(rb"([^\n]*)\n[ \t]*(?:\n|\Z)")
_FEW = 8
_WRAPPED = b"FullyQualifiedErrorId"
# a container in a container, a prefix before it, …
_DEEPEST = 4


class Text(NamedTuple):
    """A log's clean text (UTF-8, line feeds, no prefixes) and how it came.

    `container` is csv or json; `writer` is who writes prefixes like those before its lines;
    `times` are the first and the last that stand in prefixes or beside the container's messages.
    `ways` clean what follows the text; None when only the whole can be cleaned. `prefixes` are
    those that were learned, in order.
    """

    text: bytes
    container: str | None
    encoding: str
    writer: str | None
    times: list[datetime]
    ways: list[Callable[[bytes], bytes]] | None
    prefixes: list[Prefix]

    def clean_more(self, data: bytes) -> bytes:
        """The clean text of the lines that follow."""
        for way in self.ways or ():
            data = way(data)
        return data

    def read_times(self, data: bytes) -> list[datetime]:
        """The first and the last time in the prefixes of lines that follow; [] without any."""
        found: list[datetime] = []
        prefixes = iter(self.prefixes)
        for way in self.ways or ():
            if getattr(way, "__func__", None) is Prefix.strip:
                found = next(prefixes).read_times(data) or found
            data = way(data)
        return found

    def learn_more(self, data: bytes) -> "Text":
        """The same with the prefix of the lines that follow, where those before showed no build."""
        prefix = learn_prefix(_end_lines(data)) if self.ways is not None else None
        if prefix is None or self.ways is None:
            return self
        times, writer = prefix.read_times(data), self.writer or name_writer(prefix.example)
        ways = [*self.ways, prefix.strip]
        return self._replace(ways=ways, prefixes=[prefix], times=times, writer=writer)


def clean(data: bytes) -> Text:
    """The clean text of a log's (decompressed) bytes."""
    encoding, pieces = to_utf8(iter([data]))
    return clean_lines(b"".join(pieces), encoding)


def clean_lines(data: bytes, encoding: str = "utf-8") -> Text:
    """The clean text of lines in UTF-8, which was `encoding`."""
    container, writer, opened = None, None, False
    times: list[datetime] = []
    prefixes: list[Prefix] = []
    ways: list[Callable[[bytes], bytes]] = []
    clean = False
    for _ in range(_DEEPEST):
        content = open_container(data)
        if content is None and clean:
            break
        if content is not None:
            container, opened = container or content.container, True
            times, data = times or content.times, content.text
        ways.append(_end_lines)
        data = _end_lines(data)
        if _WRAPPED in data[:_SAMPLE]:
            ways.append(_unwrap)
            data = _unwrap(data)
        if (prefix := learn_prefix(data)) is not None:
            times = prefix.read_times(data) or times
            writer = writer if writer not in (None, "unknown") else name_writer(prefix.example)
            prefixes.append(prefix)
            ways.append(prefix.strip)
            data = prefix.strip(data)
        elif content is None:
            break
        clean = prefix is None
    for holds, way in _LINES:
        if holds(data[:_SAMPLE]):
            ways.append(way)
            data = way(data)
    return Text(data, container, encoding, writer, times, None if opened else ways, prefixes)


def _has_blank_ends(head: bytes) -> bool:
    """Whether most lines end in blanks; counted roughly first, since few logs have such lines."""
    if 8 * len(_BLANK_ENDS.findall(head)) <= head.count(b"\n"):
        return False
    lines = sample_lines(head)
    return 2 * sum(line.endswith((b" ", b"\t")) for line in lines) > len(lines)


def _strip_ends(data: bytes) -> bytes:
    """The data without blanks at the ends of its lines."""
    return _TRAILING.sub(b"", data)


def _is_doubled(head: bytes) -> bool:
    """Whether a blank line follows each line, as where lines kept their ends when printed."""
    if 3 * len(_BLANK_LINES.findall(head)) <= head.count(b"\n"):
        return False
    lines = [line.strip() for line in head.split(b"\n")[:-1]]
    pairs = [not after for line, after in pairwise(lines) if line]
    return len(pairs) > _FEW and all(pairs)


def _drop_doubles(data: bytes) -> bytes:
    """The data without the blank line behind each line."""
    return _DOUBLED.sub(rb"\1\n", data)


# what only some logs have: how their head shows it, and what puts it right
_LINES = (
    (_is_doubled, _drop_doubles),
    (_has_blank_ends, _strip_ends),
)


def _end_lines(data: bytes) -> bytes:
    """The data with line feeds alone."""
    late = max(len(data) - _SAMPLE, 0)
    if data.find(b"\r", 0, _SAMPLE) < 0 and data.find(b"\r", late) < 0:
        return data
    ends = data[:_SAMPLE] + data[late:]
    # what follows returns, which are found faster than a pair
    if not any(each[:1] == b"\n" for each in ends.split(b"\r")[1:]):
        return data
    if b"\r\r\n" in ends:
        return re.sub(rb"(?<!\r)\r++\n", b"\n", data)
    return data.replace(b"\r\n", b"\n").removesuffix(b"\r")


def to_utf8(pieces: Iterator[bytes]) -> tuple[str, Iterator[bytes]]:
    """(encoding, the pieces in UTF-8 without BOM); bytes that are not UTF-8 stay as they are."""
    first = next(pieces, b"")
    if first[:3] == b"\xef\xbb\xbf":
        return "utf-8", chain([first[3:]], pieces)
    head = first[:512]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif len(head) > 3 and head[1::2].count(0) > 0.8 * len(head[1::2]):
        encoding = "utf-16-le"
    elif len(head) > 3 and head[::2].count(0) > 0.8 * len(head[::2]):
        encoding = "utf-16-be"
    else:
        return "utf-8", chain([first], pieces)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    whole = map(decoder.decode, chain([first], pieces))
    return "utf-16", (text.encode("utf-8", "replace") for text in whole)


def cut_windows(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces cut between lines; what a line holds beyond _LONGEST_LINE is left out."""
    held, last = b"", next(pieces, b"")
    for piece in pieces:
        end = last.rfind(b"\n") + 1 or last.rfind(b"\r") + 1
        if end:
            yield held + last[:end]
            held = last[end:]
        elif len(held) < _LONGEST_LINE:
            held += last
        last = piece
    if held or last:
        yield held + last


def _unwrap(data: bytes) -> bytes:
    """Join lines that PowerShell broke at the width of its window, and drop what it added."""
    data = re.sub(rb"\A[\w.-]+ : (?=#0 )", b"", data)
    pieces: list[bytes] = []
    joins = False
    for line in data.split(b"\n"):
        starts = line[:1] == b"#" or line.startswith((b"------", b"[")) or not line.strip()
        if joins and not starts:
            pieces.append(line)
        else:
            pieces += (b"\n", line)
            joins = re.match(rb"#\d+ ", line) is not None
    return b"".join(pieces[1:])
