"""Footprint: what each strategy leaves in the registry, push by push."""

from collections.abc import Iterator

import pandas as pd

from analysis.registry.images import KINDS, unique_bytes

NUMBERS = ("entries", *KINDS, "tagged", "untagged", "new", "unique_bytes")
COLUMNS = {
    "run": "string",
    "strategy": "string",
    "scenario": "string",
    "round": "int64",
    "valid": "bool",
    "pushes": "Int64",
    **dict.fromkeys(NUMBERS, "Int64"),
}


def count_entries(
    runs: pd.DataFrame, images: pd.DataFrame, problems: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row a run, in the order they were built: what its repository held after it.

    `images` are read_images' with `run`. Columns: run, strategy, scenario, round, valid, pushes
    (builds of its history that succeeded by then), entries, one for each of KINDS, tagged,
    untagged, new (entries that the run before of the same history did not have: null when some
    of that one's are gone, so that a history built anew is not taken for growth), unique_bytes
    (distinct blobs, as storage bills them; null when a size is unknown). All numbers are null
    for runs whose listing is among `problems` (path, reason).
    """
    runs = runs.sort_values(["started", "run"], kind="stable")
    unread = set() if problems is None else set(problems["path"].dropna())
    read = runs.loc[~runs["images"].isin(list(unread)), "run"]
    listings = dict(iter(images.groupby("run", sort=False)))
    nothing = images.iloc[:0]
    counts = [{"run": run} | count_listing(listings.get(run, nothing)) for run in read]
    table = runs.merge(
        pd.DataFrame(counts, columns=["run", *NUMBERS]).drop(columns="new"), on="run", how="left"
    )
    succeeded = table["status"].eq("succeeded").groupby([table["strategy"], table["round"]])
    table = table.assign(pushes=succeeded.cumsum(), valid=table.get("valid", True))
    digests = {run: set(listing["digest"]) for run, listing in listings.items()}
    table["new"] = list(count_new(table, {run: digests.get(run, set()) for run in read}))
    return table[list(COLUMNS)].astype(COLUMNS)


def count_listing(listing: pd.DataFrame) -> dict[str, int | None]:
    """The numbers of one run's listing, except what is new in it."""
    tagged = int(listing["tags"].map(len).gt(0).sum())
    kinds = listing["kind"].value_counts()
    return {
        "entries": len(listing),
        **{kind: int(kinds.get(kind, 0)) for kind in KINDS},
        "tagged": tagged,
        "untagged": len(listing) - tagged,
        "unique_bytes": unique_bytes(listing),
    }


def count_new(table: pd.DataFrame, digests: dict[str, set[str]]) -> Iterator[int | None]:
    """How many entries each run added to those of the run before in its history; null unknown."""
    before: dict[tuple[str, int], set[str] | None] = {}
    for run, *history in table[["run", "strategy", "round"]].itertuples(index=False):
        now, past = digests.get(run), before.get(tuple(history), set())
        before[tuple(history)] = now
        yield None if now is None or past is None or past - now else len(now - past)


def entries_per_push(counts: pd.DataFrame) -> pd.DataFrame:
    """Medians over the rounds of count_entries' valid runs, a row a strategy and scenario.

    strategy, scenario, pushes (of the history by then), n (rounds), then its numbers: that of
    scenario cold is what one push leaves, the last of a strategy what all its pushes leave.
    """
    groups = counts[counts["valid"]].groupby(["strategy", "scenario"], sort=False)
    numbers = ["pushes", *NUMBERS]
    table = groups[numbers].median().astype("Float64")
    table.insert(0, "n", groups.size())
    order = ["strategy", "scenario", "pushes", "n", *NUMBERS]
    return (
        table.reset_index()
        .sort_values(["strategy", "pushes"], kind="stable")[order]
        .reset_index(drop=True)
    )


def count_rollbacks(images: pd.DataFrame, preview: pd.DataFrame) -> pd.DataFrame:
    """One row: entries, entries_kept, builds, builds_kept of a listing and a policy's preview.

    A build one can roll back to is an image or index that no index here lists.
    """
    kept = preview["action"].eq("keep").to_numpy()
    whole = images["kind"].isin(["image", "index"]) & images["parents"].map(len).eq(0)
    row = {
        "entries": len(images),
        "entries_kept": int(kept.sum()),
        "builds": int(whole.sum()),
        "builds_kept": int((whole & kept).sum()),
    }
    return pd.DataFrame([row])
