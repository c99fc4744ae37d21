"""Columns of tuples as texts and back: what neither Arrow nor Parquet holds as it is."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa

_PLAIN = (str, int, float, bool, type(None))


def fold(values: Iterable[Any]) -> list[str | None]:
    """Each value as JSON, null for null; TypeError for what would not come back as it was."""
    return [None if each is None else _dump(each) for each in values]


def _dump(value: Any) -> str:
    if not _is_plain(value):
        raise TypeError(f"{type(value).__name__} does not come back from JSON as it was")
    return json.dumps(value, separators=(",", ":"))


def _is_plain(value: Any) -> bool:
    """Whether a value is made of tuples, texts, numbers, truths and nulls alone."""
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return type(value) in _PLAIN


def unfold(texts: pa.ChunkedArray) -> list[Any]:
    """The values that `fold` made texts of."""
    said = texts.to_pylist()
    return _freeze(json.loads(f"[{','.join('null' if each is None else each for each in said)}]"))


def _freeze(values: list[Any]) -> list[Any]:
    """Values with tuples for lists, at any depth."""
    return [tuple(_freeze(each)) if type(each) is list else each for each in values]


def to_table(frame: pd.DataFrame) -> pa.Table:
    """A frame as a table, columns of objects folded; TypeError when it would not come back."""
    folded = [str(name) for name, kind in frame.dtypes.items() if str(kind) == "object"]
    texts = {name: pd.Series(fold(frame[name]), frame.index, dtype="string") for name in folded}
    table = pa.Table.from_pandas(frame.assign(**texts) if texts else frame)
    metadata = (table.schema.metadata or {}) | {b"folded": json.dumps(folded).encode()}
    return table.replace_schema_metadata(metadata)


def to_frame(table: pa.Table) -> pd.DataFrame:
    """The frame that `to_table` made a table of."""
    folded = json.loads((table.schema.metadata or {}).get(b"folded", b"[]"))
    frame = table.to_pandas()
    values = {name: pd.Series(unfold(table[name]), frame.index, dtype="object") for name in folded}
    return frame.assign(**values) if values else frame
