"""Texts of a YAML file that know where they stand in it, so that a part can be replaced there.

Styles of scalars: https://yaml.org/spec/1.2.2/#chapter-7-flow-style-productions and, of blocks,
https://yaml.org/spec/1.2.2/#chapter-8-block-style-productions.
"""

import re
from functools import cached_property
from typing import Any

import yaml

_FOLD = re.compile(r"[ \t]*(?:\r?\n[ \t]*)+")
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_CODES = {"x": 2, "u": 4, "U": 8}
_SKIPPED = re.compile(r"\\\r?\n[ \t]*")


class SpecText(str):
    """A text of a YAML file: a str with its line and the place of its scalar in the file.

    `start` and `end` are offsets of the scalar, quotes and `|` included; `style` is YAML's: None
    for a plain one, else one of | > ' ".
    """

    line: int
    start: int
    end: int
    style: str | None
    source: str

    def __new__(
        cls, text: str, source: str = "", start: int = 0, end: int = 0, style: str | None = None
    ) -> "SpecText":
        """A text, and where its scalar stands in the source."""
        made = super().__new__(cls, text)
        made.source, made.start, made.end, made.style = source, start, end, style
        made.line = source.count("\n", 0, start) + 1
        if style in ("|", ">") and text.strip():
            made.line += 1
        return made

    @cached_property
    def _places(self) -> list[int] | None:
        """Where in the file each character is, and the end; null where that can't be told."""
        raw = self.source[self.start : self.end]
        found = _place_block(raw, self) if self.style in ("|", ">") else _place_flow(raw, self)
        return None if found is None else [self.start + each for each in found]

    def locate(self, offset: int) -> int | None:
        """The offset in the file of an offset in the text; null where that can't be told."""
        return None if self._places is None else self._places[offset]

    def line_at(self, offset: int) -> int:
        """The line of the file (from 1 on) on which an offset in the text is."""
        place = self.locate(offset)
        return self.line if place is None else self.source.count("\n", 0, place) + 1

    def write(self, text: str) -> str | None:
        """How a text is written inside this scalar; null where it would not be that text."""
        if self.style == '"':
            return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        if self.style == "'":
            return None if "\n" in text else text.replace("'", "''")
        if self.style == "|":
            return text.replace("\n", f"{self._newline}{self._indent}")
        unfit = "\n" in text or (self.style is None and re.search(r":\s|\s#", text))
        return None if unfit else text

    @property
    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.source else "\n"

    @property
    def _indent(self) -> str:
        """What stands before each line of a block."""
        place = self.locate(len(self) - len(self.lstrip("\n"))) or self.start
        return self.source[self.source.rfind("\n", 0, place) + 1 : place]


class TextLoader(yaml.SafeLoader):
    """Reads values as they are written: 1.10, 010 and yes are text to CodeBuild, as to sh."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """A mapping as it is written; RepeatedKey when it has a key twice."""
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise RepeatedKey(key.value, key.start_mark.line + 1)
            seen.add(key.value)
        return node


TextLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag.endswith((":null", ":merge"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class RepeatedKey(ValueError):
    """A key that a mapping has already, and its line; YAML would keep the last one."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(f"has the key {key!r} a second time at line {line}: keep one of them.")


class PlacedLoader(TextLoader):
    """A TextLoader that gives every text as a SpecText, with its place."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def construct_text(self, node: yaml.ScalarNode) -> SpecText:
        """A text with its place."""
        start, end = node.start_mark.index, node.end_mark.index
        return SpecText(node.value, self.text, start, end, node.style or None)


PlacedLoader.add_constructor("tag:yaml.org,2002:str", PlacedLoader.construct_text)


def _list_lines(raw: str, text: str) -> list[tuple[int, str]]:
    """(where it begins in a block's source, its content) of each line of a block.

    Its indent is that of the first line that has more than blanks, less those of its text.
    """
    lines, at = list[tuple[int, str]](), raw.find("\n") + 1
    for line in raw[at:].split("\n"):
        lines.append((at, line.rstrip("\r")))
        at += len(line) + 1
    first = next((line for _, line in lines if line.strip()), "")
    own = next((line for line in text.split("\n") if line.strip()), "")
    indent = len(first) - len(first.lstrip(" ")) - (len(own) - len(own.lstrip(" ")))
    return [(place + min(indent, len(line)), line[indent:]) for place, line in lines]


def _place_block(raw: str, text: str) -> list[int] | None:
    """Where in a block's source each character of its text is, and the end.

    In a folded block a line's end may stand for a blank, or for nothing beside an empty line.
    """
    signs = [
        (place + offset, sign)
        for place, line in _list_lines(raw, text)
        for offset, sign in enumerate(f"{line}\n")
    ]
    places, at, folded = list[int](), 0, raw.startswith(">")
    for sign in text:
        while folded and at < len(signs) and signs[at][1] == "\n" and sign not in " \n":
            at += 1
        if at >= len(signs) or signs[at][1] not in (sign, "\n" if folded and sign == " " else sign):
            return None
        places.append(signs[at][0])
        at += 1
    end = signs[at][0] if at < len(signs) else len(raw)
    return [min(place, len(raw)) for place in (*places, end)]


def _place_flow(raw: str, text: str) -> list[int] | None:
    """Where in the source of a plain or quoted scalar each character is, and the end."""
    quote = raw[:1] if raw[:1] in ("'", '"') else ""
    at, places = len(quote), list[int]()
    while len(places) < len(text):
        if quote == '"' and (skipped := _SKIPPED.match(raw, at)):
            at = skipped.end()
            continue
        taken = _take(raw, at, text[len(places) :], quote)
        if taken is None:
            return None
        count, after = taken
        places += [at] * count
        at = after
    return [*places, at]


def _take(raw: str, at: int, rest: str, quote: str) -> tuple[int, int] | None:
    """(how many characters of `rest` stand at a place, the place after them); null for others."""
    fold = _FOLD.match(raw, at)
    if fold and rest[0] in " \n":
        breaks = fold[0].count("\n")
        folded = " " if breaks == 1 else "\n" * (breaks - 1)
        if rest.startswith(folded):
            return len(folded), fold.end()
    if quote == "'" and raw.startswith("''", at):
        return (1, at + 2) if rest[0] == "'" else None
    if quote == '"' and raw[at : at + 1] == "\\":
        sign, width = _read_escape(raw, at)
        return (1, at + width) if sign == rest[0] else None
    return (1, at + 1) if raw[at : at + 1] == rest[0] else None


def _read_escape(raw: str, at: int) -> tuple[str, int]:
    r"""(the character that an escape stands for, how long the escape is)."""
    kind = raw[at + 1 : at + 2]
    if kind in _CODES:
        digits = raw[at + 2 : at + 2 + _CODES[kind]]
        return chr(int(digits, 16)), 2 + len(digits)
    return _ESCAPES.get(kind, kind), 2
