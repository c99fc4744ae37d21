"""How a repository grows: what many pushes leave in it, push by push, and what a rule expires."""

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.measures.storage.footprint import count_entries, sum_bytes
from analysis.measures.storage.rollbacks import READINGS, preview_newest
from analysis.records import Need, takes
from analysis.registry import ROLLBACK_KINDS
from analysis.workload import GROWTH

_MB = 10**6
_PUSHES = {
    "strategy": "string",
    "n": "int64",
    "pushes": "int64",
    "entries": "float64",
    "megabytes": "float64",
}


@takes(
    counts=Need(
        "strategy scenario valid pushes entries untagged unique_bytes store_bytes", count_entries
    )
)
def growth(counts: pd.DataFrame) -> pd.DataFrame:
    """A row a strategy that was built for scenario growth, the most entries first.

    strategy, n (valid runs), pushes, entries, untagged, megabytes (10**6 bytes, each blob once),
    in_s3 (megabytes of a cache there; null without one): medians of what all its pushes left;
    entries_a_push, megabytes_a_push: of the pushes together.
    """
    rows = counts[counts["scenario"].eq(GROWTH.name) & counts["valid"]]
    sizes = {
        "megabytes": rows["unique_bytes"].astype("Float64") / _MB,
        "in_s3": rows["store_bytes"].astype("Float64") / _MB,
    }
    groups = rows.assign(**sizes).groupby("strategy")
    table = groups[["pushes", "entries", "untagged", *sizes]].median().astype("Float64")
    table.insert(0, "n", groups.size())
    for name in ("entries", "megabytes"):
        table[f"{name}_a_push"] = table[name] / table["pushes"]
    return table.sort_values("entries", ascending=False, kind="stable").reset_index()


@takes(
    runs="run strategy scenario valid",
    images="run digest kind tags apart pushed parents blobs blob_bytes",
)
def growth_by_push(runs: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """What scenario growth left after each of its pushes, a row a strategy and push.

    strategy, n (valid runs), pushes (1, 2 …), entries, megabytes (10**6 bytes, each blob once):
    medians. Only the last listing is recorded: an entry is of the push whose image or index was
    pushed next to it in time. Runs whose builds can't be told apart so are left out.
    """
    rows = [
        {"strategy": strategy, "pushes": push, "entries": len(held), "megabytes": _weigh(held)}
        for strategy, listing in _list_grown(runs, images)
        for push, held in enumerate(_split_pushes(listing), start=1)
    ]
    table = pd.DataFrame(rows, columns=[name for name in _PUSHES if name != "n"])
    groups = table.groupby(["strategy", "pushes"], sort=False)
    medians = groups[["entries", "megabytes"]].median()
    medians.insert(0, "n", groups.size())
    return medians.reset_index()[list(_PUSHES)].astype(_PUSHES)


def _list_grown(runs: pd.DataFrame, images: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """(strategy, its listing) of the valid runs of scenario growth."""
    grown = runs[runs["scenario"].eq(GROWTH.name) & runs["valid"]]
    for run, strategy in zip(grown["run"], grown["strategy"], strict=True):
        yield str(strategy), images[images["run"].eq(run)]


def _split_pushes(listing: pd.DataFrame) -> list[pd.DataFrame]:
    """The entries after the first push, the second …; none where pushes can't be told apart."""
    whole = listing["kind"].isin(ROLLBACK_KINDS) & listing["parents"].map(len).eq(0)
    builds = np.sort(listing.loc[whole, "pushed"].to_numpy("datetime64[ns]"))
    if listing["pushed"].isna().any() or len(builds) == 0 or len(builds) % GROWTH.pushes:
        return []
    pushed = listing["pushed"].to_numpy("datetime64[ns]")
    nearest = np.abs(pushed[:, None] - builds[None, :]).argmin(axis=1)
    number = nearest // (len(builds) // GROWTH.pushes)
    return [listing[number <= push] for push in range(GROWTH.pushes)]


def _weigh(listing: pd.DataFrame) -> float:
    """Megabytes of a listing's distinct blobs; not a number where one's size is unknown."""
    entries = listing[["digest", "kind", "tags", "apart", "blobs", "blob_bytes"]]
    known = sum_bytes(list(entries.itertuples(index=False, name=None)))
    return float("nan") if known is None else known / _MB


@takes(
    runs="run strategy scenario valid",
    images="run apart digest kind tags pushed pulled parents subject archived",
)
def cache_survives(runs: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """From which number on a rule "keep the newest" keeps a cache beside its images, after growth.

    A row a strategy with a cache in the repository of its images: strategy, n (valid runs),
    entries (median), keeps_from (the least number that keeps every tagged cache in every run,
    however children of an index count): below it the rule can expire the cache.
    """
    rows = []
    for strategy, listing in _list_grown(runs, images):
        own = listing[~listing["apart"]]
        caches = own.loc[own["kind"].eq("cache") & own["tags"].map(len).gt(0), "digest"]
        if len(caches):
            rows.append((strategy, len(own), _find_least(own, set(caches))))
    table = pd.DataFrame(rows, columns=["strategy", "entries", "keeps_from"])
    groups = table.groupby("strategy", sort=False)
    found = groups.agg(n=("entries", "size"), entries=("entries", "median"))
    return found.assign(keeps_from=groups["keeps_from"].max()).reset_index()


def _find_least(listing: pd.DataFrame, caches: set[str]) -> int:
    """The least number of newest entries that a rule must keep so that these stay."""

    def keeps(number: int) -> bool:
        previews = (preview_newest(listing, number, each) for each in READINGS.values())
        return all(
            caches <= set(each.loc[each["action"].eq("keep"), "digest"]) for each in previews
        )

    return 1 + bisect_left(range(1, len(listing)), True, key=keeps)
