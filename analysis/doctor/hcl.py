"""HCL, as Terraform and bake write it: blocks and attributes that know their lines.

Syntax: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md. Texts, numbers, lists,
objects, heredocs and jsonencode(…) are read; any other expression is kept as it is written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from analysis.doctor.nodes import BrokenText, Node

_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.S)
_INLINE = re.compile(r"(?:[ \t\r]+|/\*.*?\*/)*", re.S)
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?|true\b|false\b")
_HEREDOC = re.compile(r"<<(-?)[ \t]*([A-Za-z_]\w*)[ \t]*\r?\n")
_END = re.compile(r"[ \t\r]*(?:$|[\n,\]})#]|//)")
_CALL = re.compile(r"(?:json|yaml)encode[ \t]*\(")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_DEEPEST = 60


class Expression(str):
    """What is computed when it is used, as it is written."""

    __slots__ = ()


@dataclass
class Block:
    """A block: its type, labels, attributes and inner blocks."""

    kind: str
    labels: list[str]
    line: int
    attributes: dict[str, Node] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)

    def find(self, kind: str) -> Iterator["Block"]:
        """The inner blocks of a type."""
        return (block for block in self.blocks if block.kind == kind)

    def get(self, name: str) -> Node:
        """An attribute, an empty node without it."""
        return self.attributes.get(name, Node(None, self.line))


def parse_hcl(text: str) -> Block:
    """The body of a file as a block without a type; BrokenText names the line and the fault."""
    parser = _Parser(text)
    root = Block("", [], 1)
    parser.read_body(root, 0)
    if parser.at < len(text):
        raise parser.fail("a bracket closes nothing")
    return root


class _Parser:
    """Reads an HCL text from its begin to its end."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.counted, self.lines = 0, 1

    def line(self) -> int:
        """The line of the place that is read; places are asked for in their order, or nearly."""
        if self.at < self.counted:
            return self.text.count("\n", 0, self.at) + 1
        self.lines += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.lines

    def fail(self, fault: str) -> BrokenText:
        """The error that says what is wrong here."""
        return BrokenText(self.line(), fault)

    def skip(self, pattern: re.Pattern[str] = _SPACE) -> str:
        """Pass over blanks and comments; the sign behind them."""
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def read_body(self, block: Block, depth: int) -> None:
        """Read attributes and blocks up to the bracket that closes them, or to the end."""
        if depth > _DEEPEST:
            raise self.fail("blocks lie too deep")
        while (sign := self.skip()) and sign != "}":
            line = self.line()
            name = self.read_string() if sign == '"' else self.read_name()
            if self.skip(_INLINE) == "=" and not self.text.startswith("==", self.at):
                self.at += 1
                block.attributes[name] = self.read_value(depth)
                continue
            inner = Block(name, [], line)
            while (sign := self.skip(_INLINE)) and sign != "{":
                inner.labels.append(self.read_string() if sign == '"' else self.read_name())
            if not sign:
                raise self.fail("a block without {")
            self.at += 1
            self.read_body(inner, depth + 1)
            if self.skip() != "}":
                raise self.fail(f"the block {name} is not closed")
            self.at += 1
            block.blocks.append(inner)

    def read_name(self) -> str:
        """A name; BrokenText where none is."""
        found = _NAME.match(self.text, self.at)
        if not found:
            raise self.fail("no name where one belongs")
        self.at = found.end()
        return found[0]

    def read_value(self, depth: int) -> Node:
        """The value of an attribute or an item; an Expression for what is computed."""
        sign = self.skip(_INLINE)
        start, line = self.at, self.line()
        if heredoc := _HEREDOC.match(self.text, start):
            return self._read_heredoc(heredoc, line)
        value = self._read_literal(sign, depth)
        if value is not None and _END.match(self.text, self.at):
            return Node(value, line, line)
        self.at = start
        self._pass_expression()
        return Node(Expression(self.text[start : self.at].strip()), line, line)

    def _read_literal(self, sign: str, depth: int) -> object:
        """A text, list, object or jsonencode's argument; None for anything else."""
        if depth > _DEEPEST:
            raise self.fail("values lie too deep")
        if sign == '"':
            return self.read_string()
        if number := _NUMBER.match(self.text, self.at):
            self.at = number.end()
            return number[0]
        if call := _CALL.match(self.text, self.at):
            self.at = call.end()
            self.skip()
            inner = self.read_value(depth + 1)
            if self.skip() != ")":
                return None
            self.at += 1
            return inner.value
        if sign in ("[", "{") and not re.compile(r"[\[{]\s*for\b").match(self.text, self.at):
            self.at += 1
            return self._read_list(depth) if sign == "[" else self._read_object(depth)
        return None

    def _read_list(self, depth: int) -> list[Node]:
        """The items of a list, which has been opened."""
        items: list[Node] = []
        while (sign := self.skip()) != "]":
            if not sign:
                raise self.fail("a list is not closed")
            before = self.at
            items.append(self.read_value(depth + 1))
            if self.skip() == ",":
                self.at += 1
            elif self.at == before:
                raise self.fail("no value where one belongs")
        self.at += 1
        return items

    def _read_object(self, depth: int) -> dict[str, Node]:
        """The entries of an object, which has been opened."""
        found: dict[str, Node] = {}
        while (sign := self.skip()) != "}":
            if sign == '"':
                key = self.read_string()
            elif sign == "(":
                start = self.at
                self._pass_expression(stop="=:")
                key = self.text[start : self.at].strip()
            else:
                key = self.read_name() if sign else ""
            if self.skip(_INLINE) not in ("=", ":") or not sign:
                raise self.fail("an entry without = or :")
            self.at += 1
            found[key] = self.read_value(depth + 1)
            if self.skip() == ",":
                self.at += 1
        self.at += 1
        return found

    def read_string(self) -> str:
        """A text in quotes; what stands in ${…} is kept as it is written."""
        self.at += 1
        parts: list[str] = []
        while (sign := self.text[self.at : self.at + 1]) != '"':
            if not sign or sign == "\n":
                raise self.fail("a text is not closed")
            if sign == "\\":
                escaped = self.text[self.at + 1 : self.at + 2]
                parts.append(_ESCAPES.get(escaped, escaped))
                self.at += 2
            elif self.text.startswith("$${", self.at):
                parts.append("${")
                self.at += 3
            elif self.text.startswith(("${", "%{"), self.at):
                start = self.at
                self._pass_braces()
                parts.append(self.text[start : self.at])
            else:
                parts.append(sign)
                self.at += 1
        self.at += 1
        return "".join(parts)

    def _pass_braces(self) -> None:
        """Pass over ${…}, with texts and braces inside."""
        self.at += 2
        depth = 1
        while depth and self.at < len(self.text):
            sign = self.text[self.at]
            if sign == '"':
                self.read_string()
                continue
            depth += {"{": 1, "}": -1}.get(sign, 0)
            self.at += 1

    def _read_heredoc(self, opened: re.Match[str], line: int) -> Node:
        """The text of a heredoc, without the indentation that all its lines share for <<-."""
        closed = re.compile(rf"^[ \t]*{opened[2]}[ \t]*\r?$", re.M).search(self.text, opened.end())
        if not closed:
            raise self.fail(f"the heredoc {opened[2]} is not closed")
        body = self.text[opened.end() : closed.start()]
        self.at = closed.end()
        if opened[1]:
            lines = [each for each in body.splitlines() if each.strip()]
            cut = min((len(each) - len(each.lstrip()) for each in lines), default=0)
            body = "\n".join(each[cut:] for each in body.split("\n"))
        return Node(body.replace("$${", "${"), line, line + 1)

    def _pass_expression(self, stop: str = "") -> None:
        """Pass over an expression: to the end of its line, or to what closes around it."""
        depth = 0
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == '"':
                self.read_string()
                continue
            if depth == 0 and (sign in "\n,)]}" or sign in stop or self._at_comment()):
                return
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(sign, 0)
            self.at += 1

    def _at_comment(self) -> bool:
        """Whether a comment begins here."""
        return self.text.startswith(("#", "//"), self.at)
