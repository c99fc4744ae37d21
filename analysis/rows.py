"""The rows of a frame, for loops that read one column or another of each."""

from collections.abc import Iterator
from typing import Any

import pandas as pd


def list_rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows in order, columns as attributes: each of the type that its column has."""
    yield from frame.itertuples()
