"""The builds of a batch, and one of them as a buildspec of its own.

Format: https://docs.aws.amazon.com/codebuild/latest/userguide/batch-build-buildspec.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from analysis.errors import BuildspecError, UnknownName
from analysis.workload.buildspec import Buildspec, read_buildspec

_LISTS, _MATRIX, _FANOUT = ("build-list", "build-graph"), "build-matrix", "build-fanout"
_VARIABLES = "variables"


@dataclass(frozen=True)
class BatchBuild:
    """One build of a batch: its name, variables, and its own buildspec's path ('' for none).

    `environment`: what else its env says (image, compute-type, type, privileged-mode, fleet).
    """

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    buildspec: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()


def list_batch(buildspec: Buildspec) -> dict[str, BatchBuild]:
    """Name -> build of a buildspec's batch, in its order; BuildspecError names the wrong key.

    A build of a matrix is named by what it differs in (IMAGE=a,TARGET=b), one of a fan-out by its
    number, and one without an identifier by its place.
    """
    batch = _mapping(buildspec.around.get("batch"), buildspec.source, "batch")
    found: list[BatchBuild] = []
    for kind in _LISTS:
        found += _read_list(batch.get(kind), buildspec.source, f"batch/{kind}")
    if batch.get(_MATRIX):
        found += _read_matrix(batch[_MATRIX], buildspec.source)
    if batch.get(_FANOUT):
        found += _read_fanout(batch[_FANOUT], buildspec.source)
    return {build.name: build for build in found}


def choose_build(buildspec: Buildspec, name: str = "") -> Buildspec:
    """What one build of a batch runs; the buildspec itself for no name, as StartBuild does.

    UnknownName for another name; BuildspecError where only a build of the batch has phases, or
    where its own buildspec can't be read: its path is from the project's folder, for which the
    folder of `buildspec.source` or one above it stands.
    """
    builds = list_batch(buildspec) if buildspec.around.get("batch") else {}
    if not name:
        if buildspec.phases:
            return buildspec
        raise BuildspecError(
            f"{buildspec.source} has a batch and no phases of its own: choose one of its builds, "
            f"BATCH_BUILD={next(iter(builds), 'NAME')} (there are {', '.join(builds) or 'none'})."
        )
    if not builds:
        raise BuildspecError(f"{buildspec.source} has no batch: leave BATCH_BUILD out.")
    if name not in builds:
        raise UnknownName("build of the batch", name, builds)
    build = builds[name]
    chosen = _find_own(buildspec, build.buildspec) if build.buildspec else buildspec
    if not chosen.phases:
        raise BuildspecError(f"{chosen.source} has no phases: give it phases/build/commands.")
    return replace(chosen, variables={**chosen.variables, **build.variables})


def _find_own(buildspec: Buildspec, path: str) -> Buildspec:
    """The buildspec that a build of a batch names, below the folder of the batch or above."""
    folder = Path(buildspec.source).resolve().parent
    for place in (folder, *folder.parents[:3]):
        if (place / path).is_file():
            return read_buildspec(place / path)
    raise BuildspecError(f"{buildspec.source} names the buildspec {path} (batch), which is absent.")


def _mapping(value: Any, source: str, key: str) -> dict[str, Any]:
    """A value as a mapping, {} for nothing; BuildspecError otherwise."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BuildspecError(f"{source} has no names and values under {key!r}: indent them.")
    return value


def _read_list(value: Any, source: str, key: str) -> list[BatchBuild]:
    """The builds of a list or graph. A key beside the items, as AWS's own sample has, is none."""
    items = list(value.values()) if isinstance(value, dict) else value or []
    if not isinstance(items, list):
        raise BuildspecError(f"{source} has no list under {key!r}: begin each build with '- '.")
    builds = [each for each in items if isinstance(each, dict)]
    return [
        _read_build(each, source, f"{key}/{n}", f"build-{n}") for n, each in enumerate(builds, 1)
    ]


def _read_build(value: Mapping[str, Any], source: str, key: str, name: str) -> BatchBuild:
    """One build of a list."""
    env = _mapping(value.get("env"), source, f"{key}/env")
    after = value.get("depend-on") or ()
    return BatchBuild(
        name=str(value.get("identifier") or name),
        variables=_texts(_mapping(env.get(_VARIABLES), source, f"{key}/env/{_VARIABLES}")),
        buildspec=str(value.get("buildspec") or ""),
        environment=_texts({n: v for n, v in env.items() if n != _VARIABLES}),
        after=(after,) if isinstance(after, str) else tuple(after),
    )


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as texts."""
    return {str(name): "" if value is None else str(value) for name, value in values.items()}


def _read_matrix(value: Any, source: str) -> list[BatchBuild]:
    """A build for each combination of a matrix's values."""
    key = f"batch/{_MATRIX}"
    parts = _mapping(value, source, key)
    static = _mapping(parts.get("static"), source, f"{key}/static")
    dynamic = _mapping(parts.get("dynamic"), source, f"{key}/dynamic")
    env = _mapping(dynamic.get("env"), source, f"{key}/dynamic/env")
    variables = _mapping(env.get(_VARIABLES), source, f"{key}/dynamic/env/{_VARIABLES}")
    rest = {n: v for n, v in env.items() if n != _VARIABLES} | (
        {"buildspec": dynamic["buildspec"]} if dynamic.get("buildspec") else {}
    )
    axes = {str(n): _as_list(v) for n, v in {**rest, **variables}.items()}
    common = _read_build(static, source, f"{key}/static", "")
    builds = []
    for values in product(*axes.values()):
        chosen = dict(zip(axes, values, strict=True))
        own = {n: v for n, v in chosen.items() if n in variables}
        spec = chosen.get("buildspec", common.buildspec)
        environment = {n: v for n, v in chosen.items() if n in rest and n != "buildspec"}
        name = ",".join(f"{n}={v}" for n, v in chosen.items() if len(axes[n]) > 1)
        builds.append(
            BatchBuild(
                name or "build-1",
                {**common.variables, **own},
                spec,
                {**common.environment, **environment},
            )
        )
    return builds


def _as_list(value: Any) -> list[str]:
    """The texts of one or several values."""
    values = value if isinstance(value, list) else [value]
    return ["" if each is None else str(each) for each in values]


def _read_fanout(value: Any, source: str) -> list[BatchBuild]:
    """The builds of a fan-out, alike but for their number."""
    key = f"batch/{_FANOUT}"
    part = _mapping(value, source, key)
    count = str(part.get("parallelism") or "1")
    if not count.isdecimal() or int(count) < 1:
        raise BuildspecError(f"{source} has {key}/parallelism: {count}; give a number from 1 on.")
    first = _read_build(part, source, key, "build-1")
    return [replace(first, name=f"build-{number}") for number in range(1, int(count) + 1)]
