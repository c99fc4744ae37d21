"""What values a record may hold, by the types of their columns."""

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from analysis.times import YEARS


def _is_text(value: Any) -> bool:
    """Whether a value is text that UTF-8 can hold: JSON can name a lone surrogate."""
    return isinstance(value, str) and (
        value.isascii() or value == value.encode("utf-8", "replace").decode()
    )


def _is_whole(value: Any) -> bool:
    """Whether a value is a whole number of 64 bits."""
    return type(value) is int and abs(value) < 1 << 63


def _is_number(value: Any) -> bool:
    """Whether a value is a finite number that a float can hold."""
    return type(value) in (int, float) and abs(value) <= sys.float_info.max


def _is_truth(value: Any) -> bool:
    """Whether a value is true or false."""
    return isinstance(value, bool)


def _is_time(value: Any) -> bool:
    """Whether a value is a time in ISO 8601, of years in which builds can have run."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).year in YEARS
    except ValueError:
        return False


# type of a column -> (whether a value of a record fits it, what such a value is called)
KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (_is_text, "text"),
    "int64": (_is_whole, "whole number"),
    "Int64": (_is_whole, "whole number"),
    "float64": (_is_number, "number"),
    "bool": (_is_truth, "true or false"),
    "boolean": (_is_truth, "true or false"),
    "datetime64[ns, UTC]": (_is_time, "time"),
}
