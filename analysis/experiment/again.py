"""The command that builds an experiment's missing rounds, as its user would type it."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.experiment.forms import PLACES
from analysis.experiment.recorded import FOLDERS
from analysis.experiment.settings import list_settings
from analysis.shipped import ROOT, in_checkout
from analysis.workload import BASELINE, SCENARIOS, STORY_NAMES, UNSHAPED, load_strategies


def write_again(
    folder: Path,
    facts: Mapping[str, Any],
    runs: pd.DataFrame,
    rounds: int,
    baseline: str = BASELINE,
    commits: int = 0,
) -> str:
    """The command for so many rounds of an experiment: of make in a checkout, else of its own.

    With `commits` it is that for another experiment, beside it, of so many of a git history.

    `facts`: what experiment.json says. Settings that have their default are left out, folders are
    named from where the command is typed, and a baseline that was never built is built with them.
    """
    made = in_checkout()
    values = _list_recorded(facts) | _list_names(facts, runs, baseline)
    if values.get("place", PLACES[0]) != PLACES[0]:
        # what is recorded of AWS's link is no setting
        values.pop("link", None)
    elif facts:
        values.setdefault("link", UNSHAPED)
    if commits:
        folder = folder.with_name(f"{folder.name}-{commits}")
        values |= {"commits": str(commits)}
    else:
        values |= {"rounds": str(rounds)}
    values |= {"experiment": _name_path(folder, str(folder))}
    words = ["make" if made else "codebuild-cache", "experiment"]
    for each in list_settings():
        value = values.get(each.name, each.text)
        if value != each.text:
            words += [f"{each.variable}={value}"] if made else [each.option, value]
    return shlex.join(words)


def _name_path(path: Path, given: str) -> str:
    """A path as it is typed where the command is: at the top of a checkout, else here.

    One that lies elsewhere stays as it was given.
    """
    base = ROOT if in_checkout() else Path.cwd()
    whole = path.resolve()
    return str(whole.relative_to(base)) if whole.is_relative_to(base) else given


def _list_recorded(facts: Mapping[str, Any]) -> dict[str, str]:
    """Text by name of the settings that experiment.json holds; older ones name the context only."""
    values = {
        each.name: str(each.form.write(facts[each.name]))
        for each in list_settings()
        if each.form.recorded and isinstance(facts.get(each.name), type(each.default))
    }
    folders = facts.get(FOLDERS, {"context": facts.get("context")})
    if isinstance(folders, dict):
        texts = {name: path for name, path in folders.items() if isinstance(path, str)}
        # a relative one was typed as it stands
        values |= {
            name: _name_path(Path(path), path) if Path(path).is_absolute() else path
            for name, path in texts.items()
        }
    return values


def _list_names(facts: Mapping[str, Any], runs: pd.DataFrame, baseline: str) -> dict[str, str]:
    """Strategies, scenarios and the place, where they are not all of them and the lab."""
    built = facts.get("buildspecs")
    strategies = list(built) if isinstance(built, dict) else list(runs["strategy"].unique())
    if strategies and baseline not in strategies:
        strategies.insert(0, baseline)
    known = load_strategies()
    named = {name for name, each in known.items() if not each.by_default}
    lists = {
        "strategies": (strategies, set(known) - named, named),
        "scenarios": (list(runs["scenario"].unique()), set(SCENARIOS), set(STORY_NAMES)),
    }
    values = {
        name: ",".join(there)
        for name, (there, usual, unusual) in lists.items()
        if there and (not usual <= set(there) or unusual & set(there))
    }
    places = runs["place"].unique()
    if facts.get("commits"):
        values.pop("scenarios", None)
    return values | ({"place": str(places[0])} if len(places) == 1 else {})
