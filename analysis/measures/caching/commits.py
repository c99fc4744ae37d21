"""The commits of a history: which layer was to miss first, and which did."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.measures.caching.expected import FIRST, check_first_misses
from analysis.records import CHANGES, takes

_COLUMNS = {
    "commit": "string",
    "subject": "string",
    "kind": "string",
    "first_miss": "string",
    "missed": "string",
    "runs": "int64",
    "agrees": "boolean",
    "problem": "string",
}


@takes(runs="run strategy scenario host", misses=FIRST)
def check_commits(
    runs: pd.DataFrame,
    misses: pd.DataFrame,
    history: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any],
) -> pd.DataFrame:
    """A row a commit, the oldest first: commit, subject, kind, first_miss (what git told).

    Then missed (the layers that began to miss, of `runs` builds that tell), agrees (null where
    none tells) and problem (why it could not be built). `history`: list_history's; `facts`:
    what experiment.json says. Of a commit at which nothing was to miss, builds that had no
    changed layer agree.
    """
    checked = check_first_misses(runs, misses, facts.get(CHANGES) or {}).set_index("scenario")
    rows = [_describe(dict(row), checked, runs, misses) for row in history]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _describe(
    row: dict[str, Any], checked: pd.DataFrame, runs: pd.DataFrame, misses: pd.DataFrame
) -> dict[str, Any]:
    """The row of one commit."""
    name = row["commit"]
    if name in checked.index:
        told = checked.loc[name]
        return row | {
            "missed": told["first missed"],
            "runs": told["runs"],
            "agrees": told["agrees"],
        }
    built = runs.loc[runs["scenario"].eq(name) & runs["host"].ne("kept"), "run"]
    changed = misses["cause"].isin(["files changed", "instruction changed"])
    missed = misses[misses["run"].isin(built) & misses["first"].fillna(False) & changed]
    names = ", ".join(dict.fromkeys(missed["name"].dropna())) or None
    agrees = None if built.empty or row.get("first_miss") else missed.empty
    return row | {"missed": names, "runs": len(built), "agrees": agrees}
