"""Numbers that stay in one line with what they are of."""

import re

_UNITS = r"%|(?:s|ms|min|h|kB|MB|GB|TB|MB/s|Mbit|Mbit/s|USD)\b"
_NUMBER = re.compile(rf"(?<=\d) (?={_UNITS})|(?<=\bn) (?== ?\d)|(?<=\bn\s=) (?=\d)")
# what is copied or computed with, and tags with what they say of themselves
_WHOLE = r"<(script|style|pre|code|title)\b.*?</\1>|<ol class=.log.*?</ol>"
_PARTS = re.compile(rf"{_WHOLE}|<[^>]*>|[^<]+", re.DOTALL)
_SPACE = "\N{NO-BREAK SPACE}"


def join_numbers(html: str) -> str:
    """HTML in whose texts no line breaks between a number and its unit, as in 6.6 s and n = 6."""
    return _PARTS.sub(_join, html)


def _join(part: re.Match[str]) -> str:
    """A part of HTML: a tag, what must stay as it is, or text."""
    return part[0] if part[0].startswith("<") else _NUMBER.sub(_SPACE, part[0])
