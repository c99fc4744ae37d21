"""A text of many lines: private keys, and values that go on in the next line."""

import re
from collections.abc import Sequence

from analysis.redaction.below import redact_below
from analysis.redaction.blocks import put, redact_blocks
from analysis.redaction.lines import Redacted, find_telling, redact_line
from analysis.redaction.names import STRONG, judge_name, looks_drawn, looks_made
from analysis.redaction.pem import redact_keys
from analysis.redaction.plain import ACCOUNT, SECRET, read_plain
from analysis.redaction.services import write_words

# a value of so many letters may have been broken to the width of a terminal or of base64
_LONG = 40
# lines after which a quotation mark is no longer taken for one of the value before
_QUOTED_LINES = 5
# an account's number, and how many secrets are looked for again
_NUMBER, _KNOWN = re.compile(r"\d{12}"), 1000
# so many are faster looked for one after the other
_FEW = 20
_MIXED = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]|=$")
_RUN = re.compile(r"[A-Za-z0-9+/=_-]+")
_OPEN_QUOTE = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]*+)[ \t]*[=:][ \t]*(?P<quote>\"{3}|'{3}|[\"'])$"
)


def redact(text: str) -> str:
    """`text`, also of HTML, with AWS account numbers as ACCOUNT and credentials as REDACTED.

    As many lines as before. Takes time in proportion to its length.
    """
    lines = redact_keys(text.split("\n"))
    done = 0
    found: set[str] = set()
    for at in find_telling(lines):
        # what a line before went on in is done
        if at >= done:
            done = _redact_from(lines, at, found)
    return _redact_again("\n".join(lines), found)


def redact_texts(texts: Sequence[str]) -> list[str]:
    """Each text as of redact; of many, those without a secret are told apart at once."""
    telling = set(find_telling([text.replace("\n", " ") for text in texts]))
    return [redact(text) if at in telling else text for at, text in enumerate(texts)]


def _redact_again(text: str, found: set[str]) -> str:
    """A text without the account numbers and the drawn secrets that one of its lines told."""
    known = sorted(each for each in found if _NUMBER.fullmatch(each) or _is_unique(each))
    if len(known) <= _FEW:
        known = [each for each in known if each in text]
    if not known:
        return text
    again = re.compile(rf"(?<![A-Za-z0-9]){write_words(known[:_KNOWN])}(?![A-Za-z0-9])")
    return again.sub(lambda match: ACCOUNT if match[0].isdigit() else SECRET, text)


def _is_unique(value: str) -> bool:
    """Whether a value is so odd that the same elsewhere is the same secret."""
    return 16 <= len(value) <= 200 and looks_drawn(value)


def _redact_from(lines: list[str], at: int, found: set[str]) -> int:
    """Redact a line and those that its secret goes on in; the number of the next one.

    What was secret in the line is added to `found`.
    """
    done = redact_line(lines[at])
    found.update(done.found)
    lines[at] = done.line
    text = done.plain.text.rstrip()
    found.update(redact_blocks(lines, at, text))
    if at + 1 == len(lines):
        return at + 1
    if done.last and done.last[1] >= len(text.rstrip("\\")):
        return _go_on(lines, at, done, text)
    if opened := _find_open_quote(done, text):
        return _close_quote(lines, at + 1, opened)
    return redact_below(lines, at, text)


def _go_on(lines: list[str], at: int, done: Redacted, text: str) -> int:
    """The number of the line after a value that ends where its line does."""
    assert done.last
    begin, end = done.last
    if text.endswith("\\"):
        _replace(lines, at + 1, re.compile(r"^\s*(?:#\d+ (?:\d+\.\d+ )?)?(?P<run>[^\s\\\"']+)"))
        return at + 1
    opened = _find_open_quote(done, text)
    if opened and (closed := _close_quote(lines, at + 1, opened)) > at + 1:
        return closed
    words, width = len(text[:begin].split()), end - begin
    at += 1
    while at < len(lines) and width >= _LONG:
        run = _find_run(lines[at], words)
        if run is None:
            break
        width = run[1] - run[0]
        put(lines, at, run)
        at += 1
    # the last of them ends with the quotation mark
    if opened and at < len(lines) and _RUN.match(lines[at]) and opened in lines[at]:
        lines[at] = SECRET + lines[at][lines[at].index(opened) :]
    return at


def _find_run(line: str, words: int) -> tuple[int, int] | None:
    """Where the rest of a long value is in a line: it is alone there, behind the line's prefix."""
    text = read_plain(line).text.rstrip()
    parts = text.split()
    if not parts or len(parts) > max(words, 1) or not _RUN.fullmatch(parts[-1]):
        return None
    made = looks_made(parts[-1]) or _MIXED.search(parts[-1]) or len(parts[-1]) >= _LONG
    return (len(text) - len(parts[-1]), len(text)) if made else None


def _find_open_quote(done: Redacted, text: str) -> str:
    """The quotation mark before a value that its line doesn't close; '' without one."""
    opened = _OPEN_QUOTE.search(text)
    if opened and judge_name(opened["name"]) == STRONG:
        return opened["quote"]
    if not done.last or done.last[1] < len(text):
        return ""
    before = text[done.last[0] - 1 : done.last[0]]
    return before if before in ("'", '"') else ""


def _close_quote(lines: list[str], at: int, quote: str) -> int:
    """Redact up to a quotation mark in the next lines; nothing where there is none."""
    for last in range(at, min(at + _QUOTED_LINES, len(lines))):
        if (end := lines[last].find(quote)) >= 0:
            for number in range(at, last):
                lines[number] = SECRET if lines[number].strip() else lines[number]
            lines[last] = SECRET * bool(end) + lines[last][end:]
            return last
    return at


def _replace(lines: list[str], at: int, pattern: re.Pattern[str]) -> None:
    """Redact what a pattern finds in a line."""
    if match := pattern.search(read_plain(lines[at]).text):
        put(lines, at, match.span("run"))
