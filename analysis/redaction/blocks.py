"""Secrets in the lines that belong to a key: further in, or of the same object."""

import re
from collections.abc import Iterator

from analysis.redaction.accounts import find_listed, find_named, opens_accounts
from analysis.redaction.assignments import find_value
from analysis.redaction.names import is_harmless
from analysis.redaction.plain import ACCOUNT, SECRET, read_plain, replace_spans

# lines that a key's block, or an object around a line, has at most
_BLOCK = 100
# what stands before a line of a file that a builder, compose or a CI system prints
_INDENT = re.compile(
    r"^(?:#\d+ (?:\d+\.\d+(?: |$))?"
    r"|(?:\[?\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?\]?|[\w.-]{1,60}[ ]+\|)(?: |$))?"
    r"(?P<indent>[ \t]*)"
)
_ITEM = re.compile(r"(?:-[ ]+)*")
_OF_LIST = re.compile(r"[-\])}]")
# a Secret of Kubernetes, and what holds its values
_KIND = re.compile(r"(?:^|\s)[\"']?kind[\"']?[ ]?:[ ]?[\"']?Secret[\"']?,?$")
_OTHER = re.compile(r"(?:-[ ]+)?[\"']?(?:kind|apiVersion)[\"']?[ ]?:")
_DATA = re.compile(r"(?:^|[\s-])[\"']?(?:stringData|data)[\"']?[ ]?:[ ]?\{?$")
_FLOW = re.compile(r"(?:^|[\s-])[\"']?(?:stringData|data)[\"']?[ ]?:[ ]?\{(?P<rest>.+)\}$")
_KEY = re.compile(r"[\"']?[\w.-]+[\"']?[ ]?:[ ]*(?P<mark>[|>][-+\d]*$)?")
# what a value of YAML begins with that does not go to its line's end; nothing does, too
_OPENING = "\"'{["
_FLOW_KEY = re.compile(r"(?<=[{,\s])[\"']?[\w.-]+[\"']?:[ ]*")
# what Terraform draws at random, and where it shows that
_DRAWN = re.compile(r"\bresource \"random_(?:password|string|bytes)\" \"[\w-]+\" \{$")
_RESULT = re.compile(r"\b(?:result|bcrypt_hash|base64|hex)[ ]*=[ ]*")


def put(lines: list[str], at: int, span: tuple[int, int], word: str = SECRET) -> None:
    """Redact a place in a line's plain text."""
    lines[at] = replace_spans(lines[at], read_plain(lines[at]), [(*span, word)])


def measure_indent(text: str) -> tuple[int, int]:
    """(where a line's content begins, how far in that is behind what a builder puts before it)."""
    match = _INDENT.match(text)
    return (match.end(), len(match["indent"])) if match else (0, 0)


def redact_blocks(lines: list[str], at: int, text: str) -> list[str]:
    """Redact what the lines around one hold by its key; the account numbers among that."""
    if _KIND.search(text):
        _redact_manifest(lines, at)
    elif _DRAWN.search(text):
        _redact_results(lines, at)
    if opens_accounts(text):
        return _redact_accounts(lines, at)
    after = read_plain(lines[at + 1]).text if at + 1 < len(lines) else ""
    if span := find_named(text, after[measure_indent(after)[0] :]):
        begin = measure_indent(after)[0]
        put(lines, at + 1, (begin + span[0], begin + span[1]), ACCOUNT)
    return []


def _list_block(lines: list[str], at: int) -> Iterator[tuple[int, str, int]]:
    """(number, plain text, where its content begins) of each line that a line's key holds."""
    text = read_plain(lines[at]).text
    _, outer = measure_indent(text)
    for number in range(at + 1, min(at + 1 + _BLOCK, len(lines))):
        inner = read_plain(lines[number]).text.rstrip()
        begin, indent = measure_indent(inner)
        content = inner[begin:]
        if content and indent <= outer and not (indent == outer and _OF_LIST.match(content)):
            return
        yield number, inner, begin


def _redact_accounts(lines: list[str], at: int) -> list[str]:
    """Redact the account numbers of a key's block."""
    found = []
    for number, inner, _ in _list_block(lines, at):
        for span in reversed(list(find_listed(inner))):
            found.append(inner[slice(*span)])
            put(lines, number, span, ACCOUNT)
    return found


def _redact_results(lines: list[str], at: int) -> None:
    """Redact what Terraform says that it drew."""
    for number, inner, _ in _list_block(lines, at):
        if result := _RESULT.search(inner):
            _put_value(lines, number, inner, result.end())


def _redact_manifest(lines: list[str], at: int) -> None:
    """Redact each value of a Secret of Kubernetes, wherever in it `kind` stands."""
    for number in (*_list_manifest(lines, at, -1), *_list_manifest(lines, at, 1)):
        text = read_plain(lines[number]).text.rstrip()
        if flow := _FLOW.search(text):
            for key in reversed(list(_FLOW_KEY.finditer(text, flow.start("rest")))):
                _put_value(lines, number, read_plain(lines[number]).text, key.end())
        elif _DATA.search(text):
            _redact_data(lines, number)


def _list_manifest(lines: list[str], at: int, step: int) -> list[int]:
    """The numbers of the lines before, or after, one of a manifest that are keys beside it."""
    place = _find_place(lines, at)
    numbers: list[int] = []
    for number in range(at + step, at + step * _BLOCK, step):
        text = read_plain(lines[number]).text.rstrip() if 0 <= number < len(lines) else "---"
        content = text[measure_indent(text)[0] :]
        here = _find_place(lines, number) if content.strip("-") else -1
        if content and here < place:
            break
        other = here == place and _OTHER.match(content)
        if other and not (step > 0 and not numbers and "api" in content):
            # of what stands above, without a line between: that is another manifest's
            return numbers if step > 0 or "api" in content else []
        # its own version may come after its kind
        if here == place and not other:
            numbers.append(number)
    return numbers


def _find_place(lines: list[str], at: int) -> int:
    """How far in the key of a line is, the signs of a list's items counted."""
    text = read_plain(lines[at]).text
    begin, indent = measure_indent(text)
    item = _ITEM.match(text, begin)
    return indent + (len(item[0]) if item else 0)


def _redact_data(lines: list[str], at: int) -> None:
    """Redact each value of a mapping, also what of it stands in the lines below its key."""
    within = -1
    for number, inner, begin in _list_block(lines, at):
        indent = measure_indent(inner)[1]
        if begin == len(inner):
            continue
        if within >= 0 and indent > within:
            put(lines, number, (begin, len(inner)))
            continue
        key = _KEY.match(inner, begin)
        within = indent if key else -1
        if key and not key["mark"]:
            quoted = inner[key.end() : key.end() + 1] in _OPENING
            _put_value(lines, number, inner, key.end(), None if quoted else len(inner))


def _put_value(lines: list[str], number: int, text: str, at: int, stop: int | None = None) -> None:
    """Redact the value at a place, up to `stop`, if it says not by itself that it is no secret."""
    begin, end = find_value(text, at) if stop is None else (at, stop)
    if not is_harmless(text[begin:end]):
        put(lines, number, (begin, end))
