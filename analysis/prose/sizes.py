"""The answers for projects of several sizes and mixes: a sentence, the cells of a small table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.answers import Answer
from analysis.prose.answer import pick_numbers, say_where
from analysis.prose.template import say, tell
from analysis.rows import list_records

_HEADS = ("project", "work", "baseline", "use", "difference", "turn")
_Cells = Sequence[str]


def say_sizes(sizes: pd.DataFrame, found: Answer) -> str:
    """What to use for each of answer_sizes' projects, and where it turns; '' for fewer than two.

    `found`: the answer that they stand beside.
    """
    if len(sizes) < 2:
        return ""
    parts = [_say_project(row, found.baseline) for row in list_records(sizes)]
    return say("sizes.all", where=say_where(found), projects=tell("; ").join(parts))


def say_mixes(mixes: pd.DataFrame) -> list[str]:
    """Under what answer_mixes' advice holds that the builds did not show; none where they did."""
    skipped = "restart_under" in mixes and mixes["restart_under"].notna().any()
    return [say("sizes.restart")] if skipped else []


def tabulate_sizes(sizes: pd.DataFrame, found: Answer) -> tuple[_Cells, Sequence[_Cells]]:
    """(heads, rows) of answer_sizes' projects, in words; no rows for fewer than two."""
    heads = [say(f"sizes.{name}", baseline=found.baseline) for name in _HEADS]
    return heads, [_list_cells(row) for row in list_records(sizes) if len(sizes) > 1]


def _say_project(row: Mapping[str, Any], baseline: str) -> str:
    """What to use for a project; where it is known, from how much work on its strategy pays."""
    name = "close" if pd.isna(row["use"]) else "stay" if row["use"] == baseline else "faster"
    turn = "" if pd.isna(row["pays_from"]) else say("sizes.pays", ends=_find_ends(row), **row)
    numbers = pick_numbers(row)
    return say(f"sizes.{name}", numbers=numbers, baseline=baseline, **row) + turn


def _list_cells(row: Mapping[str, Any]) -> _Cells:
    """The cells of a project."""
    turn = "" if pd.isna(row["pays_from"]) else say("sizes.from", ends=_find_ends(row), **row)
    return [
        row["project"],
        *(say("sizes.seconds", seconds=row[name]) for name in ("work", "seconds_from")),
        say("sizes.untold") if pd.isna(row["use"]) else row["use"],
        say("sizes.of", numbers=pick_numbers(row), strategy=row["strategy"]),
        turn,
    ]


def _find_ends(row: Mapping[str, Any]) -> tuple[float, float]:
    """The interval of the work from which on a strategy pays."""
    return row["pays_from_low"], row["pays_from_high"]
