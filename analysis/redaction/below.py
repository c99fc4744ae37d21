"""Secrets in the lines below, or above, the line that names them."""

import re

from analysis.redaction.blocks import measure_indent, put
from analysis.redaction.names import (
    NONE,
    STRONG,
    is_harmless,
    is_secret,
    is_wordlike,
    judge_name,
    looks_drawn,
    looks_made,
)
from analysis.redaction.pipes import find_document
from analysis.redaction.plain import TAG, read_plain

# signs at a line's end that tell whether a value follows in the next ones
_TAIL = 300
# lines in which the value of a name may follow, and those of a text that a command reads
_NEAR, _DOCUMENT = 5, 20
_NAME_ALONE = re.compile(
    r"(?:^|[\s{,-])[\"']?(?:\w{0,30}name|\w{0,30}key|variable)[\"']?\s*[:=]\s*[\"']?"
    r"(?P<name>[\w./-]+)[\"']?,?\s*$"
    # of a table
    r"|^\|+\s*name\s*\|\s*(?P<cell>[\w./-]+)\s*\|+$",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"(?:(?:variable|parameter|secret|output|resource[ ]\"\w+\")[ ]\"(?P<name>[\w-]+)\"[ ]"
    r"|[\"'](?P<key>[\w-]+)[\"'][ ]?:[ ]?)\{\s*$"
)
_ELEMENT = re.compile(
    rf"[<{TAG}](?:name|key)>(?P<name>[\w.-]+)[<{TAG}]/(?:name|key)>\s*$", re.IGNORECASE
)
_VALUE_ALONE = re.compile(
    r"(?:^|[\s{])[\"']?(?:\w{0,30}value|default)[\"']?\s*[:=]\s*"
    r"(?P<quote>[\"']?)(?P<value>.+?)(?P=quote),?\s*$"
    rf"|[<{TAG}](?:value|string)>(?P<element>[^<>{TAG}]+)[<{TAG}]/"
    r"|^\|+\s*value\s*\|\s*(?P<cell>[^\s|]+)\s*\|+$",
    re.IGNORECASE,
)
_END_OF_PAIR = re.compile(rf"^[^\w]*[\]}}]|[<{TAG}]/(?!name|key)[\w]+>\s*$", re.IGNORECASE)
_OPEN_KEY = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]*+)[\"']?[ \t]*:[ \t]*(?P<mark>[|>][-+\d]*)?[ \t]*$"
)
_OPEN_ELEMENT = re.compile(rf"[<{TAG}](?P<name>[\w.:-]+)(?: [^<>{TAG}]{{0,200}})?>\s*$")
# a sentence whose last sign is a colon, and what looks made, alone in the next line
_SAID = re.compile(r"\b(?:password|passphrase|token|secret|api[ ]key)\b[^:=\n]{0,80}:\s*$", re.I)
# one without a colon that tells of something new, which is the whole next line
_TOLD = re.compile(
    r"^(?!.*[=$(])(?=.*\b(?:your|new|generated|created|shown|below|following|save|copy|once)\b)"
    r".*\b(?:password|passphrase|token|secret|api[ ]key)s?\b[^=$]{0,80}$",
    re.I,
)
_WHOLE = re.compile(r"(?:#\d+ (?:\d+\.\d+ )?)?\s*(?P<value>[\w+/=-]{16,500})\s*$")
# a command that prints nothing but a secret, and what it printed, which a shell may show as given
_PRINTS = re.compile(
    r"\b(?:get-secret-value\b.{1,200}--query[ =]\S*SecretString\S*"
    r"|get-parameters?(?:-by-path)?\b(?=.{0,300}--with-decryption).{1,300}--query[ =]\S*Value\S*)"
    r"(?:[ ](?!.*[|>$`()])[^\n]{1,200})?$"
    r"|(?:\bprintenv|\becho|[ ]print)[ ]\"?\$?\{?(?P<name>[A-Za-z_]\w{2,80})\}?\"?$"
)
_PRINTED = re.compile(
    r"(?:#\d+ (?:\d+\.\d+ )?)?(?:\++ (?:[A-Za-z_]\w*=)?)?"
    r"(?P<quote>[\"']?)(?P<value>[^\s\"'\[#+]\S{3,2000}?)(?P=quote)\s*$"
)
# `db_password = <<EOT`
_ASSIGNED = re.compile(
    rf"(?P<name>[A-Za-z_][\w.-]*+)[ \t]*=[ \t]*<[<{TAG}][-~]?[\"']?(?P<end>[A-Za-z_]\w*)[\"']?\s*$"
)
_ALONE = re.compile(r"(?:.*\s)?(?P<value>[\w+/=-]{16,500})\s*$")
_HEX = re.compile(r"(?=[a-f-]*\d)[0-9a-f-]{24,128}")


