"""What a lifecycle policy leaves of each strategy's pushes, under both readings of ECR's rules."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from analysis.measures.storage.footprint import count_rollbacks, pick_sequences
from analysis.records import takes
from analysis.registry import preview_lifecycle

# whether children of an index count is not documented, and reports differ; the second is what
# preview_lifecycle does by default
READINGS = {"each entry counts": True, "children don't count": False}
COLUMNS = ["strategy", "run", "reading", "entries", "entries_kept", "builds", "builds_kept"]


@takes(
    runs="run strategy scenario round started",
    images="run apart digest kind tags pushed pulled parents subject archived",
)
def keep_newest(runs: pd.DataFrame, images: pd.DataFrame, number: int = 3) -> pd.DataFrame:
    """Two rows a strategy: what a policy "keep the newest `number`" leaves after its last run.

    The policy is that of the repository with the images; a cache apart from them does not count.
    strategy, run (the last of its first round), reading (READINGS), entries, entries_kept,
    builds (images or indexes that no index lists), builds_kept: those one can roll back to.
    """
    runs = pick_sequences(runs)
    first = runs[runs["round"] == runs.groupby("strategy")["round"].transform("min")]
    last = first.sort_values("started", kind="stable").groupby("strategy", sort=False).tail(1)
    images = images[~images["apart"]] if "apart" in images else images
    rows = [
        {"strategy": strategy, "run": run, "reading": reading}
        | _apply_policy(images[images["run"] == run], number, counted)
        for strategy, run in zip(last["strategy"], last["run"], strict=True)
        for reading, counted in READINGS.items()
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values("strategy", kind="stable", ignore_index=True)


def _apply_policy(images: pd.DataFrame, number: int, count_children: bool) -> dict[Hashable, Any]:
    """count_rollbacks' row of a listing, evaluated when its newest entry was pushed."""
    preview = preview_newest(images, number, count_children)
    return count_rollbacks(images, preview).iloc[0].to_dict()


def preview_newest(images: pd.DataFrame, number: int, count_children: bool) -> pd.DataFrame:
    """preview_lifecycle's rows of a rule "keep the newest `number`", when the newest was pushed."""
    now = images["pushed"].max()
    return preview_lifecycle(
        images,
        {"rules": [_newest_rule(number)]},
        now=None if pd.isna(now) else now,
        count_children=count_children,
    )


def _newest_rule(number: int) -> dict[str, Any]:
    """The rule that expires all but the newest entries."""
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": number}
    return {"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}
