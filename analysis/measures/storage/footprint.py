"""Footprint: what each strategy leaves in the registry, push by push."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from analysis.records import Need, takes
from analysis.registry import KINDS, ROLLBACK_KINDS, sum_distinct
from analysis.rows import join_rows
from analysis.workload import STORY_NAMES, count_pushes

_ENTRY = ("digest", "kind", "tags", "apart", "blobs", "blob_bytes")
_NUMBERS = ("entries", *KINDS, "tagged", "untagged", "new", "unique_bytes")
# a row of _ENTRY
_Entry = Sequence[Any]
COLUMNS = {
    "run": "string",
    "strategy": "string",
    "scenario": "string",
    "round": "int64",
    "valid": "bool",
    "pushes": "Int64",
    **dict.fromkeys(_NUMBERS, "Int64"),
    "store_bytes": "Int64",
}


@takes(
    runs="run strategy scenario round started status valid images store_bytes",
    images="run digest kind tags apart blobs blob_bytes",
    problems="path",
)
def count_entries(
    runs: pd.DataFrame, images: pd.DataFrame, problems: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row a run, in the order they were built: what its repositories held after it.

    `images` are read_images' with `run` and, where caches have repositories of their own, `apart`.
    Columns: run, strategy, scenario, round, valid, pushes (builds of its history that succeeded
    by then), entries, one for each of KINDS, tagged, untagged, new (entries that the run before
    of the same history did not have: null when some of that one's are gone, so that a history
    built anew is not taken for growth, and for a scenario with a story), unique_bytes (distinct
    blobs of each repository, as storage bills them; null when a size is unknown), store_bytes (of
    a cache in S3, null without one). All numbers of a registry are null for runs whose listing is
    among `problems` (path, reason).

    >>> table = analysis.count_entries("data/control").set_index("run")
    >>> table.loc[["docker.cold.01", "docker.source.01"], ["pushes", "entries"]]
                      pushes  entries
    run
    docker.cold.01         1        1
    docker.source.01       2        2
    """
    runs = runs.sort_values(["started", "run"], kind="stable")
    unread = set() if problems is None else set(problems["path"].dropna())
    read = runs.loc[~runs["images"].isin(list(unread)), "run"].dropna()
    listings = _list_entries(images, read)
    rows = [{"run": run} | _count_listing(listings[run]) for run in read]
    counts = pd.DataFrame(rows, columns=["run", *_NUMBERS]).drop(columns="new")
    table = join_rows(runs, counts, ["run"], "left")
    own = {"valid": table.get("valid", True), "store_bytes": table.get("store_bytes")}
    table = table.assign(pushes=_count_pushes(table), **own)
    digests = {run: [digest for digest, *_ in listings[run]] for run in read}
    table["new"] = list(_count_new(table, digests))
    types = COLUMNS | ({"round": "Int64"} if table["round"].isna().any() else {})
    return table[list(COLUMNS)].astype(types)


def _count_pushes(table: pd.DataFrame) -> pd.Series:
    """How many builds of its history had succeeded by a run: its story's, where it has one."""
    succeeded = table["status"].eq("succeeded").fillna(False)
    told = table["scenario"].isin(STORY_NAMES).fillna(False)
    own = (succeeded & ~told).groupby([table["strategy"], table["round"]]).cumsum()
    stories = table["scenario"].map({name: count_pushes(name) for name in STORY_NAMES})
    return own.where(~told, stories.where(succeeded))


def _list_entries(images: pd.DataFrame, read: Iterable[str]) -> dict[str, list[_Entry]]:
    """The entries, _ENTRY of each, that the listing of each run has."""
    listings: dict[str, list[_Entry]] = {run: [] for run in read}
    images = images if "apart" in images else images.assign(apart=False)
    images = images.dropna(subset=["run"])
    for run, *entry in zip(*(images[name] for name in ("run", *_ENTRY)), strict=True):
        listings.setdefault(run, []).append(entry)
    return listings


def _count_listing(entries: Sequence[_Entry]) -> dict[str, int | None]:
    """The numbers of one run's listing, except what is new in it; entries are of _ENTRY."""
    kinds = Counter(kind for _, kind, *_ in entries)
    tagged = sum(len(tags) > 0 for _, _, tags, *_ in entries)
    return {
        "entries": len(entries),
        **{kind: kinds[kind] for kind in KINDS},
        "tagged": tagged,
        "untagged": len(entries) - tagged,
        "unique_bytes": sum_bytes(entries),
    }


