"""What branches take from one another where they share a cache, and what a fallback gives back."""

import pandas as pd

from analysis.measures.caching.hits import hits_by_run
from analysis.records import Need, takes
from analysis.workload import MAIN, STORIES

_BRANCHED = {each.name: each for each in STORIES if each.branches - {MAIN}}
# what a strategy's name ends with where branches have references of their own and fall back to
# main's, and where main alone exports
_REFERENCES = {"-branches": "fallback", "-main": "main alone"}


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


@takes(shared=Need("scenario strategy n hits possible lost", shared_references))
def compare_references(shared: pd.DataFrame) -> pd.DataFrame:
    """What one reference for all branches loses, and what another choice gives back of it.

    A row a strategy that was also built as STRATEGY-branches (a branch has its own reference and
    falls back to main's) or STRATEGY-main (main alone exports), and each of these: strategy, other,
    choice (fallback, main alone), commits (scenarios that both were built for), n (the fewest runs
    of one), possible and lost (of the strategy), back (hits that the other has more). Hits are sums
    of shared_references' medians.
    """
    parts = [_pair(shared, end).assign(choice=choice) for end, choice in _REFERENCES.items()]
    both = pd.concat(parts, ignore_index=True)
    both["back"] = both["hits_other"] - both["hits"]
    both["n"] = both[["n", "n_other"]].min(axis="columns")
    groups = both.groupby(["strategy", "other", "choice"], sort=False)
    table = groups[["possible", "lost", "back"]].sum()
    table.insert(0, "n", groups["n"].min())
    table.insert(0, "commits", groups.size())
    return table.reset_index()


def _pair(shared: pd.DataFrame, end: str) -> pd.DataFrame:
    """The rows of strategies beside those of the strategies whose names end with more."""
    other = shared.loc[shared["strategy"].str.endswith(end)]
    other = other.assign(other=other["strategy"], strategy=other["strategy"].str.removesuffix(end))
    keys = ["scenario", "strategy"]
    columns = [*keys, "other", "hits", "n"]
    return shared.merge(other[columns], on=keys, suffixes=("", "_other"))
