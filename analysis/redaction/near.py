"""Secrets a few words behind their name, without a sign between that gives it a value."""

import re
from collections.abc import Iterator

from analysis.redaction.names import NONE, STRONG, judge_name, looks_drawn, looks_made, looks_random
from analysis.redaction.plain import SECRET

_HEX = re.compile(r"(?=[a-f]*\d)[0-9a-f]{24,128}")
# a name, at most three words, and a run of letters and digits that may have been made at random
_NAME = re.compile(r"(?<![\w.-])[A-Za-z_][\w.-]*+")
_NEAR = re.compile(
    # what goes on with these is base64
    r"(?![+/])[^\w\n]{1,30}+(?:[\w@.]{1,20}+[^\w\n]{1,10}+){0,5}?"
    r"(?P<value>(?=[A-Za-z+/=_-]{0,99}\d)[A-Za-z0-9+/=_-]{12,4000})(?![\w./@-])"
)
# what an arrow, dots or a line of a table point at, up to a quotation mark around all of that
_POINTED = re.compile(
    r"[ \t]*(?:[\u2192\u279c\u21d2]|->|\.{4,}|\|)[ \t]*(?P<value>[^\s|]{8,4000}?)"
    r"(?=[\"'][,;)}\]]*(?:[\s|]|$)|[\s|]|$)"
)
# right behind a variable's name also what hides in no mix of letters
_BESIDE = re.compile(
    r"[ \t]{1,8}(?:[\w-]{1,60}:)?(?P<value>(?=[a-z]{0,127}\d)[0-9a-z]{32,128}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4,12}){4})(?![\w./@-])"
)
# another secret's name, and what that is given
_OTHER = re.compile(r"(?P<name>[A-Za-z_][\w-]*)=[^=]")
_DIGEST = re.compile(r"sha\d{3}-|(?:[A-Z][a-z]{2,}){2,}\d*$")


def find_near(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of what a generator made, a few words behind a secret's name."""
    for name in _NAME.finditer(text):
        given = text[name.end() : name.end() + 1] == "=" and name[0].lower() in ("key", "jwt")
        if judge_name(name[0]) < STRONG and not given:
            continue
        match = _BESIDE.match(text, name.end())
        if match and (name[0].isupper() or not _HEX.fullmatch(match["value"])):
            yield match.span("value")
            continue
        pointed = _POINTED.match(text, name.end())
        if pointed and looks_made(pointed["value"]) and re.search(r"\d", pointed["value"]):
            yield pointed.span("value")
            continue
        match = _NEAR.match(text, name.end())
        random = looks_drawn if given else looks_random
        if (
            match
            and SECRET not in match[0]
            and random(match["value"])
            and not _DIGEST.match(match["value"])
            and not _names_another(match["value"])
        ):
            yield match.span("value")


def _names_another(value: str) -> bool:
    """Whether what looks like a value is an assignment to another secret's name."""
    other = _OTHER.match(value)
    return other is not None and judge_name(other["name"]) != NONE
