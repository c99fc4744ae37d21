"""What stands before every line of a log, learned from the log's own lines.

The lines that show a marker (`#5 [2/3] RUN …`, `Step 2/3 : …`, `[Container] …`) tell what others
bear as well. What stands before them is cut into tokens: times, levels, numbers, words, signs.
Those that most of these lines share are the prefix; what differs between them, or is a time or a
number, may be another one in other lines.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from analysis.logs.markers import STEP, Marked, find_markers, glance, sample_lines
from analysis.logs.quotes import Quotes, find_quotes
from analysis.logs.stamps import STAMPS, generalise, read_stamp
from analysis.logs.widths import cut_equal

_WORD = rb"[\w\x80-\xff][\w\x80-\xff.@/+$~-]*+"
_LEVELS = rb"TRACE|DEBUG|DEBU|DBG|INFO|INF|NOTICE|WARNING|WARN|WRN|ERROR|ERRO|ERR|FATAL|CRITICAL"
# token -> what it looks like; the first that fits is meant
_TOKENS = {
    **STAMPS,
    "gitlab": rb"\d\d[OE](?:\+|(?= |$))",
    "level": rb"(?:(?i:" + _LEVELS + rb"|INFORMATION|SEVERE)|[TDIWEF])(?![\w./@-]) *+",
    "stream": rb"std(?:out|err)\b(?: [FP]\b)?",
    "number": rb"\d++(?:\.\d++)?+(?![\w\x80-\xff@/+$~-])",
    "word": _WORD,
    "blank": rb" ++",
    "sign": rb"[^\n]",
}
_TOKEN = re.compile(
    rb"|".join(rb"(?P<%b>%b)" % (name.encode(), each) for name, each in _TOKENS.items())
)
# what may stand in the place of a token in other lines
_CLASSES = _TOKENS | {
    "gitlab": rb"\d\d[OE]\+?+",
    "level": rb"[A-Za-z]++ *+",
    "field": rb"[^\t\n]*+",
    "number": rb"\d++(?:\.\d++)?+",
}
_END = rb"(?=\n|\Z)"
_BYTE_ORDER = rb"(?:\xef\xbb\xbf)?"
_COLOUR = re.compile(rb"\x1b\[[0-9;?]*+[A-Za-z]")
# a time before the first line, with signs
_STAMPED = re.compile(
    rb"[\[(]?(?:" + rb"|".join(STAMPS[each] for each in ("iso", "basic")) + rb")[\])]?:? "
)
_CONSTANT = {*STAMPS, "blank", "sign"}
# what other markers hold, and colours
_OTHERS = (
    *((b"", each) for each in (b"[Instance] ", b"Step ", b"Successfully built ")),
    *((each[-2:-1], each) for each in (b"--> ", b"=> ")),
    *((each[:1], each) for each in (b"\x1b[", b'{"')),
)
# bytes
_LONGEST = 500
# bytes from the begin and from the end of a text in which its times are looked for
_FAR = 1 << 16
_LINE = re.compile(rb"[^\n]++")
# prefixes of a shape that are compared
_EXAMPLES = 50
# share of the lines
_MUCH = 0.3


class Token(NamedTuple):
    """A piece of a prefix: a kind of _TOKENS or "field", what stands before a tab."""

    kind: str
    text: bytes


class Prefix(NamedTuple):
    """What to take off every line: colours everywhere, what `pattern` finds, and quotes.

    `example` is one as it stands in the log.
    """

    pattern: re.Pattern[bytes] | None
    example: bytes
    coloured: bool
    quotes: Quotes | None

    def strip(self, text: bytes) -> bytes:
        """The text, from the begin of a line, without it; lines that do not bear it stay."""
        text = _COLOUR.sub(b"", text) if self.coloured else text
        if self.pattern is None:
            return text
        if self.quotes is not None:
            return self.quotes.strip(text)
        if (cut := cut_equal(text, self.example)) is not None:
            return cut
        return self.pattern.sub(b"\n", b"\n" + text)[1:]

    def read_times(self, text: bytes) -> list[datetime]:
        """The first and the last time that stand in it; [] when there are none."""
        found = []
        first = (each[0] for each in _LINE.finditer(text[:_FAR]))
        for lines in (first, reversed(text[-_FAR:].split(b"\n"))):
            times = (self.read_time(line) for line in lines)
            found.append(next((each for each in times if each is not None), None))
        return [each for each in found if each is not None]

    def read_time(self, line: bytes) -> datetime | None:
        """The time that stands before a line."""
        line = _COLOUR.sub(b"", line[:_LONGEST]) if self.coloured else line[:_LONGEST]
        found = self.pattern.match(b"\n" + line) if self.pattern is not None else None
        tokens = _cut_tokens(found[0][1:]) if found else []
        times = (read_stamp(each.kind, each.text) for each in tokens if each.kind in STAMPS)
        return next((each for each in times if each is not None), None)


def learn_prefix(text: bytes) -> Prefix | None:
    """What most lines of a log with a marker bear before it; None when that is nothing."""
    sample = b"\n" + glance(text)
    if _bears(sample, b""):
        return None
    return _learn_stamp(text, sample) or _learn_shapes(text)


def _learn_shapes(text: bytes) -> Prefix | None:
    """The same by a look at many lines: of any shapes, and of several."""
    lines = sample_lines(text)
    marked = _find_marked(lines)
    coloured = _is_coloured(marked)
    if coloured:
        lines = [_COLOUR.sub(b"", line) for line in lines]
        marked = _find_marked(lines)
    if not coloured and not any(each.prefix for each in marked):
        return None
    shapes = [
        shape
        for agent in (True, False)
        for shape in _share_shapes([m for m in marked if (m.kind == "agent") is agent])
    ]
    patterns = {_choose(shape, lines): shape for shape in shapes}
    kept = [each for each, shape in patterns.items() if _holds(each, shape, lines)]
    if not kept:
        return Prefix(None, b"", True, None) if coloured else None
    example, found = patterns[kept[0]][0], rb"(?:" + rb"|".join(kept) + rb")"
    quotes = find_quotes(found, [each.rest for each in marked]) if example[-1:] == b'"' else None
    return Prefix(re.compile(rb"\n" + found), example, coloured, quotes)


def _learn_stamp(text: bytes, sample: bytes) -> Prefix | None:
    """A time and signs that a glance, much faster than a look, shows before most markers."""
    found = _STAMPED.match(text[:_LONGEST])
    example = found[0] if found else b""
    if not example or not {each.kind for each in _cut_tokens(example)} <= _CONSTANT:
        return None
    pattern = _make_pattern([example], False)
    steps = len(re.findall(rb"\n" + pattern + STEP.pattern, sample))
    # other prefixes are for a look
    if not _bears(sample, pattern) or len(STEP.findall(sample)) > 1.1 * steps:
        return None
    return Prefix(re.compile(rb"\n(?:" + pattern + rb")"), example, False, None)


def _bears(sample: bytes, prefix: bytes) -> bool:
    """Whether a glance is sure that most markers have this pattern before them, and no more."""
    plain = len(re.findall(rb"\n%b#\d{1,6} " % prefix, sample))
    if plain <= 8:
        return False
    hashes = len(re.findall(rb"\n%b#" % prefix, sample))
    agent = len(re.findall(rb"\n%b\[Container\] " % prefix, sample))
    # a short one is looked for where its sign is
    others = sum(sample.count(each) for sign, each in _OTHERS if sign in sample)
    within = sample.count(b"#") - hashes + others
    return plain > 8 + 2 * within and 2 * agent >= sample.count(b"[Container] ")


def _find_marked(lines: list[bytes]) -> list[Marked]:
    """The lines that show a marker not too far from their begin."""
    return [each for each in find_markers(lines) if len(each.prefix) <= _LONGEST]


def _is_coloured(marked: list[Marked]) -> bool:
    """Whether a logger coloured the lines; BuildKit's terminal display colours its own."""
    if any(each.kind == "tty" for each in marked):
        return False
    escaped = sum(b"\x1b[" in each.prefix or each.rest[-1:] == b"m" for each in marked)
    return escaped > 0 and 2 * escaped > len(marked)


