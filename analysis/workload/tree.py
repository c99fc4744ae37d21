"""A build context read once: its Dockerfile's layers, its files, and how often each changes."""

import posixpath
from collections import Counter
from functools import cached_property
from pathlib import Path

from analysis.workload.commits import count_changes
from analysis.workload.context_files import context_files, list_bases, read_dockerfile
from analysis.workload.dockerfile import list_whole
from analysis.workload.layers import Layer, list_above, list_layers
from analysis.workload.options import BuildOptions


class BuildTree:
    """A context as a build with some options sees it. ContextError without its Dockerfile.

    Of a build that is given a folder of the context, it is that folder, and so are the options.
    """

    def __init__(self, context: Path, options: BuildOptions | None = None) -> None:
        given = options or BuildOptions()
        self.inner = given.inner
        self.context = context if self.inner == "." else context / self.inner
        self.options = given if self.inner == "." else given.within()

    def outside(self, path: str) -> str:
        """A file's path in the whole context."""
        return path if self.inner == "." else posixpath.normpath(f"{self.inner}/{path}")

    @cached_property
    def text(self) -> str:
        """The Dockerfile."""
        return read_dockerfile(self.context, self.options)

    @cached_property
    def layers(self) -> list[Layer]:
        """The layers that the build makes."""
        return list_layers(self.text, self.options.target, self.options.build_args)

    @property
    def begins(self) -> bool:
        """Whether its Dockerfile begins a stage: without one, nothing can be built."""
        return any(each.keyword == "FROM" for each in list_whole(self.text))

    @cached_property
    def bases(self) -> list[str]:
        """The images that it builds on."""
        return list_bases(self.context, self.options)

    @cached_property
    def files(self) -> list[str]:
        """The files of the context that the build sees, as a/b/c."""
        return [path.as_posix() for path in context_files(self.context, self.options)]

    @cached_property
    def copied(self) -> dict[str, list[Layer]]:
        """File -> the layers that take it first: no layer that they are made from does."""
        taking = [layer for layer in self.layers if layer.sources]
        found = {}
        for path in self.files:
            layers = [layer for layer in taking if layer.takes(path)]
            if layers:
                found[path] = [one for one in layers if not self._above[one].intersection(layers)]
        return found

    @cached_property
    def _above(self) -> dict[Layer, set[Layer]]:
        """Layer -> those that it is made from, directly or not."""
        return {layer: list_above(layer.parents) for layer in self.layers}

    def above(self, layer: Layer) -> set[Layer]:
        """The layers that one is made from, directly or not."""
        return self._above[layer]

    @cached_property
    def lineage(self) -> set[Layer]:
        """The layers of the image itself: those of other stages, which it copies from, are none."""
        found, layer = set(), self.layers[-1] if self.layers else None
        while layer is not None:
            found.add(layer)
            layer = layer.parents[0] if layer.parents else None
        return found

    @cached_property
    def counts(self) -> Counter[str]:
        """File -> in how many of the newest commits it changed."""
        return count_changes(self.context)
