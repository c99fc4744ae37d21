"""How long the builds of an experiment will take, by what builds took before."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import RecordError
from analysis.experiment.plan import Plan
from analysis.records import read_records
from analysis.shipped import RECORDED

# a longer time between two builds is a pause, not a build
PAUSE = pd.Timedelta(minutes=15)


def say_plan(folder: Path, plan: Plan) -> str:
    """One sentence: how many builds are missing in `folder`, of what, and about how long."""
    builds = [
        sequence.strategy.name
        for sequence in plan.sequences
        for _ in plan.list_missing(folder, sequence)
    ]
    if not builds:
        return f"0 builds to run: everything asked for is finished in {folder}."
    rounds = len({number for number, _ in plan.sequences})
    parts = (
        f"{len(builds)} builds to run in {folder}",
        f"strategies: {len(set(builds))}",
        f"scenarios: {len(plan.scenarios)}",
        f"rounds: {rounds}",
    )
    return f"{', '.join(parts)}; {say_time(builds, *find_spacing(folder))}."


def find_spacing(folder: Path) -> tuple[pd.Series, str]:
    """Median seconds from one build's start to the next one's, by strategy, and whose."""
    for place in (folder, RECORDED):
        try:
            runs = read_records(place).runs
        except RecordError:
            continue
        spacing = measure_spacing(runs)
        if len(spacing):
            return spacing, f"as {len(runs)} builds did in {place.name}"
    return pd.Series(dtype="float64"), ""


def measure_spacing(runs: pd.DataFrame) -> pd.Series:
    """Median seconds from a build's start to the next one's, by strategy; pauses left out."""
    runs = runs.sort_values("started")
    gaps = runs["started"].shift(-1) - runs["started"]
    gaps = gaps[gaps < PAUSE].dt.total_seconds()
    return gaps.groupby(runs["strategy"].reindex(gaps.index)).median()


def say_time(builds: Sequence[str], spacing: pd.Series, whose: str) -> str:
    """About how many minutes builds of these strategies take; the usual one for one unknown."""
    if spacing.empty:
        return "how long that takes is not known: nothing was built yet"
    seconds = sum(spacing.get(name, spacing.median()) for name in builds)
    minutes = max(round(seconds / 60), 1)
    return f"about {minutes} min, if each takes as long {whose}"