def sum_bytes(entries: Sequence[_Entry]) -> int | None:
    """Bytes of the distinct blobs of each repository, null when one is unknown."""
    if any(not isinstance(each, Collection) for entry in entries for each in entry[-2:]):
        return None
    sums = [
        sum_distinct((blobs, sizes) for *_, where, blobs, sizes in entries if where == apart)
        for apart in (False, True)
    ]
    known = [each for each in sums if each is not None]
    return sum(known) if len(known) == len(sums) else None


def _count_new(table: pd.DataFrame, digests: dict[str, list[str]]) -> Iterator[int | None]:
    """How many entries each run added to those of the run before in its history; null unknown."""
    known = {
        # an entry without a digest is the same as none
        run: {object() if pd.isna(digest) else digest for digest in each}
        for run, each in digests.items()
    }
    before: dict[tuple[str, int], set[Any] | None] = {}
    told = table["scenario"].isin(STORY_NAMES).fillna(False).tolist()
    rows = table[["run", "strategy", "round"]].itertuples(index=False)
    for (run, *history), apart in zip(rows, told, strict=True):
        now, past = known.get(run), before.get(tuple(history), set())
        if apart or any(map(pd.isna, history)):
            yield None
            continue
        before[tuple(history)] = now
        yield None if now is None or past is None or past - now else len(now - past)


@takes(counts=Need(f"strategy scenario valid pushes {' '.join(_NUMBERS)}", count_entries))
def entries_per_push(counts: pd.DataFrame) -> pd.DataFrame:
    """Medians over the rounds of count_entries' valid runs, a row a strategy and scenario.

    Scenarios with a story, which have repositories of their own, are left out: growth tells them.

    strategy, scenario, pushes (of the history by then), n (rounds), then its numbers: that of
    scenario cold is what one push leaves, the last of a strategy what all its pushes leave.
    alike: whether entries and untagged are the same in all rounds.
    """
    counts = counts[~counts["scenario"].isin(STORY_NAMES)]
    groups = counts[counts["valid"]].groupby(["strategy", "scenario"], sort=False)
    numbers = ["pushes", *_NUMBERS]
    table = groups[numbers].median().astype("Float64")
    table.insert(0, "n", groups.size())
    table["alike"] = groups[["entries", "untagged"]].nunique(dropna=False).eq(1).all(axis="columns")
    order = ["strategy", "scenario", "pushes", "n", *_NUMBERS, "alike"]
    return (
        table.reset_index()
        .sort_values(["strategy", "pushes"], kind="stable")[order]
        .reset_index(drop=True)
    )


def pick_sequences(runs: pd.DataFrame) -> pd.DataFrame:
    """Those of these runs that were pushed to one repository, one after the other.

    Scenarios with a story have repositories of their own: they stay where a strategy has no others.
    """
    told = runs["scenario"].isin(STORY_NAMES).fillna(False).astype("bool")
    return runs[~told | told.groupby(runs["strategy"]).transform("all")]


def first_pushes(entries: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """count_entries' rows of these runs whose repository holds one push, as far as known."""
    rows = entries[entries["run"].isin(runs["run"])]
    return rows[rows["pushes"].eq(1) & rows["entries"].notna()]


@takes(entries=Need("strategy pushes {column}", entries_per_push))
def push_by_push(entries: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row a strategy of entries_per_push: strategy, then `column` after 1, 2 … pushes.

    Where a history's build failed there were no more pushes than before: the last one counts.
    """
    table = entries.drop_duplicates(["strategy", "pushes"], keep="last")
    table = table.pivot(index="strategy", columns="pushes", values=column)
    return table.rename(columns=lambda number: f"after {number:g}").reset_index()


@takes(images=Need("kind parents"), preview="action")
def count_rollbacks(images: pd.DataFrame, preview: pd.DataFrame) -> pd.DataFrame:
    """One row: entries, entries_kept, builds, builds_kept of a listing and a policy's preview.

    A build one can roll back to is an image or index that no index here lists.
    """
    kept = preview["action"].eq("keep").fillna(False).to_numpy(dtype="bool")
    whole = images["kind"].isin(ROLLBACK_KINDS) & images["parents"].map(len).eq(0)
    row = {
        "entries": len(images),
        "entries_kept": int(kept.sum()),
        "builds": int(whole.sum()),
        "builds_kept": int((whole & kept).sum()),
    }
    return pd.DataFrame([row])
