"""Which strategy saves most: by the usual mix of commits, and by each mix."""

import pandas as pd

from analysis.measures.compare import EMULATED
from analysis.measures.money.month import read_mix
from analysis.measures.money.usual import MIX
from analysis.words import FASTER


def find_best(comparison: pd.DataFrame) -> tuple[str, float]:
    """(strategy, seconds): what saves most of compare's rows, weighed by the usual mix."""
    mix = read_mix(MIX)
    # what was measured of it: a mix that was not measured weighs all alike
    known = comparison["scenario"].map(mix).astype("float64")
    shares = known.fillna(0) if known.notna().any() else known.fillna(1)
    weighed = comparison["difference"].mul(shares).groupby(comparison["strategy"]).sum()
    means = weighed.div(shares.groupby(comparison["strategy"]).sum())
    return str(means.idxmin()), -float(means.min())


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
