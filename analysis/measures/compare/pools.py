"""Builds of a pool of kept hosts, by which kind of host they landed on."""

import numpy as np
import pandas as pd

from analysis.measures.compare.cells import Cells
from analysis.measures.compare.estimates import Array
from analysis.workload import COLD_STARTS


def count_rarer_hosts(runs: pd.DataFrame) -> pd.Series:
    """Builds on the kind of host, used or empty, that fewer landed on, by scenario and strategy.

    Of strategies with a pool of kept hosts alone; a cold build is on an empty one by definition.
    """
    hosts = runs["host"].eq("kept") if "host" in runs else None
    if hosts is None or not hosts.any():
        return pd.Series(dtype="float64", index=pd.MultiIndex.from_arrays([[], []]))
    kept = runs["strategy"].isin(runs.loc[hosts, "strategy"])
    runs = runs[kept & ~runs["scenario"].isin(COLD_STARTS)]
    kinds = pd.DataFrame(
        {"empty": runs["host_empty"].eq(True), "used": runs["host_empty"].eq(False)}
    )
    groups = kinds.fillna(False).astype("int64").groupby([runs["scenario"], runs["strategy"]])
    return groups.sum().min(axis="columns").astype("float64")


def find_rarer_hosts(cells: Cells, rarer_hosts: pd.Series) -> Array:
    """Builds on the rarer kind of host of each strategy or its baseline, [scenario, strategy].

    Of count_rarer_hosts' counts; null without a pool.
    """
    if rarer_hosts.empty:
        return np.full((len(cells.scenarios), len(cells.strategies) - 1), np.nan)
    names = pd.MultiIndex.from_product([cells.scenarios, cells.strategies])
    found = rarer_hosts.reindex(names).to_numpy(dtype="float64")
    counts = found.reshape(len(cells.scenarios), len(cells.strategies))
    return np.fmin(counts[:, 1:], counts[:, :1])
