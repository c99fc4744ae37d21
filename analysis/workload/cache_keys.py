"""What BuildKit's cache would know a commit's layers by, and so which must miss on the next one.

A layer is known by its instruction, the layers that it is made from, and names, modes and contents
of the files that it takes, not their times (https://docs.docker.com/build/cache/invalidation/).
"""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from analysis.workload.git import Entry
from analysis.workload.history import CommitTree
from analysis.workload.layers import Layer
from analysis.workload.sources import Source

_FILES, _INSTRUCTION = "files changed", "instruction changed"
Taken = frozenset[tuple[str, str, Entry]]


class Missed(NamedTuple):
    """A layer that must miss though nothing misses that it is made from: why, and which files."""

    layer: Layer
    why: str
    files: tuple[str, ...] = ()

    @property
    def by_files(self) -> bool:
        """Whether it is files that changed, not its instruction."""
        return self.why == _FILES


class CacheKeys:
    """What the layers of a commit are known by."""

    def __init__(self, tree: CommitTree) -> None:
        self.tree = tree
        self.taken = {layer: frozenset(_list_taken(tree, layer)) for layer in tree.layers}
        self.without_files: dict[Layer, str] = {}
        self.own: dict[Layer, str] = {}
        self.state: dict[Layer, str] = {}
        for layer in tree.layers:
            apart = layer.base if layer.is_linked else None
            parents = [self.state[each] for each in layer.parents]
            under = [self.state[each] for each in layer.parents if each is not apart]
            self.without_files[layer] = _digest(layer.made_of, *under)
            shown = sorted((name, entry) for name, _, entry in self.taken[layer])
            self.own[layer] = _digest(self.without_files[layer], shown)
            self.state[layer] = _digest(self.own[layer], *parents)

    @cached_property
    def known(self) -> set[str]:
        """What all layers are known by."""
        return set(self.own.values())

    @cached_property
    def by_instruction(self) -> dict[str, Layer]:
        """What layers are known by but for files -> the layer."""
        return {key: layer for layer, key in self.without_files.items()}

    def list_first_misses(self, before: "CacheKeys") -> list[Missed]:
        """The layers that miss first in a cache that holds what another commit left."""
        missed = {layer for layer, key in self.own.items() if key not in before.known}
        first = [
            layer
            for layer in self.tree.layers
            if layer in missed and not self._above(layer) & missed
        ]
        return [self._explain(layer, before) for layer in first]

    def _above(self, layer: Layer) -> set[Layer]:
        return self.tree.above(layer) - {layer}

    def _explain(self, layer: Layer, before: "CacheKeys") -> Missed:
        """Why a layer misses: its files, where the instruction was there on the same layers."""
        old = before.by_instruction.get(self.without_files[layer])
        if old is None:
            return Missed(layer, _INSTRUCTION)
        changed = self.taken[layer] ^ before.taken[old]
        return Missed(layer, _FILES, tuple(sorted({path for _, path, _ in changed})))


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()


def list_absent(tree: CommitTree) -> list[str]:
    """What instructions name and the commit does not have: a build of it fails."""
    return [
        f"{source.pattern} ({layer.text[:60]})"
        for layer in tree.layers
        for source in layer.sources
        if not source.is_wild and not any(_take(tree, source))
    ]


def _list_taken(tree: CommitTree, layer: Layer) -> Iterator[tuple[str, str, Entry]]:
    """(name by which it counts, path, entry) of all that a layer takes from the context."""
    for number, source in enumerate(layer.sources):
        for name, path, entry in _take(tree, source):
            yield f"{number}:{name}", path, entry


def _take(tree: CommitTree, source: Source) -> Iterator[tuple[str, str, Entry]]:
    """_list_taken of one source; a link that it names itself is followed."""
    followed = source.follow(tree.follow(source.pattern, tree.seen))
    for path, entry in tree.seen.items():
        end = followed.count_matched(path)
        if end is not None:
            parts = path.split("/")
            name = "/".join(parts[max(end - 1, 0) :] if source.is_wild else parts[end:])
            yield path if source.below is not None else name, path, entry
