"""A run's log for its page: lines with numbers to link to; of a long one its begin and its end."""

import gzip
import re
import zlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import BinaryIO

from analysis.logs import is_gzip
from analysis.prose.template import tell
from analysis.redaction import redact
from analysis.visible import show_signs
from analysis.words import count_words

# bytes of a log's begin and end that a page shows; all of a log of as much
_BEGIN, _END = 400_000, 100_000
_CHUNK = 1 << 20
# characters of a line
_LINE = 4000


@dataclass(frozen=True)
class _Excerpt:
    """`begin`, and the `end` from line `first_of_end` on; `left_out`: what is not shown, in words.

    `problem`: why nothing is shown.
    """

    begin: list[str]
    end: list[str]
    first_of_end: int = 0
    left_out: str = ""
    problem: str = ""


def read_excerpt(path: Path) -> _Excerpt:
    """A log as its page shows it, without secrets; whatever is wrong with the file is told."""
    try:
        with path.open("rb") as file:
            packed = is_gzip(file.read(2))
            file.seek(0)
            return _read_ends(gzip.open(file) if packed else file)
    except (OSError, EOFError, zlib.error) as error:
        return _Excerpt([], [], problem=_say_unread(error))


def _say_unread(error: Exception) -> str:
    """That a log could not be read."""
    return tell("The log could not be read ({error}).", error=type(error).__name__)


def _read_ends(file: BinaryIO | gzip.GzipFile) -> _Excerpt:
    """The begin and the end of a log that may be larger than memory."""
    begin, end = file.read(_BEGIN), b""
    dropped, lines = 0, begin.count(b"\n")
    while chunk := file.read(_CHUNK):
        end += chunk
        if len(end) > _END:
            over = end[:-_END]
            dropped, lines, end = dropped + len(over), lines + over.count(b"\n"), end[-_END:]
    if not dropped:
        return _Excerpt(_split(begin + end), [])
    # a line that is cut goes with what is left out
    whole = begin.rfind(b"\n") + 1 or len(begin)
    cut = end.find(b"\n") + 1
    first = lines + end[:cut].count(b"\n") + 1
    shown = _split(begin[:whole])
    left = dropped + len(begin) - whole + cut
    between = max(first - 1 - len(shown), 0)
    words = tell(
        "{lines} ({megabytes:.1f} MB) between are left out here",
        lines=count_words(between, "line"),
        megabytes=left / 1e6,
    )
    return _Excerpt(shown, _split(end[cut:]), first, words)


def _split(data: bytes) -> list[str]:
    """The lines of a part of a log, without secrets, hidden signs to be seen."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    lines = show_signs(redact(text)).split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def write_lines(lines: list[str], first: int = 1) -> str:
    """Lines as HTML, each with its number as an anchor; nothing in them is markup."""
    return "".join(
        f'<a id="L{number}" href="#L{number}">{number}</a>{escape(_cut(line))}\n'
        for number, line in enumerate(lines, start=first)
    )


def _cut(line: str) -> str:
    """A line that a page can hold."""
    return (
        line
        if len(line) <= _LINE
        else tell(
            "{line} … ({number} more characters)", line=line[:_LINE], number=len(line) - _LINE
        )
    )


class Finder:
    """Where the lines of a log's begin are that say something, each looked for after the last."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.at = lines, 0

    def find(self, pattern: str) -> str:
        """`L12` of the next line that a pattern finds; '' without one, and the place is kept."""
        told = re.compile(pattern)
        for number in range(self.at, len(self.lines)):
            if told.search(self.lines[number]):
                self.at = number + 1
                return f"L{number + 1}"
        return ""
