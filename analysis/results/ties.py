"""Which strategies can't be told from the fastest."""

import pandas as pd

from analysis.measures.compare import EMULATED
from analysis.results.experiment import Experiment


def find_tied(experiment: Experiment, rows: pd.DataFrame) -> set[str]:
    """The faster strategies that are not shown to be slower than the fastest of their kind.

    `rows` are compare's of one scenario; the emulated are a kind of their own.
    """
    tied: set[str] = set()
    faster = rows[rows["verdict"] == "faster"]
    for _, kind in faster.groupby(faster["strategy"].str.endswith(EMULATED)):
        best = kind.sort_values("difference", kind="stable")["strategy"].iloc[0]
        others = experiment.compare(best.removesuffix(f" {EMULATED}"))
        others = others[others["scenario"].eq(rows["scenario"].iloc[0])]
        behind = others.loc[others["verdict"] == "slower", "strategy"]
        tied |= set(kind["strategy"]) - {*behind, best}
    return tied
