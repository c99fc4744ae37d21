"""The rows of frames: in loops, of two frames side by side, and as CSV for others to read."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.visible import show_signs

# what a spreadsheet takes for the begin of a formula, and would run
# (https://owasp.org/www-community/attacks/CSV_Injection)
_NUMBER = re.compile(r"[-+−]?[\d.,]+(?:e[-+]?\d+)?\s?%?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def list_rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows in order, columns as attributes: each of the type that its column has."""
    yield from frame.itertuples()


def list_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows in order, as dicts of column -> value."""
    names = [str(name) for name in frame]
    columns = [_list_values(frame.iloc[:, number]) for number in range(frame.shape[1])]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _list_values(column: pd.Series) -> list[Any]:
    """The values in order, numbers as Python's own."""
    values = column.tolist()
    if column.dtype != "object":
        return values
    return [each.item() if isinstance(each, np.generic) else each for each in values]


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


def write_csv(frame: pd.DataFrame) -> str:
    """A frame as CSV, without its index: text without secrets, and none of it a formula."""
    shown = frame.copy()
    for number in range(frame.shape[1]):
        column = frame.iloc[:, number]
        if pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column):
            shown.isetitem(number, _show_texts(column))
    shown.columns = pd.Index([guard_formula(str(name)) for name in frame.columns])
    return shown.to_csv(index=False, float_format="%.10g", lineterminator="\n", errors="replace")


def _show_texts(column: pd.Series) -> list[Any]:
    """Values with each text in them redacted; a null stays one."""
    # most that read rows show none
    from analysis.redaction import redact_texts

    values = [None if value is None or value is pd.NA else value for value in column]
    texts = redact_texts([value if isinstance(value, str) else "" for value in values])
    return [
        guard_formula(show_signs(text)) if isinstance(value, str) else value
        for value, text in zip(values, texts, strict=True)
    ]


def guard_formula(text: str) -> str:
    """A text with a sign before it where a spreadsheet would take it for a formula."""
    if not text.startswith(_FORMULA) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"
