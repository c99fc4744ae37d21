"""The few numbers in which hits, misses and the reuse of hosts end."""

from typing import Any

import pandas as pd


def summarise_misses(runs: pd.DataFrame, misses: pd.DataFrame) -> dict[str, Any]:
    """runs, missed (of them), told (of those, with every cause known), causes (cause -> runs)."""
    rows = misses[misses["first"] & misses["run"].isin(runs["run"])]
    unknown = rows.loc[rows["cause"].eq("unknown"), "run"].nunique()
    missed = rows["run"].nunique()
    causes = rows.groupby("cause")["run"].nunique().sort_values(ascending=False, kind="stable")
    return {
        "runs": len(runs),
        "missed": missed,
        "told": missed - unknown,
        "causes": causes.to_dict(),
    }


def summarise_reuse(seen: pd.DataFrame) -> dict[str, float]:
    """builds, used (of them, on a host that had built before), expected (share by the model)."""
    builds = int(seen["builds"].sum())
    expected = float((seen["expected"] * seen["builds"]).sum())
    return {
        "builds": builds,
        "used": int(seen["used"].sum()),
        "expected": expected / builds if builds else float("nan"),
    }
