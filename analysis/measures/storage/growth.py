"""How a repository grows: what many pushes leave in it."""

import pandas as pd

from analysis.measures.storage.footprint import count_entries
from analysis.records import Need, takes
from analysis.workload import GROWTH

_MB = 10**6


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
