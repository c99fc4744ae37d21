"""What experiment.json says otherwise than the runs beside it: one of them was edited."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.times import read_time
from analysis.words import join_words

# seconds by which clocks may differ
_SLACK = pd.Timedelta(seconds=1)


def contradict_facts(
    folder: Path, facts: Mapping[str, Any], runs: pd.DataFrame
) -> Iterator[tuple[Path, str]]:
    """(experiment.json, what in it no run bears out), in words; nothing of what it does not say.

    The runs are judged by each other, so that none becomes invalid by an edit of that file.
    """
    if runs.empty:
        return
    path = folder / "experiment.json"
    for name in ("place", "link"):
        told, known = facts.get(name), sorted(runs[name].dropna().unique())
        if isinstance(told, str) and known and told not in known:
            yield path, f"{path} says {name} {told}, and its runs {join_words(known)}."
    named = facts.get("buildspecs")
    absent = sorted({*runs["strategy"]} - {*named}) if isinstance(named, dict) and named else []
    if absent:
        yield path, f"{path} names no buildspec of {join_words(absent)}, of which there are runs."
    first, begun = runs["started"].min(), _read_begin(facts.get("started"))
    if begun is not None and pd.notna(first) and begun > first + _SLACK:
        yield path, f"{path} says that it began after the first of its runs."


def _read_begin(value: Any) -> pd.Timestamp | None:
    """A time as it stands in experiment.json, null for none."""
    try:
        return pd.Timestamp(read_time(value)) if isinstance(value, str) else None
    except ValueError:
        return None
