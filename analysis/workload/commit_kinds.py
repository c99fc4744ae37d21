"""Which kind of commit each of a history is, by the first layer that must miss, without builds."""

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import AnalysisError
from analysis.redaction import redact
from analysis.shipped import find_folder
from analysis.visible import show_signs
from analysis.workload.cache_keys import CacheKeys, Missed, list_absent
from analysis.workload.changes import Change, choose_dependency, choose_source
from analysis.workload.history import (
    CommitTree,
    GitCommit,
    find_inside,
    list_before,
    list_commits,
)
from analysis.workload.installs import MANIFESTS
from analysis.workload.options import BuildOptions
from analysis.workload.scenarios import BASE, COLD, DEPENDENCY, EDIT, SOURCE, UNCHANGED

COMMITS = 20
_COLUMNS = {
    "commit": "string",
    "when": "datetime64[ns, UTC]",
    "subject": "string",
    "kind": "string",
    "first_miss": "string",
    "stage": "string",
    "position": "Int64",
    "line": "Int64",
    "why": "string",
    "files": "string",
    "others": "string",
    "problem": "string",
}
# between which a time fits nanoseconds
_YEARS = "1678-", "2262-"
_WORDS, _MOST_FILES, _MOST_BEFORE = 72, 5, 20
# of several layers that miss first in stages side by side, the one that names the commit
_RANK = {BASE.name: 0, EDIT.name: 1, DEPENDENCY.name: 1, SOURCE.name: 2}


def classify_commits(
    context: str | Path = ".",
    commits: str | int | Sequence[GitCommit] = COMMITS,
    options: BuildOptions | None = None,
    **chosen: Any,
) -> pd.DataFrame:
    """One row a commit that changes the context in its git history, the oldest first, unbuilt.

    commit (short id), when (UTC), subject (its first line, shortened) · kind (source, dependency,
    dockerfile, base; unchanged: nothing must miss; cold: none is before it; null: it can't be
    built) · first_miss: the instruction of the first layer that must miss in a cache that the
    commit before left; null for none · stage, position (BuildKit's), line (of the Dockerfile) ·
    why (files changed, instruction changed, image changed) · files: those that changed of what
    the layer takes · others: layers of other stages that miss first as well · problem: why it
    can't be built, or what git alone does not hold.
    `commits`: a number, or a range such as v1.0..v1.2; ` -- :/` after it for all commits of the
    repository, also those that change nothing of the context. A merge counts as one commit, as its
    first parent's branch sees it. `options` as for plan_changes. SettingError, ContextError.

    >>> analysis.classify_commits("deploy", "all")
    Traceback (most recent call last):
    analysis.errors.SettingError: COMMITS is 'all': give a number (1 or more), or ...
    """
    given = replace(options or BuildOptions(), **chosen)
    return frame_commits(read_commits(find_folder(context), commits, given))


def read_commits(
    context: Path, commits: str | int | Sequence[GitCommit], options: BuildOptions
) -> list[dict[str, Any]]:
    """classify_commits' rows as dicts, which hold `layers`, too: all that miss first."""
    listed = list_commits(context, commits) if isinstance(commits, str | int) else commits
    return _Reader(context, options).read(settle(context, listed, options))


def settle(context: Path, commits: Sequence[GitCommit], options: BuildOptions) -> list[GitCommit]:
    """The commits, the first of which comes after the nearest one before it that can be built.

    Of the 20 before it; after none ("") where none of them can.
    """
    first, reader = commits[0], _Reader(context, options)
    earlier = list_before(context, first.before, _MOST_BEFORE) if first.before else []
    seed = next((one for one in earlier if reader.make_keys(one)), "")
    return [first._replace(before=seed), *commits[1:]]


