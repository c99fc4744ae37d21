"""Which strategy for which mix of commits: the advice in one paragraph."""

import pandas as pd

from analysis.measures.compare import EMULATED
from analysis.measures.money.month import can_tell, month_minutes, read_mix
from analysis.measures.money.usual import MIXES
from analysis.words import say_range, say_seconds


def compare_mixes(runs: pd.DataFrame, baseline: str = "docker") -> pd.DataFrame:
    """A row a mix (MIXES) and strategy but the baseline: what one build of the mix takes.

    mix, shares (text), strategy, n (rounds of both), seconds (of the strategy), difference, low,
    high (seconds a build against the baseline, 95 % interval), verdict.
    """
    tables = []
    for name, text in MIXES.items():
        rows = month_minutes(runs, read_mix(text), 1, baseline)
        rows = rows[rows["strategy"] != baseline].assign(mix=name, shares=text)
        rows = rows.assign(n=rows["pairs"], seconds=60 * rows["minutes"])
        rows[["difference", "low", "high"]] *= 60
        tables.append(rows)
    columns = ["mix", "shares", "strategy", "n", "seconds", "difference", "low", "high", "verdict"]
    return pd.concat(tables, ignore_index=True)[columns]


def say_mixes(table: pd.DataFrame, baseline: str = "docker") -> str:
    """One paragraph of compare_mixes' rows: for each mix what to use; '' when nothing is told."""
    if not can_tell(table):
        return ""
    groups = table[~table["strategy"].str.endswith(EMULATED)].groupby("mix", sort=False)
    parts = (say_mix(name, rows, baseline) for name, rows in groups)
    return f"by what a project's builds are of, against {baseline}: {'; '.join(parts)}"


def say_mix(name: str, rows: pd.DataFrame, baseline: str) -> str:
    """What to use for one mix, of those that are not emulated."""
    start = f"{name} ({rows['shares'].iloc[0]} %)"
    faster = rows[rows["verdict"] == "faster"]
    if faster.empty:
        return f"{start}: {baseline}, none is shown to be faster"
    best = faster.loc[faster["difference"].idxmin()]
    share = -best["difference"] / (best["seconds"] - best["difference"])
    return (
        f"{start}: {best['strategy']}, {say_seconds(-best['difference'])} a build less "
        f"({100 * share:.0f} %; 95 % interval {say_range(-best['high'], -best['low'])}, "
        f"n = {best['n']})"
    )
