"""How long the builds of an experiment will take, by what builds took before."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import RecordError
from analysis.experiment.plan import Plan
from analysis.measures.compare import MIN_ROUNDS, find_smallest
from analysis.records import read_json, read_records
from analysis.shipped import RECORDED
from analysis.words import count_words
from analysis.workload import count_pushes

# relative deviations of quiet builds, and of those of a busy machine
_NOISE = (0.04, 0.07)
# a longer time between two builds is a pause, not a build
_MAX_PAUSE = pd.Timedelta(minutes=15)


def say_plan(folder: Path, plan: Plan) -> str:
    """One sentence: how many builds are missing in `folder`, of what, and about how long."""
    builds = [
        sequence.strategy.name
        for sequence in plan.sequences
        for name in plan.list_missing(folder, sequence)
        for _ in range(count_pushes(name))
    ]
    if not builds:
        return f"0 builds to run: everything asked for is finished in {folder}."
    rounds = len({each.number for each in plan.sequences})
    parts = (
        f"{len(builds)} builds to run in {folder}",
        f"strategies: {len(set(builds))}",
        f"scenarios: {len(plan.scenarios)}",
        f"rounds: {rounds}",
    )
    time = _say_time(builds, *_find_spacing(folder, plan))
    return f"{', '.join(parts)}; {time}.{_say_told(plan)}"


def _say_told(plan: Plan) -> str:
    """What differences all rounds of a plan will tell; nothing where there is nothing to compare.

    Of whichever part was built before, too: rounds are counted from the first.
    """
    rounds = max(number for number, *_ in plan.sequences)
    strategies = len(plan.facts["buildspecs"])
    if strategies < 2:
        return ""
    least = [find_smallest(rounds, strategies, len(plan.scenarios), noise) for noise in _NOISE]
    if None in least:
        return f" {MIN_ROUNDS} rounds are the fewest that tell a difference (ROUNDS)."
    quiet, busy = (f"{100 * (each or 0):.0f} %" for each in least)
    return (
        f" {count_words(rounds, 'round')} will tell savings of {quiet} and more where builds vary "
        f"by {100 * _NOISE[0]:.0f} %, of {busy} where they vary by {100 * _NOISE[1]:.0f} %."
    )


def _find_spacing(folder: Path, plan: Plan) -> tuple[pd.Series, str]:
    """Median seconds from one build's start to the next one's, by strategy, and whose.

    Of the builds in the folder, else of those recorded if they are of the same Dockerfile.
    """
    for path in (folder, RECORDED):
        if path == folder or _same_context(path, plan):
            try:
                runs = read_records(path).runs
            except RecordError:
                continue
            spacing = measure_spacing(runs)
            if len(spacing):
                return spacing, f"as {len(runs)} builds did in {path.name}"
    return pd.Series(dtype="float64"), ""


def _same_context(folder: Path, plan: Plan) -> bool:
    """Whether the runs in a folder are of the context of a plan."""
    path = folder / "experiment.json"
    known = read_json(path) if path.is_file() else {}
    return bool(known.get("context_digest") == plan.facts["context_digest"])


def measure_spacing(runs: pd.DataFrame) -> pd.Series:
    """Median seconds from a build's start to the next one's, by strategy; pauses left out."""
    runs = runs.sort_values("started")
    gaps = runs["started"].shift(-1) - runs["started"]
    gaps = gaps[gaps < _MAX_PAUSE].dt.total_seconds()
    return gaps.groupby(runs["strategy"].reindex(gaps.index)).median()


def _say_time(builds: Sequence[str], spacing: pd.Series, whose: str) -> str:
    """About how many minutes builds of these strategies take; the usual one for one unknown."""
    if spacing.empty:
        return "how long that takes is unknown for this Dockerfile until a build of it has run"
    usual = spacing.median()
    seconds = float(sum(spacing.get(name, usual) for name in builds))
    minutes = max(round(seconds / 60), 1)
    return f"about {minutes} min, if each takes as long {whose}"
