"""What runs left in the registry: the listings of many runs as one frame."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.errors import RecordError
from analysis.logs import Tables
from analysis.records.recording import read_source
from analysis.registry import find_contradictions, frame_images, list_entries
from analysis.store import Kind, Store, fold, read_tables, unfold

_IMAGES = frame_images([])
_TUPLES = [str(name) for name, kind in _IMAGES.dtypes.items() if str(kind) == "object"]
_KEY = "listing"
_ARROW = {
    "string": pa.string(),
    "object": pa.string(),
    "Int64": pa.int64(),
    "datetime64[ns, UTC]": pa.timestamp("ns", tz="UTC"),
}
_LISTINGS = pa.schema([(_KEY, pa.string()), ("problem", pa.string()), ("faults", pa.string())])
_ENTRIES = pa.schema(
    [
        *((name, _ARROW[str(kind)]) for name, kind in _IMAGES.dtypes.items()),
        (_KEY, pa.string()),
        ("apart", pa.bool_()),
    ]
)


def read_listings(
    runs: pd.DataFrame, cluster: str = "", store: Store = None
) -> tuple[pd.DataFrame, list[tuple[Any, str]], dict[str, str]]:
    """(read_images of each run's listing with `run` and `apart`; path, reason of others; what is

    wrong in a listing that can be read, in words, by its path).
    """
    paths = runs["images"].tolist()
    tables = read_tables(LISTINGS, [(path, path) for path in paths], cluster=cluster, store=store)
    told = tables["listings"].to_pydict()
    problems = [
        (path, text) for path, text in zip(told[_KEY], told["problem"], strict=True) if text
    ]
    table = tables["images"]
    values = {name: pd.Series(unfold(table[name]), dtype="object") for name in _TUPLES}
    names = pd.Series(table[_KEY].to_pandas(), dtype="string")
    by_path = dict(zip(paths, runs["run"].tolist(), strict=True))
    images = table.drop_columns([_KEY]).to_pandas().assign(**values)
    types = {**_IMAGES.dtypes, "run": "string", "apart": "bool"}
    images["run"] = names.map(by_path)
    faults = {p: text for p, text in zip(told[_KEY], told["faults"], strict=True) if text}
    return images[[*_IMAGES.columns, "run", "apart"]].astype(types), problems, faults


def _read_batch(batch: Sequence[tuple[str, Any]]) -> Tables:
    """The tables of LISTINGS for listings as images.json.gz holds them."""
    rows: list[tuple[str, str | None, str | None]] = []
    entries: list[dict[str, Any]] = []
    for name, source in batch:
        found, problem, faults = _read_listing(name, source)
        rows.append((name, problem, faults))
        entries += [entry | {_KEY: name} for entry in found]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    listings = pa.table([*columns], schema=_LISTINGS)
    return {"listings": listings, "images": _to_table(entries)}


def _read_listing(name: str, source: Any) -> tuple[list[dict[str, Any]], str | None, str | None]:
    """(the entries of a listing, and of the cache's own repository; why it can't be used, or

    null; what in it contradicts itself, or null).
    """
    try:
        listing = read_source(name, source)
        found = [
            entry | {"apart": apart}
            for apart, part in ((False, listing), (True, listing.get("cache")))
            if part is not None
            for entry in list_entries(part["imageDetails"], part["manifests"])
        ]
    except RecordError as error:
        return [], str(error), None
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        return [], f"{name} is no listing of a registry ({error!r}).", None
    faults = [
        fault
        for part in (listing, listing.get("cache"))
        if part is not None
        for fault in find_contradictions(part["imageDetails"], part["manifests"])
    ]
    problem = str(listing["problem"]) if "problem" in listing else None
    return found, problem, "; ".join(faults) or None


def _to_table(entries: Iterable[dict[str, Any]]) -> pa.Table:
    """The rows of entries, with their listing and whether it is of a cache's own repository."""
    frame = frame_images([*entries]).reindex(columns=_ENTRIES.names)
    texts = {name: pd.Series(fold(frame[name]), dtype="string") for name in _TUPLES}
    table = pa.Table.from_pandas(frame.assign(**texts), _ENTRIES, preserve_index=False)
    return table.replace_schema_metadata()


LISTINGS = Kind(
    name="listings",
    read=_read_batch,
    schemas={"listings": _LISTINGS, "images": _ENTRIES},
    rooms=("records", "registry"),
    key=_KEY,
)
