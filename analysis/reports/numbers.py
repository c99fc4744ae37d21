"""Numbers that stay in one line with what they are of."""

import re

# what may stand before and after is any but a letter of English: in Japanese there are no blanks
_UNITS = r"%|(?:s|ms|min|h|kB|MB|GB|TB|MB/s|Mbit|Mbit/s|USD)(?![A-Za-z0-9_])"
_N = "(?<![A-Za-z0-9_])n"
_NUMBER = re.compile(rf"(?<=\d) (?={_UNITS})|(?<={_N}) (?== ?\d)|(?<={_N}\s=) (?=\d)")
# what is copied or computed with, and tags with what they say of themselves
_WHOLE = r"<(script|style|pre|code|title)\b.*?</\1>|<ol class=.log.*?</ol>"
_PARTS = re.compile(rf"{_WHOLE}|<[^>]*>|[^<]+", re.DOTALL)
_SPACE = "\N{NO-BREAK SPACE}"
# ranges and dates in Japanese, where any sign may end a line
_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龥]")
_RANGE = re.compile(r"(?<=〜)(?=[−+]?\d)|(?<=\d{4}-)(?=\d\d-\d)|(?<=\d{4}-\d\d-)(?=\d\d)")
_JOINER = "\N{WORD JOINER}"


def join_numbers(html: str) -> str:
    """HTML in whose texts no line breaks between a number and its unit, as in 6.6 s and n = 6,

    nor, in Japanese, within a range or a date.
    """
    return _PARTS.sub(_join, html)


def _join(part: re.Match[str]) -> str:
    """A part of HTML: a tag, what must stay as it is, or text."""
    if part[0].startswith("<"):
        return part[0]
    text = _NUMBER.sub(_SPACE, part[0])
    return _RANGE.sub(_JOINER, text) if _JAPANESE.search(text) else text
