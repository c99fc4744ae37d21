"""A text of many lines: private keys, and values that go on in the next line."""

import re
from collections.abc import Sequence

from analysis.redaction.lines import SECRET, Redacted, find_telling, redact_line
from analysis.redaction.names import STRONG, is_harmless, is_wordlike, judge_name, looks_made
from analysis.redaction.pem import redact_keys
from analysis.redaction.plain import read_plain, replace_spans

# a value of so many letters may have been broken to the width of a terminal or of base64
_LONG = 40
# lines after which a quotation mark is no longer taken for one of the value before
_QUOTED_LINES = 5
# signs at a line's end that tell whether a value follows in the next one
_TAIL = 300
_MIXED = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]|=$")
_RUN = re.compile(r"[A-Za-z0-9+/=_-]+")
_NAME_ALONE = re.compile(
    r"(?:^|[\s{,-])[\"']?(?:name|key)[\"']?\s*[:=]\s*[\"']?(?P<name>[\w./-]+)[\"']?,?\s*$",
    re.IGNORECASE,
)
_VALUE_ALONE = re.compile(
    r"(?:^|[\s{])[\"']?value[\"']?\s*[:=]\s*(?P<quote>[\"']?)(?P<value>.+?)(?P=quote),?\s*$",
    re.IGNORECASE,
)
_OPEN_KEY = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]*+)[\"']?[ \t]*:[ \t]*(?P<mark>[|>][-+\d]*)?[ \t]*$"
)
_INDENT = re.compile(r"^(?:#\d+ (?:\d+\.\d+ )?)?(?P<indent>[ \t]*)")


def redact(text: str) -> str:
    """`text`, also of HTML, with AWS account numbers as ACCOUNT and credentials as REDACTED.

    As many lines as before. Takes time in proportion to its length.
    """
    lines = redact_keys(text.split("\n"))
    done = 0
    for at in find_telling(lines):
        # what a line before went on in is done
        if at >= done:
            done = _redact_from(lines, at)
    return "\n".join(lines)


def redact_texts(texts: Sequence[str]) -> list[str]:
    """Each text as of redact; of many, those without a secret are told apart at once."""
    telling = set(find_telling([text.replace("\n", " ") for text in texts]))
    return [redact(text) if at in telling else text for at, text in enumerate(texts)]


def _redact_from(lines: list[str], at: int) -> int:
    """Redact a line and those that its secret goes on in; the number of the next one."""
    done = redact_line(lines[at])
    lines[at] = done.line
    text = done.plain.text.rstrip()
    if at + 1 == len(lines):
        return at + 1
    if done.last and done.last[1] >= len(text.rstrip("\\")):
        return _go_on(lines, at, done, text)
    if opened := _find_open_quote(done, text):
        return _close_quote(lines, at + 1, opened)
    end = text[-_TAIL:]
    if (name := _NAME_ALONE.search(end)) and judge_name(name["name"]) == STRONG:
        _redact_value_below(lines, at + 1)
    elif (name := _OPEN_KEY.search(end)) and judge_name(name["name"]) == STRONG:
        return _redact_block(lines, at, text, bool(name["mark"]))
    return at + 1


def _go_on(lines: list[str], at: int, done: Redacted, text: str) -> int:
    """The number of the line after a value that ends where its line does."""
    assert done.last
    begin, end = done.last
    if text.endswith("\\"):
        _replace(lines, at + 1, re.compile(r"^\s*(?:#\d+ (?:\d+\.\d+ )?)?(?P<run>[^\s\\\"']+)"))
        return at + 1
    if opened := _find_open_quote(done, text):
        return _close_quote(lines, at + 1, opened)
    words, width = len(text[:begin].split()), end - begin
    at += 1
    while at < len(lines) and width >= _LONG:
        run = _find_run(lines[at], words)
        if run is None:
            break
        width = run[1] - run[0]
        _put(lines, at, run)
        at += 1
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


def _redact_value_below(lines: list[str], at: int) -> None:
    """Redact what `value:` says in one of the next two lines, after a line with the name."""
    for number in range(at, min(at + 2, len(lines))):
        plain = read_plain(lines[number])
        match = _VALUE_ALONE.search(plain.text) if len(plain.text) < 10 * _TAIL else None
        if match and not is_harmless(match["value"]):
            _put(lines, number, match.span("value"))
            return


def _redact_block(lines: list[str], at: int, text: str, marked: bool) -> int:
    """Redact the lines that are further in than their key's; the number of the next one."""
    outer = _measure_indent(text)
    at += 1
    while at < len(lines):
        inner = read_plain(lines[at]).text
        content = inner[_INDENT.match(inner).end() :].strip()  # type: ignore[union-attr]
        if not content or _measure_indent(inner) <= outer or is_harmless(content):
            break
        if not marked and (" " in content or content.endswith(":") or is_wordlike(content)):
            break
        begin = inner.find(content)
        _put(lines, at, (begin, begin + len(content)))
        at += 1
        if not marked:
            break
    return at


def _measure_indent(text: str) -> int:
    """How far in a line begins, behind BuildKit's prefix."""
    match = _INDENT.match(text)
    return len(match["indent"]) if match else 0


def _replace(lines: list[str], at: int, pattern: re.Pattern[str]) -> None:
    """Redact what a pattern finds in a line."""
    if match := pattern.search(read_plain(lines[at]).text):
        _put(lines, at, match.span("run"))


def _put(lines: list[str], at: int, span: tuple[int, int]) -> None:
    """Redact a place in a line's plain text."""
    lines[at] = replace_spans(lines[at], read_plain(lines[at]), [(*span, SECRET)])
