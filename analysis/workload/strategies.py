"""Strategies: each is a buildspec file, its name the file's."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import BuildspecError, UnknownName
from analysis.shipped import BUILDSPECS
from analysis.workload.buildspec import Buildspec, read_buildspec

FOLDER = BUILDSPECS
# what others are compared with, and how many hosts are kept for a strategy that keeps some
BASELINE, POOL = "docker", 2
# a strategy says what it needs by variables that its commands do not use
_EXPECT, _HOST, _EMULATED = "STRATEGY_EXPECT", "STRATEGY_HOST", "STRATEGY_EMULATED_IN_LAB"
STORE, _MOUNTS = "STRATEGY_IMAGE_STORE", "STRATEGY_CACHE_MOUNTS"


@dataclass(frozen=True)
class Strategy:
    """A buildspec and how its builds are run and judged.

    host: a fresh one each build, a kept one of a pool, or a fresh one with a kept server.
    store: where the engine keeps images at the end: classic, as CodeBuild starts it, or
    containerd. keeps_mounts: its commands save cache mounts and bring them back.
    in_context: its commands begin in the context's folder, as those of a project's own
    buildspec do, instead of one folder above.
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
    paths = [
        path for each in folders for path in sorted(each.iterdir()) if path.suffix in _YAML_SUFFIXES
    ]
    return {path.stem: read_strategy(path) for path in paths}


_YAML_SUFFIXES = (".yml", ".yaml")


def read_strategy(path: str | Path) -> Strategy:
    """The strategy in a buildspec file; BuildspecError names what is wrong with it."""
    path = Path(path)
    buildspec = read_buildspec(path)
    variables = buildspec.variables
    return Strategy(
        name=path.stem,
        title=_first_comment(buildspec.text),
        buildspec=buildspec,
        expect=_one_of(variables, _EXPECT, ("succeeded", "failed"), path),
        host=_one_of(variables, _HOST, ("fresh", "kept", "server"), path),
        emulated=_one_of(variables, _EMULATED, ("no", "yes"), path) == "yes",
        store=_one_of(variables, STORE, ("classic", "containerd"), path),
        keeps_mounts=_one_of(variables, _MOUNTS, ("lost", "kept"), path) == "kept",
    )


def _one_of(variables: Mapping[str, str], name: str, choices: tuple[str, ...], path: Path) -> str:
    """A variable's value, the first choice when it is not set; BuildspecError otherwise."""
    value = variables.get(name, choices[0])
    if value not in choices:
        raise BuildspecError(f"{path}: {name} is {value!r}; use {' or '.join(choices)}.")
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
