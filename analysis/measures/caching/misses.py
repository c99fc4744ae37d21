"""Why a layer missed, from the log of its build and those of the builds before it.

A layer hits when a cache holds the result of the same instruction on the same inputs
(https://docs.docker.com/build/cache/invalidation/). The log names instructions and base images,
and says whether a cache was imported and exported; files, ENV and ARG it does not show. So what is
ruled out by the log decides, and a cause is "unknown" where more than one is left.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

from analysis.languages import translate_value
from analysis.logs import Logs
from analysis.measures.caching.docker_builds import Built, list_builds
from analysis.measures.caching.instructions import Instruction, agree, image_changed, some_hold
from analysis.records import takes
from analysis.words import join_words

# of COLUMNS
Row = tuple[Any, ...]
CAUSES = (
    "no cache",
    "import missing",
    "import failed",
    "base changed",
    "instruction changed",
    "files changed",
    "never exported",
    "parent missed",
    "unknown",
)
COLUMNS = {
    "log": "string",
    "build": "int64",
    "target": "string",
    "step": "int64",
    "stage": "string",
    "position": "int64",
    "name": "string",
    "cause": "string",
    "explanation": "string",
    "first": "bool",
}
# explanations, each whole: other languages have words for them
_NEW_BUILDER = "it imported no cache and its builder was new"
_EMPTY_HOST = "it imported no cache and its host was empty"
_IMPORTS = {
    "missing": "the cache that it was to import was not there",
    "failed": "the cache that it was to import could not be read",
}
_EXPORTS = {
    "failed": "the build before failed to export its cache",
    "unfinished": "the build before was cut while it exported",
}
_NO_EXPORT = "the build before exported no cache"
_INLINE = "a cache inside the image holds the image's layers, not this stage's"
_SMALL = "mode=min exports the image's layers, not this stage's"


class _Cause(NamedTuple):
    """One of CAUSES, and why in words."""

    cause: str
    explanation: str


@takes(logs="")
def explain_misses(
    logs: Logs, after: str, before: Sequence[str] = (), host_empty: bool | None = None
) -> pd.DataFrame:
    """Why layers of the log `after` missed: a row a missed layer, in the order of the log.

    `before`: logs of the builds that the cache may come from; several when it is not known which,
    and then a cause is told only if it is the same for all. `host_empty`: whether the host held
    nothing before, null when not known. log, build, target (null where the build names none; a
    layer that targets share is listed for each), step, stage, position, name · cause (one of
    CAUSES) · explanation · first (true where no missed layer lies before it in what it is made of).

    >>> experiment = analysis.read_experiment("data/control")
    >>> logs = experiment.runs.set_index("run")["log"]
    >>> misses = analysis.explain_misses(
    ...     experiment, logs["registry-cache.source.01"], [logs["registry-cache.cold.01"]]
    ... )
    >>> misses.loc[misses["first"], ["name", "cause"]].head(1)
                 name          cause
    0  COPY app/ app/  files changed
    """
    named = [after, *before]
    builds = list_builds(logs, set(named))
    return frame_misses(explain_log(builds, after, before, host_empty))


def frame_misses(rows: Iterable[Row]) -> pd.DataFrame:
    """Rows of COLUMNS as a frame."""
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def explain_log(
    builds: Mapping[str, list[Built]], after: str, before: Sequence[str], host_empty: bool | None
) -> Iterator[Row]:
    """Rows of COLUMNS for the builds of a log; each is held against those of its place before."""
    for build in builds.get(after, []):
        olds = tuple(old for log in before for old in _find_alike(build, builds.get(log, [])))
        for row in _explain_misses(build, olds, host_empty):
            yield (after, build.number, build.target, *row)


def _find_alike(build: Built, olds: Iterable[Built]) -> list[Built]:
    """The builds of another log that stand for one: of its target, else of its number."""
    found = [old for old in olds if old.target == build.target]
    own = [old for old in found if old.number == build.number]
    return own or (found if build.target is not None else [])


@lru_cache(1 << 12)
def _explain_misses(build: Built, olds: tuple[Built, ...], host_empty: bool | None) -> list[Row]:
    """Rows of COLUMNS without log, build and target: many builds of an experiment read the same."""
    return [
        (one.step, one.stage, one.position, one.name,
         *_explain_layer(one, build, olds, host_empty), _parent_missed(one, build) is not True)
        for one in build.lineage.all
        if one.missed
    ]  # fmt: skip


def _explain_layer(
    one: Instruction, build: Built, olds: Sequence[Built], host_empty: bool | None
) -> _Cause:
    """Why a layer missed, whichever of the builds before was the one that mattered."""
    if (cause := _explain_build(build, olds, host_empty)) is not None:
        return cause
    held: Sequence[Built | None] = olds or [None]
    found = [_explain_against(one, build, old, host_empty) for old in held]
    causes = list(dict.fromkeys(each.cause for each in found))
    if len(causes) == 1:
        return found[0]
    which = join_words(map(translate_value, causes), "or")
    return _Cause("unknown", f"{which}: the log does not tell which build its cache is from")


def _explain_build(build: Built, olds: Sequence[Built], host_empty: bool | None) -> _Cause | None:
    """Why no layer of a build could hit, null when one could have."""
    if build.hits or build.cache_import == "ok":
        return None
    if build.cache_import in ("missing", "failed"):
        return _Cause(f"import {build.cache_import}", _IMPORTS[build.cache_import])
    if build.cache_import is None:
        return _Cause("unknown", "the log ends before it tells whether the cache was imported")
    if build.booted or (host_empty and build.number == 0):
        return _Cause("no cache", _NEW_BUILDER if build.booted else _EMPTY_HOST)
    if host_empty is None and build.pulled and any(_same_images(build, old) for old in olds):
        return _Cause(
            "no cache", "it imported no cache, and even the same base image was not there"
        )
    return None


def _same_images(build: Built, old: Built) -> bool:
    """Whether all images that a build stands on are those of another build."""
    images = [each for each in build.lineage.all if each.kind == "from"]
    return all(image_changed(each, old.lineage.find_image(each)) is False for each in images)


def _explain_against(
    one: Instruction, build: Built, old: Built | None, host_empty: bool | None
) -> _Cause:
    """Why a layer missed in a cache left by `old`; null when there is no log of such a build."""
    missed, changed = _parent_missed(one, build), _base_changed(one, build, old)
    if missed and not changed:
        return _blame_parent(one, build)
    if old is None:
        return _Cause("unknown", "there is no log of the build before")
    if changed and build.local:
        return _blame_base(one, build, old)
    if build.cache_import != "ok" and not build.hits and host_empty is not False:
        return _Cause("unknown", "the log does not tell whether there was a cache to look in")
    if changed:
        return _blame_base(one, build, old)
    return _explain_instruction(one, build, old, missed is None or changed is None)


def _parent_missed(one: Instruction, build: Built) -> bool | None:
    """Whether something missed that a layer is made from; null when the log can't tell."""
    made_from = build.lineage.made_from(one)
    return some_hold(agree(each.missed for each in maybe) for maybe in made_from)


