"""What a commit changes in a context: a source file, or the list of dependencies.

The source file is of those that the deepest layer takes first the one that git shows to change
most; one that is empty, generated or a licence only where that layer takes no other. The list is
the one that the step reads which installs dependencies.
"""

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from analysis.errors import ContextError
from analysis.workload.authored import is_authored
from analysis.workload.comments import edit_file, find_edit
from analysis.workload.context_files import read_text, write_text
from analysis.workload.installs import MANIFESTS, Install, list_installs
from analysis.workload.layers import Layer
from analysis.workload.options import BuildOptions
from analysis.workload.tree import BuildTree

# in our own context the change of a dependency is a real one
_VERSION_CHANGES = {"click==8.1.8": "click==8.1.7"}
_SOURCE = re.compile(
    r"\.(?:py|rb|pl|r|jl|exs?|cr|nim|[mc]?[jt]sx?|go|java|kt|rs|cc?|cpp|cxx|h|hpp|cs|fs|php|scala|swift"
    r"|dart|groovy|zig|proto|sol|vue|svelte|astro|x?html?|css|scss|less|lua|hs|elm|cljs?|erl|ml|sql"
    r"|ipynb)$"
)
# settings, scripts, documents and what tools made, which change less often than source; deeper
# down a folder of such a name is a package's
_SETTINGS = re.compile(
    r"(?:^|/)(?:[^/]*\.config\.\w+|[^/]*rc\.\w+|conftest\.py|[^/]*\.d\.ts|[^/]*\.min\.\w+"
    r"|(?:docker-)?entrypoint[^/]*|(?:vendor|third_party|node_modules|bower_components|venv)/.*)$"
    r"|^(?:[^/]+/){0,2}(?:docs?|examples?|scripts?|bin|tools|config|migrations|alembic|dist|build"
    r"|target|coverage)/"
)
_TESTS = re.compile(
    r"(?:^|[/._-])(?:tests?|specs?|__tests__|__mocks__|fixtures|e2e)(?:[/._-]|$)|[a-z]Tests?\.\w+$"
)


@dataclass(frozen=True)
class Change:
    """What a commit changes: a file, the layers that are to miss first, and why this one."""

    file: str
    layers: tuple[Layer, ...]
    why: str

    @property
    def instruction(self) -> str:
        """The first instruction that is to miss; '' where none is known."""
        return self.layers[0].text if self.layers else ""


def find_source(context: Path, options: BuildOptions | None = None) -> Path | None:
    """The source file that a commit changes, relative to the context; null without one."""
    found = choose_source(BuildTree(context, options))
    return Path(found.file) if found else None


def find_dependency(context: Path, options: BuildOptions | None = None) -> Path | None:
    """The list of dependencies that a commit changes, relative to the context; null without one."""
    found = choose_dependency(BuildTree(context, options))
    return Path(found.file) if found else None


def choose_source(tree: BuildTree) -> Change | None:
    """The source file that a commit changes; null where nothing that is copied is one."""
    if tree.options.source_file:
        return _take_given(tree, tree.options.source_file, "SOURCE_FILE")
    known = {path: rank for path in tree.copied if (rank := _rank_kind(path)) is not None}
    best = min(known.values(), default=None)
    files = [path for path, rank in known.items() if rank == best]
    if not files:
        return None
    deepest = max(_depth(tree, path) for path in files)
    deep = [path for path in files if _depth(tree, path) == deepest]
    deep.sort(key=lambda path: (-tree.counts[path], path))
    chosen = next((path for path in deep if is_authored(tree.context, path)), deep[0])
    why = _say_source(tree, chosen, deep)
    return Change(tree.outside(chosen), tuple(tree.copied[chosen]), why)


def _depth(tree: BuildTree, path: str) -> int:
    """How deep the layer lies that takes a file first."""
    return max(layer.depth for layer in tree.copied[path])


def _rank_kind(path: str) -> int | None:
    """What source files are sorted by: 0 source, 1 its tests, 2 settings and scripts, 3 others.

    Null for lists of dependencies, and where no change without effect is known.
    """
    name = posixpath.basename(path)
    if find_edit(name) is None or any(fnmatch(name, each) for each in MANIFESTS):
        return None
    if fnmatch(name, "*Dockerfile*"):
        return None
    if any(part.startswith(".") for part in path.split("/")):
        return 3
    if not _SOURCE.search(name):
        return 2 if name.endswith((".sh", ".yml", ".yaml", ".toml", ".bash")) else 3
    if _TESTS.search(path):
        return 1
    return 2 if _SETTINGS.search(path) else 0


