"""Scenarios: the kinds of commit that a sequence of builds runs through, in its order.

All that depends on which scenarios there are follows from SEQUENCE: names, words, mixes of
commits, contexts, what a build may find, tables and the README's. To add one, add it there.
Those of STORIES are built only where they are asked for, each in a repository of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import UnknownName
from analysis.languages import translate
from analysis.workload.changes import (
    Change,
    choose_base,
    choose_dependency,
    choose_source,
    make_change,
)
from analysis.workload.edits import change_instruction, choose_instruction
from analysis.workload.tree import BuildTree

# projects by what their builds are of, the usual one first
CHANGING = "mostly changed source files"
_REBUILDING = "mostly rebuilds of the same commit"
_UPDATING = "often new dependencies or base images"
_PROJECTS = (CHANGING, _REBUILDING, _UPDATING)


MAIN = "main"


@dataclass(frozen=True)
class Commit:
    """A commit of a story: its branch, and the scenarios whose changes it has, on top of cold's."""

    branch: str = MAIN
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A kind of commit on top of those before it, and the build of it.

    `words` are as in "for _WORDS", `reuse` says which layers a cache can give; `shares` are percent
    of a project's builds, by project. `find` gives what such a commit changes of a context, which
    `change` does to a copy of it; where that is nothing, it can't be derived, because of what
    `absent` says. `cold`: its build is to find nothing of those before it. `newer_base`: base
    images are newer ones from here on. `story`: what is built from an empty repository on, in
    moments whose commits are built at once; the last moment's build is the scenario's.
    """

    name: str
    words: str
    reuse: str
    shares: Mapping[str, float] = field(default_factory=dict)
    find: Callable[[BuildTree], Change | None] | None = None
    change: Callable[[Path, Any], None] | None = None
    absent: str = ""
    cold: bool = False
    newer_base: bool = False
    story: tuple[tuple[Commit, ...], ...] = ()

    @property
    def pushes(self) -> int:
        """How many builds its story has."""
        return sum(map(len, self.story))

    @property
    def branches(self) -> set[str]:
        """The branches that its story has commits on."""
        return {commit.branch for moment in self.story for commit in moment}

    @property
    def changes(self) -> list[str]:
        """The scenarios whose changes its story's commits have."""
        commits = [commit for moment in self.story for commit in moment]
        return list(dict.fromkeys(name for commit in commits for name in commit.of))

    @property
    def retold(self) -> bool:
        """Whether the story's last commits were built before, so that all layers can hit."""
        before = {commit for moment in self.story[:-1] for commit in moment}
        return bool(self.story) and before >= set(self.story[-1])

    @property
    def repeats(self) -> bool:
        """Whether its build is the one before it once more, with what that one left."""
        return not (self.cold or self.change or self.newer_base)


COLD = Scenario(
    name="cold",
    words="a first build with nothing to reuse",
    reuse="none",
    cold=True,
)
UNCHANGED = Scenario(
    name="unchanged",
    words="a commit that changes nothing",
    reuse="all",
    shares={CHANGING: 10, _REBUILDING: 70},
)
SOURCE = Scenario(
    name="source",
    words="a changed source file",
    reuse="those before the file is copied",
    shares={CHANGING: 70, _REBUILDING: 20, _UPDATING: 40},
    find=choose_source,
    change=make_change,
    absent="no file that the Dockerfile copies is of a known source language",
)
DEPENDENCY = Scenario(
    name="dependency",
    words="a changed dependency list",
    reuse="those before the list is copied",
    shares={CHANGING: 15, _REBUILDING: 5, _UPDATING: 40},
    find=choose_dependency,
    change=make_change,
    absent="no known list of dependencies (requirements*.txt, package.json, pom.xml, go.mod and "
    "their like) is copied by the Dockerfile",
)
BASE = Scenario(
    name="base",
    words="a newer base image",
    reuse="none, since all stand on the base image",
    shares={CHANGING: 5, _REBUILDING: 5, _UPDATING: 20},
    find=choose_base,
    absent="the Dockerfile builds on no image",
    newer_base=True,
)
SEQUENCE = (COLD, UNCHANGED, SOURCE, DEPENDENCY, BASE)

