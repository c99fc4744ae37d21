"""Secrets that a command reads from the echo before it, or from <<<."""

import re
from collections.abc import Callable, Iterator

from analysis.redaction.commands import COMMAND_END, FIELD
from analysis.redaction.names import is_harmless, looks_drawn, looks_made
from analysis.redaction.plain import TAG

# signs of what is piped into a command, of one before its <<<, and of what echo says
_PIPED, _BEFORE_HERE, _ECHOED = 4000, 300, 400
# what reads nothing but a secret from there
_SINK = re.compile(
    r"--password-stdin|--with-token|\bsudo\s+-S|\bchpasswd\b|--passphrase-fd|--passwd-stdin"
    r"|--token-stdin|\bsecret\s+create\b|(?<![\w/-])\w*passwd\s+[\w-]|--(?:api-)?key-stdin"
    r"|\blogin\s.{0,80}\s-(?=\s|$)|\bkinit\b|--stdin-password|\bpdbedit\b|\bpass\s+insert\b|\bkeyring\s+set\b|\bcryptsetup\b|\bssh-add\b"
)
# what may: there a value that looks made is one
_MAYBE = re.compile(
    r"\b(?:log-?in|sign-?in|auth|tokens?|secrets?|[\w-]*keystore|unlock|unseal|htdigest|su"
    r"|realm\s+join)\b|--token\b"
)
_ECHO = re.compile(r"\b(?:echo|printf|yes)\b")
# `--password-file=<(echo secret)`
_NAMED = re.compile(
    r"(?i:pass(?:word|phrase)?|token|secret|key|credential)[\w-]{0,20}[ =]"
    r"<\((?:echo|printf)\b(?P<said>[^()]{1,400})\)"
)
_HERE = re.compile(rf"<<[<{TAG}]\s*{FIELD}")
# a bracket ends what runs in a shell of its own
_ANY_FIELD = re.compile(FIELD.replace("|;&", "|;&()"))
_BASE64 = re.compile(r"\|\s*base64\b(?!\s+(?:-d|-D|--decode))")
# the text of a command that is its input up to a word
_DOCUMENT = re.compile(rf"<[<{TAG}]-?[ ]?\\?[\"']?(?P<end>[A-Za-z_]\w*)[\"']?")
_ECHO_OPTION = re.compile(r"-[neE]+|%s(?:\\n)?|--")


def find_piped(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret that echo gives to a login, or that <<< does.

    What looks as if it had been drawn at random is one wherever echo or <<< gives it.
    """
    for here in _HERE.finditer(text) if "<<" in text else ():
        before = text[max(0, here.start() - _BEFORE_HERE) : here.start()]
        if _find_judge(before)(_read_field(here)):
            yield here.span(here.lastgroup or "bare")
    if not _ECHO.search(text):
        return
    for pattern, judge in ((_SINK, _is_told), (_MAYBE, looks_made), (_BASE64, _has_password)):
        for sink in pattern.finditer(text) if "|" in text else ():
            yield from _find_before(text, sink.end() - 1, judge)
    for echo in _NAMED.finditer(text):
        yield from _find_echoed(text, echo.start("said"), echo.end("said"), _is_told)
    for echo in _ECHO.finditer(text):
        end = COMMAND_END.search(text, echo.end(), echo.end() + _ECHOED)
        last = end.start() if end else echo.end() + _ECHOED
        yield from _find_echoed(text, echo.end(), min(last, len(text)), _has_drawn)


def _find_judge(before: str) -> Callable[[str], bool]:
    """Which values behind <<< are secrets, by the command that reads them."""
    ends = [0, *(end.end() for end in COMMAND_END.finditer(before))]
    command = before[ends[-1] :]
    if _SINK.search(command + " "):
        return _is_told
    return looks_made if _MAYBE.search(command) else looks_drawn


def _find_before(text: str, sink: int, judge: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """What the echo says that is piped into the command at a place."""
    first = max(0, sink - _PIPED)
    pipe = max(text.rfind("|", first, sink), 0)
    begin = max(first, text.rfind("|", first, pipe) + 1)
    if COMMAND_END.search(text, pipe + 1, sink):
        return
    for echo in _ECHO.finditer(text, begin, pipe):
        end = COMMAND_END.search(text, echo.end(), pipe)
        # of several commands only those in brackets are piped together
        if end is None or "(" in text[begin : echo.start()]:
            yield from _find_echoed(text, echo.end(), end.start() if end else pipe, judge)


def _find_echoed(
    text: str, begin: int, end: int, judge: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    """What of echo's or printf's words is a secret, without its options."""
    for field in _ANY_FIELD.finditer(text, begin, end):
        value = _read_field(field)
        if value and not _ECHO_OPTION.fullmatch(value) and judge(value):
            yield field.span(field.lastgroup or "bare")


def _is_told(value: str) -> bool:
    """Whether a value is a secret where only secrets stand."""
    return not is_harmless(value)


def _has_drawn(value: str) -> bool:
    """Whether one of a value's lines looks as if it had been drawn at random."""
    return any(map(looks_drawn, value.split("\\n")))


def _has_password(value: str) -> bool:
    """Whether a value is a user's name and a password, as base64 packs them for a header."""
    user, colon, password = value.partition(":")
    return bool(colon and user) and " " not in value and not is_harmless(password)


def _read_field(match: re.Match[str]) -> str:
    """The value of a field, without its quotes."""
    return match["double"] or match["single"] or match["bare"] or ""


def find_document(text: str) -> str:
    """The word up to which the next lines are a secret, as a login reads them; '' without one."""
    match = _DOCUMENT.search(text) if "<" in text else None
    if match is None:
        return ""
    return match["end"] if _SINK.search(text[-_PIPED:] + " ") else ""