def frame_commits(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Rows of classify_commits' columns as a frame."""
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    table["when"] = pd.to_datetime(table["when"].map(_date), utc=True).dt.as_unit("ns")
    return table.astype(_COLUMNS)


def _date(text: str) -> str | None:
    """A commit's time; null for one that nanoseconds can't tell, which no clock gave."""
    return text if _YEARS[0] <= text[:5] < _YEARS[1] else None


class _Reader:
    """Holds each commit against the one before it that can be built."""

    def __init__(self, context: Path, options: BuildOptions) -> None:
        self.context, self.options = context, options
        self.inside = find_inside(context)

    def read(self, commits: Sequence[GitCommit]) -> list[dict[str, Any]]:
        """A row of _COLUMNS for each commit."""
        before = self.make_keys(commits[0].before) if commits[0].before else None
        rows = []
        for commit in commits:
            row: dict[str, Any] = {
                "commit": commit.name,
                "when": commit.when,
                "subject": _shorten_subject(commit.subject),
            }
            try:
                keys = CacheKeys(self.tree_at(commit.id))
                if fault := _find_fault(keys.tree):
                    row["problem"] = fault
                else:
                    row |= _describe(keys, before)
                    before = keys
            except AnalysisError as error:
                row["problem"] = str(error)
            rows.append(row)
        return rows

    def tree_at(self, commit: str) -> CommitTree:
        """The context as of a commit."""
        return CommitTree(self.context, commit, self.inside, self.options)

    def make_keys(self, commit: str) -> CacheKeys | None:
        """What a commit leaves in a cache; null where it can't be built."""
        try:
            keys = CacheKeys(self.tree_at(commit))
        except AnalysisError:
            return None
        return None if _find_fault(keys.tree) else keys


def _find_fault(tree: CommitTree) -> str:
    """Why no build of a context can succeed, as far as its files tell; '' for no reason."""
    if not tree.begins:
        return f"its {tree.options.dockerfile} has no FROM"
    absent = list_absent(tree)
    return f"its Dockerfile takes what it does not have: {absent[0]}" if absent else ""


def _shorten_subject(text: str) -> str:
    """A commit's first line as others may see it: no secrets, no signs that steer a terminal."""
    safe = show_signs(redact(text.encode("utf-8", "replace").decode("utf-8")))
    return safe if len(safe) <= _WORDS else f"{safe[: _WORDS - 1]}…"


def _describe(keys: CacheKeys, before: CacheKeys | None) -> dict[str, Any]:
    """The columns of a commit that can be built, after another."""
    told = keys.tree.list_problems()
    problem = "; ".join(told) or None
    if before is None:
        first = [Missed(layer, "no cache") for layer in keys.tree.layers if not layer.parents]
        return _name(first[0], COLD.name, first[1:], problem) if first else {"kind": COLD.name}
    missed = keys.list_first_misses(before)
    if not missed:
        return {"kind": UNCHANGED.name, "problem": problem}
    usual = _find_usual(keys)
    kinds = [(_name_kind(each, before, usual), each) for each in missed]
    kinds.sort(key=lambda each: (_RANK[each[0]], each[1].layer.depth, each[1].layer.line))
    kind, chosen = kinds[0]
    return _name(chosen, kind, [each for _, each in kinds[1:]], problem)


def _name(
    chosen: Missed, kind: str, others: Sequence[Missed], problem: str | None
) -> dict[str, Any]:
    """The columns that name a commit by a layer."""
    layer, files = chosen.layer, list(chosen.files)
    more = [f"and {len(files) - _MOST_FILES} more"] if len(files) > _MOST_FILES else []
    return {
        "kind": kind,
        "first_miss": redact(layer.text),
        "stage": layer.stage or None,
        "position": layer.position,
        "line": layer.line,
        "why": "image changed" if kind == BASE.name else chosen.why,
        "files": show_signs(", ".join([*files[:_MOST_FILES], *more])) or None,
        "layers": [chosen.layer, *(each.layer for each in others)],
        "others": redact("; ".join(each.layer.text for each in others)) or None,
        "problem": problem,
    }


def _find_usual(keys: CacheKeys) -> tuple[Change | None, Change | None]:
    """(what scenario source changes of a commit's context, what dependency does)."""
    return choose_source(keys.tree), choose_dependency(keys.tree)


def _name_kind(
    missed: Missed, before: CacheKeys, usual: tuple[Change | None, Change | None]
) -> str:
    """The kind of commit whose first layer to miss this is."""
    layer = missed.layer
    if layer.keyword == "FROM":
        named = {_name_image(each.made_of[1]) for each in before.own if each.keyword == "FROM"}
        return BASE.name if _name_image(layer.made_of[1]) in named else EDIT.name
    if not missed.by_files:
        return EDIT.name
    source, dependency = usual
    if any(_is_list(path) for path in missed.files):
        return DEPENDENCY.name
    listing = dependency is not None and layer in dependency.layers
    sourcing = source is not None and layer in source.layers
    return DEPENDENCY.name if listing and not sourcing else SOURCE.name


def _is_list(path: str) -> bool:
    """Whether a file is a list of dependencies, by its name."""
    return any(fnmatch(path.rpartition("/")[2], name) for name in MANIFESTS)


def _name_image(image: object) -> str:
    """An image without its tag and digest."""
    name = str(image).partition("@")[0]
    head, sign, tail = name.rpartition("/")
    return f"{head}{sign}{tail.partition(':')[0]}"
