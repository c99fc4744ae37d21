"""Steps with cache mounts: which strategies keep what they mount, and what it costs not to."""

from collections.abc import Collection

import pandas as pd

from analysis.records import takes
from analysis.rows import join_rows, name_missing
from analysis.workload import COLD_STARTS, list_cache_mounts

_KEEPING = ("kept", "server")
_COLUMNS = {
    "strategy": "string",
    "instruction": "string",
    "carries": "boolean",
    "n": "int64",
    "seconds": "float64",
    "more": "float64",
}


@takes(runs="run strategy scenario log host", steps="log kind status name seconds")
def cache_mounts(
    runs: pd.DataFrame, steps: pd.DataFrame, keeping: Collection[str] = ()
) -> pd.DataFrame:
    """One row a strategy and instruction with a cache mount: whether later builds find its folder.

    strategy, instruction · carries: its host or engine is kept, or it is among `keeping`, those
    whose commands save mounts; no exported cache holds them · n, seconds: how often the step ran
    after a cold start, and its median · more: seconds beyond the median of strategies that carry
    them; null where none of those ran it.
    """
    names = steps["name"].dropna().unique()
    mounting = [name for name in names if list_cache_mounts(name)]
    found = steps[steps["kind"].eq("layer") & steps["name"].isin(mounting)]
    keys = runs[["strategy", "scenario", "host"]].assign(log=name_missing(runs["log"]))
    table = join_rows(keys, found, ["log"], many=True)
    hosts = runs["host"].isin(_KEEPING) | runs["strategy"].isin(list(keeping))
    carrying = set(runs.loc[hosts, "strategy"])
    warm = table["status"].eq("ran") & ~table["scenario"].isin(COLD_STARTS)
    table = table.assign(ran=table["seconds"].where(warm))
    groups = table.groupby(["strategy", "name"], sort=False)["ran"]
    rows = groups.agg(n="count", seconds="median").reset_index()
    rows = rows.rename(columns={"name": "instruction"})
    rows["carries"] = rows["strategy"].isin(carrying)
    kept = rows[rows["carries"]].groupby("instruction")["seconds"].median()
    more = rows["seconds"] - rows["instruction"].map(kept).astype("float64")
    rows["more"] = more.where(~rows["carries"])
    rows = rows[list(_COLUMNS)].astype(_COLUMNS)
    return rows.sort_values(["instruction", "strategy"], kind="stable", ignore_index=True)
