"""Where an experiment's numbers come from, in words for the reader of a report."""

from typing import Any

import pandas as pd

from analysis.answers import is_older_lab, list_unrestarted
from analysis.languages import translate, translate_value
from analysis.prose.template import tell
from analysis.records import FAILING, Experiment
from analysis.results import describe_builds, list_places, say_dates
from analysis.words import count_words, join_words, list_words
from analysis.workload import KNOWN_SCENARIOS

_VERSIONS = {
    "engine": "Docker",
    "buildx": "buildx",
    "buildkit": "BuildKit",
    "storage_driver": "storage",
}


def summarise_source(experiment: Experiment) -> str:
    """One or two sentences: when and where the builds ran, how many, and which are emulated."""
    runs = experiment.runs
    if runs.empty:
        return tell("No build has been recorded yet.")
    emulated = _list_values(runs.loc[runs["emulated"], "strategy"])
    builds = count_words(len(runs), "recorded build")
    text = tell(
        "{builds}, run in {places}, {dates}.",
        builds=builds,
        places=list_places(runs),
        dates=say_dates(runs),
    )
    text += tell(" Emulated there: {emulated}.", emulated=emulated) if emulated else ""
    return text + _say_lab(experiment)


def _say_lab(experiment: Experiment) -> str:
    """That the lab was an older one, and for which strategies it spared a step; '' of any other."""
    if not is_older_lab(experiment):
        return ""
    spared = list_unrestarted(experiment)
    without = (
        tell(", without the restart of the engine for {names}", names=join_words(spared))
        if spared
        else ""
    )
    return tell(" The lab was an older, slower one{without}.", without=without)


def describe_source(experiment: Experiment) -> dict[str, str]:
    """Label -> value of each fact a reader needs to judge or repeat the experiment."""
    runs, facts = experiment.runs, experiment.facts
    described = {
        "Experiment": experiment.folder.name,
        "Builds": describe_builds(runs),
        "Ran": tell("{dates} in {places}", dates=say_dates(runs), places=list_places(runs))
        if len(runs)
        else "",
        "Emulated": _list_values(runs.loc[runs["emulated"], "strategy"]),
        "Built": str(facts.get("context") or ""),
        "Machine": _describe_machine(_find_part(facts, "machine")),
        "Versions": _list_versions(runs),
        "Images": tell("; ").join(
            f"{name} {image}" for name, image in _find_part(facts, "images").items()
        ),
        "Links": _list_values(runs["link"]),
    }
    return {translate(label): value for label, value in described.items() if value}


def _find_part(facts: dict[str, Any], name: str) -> dict[str, Any]:
    """What is known of one of the facts of several parts, {} when nothing is."""
    part = facts.get(name)
    return {key: value for key, value in part.items() if value} if isinstance(part, dict) else {}


def _describe_machine(machine: dict[str, Any]) -> str:
    """Cores, memory, architecture and kernel of the machine the builds ran on, as recorded."""
    memory = machine.get("memory")
    parts = [
        tell("{cpus} cores", cpus=machine["cpus"]) if "cpus" in machine else "",
        tell("{gigabytes:.0f} GB of memory", gigabytes=memory / 1e9)
        if isinstance(memory, int | float)
        else "",
        str(machine.get("architecture", "")),
        tell("kernel {kernel}", kernel=machine["kernel"]) if "kernel" in machine else "",
    ]
    return list_words(part for part in parts if part)


def list_problems(experiment: Experiment) -> list[str]:
    """A sentence for each run that is not valid, each file that could not be read, and each commit

    on which the Dockerfile fails.
    """
    runs = experiment.runs
    failing = _find_part(experiment.facts, FAILING)
    invalid = runs.loc[~runs["valid"]]
    return [
        tell("{run} is not compared: {reason}", run=run, reason=translate_value(reason))
        for run, reason in zip(invalid["run"], invalid["invalid_reason"], strict=True)
    ] + [
        *(translate_value(str(reason)) for reason in experiment.problems["reason"]),
        *(_say_failing(scenario, step) for scenario, step in failing.items()),
    ]


def _say_failing(scenario: str, step: object) -> str:
    """That the Dockerfile fails on a commit; those of a history hold the ones before them."""
    if scenario not in KNOWN_SCENARIOS:
        return tell(
            "the Dockerfile fails on the commit of {scenario} ({step}), which is left out",
            scenario=scenario,
            step=step,
        )
    return tell(
        "the Dockerfile fails on the commit of {scenario} ({step}): later commits were built "
        "without it",
        scenario=scenario,
        step=step,
    )


def _list_versions(runs: pd.DataFrame) -> str:
    """The tools' versions, each with all that occurred."""
    values = {word: _list_values(runs[column]) for column, word in _VERSIONS.items()}
    return list_words(f"{word} {value}" for word, value in values.items() if value)


def _list_values(column: pd.Series) -> str:
    """The different values of a column that are known, sorted."""
    return list_words(sorted(column.dropna().astype(str).unique()))
