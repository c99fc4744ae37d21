"""Foreign text made visible: signs that steer a terminal or hide themselves, as escapes."""

import re
import unicodedata

# signs that accent the one before: more of them than any language sets are a flood
_ACCENTS = 3
# controls but tab and newline, what sets the direction of writing, what has no width, surrogates,
# and what is no character; never a sign of a language's own
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe"
    "\uffff\ud800-\udfff\U000e0000-\U000e0fff\U0001d173-\U0001d17a\U0010fffe\U0010ffff]"
)
# the blocks of accents, which are all that a flood is made of
_FLOOD = re.compile(
    f"[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31-\u0e4e\u1ab0-\u1aff"
    f"\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]{{{_ACCENTS},}}"
)
# in a shortened text, between its begin and its end
_CUT = " … "


def show_signs(text: str) -> str:
    r"""`text` with each sign that can't be seen as an escape: `\x1b`, `\u202e`, `\udc80`.

    Tabs and newlines stay. Of more than 3 accents on one letter the rest are escapes, too.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _FLOOD.sub(lambda match: _escape_flood(match[0]), text)
    return _HIDDEN.sub(lambda match: escape_sign(match[0]), text)


def escape_sign(sign: str) -> str:
    """A sign as Python would write it."""
    number = ord(sign)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _escape_flood(signs: str) -> str:
    """The first accents as they are, the others as one escape and how many more there are."""
    first, rest = signs[: _ACCENTS - 1], signs[_ACCENTS - 1 :]
    more = f"(+{len(rest) - 1})" if len(rest) > 1 else ""
    return f"{first}{escape_sign(rest[0])}{more}"


def show_line(text: str) -> str:
    """`text` on one line, as of show_signs."""
    return show_signs(text).replace("\n", "\\n").replace("\t", " ")


def shorten(text: str, length: int) -> str:
    """A text of `length` characters at most, its middle left out; never within an accent's."""
    if len(text) <= length:
        return text
    left = (length - len(_CUT) + 1) // 2
    right = length - len(_CUT) - left
    end = text[len(text) - right :] if right else ""
    while end and unicodedata.combining(end[0]):
        end = end[1:]
    return f"{text[:left].rstrip()}{_CUT}{end.lstrip()}"