def _say_source(tree: BuildTree, path: str, deep: Sequence[str]) -> str:
    """Why this source file, of those that the layer takes."""
    why = "the deepest layer that copies source files takes it first"
    if times := tree.counts[path]:
        return f"{why}, and it changed in {times} of the newest commits"
    if len(deep) == 1:
        return why
    real = "" if path == deep[0] else " that is neither empty nor generated"
    return f"{why}; of {len(deep)} such files the first by name{real}"


def choose_dependency(tree: BuildTree) -> Change | None:
    """The list of dependencies that a commit changes; null where nothing that is copied is one."""
    if tree.options.dependency_file:
        return _take_given(tree, tree.options.dependency_file, "DEPENDENCY_FILE")
    found, own = [], tree.lineage
    for layer in tree.layers:
        for install in list_installs(layer) if layer.script else ():
            path = _find_read(tree, layer, install)
            if path is not None:
                found.append((tree.counts[path], layer in own, path, install.command))
    if not found:
        return _find_manifest(tree)
    _, _, path, command = max(found, key=lambda each: each[:2])
    return Change(tree.outside(path), tuple(tree.copied[path]), f"`{command[:60]}` reads it")


def _find_read(tree: BuildTree, layer: Layer, install: Install) -> str | None:
    """The file of the context that an install in a layer reads; null where it is not copied."""
    lineage = tree.above(layer) | {layer}
    names = [re.sub(r"\$\{[^}]*\}|\$\w+", "*", name) for name in install.reads]
    ends = {posixpath.basename(name) for name in names}
    there = [
        path
        for path, layers in tree.copied.items()
        if any(fnmatch(posixpath.basename(path), end) for end in ends)
        and _is_changeable(path)
        and lineage.intersection(layers)
    ]
    for name in names:
        place = posixpath.normpath(posixpath.join(install.folder, name))
        if found := [path for path in there if _lies_at(path, place, lineage)]:
            return _first(found)
    # where the folder is not known: by its name
    for name in names:
        if found := [path for path in there if _is_named(path, name)]:
            return _first(found)
    return None


def _is_changeable(path: str) -> bool:
    """Whether a change of a file is known that leaves it valid."""
    return find_edit(posixpath.basename(path)) is not None


def _lies_at(path: str, place: str, lineage: Iterable[Layer]) -> bool:
    """Whether one of these layers puts a file where a pattern says."""
    places = (layer.place(path) for layer in lineage if layer.sources)
    return any(found is not None and fnmatch(found, place) for found in places)


def _is_named(path: str, name: str) -> bool:
    """Whether a file bears a name, or one that ends so."""
    return fnmatch(f"/{path}", f"*/{name.lstrip('./')}") or fnmatch(
        posixpath.basename(path), posixpath.basename(name)
    )


def _first(paths: Sequence[str]) -> str:
    """The one that lies highest, the first by name of several."""
    return min(paths, key=lambda path: (path.count("/"), path))


def _find_manifest(tree: BuildTree) -> Change | None:
    """The first list of dependencies that is copied, where no step is known to install it."""
    for name in MANIFESTS:
        found = [
            path
            for path in tree.copied
            if fnmatch(posixpath.basename(path), name) and _is_changeable(path)
        ]
        if found:
            path = _first(found)
            why = "no step is known that installs dependencies: it is the first list that is copied"
            return Change(tree.outside(path), tuple(tree.copied[path]), why)
    return None


def choose_base(tree: BuildTree) -> Change | None:
    """The Dockerfile, for other images in its place; null where it builds on none."""
    layers = tuple(layer for layer in tree.layers if layer.keyword == "FROM")
    if not tree.bases:
        return None
    return Change(tree.outside(tree.options.dockerfile), layers, "another image has the same name")


def _take_given(tree: BuildTree, path: str, setting: str) -> Change:
    """The change of a file that the user names; ContextError where a build does not take it."""
    name = posixpath.normpath(path)
    if not (tree.context / name).is_file():
        raise ContextError(f"{tree.context} has no file {path}: {setting} must be its path there.")
    if name not in tree.copied:
        what = "copies" if name in tree.files else "sees, as .dockerignore leaves it out"
        raise ContextError(
            f"{setting}={path} is no file that the build of {tree.options.dockerfile} {what}: name "
            "one that a COPY, an ADD or a bind mount takes."
        )
    return Change(tree.outside(name), tuple(tree.copied[name]), f"{setting} names it")


def make_change(context: Path, change: Change) -> None:
    """Change a file of a context: another version where we know one, else a line of no effect.

    ContextError where a user's replacements have taken the file away.
    """
    path = context / change.file
    if not path.is_file():
        raise ContextError(f"{context} has no {change.file} to change: give it by REPLACEMENTS.")
    text = read_text(path)
    for old, new in _VERSION_CHANGES.items():
        if old in text.splitlines():
            write_text(path, text.replace(old, new))
            return
    edit_file(path)
