"""Columns of tuples as texts and back: what neither Arrow nor Parquet holds as it is."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa

_encode = json.JSONEncoder(separators=(",", ":")).encode
# stands between values that are encoded all at once
_BETWEEN = "\0"


def fold(values: Iterable[Any]) -> list[str | None]:
    """Each value as JSON, null for null; TypeError for what is not of tuples, texts and numbers."""
    values = list(values)
    known = [each for each in values if each is not None]
    between = f",{_encode(_BETWEEN)},"
    parts = [part for each in known for part in (each, _BETWEEN)]
    texts = _encode(parts[:-1])[1:-1].split(between)
    if len(texts) != len(known):
        texts = list(map(_encode, known))
    found = iter(texts)
    return [None if each is None else next(found) for each in values]


def unfold(texts: pa.ChunkedArray) -> list[Any]:
    """The values that `fold` made texts of; what stands there twice is one object."""
    coded = texts.combine_chunks().dictionary_encode()
    said = coded.dictionary.to_pylist()
    values = [*_freeze(json.loads(f"[{','.join(said)}]")), None]
    # a null has no code: it is the last
    return [values[code] for code in coded.indices.fill_null(-1).to_pylist()]


def _freeze(values: list[Any]) -> list[Any]:
    """Values with tuples for lists, at any depth."""
    return [tuple(_freeze(each)) if type(each) is list else each for each in values]


def to_table(frame: pd.DataFrame) -> pa.Table:
    """A frame as a table, columns of objects folded; TypeError when it would not come back."""
    folded = [str(name) for name, kind in frame.dtypes.items() if str(kind) == "object"]
    texts = {name: pa.chunked_array([pa.array(fold(frame[name]), pa.string())]) for name in folded}
    for name, column in texts.items():
        if unfold(column) != frame[name].tolist():
            raise TypeError(f"{name} would not come back as it was")
    shown = {name: column.to_pandas() for name, column in texts.items()}
    indexed = {name: values.set_axis(frame.index) for name, values in shown.items()}
    table = pa.Table.from_pandas(frame.assign(**indexed) if indexed else frame)
    metadata = (table.schema.metadata or {}) | {b"folded": json.dumps(folded).encode()}
    return table.replace_schema_metadata(metadata)


def to_frame(table: pa.Table) -> pd.DataFrame:
    """The frame that `to_table` made a table of."""
    folded = json.loads((table.schema.metadata or {}).get(b"folded", b"[]"))
    frame = table.to_pandas()
    values = {name: pd.Series(unfold(table[name]), frame.index, dtype="object") for name in folded}
    return frame.assign(**values) if values else frame
