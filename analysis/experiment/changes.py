"""What the commits of an experiment change: told before it, kept with it, checked after it."""

from collections.abc import Iterable, Iterator, Mapping
from glob import escape
from pathlib import Path
from typing import Any

from analysis import measures
from analysis.errors import EngineError
from analysis.experiment.settings import Settings
from analysis.lab import find_missing_images
from analysis.records import CHANGES, read_facts
from analysis.results import read_experiment
from analysis.words import join_words
from analysis.workload import (
    KNOWN_SCENARIOS,
    SEQUENCE,
    BuildTree,
    Change,
    Strategy,
    carries_mounts,
    find_changes,
    find_mounting,
    find_syntax,
    list_cache_mounts,
    list_replacements,
    list_secrets,
    read_dockerfile,
)


def list_changes(settings: Settings, scenarios: Iterable[str]) -> dict[str, Change]:
    """Scenario -> what its commit changes, of those whose files the user does not give."""
    given = list_replacements(settings.replacements)
    found = find_changes(settings.context, settings.options)
    return {name: found[name] for name in scenarios if name in found and name not in given}


def record_changes(changes: Mapping[str, Change]) -> dict[str, Any]:
    """What experiment.json says of them."""
    return {
        CHANGES: {
            name: {
                "file": change.file,
                "layers": [
                    {"stage": each.stage, "position": each.position, "instruction": each.text}
                    for each in change.layers
                ],
                "why": change.why,
            }
            for name, change in changes.items()
        }
    }


def say_changes(settings: Settings, scenarios: Iterable[str]) -> Iterator[str]:
    """A line for each scenario: what its commit changes, and which layer should miss first."""
    known = {each.name: each for each in SEQUENCE}
    changes, given = list_changes(settings, scenarios), list_replacements(settings.replacements)
    for name in scenarios:
        if name in given:
            yield f"{name}: files in {settings.replacements}/{name} replace those of the context"
        elif name in changes:
            yield f"{name}: {_say_change(changes[name], known[name].newer_base)}"
        elif name in known:
            yield f"{name}: {known[name].words}; layers that a cache can give: {known[name].reuse}"


def _say_change(change: Change, newer_base: bool) -> str:
    """What a commit changes, and which layer should miss first."""
    if newer_base:
        return f"a newer image takes the place of {change.instruction}; all on it should miss"
    return (
        f"{change.file} changes ({change.why}); the first layer to miss should be "
        f"{change.instruction}"
    )


def say_needs(settings: Settings, strategies: Iterable[Strategy]) -> Iterator[str]:
    """A line for secrets that nobody gives, and for cache mounts: which strategies keep them."""
    tree = BuildTree(settings.context, settings.options)
    if lacking := sorted(list_secrets(tree)):
        yield (
            f"secrets that steps mount and nobody gives: {join_words(lacking)} (SECRETS=id=NAME,"
            "src=FILE)"
        )
    mounting = find_mounting(tree.layers)
    if mounting:
        kept = [each.name for each in strategies if carries_mounts(each)]
        folders = {each.target for layer in mounting for each in list_cache_mounts(layer.text)}
        yield (
            f"cache mounts ({join_words(sorted(folders))}): of these strategies kept by "
            f"{join_words(kept)}; the others begin with empty ones, as no exported cache carries "
            "them"
        )


def say_images(settings: Settings, images: Iterable[str]) -> Iterator[str]:
    """A line for each of the images that builds take which is nowhere to be had."""
    images = list(dict.fromkeys(images))
    syntax = find_syntax(read_dockerfile(settings.context, settings.options))
    try:
        missing = find_missing_images(images)
    except EngineError:
        yield f"no Docker engine answers, so {join_words(images)} could not be looked for"
        return
    for image in missing:
        cure = "check its name, or pull it first"
        if image == syntax:
            cure = "BuildKit's built-in frontend is to read the Dockerfile"
        yield f"the image {image} is neither on this engine nor in its registry: {cure}"


def say_unexpected(folder: Path) -> Iterator[str]:
    """A line for each scenario in which other layers began to miss than its change should hit."""
    changes = read_facts(folder).get(CHANGES)
    # what was built by no commit is read for nothing
    if not isinstance(changes, dict) or not any(
        any(folder.glob(f"runs/*.{escape(name)}.*")) for name in changes
    ):
        return
    experiment = read_experiment(folder)
    checked = measures.check_first_misses(experiment.runs, experiment.misses(), changes)
    for row in checked[checked["agrees"].eq(False)].itertuples():
        file = str(row.file or "the Dockerfile")
        words = f"{file} was changed, and {row.expected} should have been"
        cure = (
            f": give another file by {str(row.scenario).upper()}_FILE, or the commit's files by "
            "REPLACEMENTS"
        )
        known = row.scenario in KNOWN_SCENARIOS
        yield f"{row.scenario}: {words} the first layer to miss; it was {row[4]}{cure * known}"