def redact_below(lines: list[str], at: int, text: str) -> int:
    """Redact what a line, of this plain text, says that the next ones hold; the next number."""
    tail = text[-_TAIL:]
    if end := find_document(text) or _find_assigned(tail):
        return _redact_document(lines, at + 1, end)
    if name := _find_name(tail):
        if not _redact_value(lines, range(at + 1, at + 1 + _NEAR), name):
            _redact_value(lines, range(at - 1, at), name)
    elif (
        tail.endswith(">")
        and (element := _OPEN_ELEMENT.search(tail))
        and judge_name(element["name"]) == STRONG
    ):
        _redact_content(lines, at + 1)
    elif (key := _OPEN_KEY.search(tail)) and judge_name(key["name"]) == STRONG:
        if (done := _redact_block(lines, at, text, key)) > at + 1:
            return done
        _redact_alone(lines, at + 1)
    elif tail.endswith(":") and _SAID.search(tail):
        _redact_alone(lines, at + 1)
    elif len(text) < _TAIL and _TOLD.search(text):
        _redact_alone(lines, at + 1, _WHOLE)
    elif ("query" in text or "$" in tail or "print" in tail) and (
        printed := _PRINTS.search(text[-2 * _TAIL :])
    ):
        _redact_printed(lines, at + 1, printed["name"])
    return at + 1


def _find_assigned(tail: str) -> str:
    """The word up to which the next lines are what a secret's name is given; '' without one."""
    match = _ASSIGNED.search(tail)
    return match["end"] if match and judge_name(match["name"]) == STRONG else ""


def _find_name(tail: str) -> str:
    """The name of a secret that ends a line, and whose value another line has; '' without one."""
    patterns = {"{": _BLOCK, ">": _ELEMENT}
    match = patterns.get(tail[-1:], _NAME_ALONE).search(tail)
    name = (match[match.lastgroup or "name"] if match else "").rpartition("/")[2]
    return name if judge_name(name) != NONE else ""


def _redact_value(lines: list[str], numbers: range, name: str) -> bool:
    """Redact what `value:` says in one of some lines; whether one says it."""
    for number in numbers:
        if not 0 <= number < len(lines):
            continue
        text = read_plain(lines[number]).text
        match = _VALUE_ALONE.search(text) if len(text) < 10 * _TAIL else None
        if match:
            kind = match.lastgroup if match["value"] is None else "value"
            span = match.span(kind or "value")
            if is_secret(judge_name(name), name, text[slice(*span)]):
                put(lines, number, span)
            return True
        if _END_OF_PAIR.search(text) or _find_name(text[-_TAIL:]):
            return False
    return False


def _redact_content(lines: list[str], at: int) -> None:
    """Redact a line that is alone between the tags of an element."""
    text, after = (read_plain(line).text for line in (*lines[at : at + 2], "", "")[:2])
    content, closed, _ = text.partition(f"{TAG}/")
    content = content.strip()
    if content and (closed or f"{TAG}/" in after) and not is_harmless(content):
        begin = text.find(content)
        put(lines, at, (begin, begin + len(content)))


def _redact_alone(lines: list[str], at: int, pattern: re.Pattern[str] = _ALONE) -> None:
    """Redact what looks made and stands alone in one of the next two lines that are not empty."""
    for number in range(at, min(at + 2, len(lines))):
        text = read_plain(lines[number]).text
        if not text.strip():
            continue
        match = pattern.match(text) if len(text) < 2 * _TAIL else None
        if match and (looks_drawn(match["value"]) or _HEX.fullmatch(match["value"])):
            put(lines, number, match.span("value"))
        return


def _redact_printed(lines: list[str], at: int, name: str | None) -> None:
    """Redact a line that is the whole output of a command that prints a secret, or a variable."""
    text = read_plain(lines[at]).text if at < len(lines) else ""
    match = _PRINTED.match(text)
    if match is None or is_harmless(match["value"]):
        return
    if name is None or (judge_name(name) == STRONG and looks_made(match["value"])):
        put(lines, at, match.span("value"))


def _redact_document(lines: list[str], at: int, end: str) -> int:
    """Redact the lines up to a word alone; the number of the line with it, or where it began."""
    for last in range(at, min(at + _DOCUMENT, len(lines))):
        if read_plain(lines[last]).text.split()[-1:] != [end]:
            continue
        for number in range(at, last):
            text = read_plain(lines[number]).text
            begin, _ = measure_indent(text)
            if not is_harmless(text[begin:].strip()):
                put(lines, number, (begin, len(text.rstrip())))
        return last
    return at


def _redact_block(lines: list[str], at: int, text: str, key: re.Match[str]) -> int:
    """Redact the lines that are further in than their key's; the number of the next one."""
    (_, outer), marked = measure_indent(text), bool(key["mark"])
    at += 1
    while at < len(lines):
        inner = read_plain(lines[at]).text
        begin, indent = measure_indent(inner)
        content = inner[begin:].rstrip()
        if not content or indent <= outer or is_harmless(content):
            break
        if not marked and (" " in content or content.endswith(":") or is_wordlike(content)):
            _redact_value(lines, range(at, at + _NEAR), key["name"])
            break
        put(lines, at, (begin, begin + len(content)))
        at += 1
        if not marked:
            break
    return at
