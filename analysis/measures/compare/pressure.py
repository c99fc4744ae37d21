"""Runs whose machine was under pressure, and how much longer they took than others alike."""

from typing import Any

import pandas as pd

from analysis.records import takes


@takes(runs="strategy scenario valid expect emulated started under_pressure seconds")
def summarise_pressure(runs: pd.DataFrame) -> dict[str, Any]:
    """number (under pressure), known (runs that tell), longer (share), n.

    longer: the median over the n runs under pressure of how much more seconds each took than the
    median of the runs of its strategy and scenario that were not; null where there is none.
    """
    known = runs[runs["under_pressure"].notna()]
    pressed = known["under_pressure"].astype("bool")
    alike = ["strategy", "scenario"]
    quiet = known[~pressed & known["valid"]].groupby(alike)["seconds"].median().rename("usual")
    rows = known[pressed & known["valid"]].join(quiet, on=alike)
    longer = (rows["seconds"] / rows["usual"] - 1).dropna()
    return {
        "number": int(pressed.sum()),
        "known": len(known),
        "longer": longer.median() if len(longer) else None,
        "n": len(longer),
    }