def _share_shapes(marked: list[Marked]) -> list[list[bytes]]:
    """The prefixes of lines, those of a shape together: of shapes that most lines have."""
    groups: dict[tuple[bytes | str, ...], list[bytes]] = defaultdict(list)
    for each in marked:
        # what stands before JSON is a prefix; the JSON itself is for others to open
        if prefix := each.prefix.partition(b'{"')[0]:
            groups[_find_shape(prefix)].append(prefix)
    if 2 * sum(map(len, groups.values())) <= len(marked):
        return []
    most = max(map(len, groups.values()), default=0)
    shared = [group for group in groups.values() if 10 * len(group) >= most]
    return [group[:: len(group) // _EXAMPLES + 1] for group in shared]


def _find_shape(prefix: bytes) -> tuple[bytes | str, ...]:
    """What prefixes have in common that differ in times, numbers and names alone."""
    if not prefix.strip(b" \t"):
        return (prefix,)
    tokens = _cut_tokens(prefix.strip(b" "))
    return tuple(each.text if each.kind == "sign" else each.kind for each in tokens)


def _cut_tokens(prefix: bytes) -> list[Token]:
    """The tokens of a prefix, in order."""
    *fields, last = prefix.split(b"\t")
    found = []
    for field in fields:
        tokens = _cut_words(field)
        if any(t.kind == "word" for t in tokens) and not any(t.kind in STAMPS for t in tokens):
            tokens = [Token("field", field)]
        found += [*tokens, Token("sign", b"\t")]
    return found + _cut_words(last)


def _cut_words(text: bytes) -> list[Token]:
    """The tokens of a text without tabs."""
    return [Token(str(found.lastgroup), found[0]) for found in _TOKEN.finditer(text)]


def _choose(group: list[bytes], lines: list[bytes]) -> bytes:
    """The pattern of a shape: with its constant words as they are, if no more lines fit without."""
    strict, loose = _make_pattern(group, False), _make_pattern(group, True)
    if strict == loose:
        return strict
    few, many = (_count(each, lines) for each in (strict, loose))
    return loose if many > 1.01 * few else strict


def _count(pattern: bytes, lines: Iterable[bytes]) -> int:
    """How many lines begin with a pattern."""
    match = re.compile(pattern).match
    return sum(match(line) is not None for line in lines)


def _holds(pattern: bytes, group: list[bytes], lines: list[bytes]) -> bool:
    """Whether a shape is a prefix: it holds a time, or much of the log bears it."""
    if any(each.kind in STAMPS for each in _cut_tokens(group[0])):
        return True
    fitting = _count(pattern, lines)
    return fitting >= _MUCH * len(lines) and fitting > 1


def _make_pattern(group: list[bytes], loose: bool) -> bytes:
    """The pattern of prefixes of one shape."""
    if not group[0].strip(b" \t"):
        return re.escape(group[0])
    rows = [_cut_tokens(each.strip(b" ")) for each in group]
    pieces = [_match_token([row[at] for row in rows], loose) for at in range(len(rows[0]))]
    numbered = rows[0][0].kind == "number"
    leads = numbered or any(each.startswith(b" ") for each in group)
    return (rb" *+" if leads else b"") + b"".join(pieces[:-1]) + _match_end(rows, pieces, group)


def _match_token(tokens: list[Token], loose: bool) -> bytes:
    """The pattern of what stands in one place of prefixes."""
    kind, texts = tokens[0].kind, {each.text for each in tokens}
    if kind == "sign":
        return re.escape(tokens[0].text)
    if kind == "blank":
        return rb" ++" if len(texts) > 1 else re.escape(tokens[0].text)
    if kind == "word":
        bare = not re.search(rb"\w", tokens[0].text)
        return re.escape(tokens[0].text) if len(texts) == 1 and (bare or not loose) else _WORD
    if kind in STAMPS:
        return _BYTE_ORDER + generalise(kind, texts)
    return _CLASSES[kind]


def _match_end(rows: list[list[Token]], pieces: list[bytes], group: list[bytes]) -> bytes:
    """The pattern of the last token and the blanks after it, which may be cut at a line's end."""
    last, blanks = rows[0][-1], [len(each) - len(each.rstrip(b" ")) for each in group]
    padded = last.kind in ("level", "stream", "word", "number")
    most = max(blanks) if padded else Counter(blanks).most_common(1)[0][0]
    if last.text == b"\t":
        return rb"(?:\t {0,%d}+|%b)" % (most, _END)
    if last.text == b'"':
        return rb'"?+'
    if last.kind == "sign" or not most:
        return pieces[-1] + (rb" {0,%d}+" % most if most else b"")
    return pieces[-1].removesuffix(rb" *+") + rb"(?: {1,%d}+|%b)" % (most, _END)
