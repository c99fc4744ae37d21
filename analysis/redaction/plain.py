"""A line as people read it: without colours, entities and escapes, and where each sign was."""

import re
from collections.abc import Iterable
from html import unescape
from typing import NamedTuple

# tags that colour text, as a terminal does with escape sequences
_COLOURS = (
    r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)|\x1b[^\[\]]"
    r"|</?(?:span|b|i|em|strong|code|font|u|mark|kbd|samp|tt|wbr)"
    r"(?: (?:class|style)=\"[^\"<>]{0,200}\")*>"
)
# an embedded picture is passed over whole: its letters mean nothing
_PICTURE = r"data:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=]+"
_MARKS = (
    rf"(?P<gone>{_COLOURS}|\r)|(?P<picture>{_PICTURE})|(?P<tag><(?=[/!]?[A-Za-z]))"
    r"|(?P<entity>&(?:amp;)*(?:#\d{1,6}|#x[0-9a-f]{1,5}|quot|apos|amp|lt|gt|nbsp);)"
    r"|%(?P<again>(?:25){0,2})(?P<percent>[2-7][0-9a-f])|\\u00(?P<unicode>[2-7][0-9a-f])"
    r"|(?P<slash>\\{1,3}/)"
)
_MARK = re.compile(_MARKS, re.IGNORECASE)
_SOME_MARK = re.compile(r"[\x1b\r<&%]|\\(?:u00|/)|;base64,|\"\"")
# a field of CSV, in which quotation marks are doubled
_FIELD = re.compile(r"(?:^|,)\"(?P<inside>(?:[^\"]|\"\")*+)\"(?:,|$)")
_MARK_IN_CSV = re.compile(rf"{_MARKS}|(?P<doubled>\"\")", re.IGNORECASE)
_GONE = re.compile(_COLOURS, re.IGNORECASE)
# the user before the percent sign of `-U user%password`, as smbclient takes it
_USER_BEFORE = re.compile(r"\s-U[ ]?[^\s%]{1,60}$")
# what stands where a secret, or the number of an account, was
SECRET, ACCOUNT = "REDACTED", "ACCOUNT"
# what stands for a tag's begin, a picture and an encoded sign in a plain line
TAG, _PICTURED, SEALED = "\ue000", "\ue001", "\ue002"
# signs that end no value, encoded or not
_OPEN = re.compile(r"[\w.~+-]")

# words of a command as a list of texts
_WORD = r"(?P<quote>\\{0,3}[\"'])(?P<word>[^\"'\\\n]{0,2000})(?P=quote)[ \t]*+,?[ \t]*+"
_LIST = re.compile(
    r"\[[ \t]*+(?:"
    + re.sub(r"\?P<\w+>", "?:", _WORD).replace("(?P=quote)", r"\\{0,3}[\"']")
    + r")++"
)
_LISTED = re.compile(_WORD)


class Plain(NamedTuple):
    """The text to look at, and where each of its signs begins and ends in the line; None as is.

    `sealed` is the text again, once for each way to read it in which some of what is encoded
    (&quot; in an attribute, \\u0026, %26, %2526) stands inside a value, and doesn't end it.
    """

    text: str
    begins: list[int] | None
    ends: list[int] | None
    sealed: tuple[str, ...] = ()


def read_plain(line: str) -> Plain:
    """A line with each escape as the one sign that it means."""
    if not _SOME_MARK.search(line):
        return Plain(line, None, None)
    parts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    # how deep a sign is encoded, by its place
    depths: dict[int, int] = {}
    at, quoted = 0, False
    doubled = '""' in line and any('""' in field["inside"] for field in _FIELD.finditer(line))
    for match in (_MARK_IN_CSV if doubled else _MARK).finditer(line):
        begin = match.start()
        if match["percent"] and _USER_BEFORE.search(line, max(0, begin - 64), begin):
            continue
        quoted ^= line.count('"', at, begin) % 2 == 1
        parts.append(line[at:begin])
        begins.extend(range(at, begin))
        ends.extend(range(at + 1, begin + 1))
        at = match.end()
        if sign := _read_mark(match):
            if depth := _measure_depth(match, sign, quoted):
                depths[len(begins)] = depth
            parts.append(sign)
            begins.append(begin)
            ends.append(at)
    parts.append(line[at:])
    begins.extend(range(at, len(line)))
    ends.extend(range(at + 1, len(line) + 1))
    text = "".join(parts)
    return Plain(text, begins, ends, _seal(text, depths) if depths else ())


