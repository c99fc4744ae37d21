"""What branches take from one another where they share a cache, and what a fallback gives back."""

import pandas as pd

from analysis.measures.caching.hits import hits_by_run
from analysis.records import Need, takes
from analysis.workload import MAIN, STORIES

_BRANCHED = {each.name: each for each in STORIES if each.branches - {MAIN}}


@takes(hits=Need("strategy scenario valid layers hits", hits_by_run))
def shared_references(hits: pd.DataFrame) -> pd.DataFrame:
    """A row a strategy and scenario with branches: the hits that it has, and those that it loses.

    scenario, strategy, n (valid runs), layers, hits (medians of hits_by_run's), possible: all
    layers where the commit was built before, else the most hits that any strategy here has; lost:
    possible less hits; alike: whether all runs have the same hits. By scenario, the fewest lost
    first.
    """
    rows = hits[hits["valid"] & hits["scenario"].isin(list(_BRANCHED))].dropna(subset=["hits"])
    groups = rows.groupby(["scenario", "strategy"])
    table = groups[["layers", "hits"]].median().astype("Float64")
    table.insert(0, "n", groups.size())
    table["alike"] = groups["hits"].nunique().eq(1)
    table = table.reset_index()
    most = table.groupby("scenario")["hits"].transform("max")
    again = table["scenario"].map(lambda name: _BRANCHED[name].retold).astype("bool")
    possible = table["layers"].where(again, most)
    table = table.assign(possible=possible, lost=possible - table["hits"])
    place = table["scenario"].map({name: at for at, name in enumerate(_BRANCHED)})
    table = table.assign(place=place).sort_values(["place", "lost"], kind="stable")
    columns = ["scenario", "strategy", "n", "layers", "hits", "possible", "lost", "alike"]
    return table[columns].reset_index(drop=True)
