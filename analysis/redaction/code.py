"""Secrets in lines of source code: beside their name, behind its type, as what is taken else."""

import re
from collections.abc import Iterator

from analysis.redaction.assignments import find_value
from analysis.redaction.names import STRONG, is_secret, judge_name, looks_made

_QUOTE = r"\\{0,3}[\"']"
# a name, and what stands before a literal for it, by what its line has
_FORMS = [
    # setProperty("name", "value")
    (
        re.compile(r"[\"'],[ ]?\\{0,3}[\"']"),
        re.compile(rf"{_QUOTE}(?P<name>[A-Za-z_][\w.-]{{1,80}}+){_QUOTE},[ ]?(?={_QUOTE})"),
    ),
    # #define NAME "value", set(NAME "value")
    (
        re.compile(r"\w \""),
        re.compile(
            r"(?:#define|\b(?i:set|option)\()[ ]{0,4}(?P<name>[A-Za-z_]\w{1,80}+)[ ]+(?=\")"
        ),
    ),
    # val name: Type = "value", var name type = "value"
    (
        re.compile(r"[\w>?] ?= ?[\"']"),
        re.compile(
            r"(?<![\w.-])(?P<name>[A-Za-z_]\w{1,80}+)(?:[ ]?:[ ]?|[ ])&?[A-Za-z][\w<>?.]{0,30}+"
            r"[ ]?=[ ]?(?=[\"'])"
        ),
    ),
    # name = getenv("X") ?: "value"
    (
        re.compile(r"(?:\?[?:]|\|\||or) [\"']"),
        re.compile(
            r"(?<![\w.-])(?P<name>[A-Za-z_]\w{1,80}+)[ ]{0,8}:?=[ ]?[\w.]{1,60}+"
            r"(?:[(\[][\"'][\w.-]{1,60}[\"'][)\]])?[ ]?(?:\?[?:]|\|\||or)[ ](?=[\"'])"
        ),
    ),
]


def find_in_code(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each literal that code gives to a secret's name, if it looks made."""
    if '"' not in text and "'" not in text:
        return
    for sign, form in _FORMS:
        for match in form.finditer(text) if sign.search(text) else ():
            begin, end = find_value(text, match.end())
            value = text[begin:end].strip("\\\"'")
            # of names in turn each is one
            named = judge_name(match["name"]) == STRONG > judge_name(value)
            if named and _is_made(value) and not _is_listed(text, match.start()):
                yield begin, end


def _is_listed(text: str, at: int) -> bool:
    """Whether a place is in a list, whose words give each other nothing."""
    opened = text.rfind("[", 0, at)
    return opened > max(text.rfind("(", 0, at), text.rfind("]", 0, at))


def _is_made(value: str) -> bool:
    """Whether a value has what a name would not have."""
    made = looks_made(value) and " " not in value and re.search(r"\d", value)
    return bool(made) and is_secret(STRONG, "", value)
