"""YAML and JSON as values that know their lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# values that aliases repeat are read once; this many are no file that people write
_MOST = 200_000


@dataclass(frozen=True)
class Node:
    """A text, a list of nodes, a dict of nodes, or None; `line` is where it begins, from 1.

    first: the line of a block text's first own line; the same as `line` for any other value.
    """

    value: Any
    line: int
    first: int = 0
    folded: bool = False

    def get(self, *path: str) -> Node:
        """What lies below keys, an empty node where one is missing."""
        node = self
        for key in path:
            node = node.items().get(key, Node(None, node.line))
        return node

    def items(self) -> dict[str, Node]:
        """The entries of a mapping, {} for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def each(self) -> list[Node]:
        """The items of a list, a single text as one of its own, [] for anything else."""
        if isinstance(self.value, str):
            return [self]
        return self.value if isinstance(self.value, list) else []

    def text(self) -> str:
        """The text, "" for anything else."""
        return self.value if isinstance(self.value, str) else ""

    def texts(self) -> list[str]:
        """The texts of a list."""
        return [item.value for item in self.each() if isinstance(item.value, str)]

    def plain(self) -> Any:
        """The value with texts, lists and dicts alone."""
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        return [item.plain() for item in self.value] if isinstance(self.value, list) else self.value

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            below = node.value.values() if isinstance(node.value, dict) else node.value
            waiting += list(below) if isinstance(node.value, dict | list) else []


def read_nodes(text: str) -> Node:
    """The first document of a YAML or JSON text; ValueError names the line and the fault."""
    try:
        root = next(yaml.compose_all(text, _LOADER), None)
        return Node(None, 1) if root is None else _Reader().read(root, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BrokenText(line, f"{error.problem or error.context or 'not YAML'}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, BrokenText):
            raise
        raise BrokenText(1, str(error).splitlines()[0] if str(error) else "not YAML") from error


class BrokenText(ValueError):
    """A text that can't be read: the line, and the fault in a few words."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(f"line {line}: {fault}")
        self.line, self.fault = line, fault


class _Reader:
    """Turns nodes of YAML into ours; one that aliases repeat is turned once."""

    def __init__(self) -> None:
        self.known: dict[int, Node] = {}
        self.count = 0

    def read(self, node: Any, above: tuple[int, ...]) -> Node:
        """The node and all below it."""
        if id(node) in above:
            raise BrokenText(node.start_mark.line + 1, "an alias that holds itself")
        if id(node) not in self.known:
            self.count += 1
            if self.count > _MOST:
                raise BrokenText(node.start_mark.line + 1, "too many values")
            self.known[id(node)] = self._turn(node, (*above[-60:], id(node)))
        return self.known[id(node)]

    def _turn(self, node: Any, above: tuple[int, ...]) -> Node:
        line = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Node] = {}
            for key, value in node.value:
                read = self.read(value, above)
                if isinstance(key, yaml.ScalarNode) and key.value == "<<":
                    merged = read.each() if isinstance(read.value, list) else [read]
                    for each in merged:
                        found = {**each.items(), **found}
                elif isinstance(key, yaml.ScalarNode):
                    found[key.value] = replace(read, line=key.start_mark.line + 1)
            return Node(found, line, line)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.read(item, above) for item in node.value], line, line)
        if node.tag.endswith(":null") or (node.value in ("", "~", "null") and node.style is None):
            return Node(None, line, line)
        block = node.style in ("|", ">")
        folded = node.style == ">" or (not block and node.end_mark.line > node.start_mark.line)
        return Node(node.value, line, line + block, folded)
