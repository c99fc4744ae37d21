"""The rows of a frame, for loops that read one column or another of each."""

from collections.abc import Iterator
from typing import Any

import pandas as pd


def list_rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows in order, columns as attributes: each of the type that its column has."""
    yield from frame.itertuples()


def list_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows in order, as dicts of column -> value."""
    records = frame.to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in records]
