"""The rows of frames: for loops that read some columns of each, and of two frames side by side."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import pandas as pd


def list_rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows in order, columns as attributes: each of the type that its column has."""
    yield from frame.itertuples()


def list_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows in order, as dicts of column -> value."""
    records = frame.to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in records]


def join_rows(
    left: pd.DataFrame,
    right: pd.DataFrame,
    on: Sequence[str],
    how: Literal["inner", "left"] = "inner",
    many: bool = False,
) -> pd.DataFrame:
    """`left` with the columns of `right` that has the same keys; a null key is the same as none.

    pandas.merge takes two nulls for the same. MergeError when `right` has keys twice, which may
    not be unless `many`.
    """
    keys = list(on)
    known = right.dropna(subset=keys)
    return left.merge(known, on=keys, how=how, validate=None if many else "m:1")


def name_missing(names: pd.Series) -> pd.Series:
    """Names as text; for each null one that occurs nowhere else, as it is the same as no other."""
    own = pd.Series([f"\0{number}" for number in range(len(names))], names.index, dtype="string")
    return names.astype("string").fillna(own)
