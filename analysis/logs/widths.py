"""Prefixes that are equally long in every line, as most with a time are, taken off all at once."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

_ZERO, _FEED = b"0\n"


def cut_equal(text: bytes, example: bytes) -> bytes | None:
    """The text without what every line bears: as long as the example, and like it but for digits.

    None when a line bears something else.
    """
    data = np.frombuffer(text, np.uint8)
    width = len(example)
    starts = np.concatenate([[0], np.flatnonzero(data == _FEED) + 1])
    starts = starts[:-1] if starts[-1] == len(data) else starts
    if not len(starts) or not width or starts[-1] + width > len(data):
        return None
    if (np.diff(starts) <= width).any():
        return None
    rows = sliding_window_view(data, width)[starts]
    like = np.frombuffer(example, np.uint8)
    is_digit = like - _ZERO < 10
    least, spread = np.where(is_digit, _ZERO, like), np.where(is_digit, 9, 0)
    if not (rows - least.astype(np.uint8) <= spread.astype(np.uint8)).all():
        return None
    kept = np.ones(len(data), bool)
    sliding_window_view(kept, width, writeable=True)[starts] = False
    return data[kept].tobytes()
