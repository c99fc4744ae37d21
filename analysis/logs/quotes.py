"""Lines whose text is quoted after what stands before it: `time=… level=info msg="#5 DONE"`."""

import json
import re
from typing import NamedTuple

# what may follow a text: other fields, brackets and commas
_FIELDS = re.compile(
    rb'"(?:[ \t,]++"?[\w.@-]++"?[=:] ?(?:"(?:[^"\\\n]|\\.)*+"|[^\s"]*+))*+[ \t\])},]*+\Z'
)
_ESCAPED = re.compile(rb'(?:[^"\\\n]|\\.)*+')
_BARE = re.compile(rb'(?<!\\)"')
# bytes
_TAIL = 2000


class Quotes(NamedTuple):
    """How the texts are quoted: with or without a backslash before what it holds."""

    line: re.Pattern[bytes]
    escaped: bool

    def strip(self, text: bytes) -> bytes:
        """The text without prefixes and quotes; lines that do not bear them stay."""
        return self.line.sub(self.take_off, text)

    def take_off(self, found: re.Match[bytes]) -> bytes:
        """The text of one line; as it is after its prefix when it has no quotation mark."""
        text = found[1]
        if found[0][found.start(1) - found.start() - 1 :][:1] != b'"':
            return text
        return _unescape(text) if self.escaped else _cut_end(text)


def find_quotes(prefix: bytes, texts: list[bytes]) -> Quotes:
    """How the texts after a prefix that ends in a quotation mark are quoted."""
    escaped = not any(_BARE.search(_cut_end(text)) for text in texts)
    return Quotes(re.compile(rb"(?m)^" + prefix + rb"([^\n]*+)"), escaped)


def _unescape(text: bytes) -> bytes:
    """What is quoted, up to the mark that ends it."""
    found = _ESCAPED.match(text)
    # the pattern matches the empty string
    assert found is not None
    quoted = found[0]
    if b"\\" not in quoted:
        return quoted
    try:
        return json.loads(b'"%b"' % quoted, strict=False).encode("utf-8", "replace")
    except ValueError:
        return quoted.replace(b'\\"', b'"').replace(b"\\\\", b"\\")


def _cut_end(text: bytes) -> bytes:
    """A text without the mark that ends it, and what follows that."""
    tail = text[-_TAIL:]
    at = tail.rfind(b'"')
    best = None
    for _ in range(20):
        if at < 0:
            break
        if _FIELDS.match(tail, at):
            best = at
        at = tail.rfind(b'"', 0, at)
    return text if best is None else text[: len(text) - len(tail) + best]