def _base_changed(one: Instruction, build: Built, old: Built | None) -> bool | None:
    """Whether an image changed that a layer is directly made from; null when unknown."""
    images = [
        [each for each in maybe if each.kind == "from"] for maybe in build.lineage.made_from(one)
    ]
    if old is None:
        return None if any(images) else False
    return some_hold(
        agree(image_changed(each, old.lineage.find_image(each)) for each in maybe)
        for maybe in images
        if maybe
    )


def _explain_instruction(one: Instruction, build: Built, old: Built, unsure: bool) -> _Cause:
    """Why a layer missed of which neither parent nor base are known to be the reason."""
    past = old.lineage.find(one)
    if past is None or past.status not in ("ran", "cached"):
        if past is not None or old.failed:
            return _Cause("never exported", "the build before did not finish it")
        return _Cause("instruction changed", "the build before had no such instruction there")
    if past.name != one.name:
        return _Cause("instruction changed", f"it was: {past.name}")
    if unsure:
        return _Cause("unknown", "the log does not tell whether what it is made from is the same")
    if (cause := _explain_export(one, build, old, past)) is not None:
        return cause
    if one.copies_files:
        return _Cause(
            "files changed", "same instruction on the same layers: what it copies differs"
        )
    if one.partial:
        return _Cause("unknown", "the log shows only the begin of the instruction")
    return _Cause("unknown", "same instruction: ENV, ARG and files it mounts are not in the log")


def _explain_export(one: Instruction, build: Built, old: Built, past: Instruction) -> _Cause | None:
    """Why an imported cache had no such layer, null when it had or nothing was imported."""
    if build.cache_import != "ok":
        return None
    if past.status == "ran" and old.cache_export != "ok" and not old.inline:
        return _Cause("never exported", _EXPORTS.get(old.cache_export or "none", _NO_EXPORT))
    left_out = build.lineage.is_left_out(one.stage)
    if old.mode == "max" or left_out is False:
        return None
    if old.mode == "min" and left_out:
        return _Cause("never exported", _INLINE if old.inline else _SMALL)
    hit = any(each.stage == one.stage and each.status == "cached" for each in build.lineage.all)
    return None if hit else _Cause("unknown", "the log does not tell if this stage was exported")


def _blame_parent(one: Instruction, build: Built) -> _Cause:
    """Names what missed before a layer."""
    for maybe in build.lineage.under(one):
        if agree(each.missed for each in maybe):
            names = dict.fromkeys(each.name for each in maybe)
            return _Cause("parent missed", f"it stands on: {join_words(names, 'or')}")
    stages = [
        source
        for source in one.sources
        if agree(each.missed for each in build.lineage.end_of(source, one))
    ]
    return _Cause("parent missed", f"it takes from {join_words(stages)}, which was built anew")


def _blame_base(one: Instruction, build: Built, old: Built) -> _Cause:
    """Names the image that a layer stands on, and the one before."""
    made_from = (each for maybe in build.lineage.made_from(one) for each in maybe)
    images = ((each, old.lineage.find_image(each)) for each in made_from if each.kind == "from")
    new, past = next((a, b) for a, b in images if b is not None and image_changed(a, b))
    return _Cause("base changed", f"{name_image(new)} was {name_image(past)}")


def name_image(image: Instruction) -> str:
    """`python:3.13 (sha256:0a4f2e6be21c)`."""
    name, digest = image.image
    return f"{name} ({digest[:19]})" if digest else str(name)
