"""The build context as of each scenario's commit, derived from a context or given by its user."""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from analysis.errors import ContextError, UnknownName
from analysis.words import join_words
from analysis.workload.context_files import NOT_COPIED, list_bases, set_images
from analysis.workload.scenarios import SCENARIOS, SEQUENCE, Scenario, list_reached


def make_context(
    source: Path,
    scenario: str,
    target: Path,
    bases: Mapping[str, str],
    newer: Mapping[str, str],
    replacements: Path | None = None,
    without: Collection[str] = (),
) -> None:
    """Write to `target` the context as of the commit that `scenario` is.

    `bases` says which image stands for each that the Dockerfile names, `newer` for those that it
    builds on from a scenario with newer base images on; others stay. Files under
    `replacements`/SCENARIO replace those of the context instead of a derived change. UnknownName
    for the scenario, ContextError when that commit can't be derived; such commits before it, and
    those of the scenarios `without` which it is asked for, are left out.
    """
    *before, last = list_reached(scenario)
    reasons, given = derivable(source, replacements), list_replacements(replacements)
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
    kept = [each for each in before if reasons[each.name] is None and each.name not in without]
    commits = [*kept, last]
    for commit in commits:
        if replacements is not None and commit.name in given:
            shutil.copytree(replacements / commit.name, target, symlinks=True, dirs_exist_ok=True)
        elif commit.change:
            commit.change(target)
    images = {name: newer[name] for name in list_bases(target) if name in newer}
    newest = any(commit.newer_base for commit in commits)
    set_images(target, {**bases, **images} if newest else bases)


def derivable(source: Path, replacements: Path | None = None) -> dict[str, str | None]:
    """Scenario -> why it can't be derived for this context and the cure, null when it can.

    ContextError when the folder has no Dockerfile or the replacements are none, UnknownName
    when one of them is for no scenario.
    """
    given = list_replacements(replacements)
    return {each.name: _explain_absence(each, source, given) for each in SEQUENCE}


def _explain_absence(scenario: Scenario, source: Path, given: set[str]) -> str | None:
    """Why a scenario's commit can't be derived for a context; null when it can, or is given."""
    if scenario.find is None or scenario.find(source) or scenario.name in given:
        return None
    return f"{scenario.absent}; give its files as REPLACEMENTS/{scenario.name}"


def list_replacements(folder: Path | None) -> set[str]:
    """The scenarios whose files a user gives, each in a folder of its name.

    ContextError when there is none, UnknownName for a folder of another name.
    """
    if folder is None:
        return set()
    names = {path.name for path in folder.glob("[!.]*") if path.is_dir()}
    for name in sorted(names - set(SCENARIOS)):
        raise UnknownName(f"scenario in {folder} for the folder", name, SCENARIOS)
    if not names:
        what = "holds no folder" if folder.is_dir() else "is not a folder"
        folders = join_words((each.name for each in SEQUENCE if each.find), "or")
        raise ContextError(
            f"{folder} {what}: REPLACEMENTS must be one with the files of a commit in a folder of "
            f"its scenario's name: {folders}."
        )
    return names
