"""What looks drawn at random where commands that nobody listed take secrets."""

import re
from collections.abc import Iterator

from analysis.redaction.commands import COMMAND, COMMAND_END, FIELD
from analysis.redaction.names import is_open, is_secret, judge_name, looks_drawn

# options that many programs take a password, a token or a key by, or a user with a password
_SHORT = re.compile(rf"(?<=\s)-(?:[kKpPstTwWxz]|pw|pass|hp)[ =]?{FIELD}")
_USERS = re.compile(rf"(?<=\s)(?:-[aAuU]|--(?:user|auth|creds?|login))[ =]?{FIELD}")
# where a user is named, what -p and its like are given is a password
_USER = re.compile(r"(?<=\s)-[uU][ =]?(?=[A-Za-z])[\w.@\\-]+")
_PASSWORD = re.compile(rf"(?<=\s)-(?:[pPwW]|pw)[ =]?{FIELD}")
_MADE_UP = re.compile(r"(?=[^A-Za-z]*[A-Za-z])(?=\D*\d)[^\s/:.]{8,200}")
# what lets somebody in by the words behind it
_LETS_IN = re.compile(
    r"\b(?:log-?in|sign-?in|auth|authenticate|authorize|attach|unlock|unseal|unwrap|activate"
    r"|register|enroll|join|obscure)\b(?P<rest>[^|;&\n]{12,300})"
)
# what a shell with `set -x` says that it compares
_COMPARED = re.compile(r"^\S*\+ .{0,100}\[(?P<rest>[^\n]{12,600})\]")
_WORD = re.compile(rf"(?<=\s){FIELD}(?=\s|$|[\"'])")
_HEX = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{32,128}")
_HEADER = re.compile(
    r"(?<![\w-])(?P<name>[Xx]-[\w-]{1,60}):[ ]?(?P<value>[\w+/=-]{12,300})(?![\w.:/])"
)
_PGPASS = re.compile(
    r"(?<![\w.])[\w.*-]+:(?:\d{2,5}|\*):[\w.*-]+:[\w.@-]+:(?P<value>[^\s\"']{4,200})"
)
# `sed s/__NAME__/value/`
_FILLED = re.compile(
    r"\bs(?P<sign>[/|#,@])[\\\[\]{}()<>@$%_ ]*(?P<name>[A-Za-z][\w-]*?)[\\\[\]{}()<>@$%_ ]*"
    r"(?P=sign)(?P<value>[^\s/|#,]{4,200})(?P=sign)"
)


def find_arguments(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each word of a command that looks drawn where secrets are given."""
    if "-" in text:
        yield from _find_options(text)
    for match in (*_LETS_IN.finditer(text), *_COMPARED.finditer(text)):
        for word in _WORD.finditer(text, *match.span("rest")):
            value = _read(word)
            if looks_drawn(value) or _HEX.fullmatch(value):
                yield word.span(word.lastgroup or "bare")
    for match in _HEADER.finditer(text):
        if looks_drawn(match["value"]) and not is_open(match["name"]):
            yield match.span("value")
    for match in _PGPASS.finditer(text) if "pgpass" in text else ():
        yield match.span("value")
    for match in _FILLED.finditer(text):
        if is_secret(judge_name(match["name"]), match["name"], match["value"]):
            yield match.span("value")


def _find_options(text: str) -> Iterator[tuple[int, int]]:
    """What options that are common to many programs are given."""
    for match in _SHORT.finditer(text):
        if looks_drawn(_read(match)):
            yield match.span(match.lastgroup or "bare")
    for match in _USERS.finditer(text):
        _, colon, password = _read(match).partition(":")
        named = match[0].startswith("--") and colon and _MADE_UP.fullmatch(password)
        if named or any(map(looks_drawn, re.split("[:,%@]", _read(match)))):
            yield match.span(match.lastgroup or "bare")
    for user in _USER.finditer(text):
        last = min(len(text), user.end() + COMMAND)
        ends = (COMMAND_END.search(text, user.end(), last), _USER.search(text, user.end(), last))
        last = min((end.start() for end in ends if end), default=last)
        for match in _PASSWORD.finditer(text, user.end(), last):
            if _MADE_UP.fullmatch(_read(match)):
                yield match.span(match.lastgroup or "bare")


def _read(match: re.Match[str]) -> str:
    """The value of a field."""
    return match[match.lastgroup or "bare"] or ""
