"""Private keys over many lines: whole, cut off, and behind the prefixes of a log."""

import re

from analysis.redaction.plain import SECRET, TAG, read_plain, replace_spans

_BEGIN = re.compile(
    r"-----? ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-----?|Private-Lines: \d+"
)
_END = re.compile(r"-----? ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-----?|Private-MAC: ")
# a line of base64, alone or behind a prefix
_DATA = re.compile(
    r"(?<![\w+/=-])(?P<data>[A-Za-z0-9+/=]+)"
    r"(?P<after>(?:\\{0,4}[\"']|\\{1,4}[nr]|[ ][+.&|]|[\s,\\])*+)$"
)
# in one line its ends are written as \n
_BREAK = rf"\\{{1,4}}[nr]|{TAG}/?\w+[ ]?/?>"
_PAYLOAD = re.compile(
    rf".{{0,300}}?(?<![\w+/=-])(?P<data>[A-Za-z0-9+/=]{{20}}(?:[A-Za-z0-9+/=\s:,]|-(?!-)|{_BREAK})*)"
)
_WIDTH = 40
_WIDE = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/]{40,}={0,2}(?![\w+/=-])")
_WIDE_END = re.compile(r"[A-Za-z0-9+/]+={0,2}(?![\w+/=-])")
_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset): |\s*$")


def redact_keys(lines: list[str]) -> list[str]:
    """The lines with what lies between the begin and the end of private keys replaced."""
    at, floor = 0, 0
    while at < len(lines):
        line = lines[at]
        if "PRIVATE KEY" not in line and "Private-" not in line:
            at += 1
            continue
        text = read_plain(line).text
        if _BEGIN.search(text):
            at = floor = _redact_after(lines, at)
            continue
        if end := _END.search(text):
            _redact_before(lines, at, floor, end.start())
        at += 1
        floor = at
    return lines


def _redact_after(lines: list[str], at: int) -> int:
    """Redact what follows the begin of a key; the number of the line after it."""
    plain = read_plain(lines[at])
    spans, closed = [], False
    for begin in _BEGIN.finditer(plain.text):
        end = _END.search(plain.text, begin.end())
        closed = end is not None
        stop = end.start() if end else len(plain.text)
        if data := _PAYLOAD.match(plain.text, begin.end(), stop):
            spans.append((*data.span("data"), SECRET))
    words = len(plain.text.split("-----")[0].split()) + 1
    lines[at] = replace_spans(lines[at], plain, spans)
    return at + 1 if closed else _redact_lines(lines, at + 1, words)


def _redact_lines(lines: list[str], at: int, words: int) -> int:
    """Redact lines of a key up to its end, or to where it is cut off."""
    width, place = 0, (0, "")
    while at < len(lines):
        text = read_plain(lines[at]).text
        if end := _END.search(text):
            _redact_beside(lines, at, end.start())
            return at + 1
        span = _find_data(text, words, place)
        if span is None:
            if not _HEADER.search(text):
                return at
        else:
            size = span[1] - span[0]
            if size < _WIDTH and re.fullmatch(r"[A-Za-z]?[a-z]*", text[slice(*span)]):
                return at
            _put(lines, at, span)
            place = span[0], text[span[1] : span[1] + 1]
            if size < width:
                width = 0
                # the last line is the only short one
                return (
                    at + 1
                    if at + 1 < len(lines) and not _END.search(lines[at + 1])
                    else (_redact_lines(lines, at + 1, words))
                )
            width = max(width, size)
        at += 1
    return at


def _find_data(text: str, words: int, place: tuple[int, str]) -> tuple[int, int] | None:
    """Where a key's data is in a line: at its end, in full width, or where it was before."""
    match = _DATA.search(text)
    if match and len(text.split()) <= words:
        return match.span("data")
    column, sign = place
    wide = _WIDE.search(text) or (_WIDE_END.match(text, column) if column else None)
    after = text[wide.end() :].lstrip()[:1] if wide else ""
    return wide.span() if wide and after in (sign, *"\\\"'|,") else None


def _redact_before(lines: list[str], at: int, floor: int, stop: int) -> None:
    """Redact the lines before the end of a key whose begin is cut off."""
    _redact_beside(lines, at, stop)
    number = at - 1
    while number >= floor:
        match = _DATA.search(read_plain(lines[number]).text)
        if match is None or (len(match["data"]) < _WIDTH and number < at - 1):
            return
        _put(lines, number, match.span("data"))
        number -= 1


def _redact_beside(lines: list[str], at: int, stop: int) -> None:
    """Redact what stands before a key's end in its own line."""
    plain = read_plain(lines[at])
    runs = re.finditer(r"[A-Za-z0-9+/=]{16,}", plain.text[:stop])
    lines[at] = replace_spans(lines[at], plain, [(*run.span(), SECRET) for run in runs])


def _put(lines: list[str], at: int, span: tuple[int, int]) -> None:
    """Redact a place in a line's plain text."""
    lines[at] = replace_spans(lines[at], read_plain(lines[at]), [(*span, SECRET)])