def _measure_depth(match: re.Match[str], sign: str, quoted: bool) -> int:
    """How deep a sign is encoded that may end a value, 0 when it isn't.

    URLs stand in JSON, and that in attributes of HTML.
    """
    if _OPEN.match(sign):
        return 0
    if match["percent"]:
        return 3 + len(match["again"]) // 2
    return 2 if match["unicode"] else int(bool(match["entity"]) and quoted)


def _seal(text: str, depths: dict[int, int]) -> tuple[str, ...]:
    """A text for each depth, with the signs that are encoded so deep, or deeper, sealed."""
    readings = []
    for least in sorted(set(depths.values())):
        signs = list(text)
        for at, depth in depths.items():
            if depth >= least:
                signs[at] = SEALED
        readings.append("".join(signs))
    return tuple(readings)


def _read_mark(match: re.Match[str]) -> str:
    """The sign that an escape means, '' for a colour."""
    if match["gone"]:
        return ""
    if match["picture"]:
        return _PICTURED
    if match["tag"]:
        return TAG
    if match["entity"]:
        return unescape(match["entity"].replace("&amp;", "&"))[:1] or " "
    if match["slash"]:
        return "/"
    if match.lastgroup == "doubled":
        return '"'
    sign = chr(int(match["percent"] or match["unicode"], 16))
    # before a quotation mark that isn't encoded it takes nothing away from that
    ends = sign == "\\" and match.string[match.end() : match.end() + 1] in ('"', "'")
    return SEALED if ends else sign


def write_command(text: str) -> str:
    """A text with each list of texts in it as words of a shell, every sign in its place."""
    return _LIST.sub(_write_words, text) if "[" in text else text


def _write_words(match: re.Match[str]) -> str:
    """A list's words between blanks, in quotes only those that have blanks themselves."""
    return " " + _LISTED.sub(_write_word, match[0][1:])


def _write_word(match: re.Match[str]) -> str:
    """A word of a list and what is around it, as long as before."""
    open_ = close = " " * len(match["quote"])
    if " " in match["word"] and len(match["quote"]) == 1:
        open_ = close = match["quote"]
    word = open_ + match["word"] + close
    return word.ljust(len(match[0]))


def replace_spans(line: str, plain: Plain, spans: Iterable[tuple[int, int, str]]) -> str:
    """A line with (begin, end, word) of its plain text replaced; what overlaps becomes one."""
    parts, at = [], 0
    for begin, end, word in _merge(spans):
        first = begin if plain.begins is None else plain.begins[begin]
        last = end if plain.ends is None else plain.ends[end - 1]
        # colours that begin or end inside stay
        kept = "" if plain.begins is None else "".join(_GONE.findall(line[first:last]))
        parts += [line[at:first], word, kept]
        at = last
    return "".join([*parts, line[at:]])


def _merge(spans: Iterable[tuple[int, int, str]]) -> Iterable[tuple[int, int, str]]:
    """Spans in order, those that overlap as one."""
    merged: list[tuple[int, int, str]] = []
    for begin, end, word in sorted(spans):
        if begin >= end:
            continue
        if merged and begin < merged[-1][1]:
            first, last, before = merged[-1]
            both = before if word == before or last - first >= end - begin else word
            merged[-1] = first, max(last, end), both
        else:
            merged.append((begin, end, word))
    return merged
