"""The build context as of each scenario's commit, derived from a context or given by its user."""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import ContextError, UnknownName
from analysis.shipped import find_folder
from analysis.words import join_words
from analysis.workload.changes import Change
from analysis.workload.context_files import list_bases, set_images
from analysis.workload.ignore import find_ignore, leave_out, read_ignore
from analysis.workload.options import BuildOptions
from analysis.workload.scenarios import (
    KNOWN_SCENARIOS,
    SCENARIOS,
    SEQUENCE,
    STORIES,
    Commit,
    Scenario,
    list_reached,
)
from analysis.workload.tree import BuildTree

_USUAL = BuildOptions()


def make_context(
    source: Path,
    scenario: str,
    target: Path,
    bases: Mapping[str, str],
    newer: Mapping[str, str],
    replacements: Path | None = None,
    without: Collection[str] = (),
    options: BuildOptions = _USUAL,
) -> None:
    """Write to `target` the context as of the commit that `scenario` is.

    `bases` says which image stands for each that the Dockerfile names, `newer` for those that it
    builds on from a scenario with newer base images on; others stay. Files under
    `replacements`/SCENARIO replace those of the context instead of a derived change. UnknownName
    for the scenario, ContextError when that commit can't be derived; such commits before it, and
    those of the scenarios `without` which it is asked for, are left out.
    """
    *before, last = list_reached(scenario)
    given, tree = list_replacements(replacements), BuildTree(source, options)
    changes = {each.name: _find_change(each, tree, given) for each in (*before, last)}
    kept = [each for each in before if changes[each.name] and each.name not in without]
    if changes[scenario] is None:
        raise ContextError(f"{source}: {_explain_absence(last)}.")
    commits = [*kept, last]
    _copy(source, target, options)
    for commit in commits:
        if replacements is not None and commit.name in given:
            shutil.copytree(replacements / commit.name, target, symlinks=True, dirs_exist_ok=True)
        elif commit.change:
            commit.change(target, changes[commit.name])
    images = {name: newer[name] for name in list_bases(target, options) if name in newer}
    newest = any(commit.newer_base for commit in commits)
    set_images(target, {**bases, **images} if newest else bases, options)


def _copy(source: Path, target: Path, options: BuildOptions) -> None:
    """Copy what of a context a build may read: its Dockerfile also where it is left out."""
    rules = read_ignore(source, options.dockerfile)
    shutil.copytree(source, target, symlinks=True, ignore=leave_out(source, rules))
    for name in (options.dockerfile, find_ignore(source, options.dockerfile)):
        if name and not (target / name).exists() and (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def make_commit(
    source: Path,
    commit: Commit,
    target: Path,
    bases: Mapping[str, str],
    replacements: Path | None = None,
    options: BuildOptions = _USUAL,
) -> None:
    """Write to `target` the context as of a story's commit; ContextError where it can't be derived.

    `bases` and `replacements` as for make_context. A change that is there twice is made twice.
    """
    given, tree = list_replacements(replacements), BuildTree(source, options)
    changes = {name: _find_change(_BY_NAME[name], tree, given) for name in commit.of}
    for name, change in changes.items():
        if not change:
            raise ContextError(f"{source}: {_explain_absence(_BY_NAME[name])}.")
    make_context(source, SEQUENCE[0].name, target, bases, {}, replacements, (), options)
    for name in commit.of:
        act = _BY_NAME[name].change
        if replacements is not None and name in given:
            shutil.copytree(replacements / name, target, symlinks=True, dirs_exist_ok=True)
        elif act:
            act(target, changes[name])
    set_images(target, bases, options)


_BY_NAME = {each.name: each for each in (*SEQUENCE, *STORIES)}


def derivable_stories(
    source: Path, replacements: Path | None = None, options: BuildOptions = _USUAL
) -> dict[str, str | None]:
    """derivable for the scenarios of STORIES: each needs all that its commits change."""
    given, tree = list_replacements(replacements), BuildTree(source, options)
    reasons = {
        name: None if _find_change(each, tree, given) else _explain_absence(each)
        for name, each in _BY_NAME.items()
        if each.change
    }
    return {
        each.name: next((reasons[name] for name in each.changes if reasons[name]), None)
        for each in STORIES
    }


def _find_change(scenario: Scenario, tree: BuildTree, given: Collection[str]) -> Any:
    """What a scenario's commit changes; True where it is given or there is nothing to be found."""
    if scenario.find is None or scenario.name in given:
        return True
    return scenario.find(tree)


def derivable(
    source: Path, replacements: Path | None = None, options: BuildOptions = _USUAL
) -> dict[str, str | None]:
    """Scenario -> why it can't be derived for this context and the cure, null when it can.

    ContextError when the folder has no Dockerfile or the replacements are none, UnknownName
    when one of them is for no scenario.
    """
    given, tree = list_replacements(replacements), BuildTree(source, options)
    found = {each.name: _find_change(each, tree, given) for each in SEQUENCE}
    return {each.name: None if found[each.name] else _explain_absence(each) for each in SEQUENCE}


def _explain_absence(scenario: Scenario) -> str:
    """Why a scenario's commit can't be derived for a context, and the cure."""
    return f"{scenario.absent}; give its files as REPLACEMENTS/{scenario.name}"


def find_changes(source: Path, options: BuildOptions = _USUAL) -> dict[str, Change]:
    """Scenario -> what its commit changes, of those that change something. ContextError."""
    tree = BuildTree(source, options)
    found = ((each.name, each.find(tree)) for each in SEQUENCE if each.find)
    return {name: change for name, change in found if change}


def plan_changes(
    context: str | Path, options: BuildOptions | None = None, **chosen: Any
) -> pd.DataFrame:
    """One row a scenario: scenario, file (its commit changes it), instruction (the first layer

    that should miss), why; null where nothing changes. `options`, or its fields by their names,
    say which build: dockerfile, target, build_args, source_file, dependency_file. ContextError.

    >>> planned = analysis.plan_changes("deploy").set_index("scenario")
    >>> planned.loc["dependency", ["file", "instruction"]].tolist()
    ['requirements.txt', 'COPY requirements.txt ./']
    """
    options = replace(options or _USUAL, **chosen)
    changes = find_changes(find_folder(context), options)
    rows: list[tuple[str | None, ...]] = []
    for each in SEQUENCE:
        change = changes.get(each.name)
        if change:
            rows.append((each.name, change.file, change.instruction, change.why))
        else:
            why = _explain_absence(each) if each.find else each.words
            rows.append((each.name, None, None, why))
    return pd.DataFrame(rows, columns=["scenario", "file", "instruction", "why"], dtype="string")


def list_replacements(folder: Path | None) -> set[str]:
    """The scenarios whose files a user gives, each in a folder of its name.

    ContextError when there is none, UnknownName for a folder of another name.
    """
    if folder is None:
        return set()
    names = {path.name for path in folder.glob("[!.]*") if path.is_dir()}
    for name in sorted(names - set(KNOWN_SCENARIOS)):
        raise UnknownName(f"scenario in {folder} for the folder", name, SCENARIOS)
    if not names:
        what = "holds no folder" if folder.is_dir() else "is not a folder"
        folders = join_words((each.name for each in SEQUENCE if each.find), "or")
        raise ContextError(
            f"{folder} {what}: REPLACEMENTS must be one with the files of a commit in a folder of "
            f"its scenario's name: {folders}."
        )
    return names
