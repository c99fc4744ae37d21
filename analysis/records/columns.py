"""Whether a frame has the columns that a measure needs, and what stands for those it may lack."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.errors import FrameError
from analysis.words import join_words

_TYPES = {
    "run": "string",
    "target": "string",
    "host_empty": "boolean",
    "place": "string",
    "provisioning_seconds": "float64",
    "invalid_reason": "string",
    "started": "datetime64[ns, UTC]",
    "store_bytes": "Int64",
    "restart_seconds": "float64",
    "pressure": "float64",
    "side_by_side": "boolean",
    "machine": "string",
    "under_pressure": "boolean",
}
# what a frame says of its rows where it lacks the column
COLUMN_DEFAULTS: dict[str, Any] = {
    "valid": True,
    "emulated": False,
    "expect": "succeeded",
    "status": "succeeded",
    "host": "fresh",
    "apart": False,
    "base_spans": (),
    **dict.fromkeys(_TYPES),
}
# lists of which a null is an empty one
_LISTS = ("tags", "parents", "inputs", "spans", "parts", "base_spans")
_NAMED = ["strategy", "scenario", "round"]


def list_columns(columns: str, given: Mapping[str, Any]) -> list[str]:
    """The columns that a text names; one in braces is what the argument of that name says."""
    found: list[str] = []
    for word in columns.split():
        named = given.get(word[1:-1]) if word.startswith("{") else word
        found += [named] if isinstance(named, str) else list(named or ())
    return list(dict.fromkeys(found))


def complete(frame: pd.DataFrame, columns: Sequence[str], measure: str, name: str) -> pd.DataFrame:
    """The frame with these columns, defaults where it may lack them; else FrameError.

    A null is no yes, and of what is expected the default.
    """
    lacking = [each for each in columns if each not in frame]
    missing = [each for each in lacking if each not in COLUMN_DEFAULTS]
    if missing:
        raise FrameError(_say_missing(missing, columns, frame, measure, name))
    values = {each: _repeat_default(each, frame.index) for each in lacking}
    if "run" in values:
        values["run"] = _name_runs(frame)
    for each in columns:
        if each in frame and (fill := _find_filling(each)) and frame[each].isna().any():
            values[each] = fill(frame[each])
    return frame.assign(**values) if values else frame


def _repeat_default(column: str, index: pd.Index) -> pd.Series:
    """The default of a column for every row."""
    if column in _LISTS:
        return pd.Series([()] * len(index), index, "object")
    return pd.Series(COLUMN_DEFAULTS[column], index, _TYPES.get(column))


def _find_filling(column: str) -> Callable[[pd.Series], pd.Series] | None:
    """What fills the nulls of a column, null where they may stay."""
    if isinstance(COLUMN_DEFAULTS.get(column), bool):
        return lambda values: values.astype("boolean").fillna(False).astype("bool")
    if column == "expect":
        return lambda values: values.fillna(COLUMN_DEFAULTS[column])
    if column in _LISTS:
        return lambda values: values.where(
            values.notna(), pd.Series([()] * len(values), values.index)
        )
    return None


def _name_runs(frame: pd.DataFrame) -> pd.Series:
    """`docker.cold.1`, of what a frame of runs has of strategy, scenario and round."""
    parts = [frame[name].astype(str) for name in _NAMED if name in frame]
    rows = zip(*parts, strict=True) if parts else ([str(each)] for each in frame.index)
    return pd.Series([".".join(row) for row in rows], frame.index, "string")


def _say_missing(
    missing: Sequence[str], columns: Sequence[str], frame: pd.DataFrame, measure: str, name: str
) -> str:
    """Which columns a measure needs, and which of them are missing."""
    what = "a column" if len(missing) == 1 else "columns"
    needed = ", ".join(each for each in columns if each not in COLUMN_DEFAULTS)
    there = ", ".join(map(str, frame.columns)) or "none"
    return (
        f"{measure} needs {what} {join_words(map(repr, missing))}: {needed} in {name}; "
        f"the frame has {there}."
    )
