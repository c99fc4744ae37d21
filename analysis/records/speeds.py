"""How fast hosts were, by the logs of their builds; and which layers their steps transferred."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.logs import (
    TRACES,
    Logs,
    Sources,
    Tables,
    join_tables,
    list_sources,
    rate_push,
    read_traced,
)
from analysis.logs import read_traces as read_traces_of
from analysis.store import LOGS, Kind, Store, join_kinds, read_tables

_SPEEDS = Kind(name="speeds", read=read_traces_of, schemas=TRACES, rooms=("logs",), key="log")
_TRACED = join_kinds("traced", read_traced, LOGS, _SPEEDS)
# columns of runs, in their order
RATES = ("unpack_mbps", "download_mbps", "push_mbps", "boot_seconds", "restart_seconds")


def read_speeds(sources: Sources, *, cluster: str = "", store: Store = None) -> pd.DataFrame:
    """One row a log, as analysis.read_logs takes them: how fast its host was, null unknown.

    log, problem (why it can't be read), unpack_mbps, download_mbps, push_mbps (megabytes of
    compressed layers a second, of layers of 10 MB and more), boot_seconds (of a new builder),
    pull_seconds (the part of it that pulls BuildKit's image), restart_seconds (of the engine),
    push_seconds. Errors, `cluster` and `store` as of analysis.read_logs.
    """
    return read_traces(list_sources(sources), cluster, store)[0]


def read_traces(
    sources: Iterable[tuple[str, Any]], cluster: str = "", store: Store = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(read_speeds of logs by name, their transfers, a row a layer that a step moved)."""
    return _to_frames(read_tables(_SPEEDS, sources, cluster=cluster, store=store))


def read_traced_logs(
    paths: Sequence[Path], cluster: str = "", store: Store = None
) -> tuple[Logs, pd.DataFrame, pd.DataFrame]:
    """(the frames of these logs, and what read_traces gives of them), each log read once."""
    tables = read_tables(_TRACED, list_sources(paths), cluster=cluster, store=store)
    logs = join_tables([{name: tables[name] for name in LOGS.schemas}])
    return (logs, *_to_frames(tables))


def _to_frames(tables: Tables) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frames of TRACES."""
    speeds, transfers = (tables[name].to_pandas() for name in TRACES)
    texts = dict.fromkeys(("log", "problem"), "string")
    return speeds.astype(texts), transfers.astype({"log": "string", "digest": "string"})


def add_speeds(runs: pd.DataFrame, speeds: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Runs with RATES, by read_traces' speeds of their logs; what was pushed, by their listings."""
    known = speeds.drop_duplicates("log").set_index("log").reindex(runs["log"])
    known = known.set_axis(runs.index)
    pushed = runs["run"].map(_sum_pushed(runs, images)).astype("float64")
    rates = [
        rate_push(moved, took) if moved == moved else None
        for moved, took in zip(pushed, known["push_seconds"], strict=True)
    ]
    told = pd.Series(rates, runs.index, dtype="float64")
    known = known.assign(push_mbps=known["push_mbps"].fillna(told))
    return runs.assign(**{name: known[name].astype("float64") for name in RATES})


class _Entry(NamedTuple):
    """What a listing says of an entry; `pushed` in nanoseconds since 1970."""

    kind: str
    pushed: int
    blobs: tuple[str, ...]
    sizes: tuple[int | None, ...]


def _sum_pushed(runs: pd.DataFrame, images: pd.DataFrame) -> dict[str, float]:
    """run -> bytes that its push sent: what its images store that was not in the repository.

    What was there is known by the listings of earlier runs, and by when its entries were pushed.
    """
    listings = _list_entries(images)
    there: dict[str, set[str]] = {}
    found: dict[str, float] = {}
    ordered = runs.sort_values("started", kind="stable")
    # a registry's times are whole seconds
    started = _count_nanoseconds(ordered["started"].dt.floor("s"))
    names = (ordered[name].tolist() for name in ("run", "repository"))
    for run, repository, begin in zip(*names, started, strict=True):
        entries = listings.get(run, [])
        before = there.setdefault(run if pd.isna(repository) else repository, set())
        before.update(blob for each in entries if each.pushed < begin for blob in each.blobs)
        sizes = {
            blob: size
            for each in entries
            if each.kind == "image" and each.pushed >= begin
            for blob, size in zip(each.blobs, each.sizes, strict=True)
            if blob not in before
        }
        if None not in sizes.values():
            found[run] = float(sum(size or 0 for size in sizes.values()))
        before.update(blob for each in entries for blob in each.blobs)
    return found


def _list_entries(images: pd.DataFrame) -> dict[str, list[_Entry]]:
    """run -> what its listing holds, without a cache's own repository."""
    own = images[~images["apart"] & images["pushed"].notna()]
    columns = (own[name].tolist() for name in ("run", "kind", "blobs", "blob_bytes"))
    found: dict[str, list[_Entry]] = {}
    for run, kind, blobs, sizes, pushed in zip(
        *columns, _count_nanoseconds(own["pushed"]), strict=True
    ):
        found.setdefault(run, []).append(_Entry(kind, pushed, blobs, sizes))
    return found


def _count_nanoseconds(times: pd.Series) -> list[int]:
    """Times as nanoseconds since 1970."""
    return times.astype("datetime64[ns, UTC]").astype("int64").tolist()
