"""What experiment.json says of the commits of a history, beside the runs of each."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

# experiment.json's entry for the commits of a history that are its scenarios
HISTORY = "history"
_MARKS = ("kind", "first_miss")


def list_history(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The commits that an experiment replays, the oldest first; none of another, or damaged."""
    found = facts.get(HISTORY)
    rows = found if isinstance(found, list) else []
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("commit"), str)]


def mark_commits(runs: pd.DataFrame, facts: Mapping[str, Any]) -> pd.DataFrame:
    """`runs`, those of a history with commit (its scenario), kind, first_miss; null of its start.

    kind and first_miss are what git told before anything was built.
    """
    rows = {row["commit"]: row for row in list_history(facts)}
    if not rows:
        return runs
    told = {name: {one: row.get(name) for one, row in rows.items()} for name in _MARKS}
    known = runs["scenario"].where(runs["scenario"].isin(list(rows)))
    marks = {name: known.map(values).astype("string") for name, values in told.items()}
    return runs.assign(commit=known.astype("string"), **marks)
