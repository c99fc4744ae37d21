"""Which strategy for which mix of commits: the advice in one paragraph."""

import pandas as pd

from analysis.measures.compare import FALSE_REPORTS
from analysis.measures.money.month import month_minutes, read_mix
from analysis.measures.money.usual import MIXES
from analysis.records import takes
from analysis.workload import BASELINE


@takes(runs="strategy scenario round seconds valid emulated expect started host host_empty")
def compare_mixes(
    runs: pd.DataFrame, baseline: str = BASELINE, level: float = FALSE_REPORTS
) -> pd.DataFrame:
    """A row a mix (MIXES) and strategy but the baseline: what one build of the mix takes.

    mix, shares (text), strategy, n (rounds of both), seconds (of the strategy), difference, low,
    high (seconds a build against the baseline, 95 % intervals for all strategies at once), verdict.
    """
    tables = []
    for name, text in MIXES.items():
        rows = month_minutes(runs, read_mix(text), 1, baseline, level)
        rows = rows[rows["strategy"] != baseline].assign(mix=name, shares=text)
        rows = rows.assign(n=rows["pairs"], seconds=60 * rows["minutes"])
        rows[["difference", "low", "high"]] *= 60
        tables.append(rows)
    columns = ["mix", "shares", "strategy", "n", "seconds", "difference", "low", "high", "verdict"]
    return pd.concat(tables, ignore_index=True)[columns]
