"""Which strategy saves most, by each mix of commits."""

import pandas as pd

from analysis.measures.compare import EMULATED
from analysis.words import FASTER


def best_by_mix(table: pd.DataFrame) -> pd.DataFrame:
    """mix, shares, strategy (null: none is faster), saved, low, high (s a build), share, n.

    A row a mix of compare_mixes' rows, of the strategies that are not emulated.
    """
    rows = []
    for (mix, shares), group in table[~table["strategy"].str.endswith(EMULATED)].groupby(
        ["mix", "shares"], sort=False
    ):
        row = {"mix": mix, "shares": shares, "strategy": None}
        faster = group[group["verdict"] == FASTER]
        if len(faster):
            best = faster.nsmallest(1, "difference").iloc[0]
            saved = -best["difference"]
            row |= {"strategy": best["strategy"], "saved": saved, "low": -best["high"]}
            row |= {"high": -best["low"], "share": saved / (best["seconds"] + saved)}
            row |= {"n": best["n"]}
        rows.append(row)
    columns = ["mix", "shares", "strategy", "saved", "low", "high", "share", "n"]
    return pd.DataFrame(rows, columns=columns)