_FIRST = Commit()
_PAIR = (Commit("feature-a", (SOURCE.name,)), Commit("feature-b", (DEPENDENCY.name,)))
EDIT = Scenario(
    name="dockerfile",
    words="an edited instruction of the Dockerfile",
    reuse="those before the instruction",
    find=choose_instruction,
    change=change_instruction,
    absent="the Dockerfile has no RUN in shell form",
    story=((_FIRST,), (Commit(MAIN, ("dockerfile",)),)),
)
_BRANCH = Scenario(
    name="branch",
    words="the first build of a branch, with a changed source file",
    reuse="those before the file is copied, if main's cache is found",
    story=((_FIRST,), (Commit("feature", (SOURCE.name,)),)),
)
_MAIN_AFTER_BRANCH = Scenario(
    name="main-after-branch",
    words="main's same commit again, after a branch that changed its dependencies",
    reuse="all, unless the branch replaced main's cache",
    story=((_FIRST,), (Commit("feature", (DEPENDENCY.name,)),), (_FIRST,)),
)
_PARALLEL = Scenario(
    name="parallel",
    words="a branch's same commit again, after two branches built at once",
    reuse="all, unless the other branch replaced its cache",
    story=((_FIRST,), _PAIR, _PAIR),
)
GROWTH = Scenario(
    name="growth",
    words="the last of 20 pushes, each with a changed source file",
    reuse="those before the file is copied",
    story=tuple((Commit(MAIN, (SOURCE.name,) * number),) for number in range(20)),
)
# built only where they are named, each from an empty repository on
STORIES = (EDIT, _BRANCH, _MAIN_AFTER_BRANCH, _PARALLEL, GROWTH)

SCENARIOS = tuple(each.name for each in SEQUENCE)
STORY_NAMES = tuple(each.name for each in STORIES)
KNOWN_SCENARIOS = (*SCENARIOS, *STORY_NAMES)
COLD_STARTS = tuple(each.name for each in SEQUENCE if each.cold)
REPEATS = tuple(each.name for each in SEQUENCE if each.repeats)
_WORDS = {each.name: each.words for each in (*SEQUENCE, *STORIES)}
# project -> scenario -> percent of its builds
SHARES = {
    project: {each.name: each.shares[project] for each in SEQUENCE if project in each.shares}
    for project in _PROJECTS
}


def say_commit(scenario: str) -> str:
    """What kind of commit a scenario stands for, as in "for a changed source file"."""
    if scenario in _WORDS:
        return translate(_WORDS[scenario])
    return translate("scenario {scenario}").format(scenario=scenario)


def pick_scenario(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of a frame, of any columns, whose `scenario` is this one; none of one not built.

    UnknownName for a name that is neither among them nor one of KNOWN_SCENARIOS.
    """
    there = rows["scenario"].dropna().unique()
    if name not in (known := {*there, *KNOWN_SCENARIOS}):
        raise UnknownName("scenario", name, known)
    return rows[rows["scenario"].eq(name)]


def list_reached(name: str) -> tuple[Scenario, ...]:
    """The scenarios up to the one of this name, whose commits its context holds; UnknownName."""
    if name not in SCENARIOS:
        raise UnknownName("scenario", name, SCENARIOS)
    return SEQUENCE[: SCENARIOS.index(name) + 1]


def needs_newer_base(names: Iterable[str], given: Set[str] = frozenset()) -> bool:
    """Whether any of these scenarios is built on newer base images; those `given` bring theirs.

    Stories never are, nor commits of a history, which name their own.
    """
    reached = (each for name in names if name in SCENARIOS for each in list_reached(name))
    return any(each.newer_base and each.name not in given for each in reached)


def find_story(name: str) -> Scenario:
    """The scenario of STORIES of this name; UnknownName."""
    if name not in STORY_NAMES:
        raise UnknownName("scenario with a story", name, STORY_NAMES)
    return STORIES[STORY_NAMES.index(name)]


def count_pushes(name: str) -> int:
    """How many builds a scenario takes: one, or as many as its story has."""
    return find_story(name).pushes if name in STORY_NAMES else 1


def describe_scenarios(scenarios: Iterable[Scenario] = SEQUENCE) -> pd.DataFrame:
    """One row a scenario, in their order: scenario, commit (words), layers from a cache (words)."""
    rows = [(each.name, each.words, each.reuse) for each in scenarios]
    return pd.DataFrame(rows, columns=["scenario", "commit", "layers_from_a_cache"], dtype="string")
