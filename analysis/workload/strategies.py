"""Strategies: each is a buildspec file, its name the file's."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import BuildspecError, UnknownName
from analysis.shipped import BUILDSPECS
from analysis.workload.buildspec import Buildspec, read_buildspec
from analysis.workload.folder_cache import FolderCache, read_folder_cache

FOLDER = BUILDSPECS
# what others are compared with, and how many hosts are kept for a strategy that keeps some
BASELINE, POOL = "docker", 2
# a strategy says what it needs by variables that its commands do not use
_EXPECT, _HOST, _EMULATED = "STRATEGY_EXPECT", "STRATEGY_HOST", "STRATEGY_EMULATED_IN_LAB"
STORE, _MOUNTS = "STRATEGY_IMAGE_STORE", "STRATEGY_CACHE_MOUNTS"
_BY_DEFAULT = "STRATEGY_BY_DEFAULT"
# what a host is to have before its build: a store that its engine starts with, programs of its
# image, what the builds before have kept in a folder
_STARTS, _IMAGE, _FOLDER = "STRATEGY_STARTS_WITH", "STRATEGY_BUILD_IMAGE", "STRATEGY_FOLDER"
_CLASSIC, CONTAINERD, BUILDKITD = "classic", "containerd", "buildkitd"


@dataclass(frozen=True)
class Strategy:
    """A buildspec and how its builds are run and judged.

    host: a fresh one each build, a kept one of a pool, or a fresh one with a kept server.
    store: where the engine keeps images at the end: classic, as CodeBuild starts it, or
    containerd. keeps_mounts: its commands save cache mounts and bring them back.
    in_context: its commands begin in the context's folder, as those of a project's own
    buildspec do, instead of one folder above. starts_with: where the engine keeps images when a
    build begins. build_image: what the image of its hosts has besides; "" for nothing. folder:
    what CodeBuild's S3 cache keeps; null for nothing. by_default: whether it is built where no
    strategy is named.
    """

    name: str
    title: str
    buildspec: Buildspec
    expect: str
    host: str
    emulated: bool
    store: str
    keeps_mounts: bool = False
    in_context: bool = False
    starts_with: str = _CLASSIC
    build_image: str = ""
    folder: FolderCache | None = None
    by_default: bool = True


def load_strategies(folder: str | Path | None = None) -> dict[str, Strategy]:
    """Name -> strategy of ours and those in `folder`, which win over ours of the same name.

    BuildspecError when the folder or a buildspec in it can't be used.

    >>> strategies = analysis.load_strategies()
    >>> strategies["registry-cache"].host
    'fresh'
    """
    folders = [FOLDER] if folder is None else [FOLDER, Path(folder)]
    if not folders[-1].is_dir():
        raise BuildspecError(f"{folder} is not a folder: put your buildspec files into one.")
    found = [path for each in folders for path in _list_buildspecs(each)]
    return {path.stem: read_strategy(path) for path in found}


def _list_buildspecs(folder: Path) -> list[Path]:
    """The files in a folder that are buildspecs by name; BuildspecError for none."""
    found = [path for path in sorted(folder.iterdir()) if path.suffix in _YAML_SUFFIXES]
    if not found:
        raise BuildspecError(f"{folder} holds no buildspec: put files NAME.yml into it.")
    return found


_YAML_SUFFIXES = (".yml", ".yaml")


def read_strategy(path: str | Path) -> Strategy:
    """The strategy in a buildspec file; BuildspecError names what is wrong with it."""
    path = Path(path)
    buildspec = read_buildspec(path)
    variables = buildspec.variables
    kept = _one_of(variables, _FOLDER, ("", "kept"), path)
    return Strategy(
        name=path.stem,
        title=_first_comment(buildspec.text),
        buildspec=buildspec,
        expect=_one_of(variables, _EXPECT, ("succeeded", "failed"), path),
        host=_one_of(variables, _HOST, ("fresh", "kept", "server"), path),
        emulated=_one_of(variables, _EMULATED, ("no", "yes"), path) == "yes",
        store=_one_of(variables, STORE, _STORES, path),
        keeps_mounts=_one_of(variables, _MOUNTS, ("lost", "kept"), path) == "kept",
        starts_with=_one_of(variables, _STARTS, _STORES, path),
        build_image=_one_of(variables, _IMAGE, ("", BUILDKITD), path),
        folder=read_folder_cache(buildspec) if kept == "kept" else None,
        by_default=_one_of(variables, _BY_DEFAULT, ("yes", "no"), path) == "yes",
    )


_STORES = (_CLASSIC, CONTAINERD)


def _one_of(variables: Mapping[str, str], name: str, choices: tuple[str, ...], path: Path) -> str:
    """A variable's value, the first choice when it is not set; BuildspecError otherwise."""
    value = variables.get(name, choices[0])
    if value not in choices:
        known = " or ".join(filter(None, choices))
        raise BuildspecError(f"{path}: {name} is {value!r}; use {known}.")
    return value


def _first_comment(text: str) -> str:
    """The comment on a buildspec's first line, '' without one."""
    line = text.partition("\n")[0]
    return line.lstrip("# ").strip() if line.startswith("#") else ""


def find_strategy(name: str, known: Mapping[str, Strategy] | None = None) -> Strategy:
    """The strategy of this name; UnknownName says which one was probably meant."""
    known = load_strategies() if known is None else known
    if name not in known:
        raise UnknownName("strategy", name, known)
    return known[name]


def shuffle_names(names: Iterable[str], seed: int, number: int) -> list[str]:
    """Strategies by name in the order of a round: the same for the same names and seed."""
    order = sorted(names)
    random.Random(f"{seed}-{number}").shuffle(order)
    return order
