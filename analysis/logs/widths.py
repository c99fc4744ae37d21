"""Prefixes that are equally long in every line, as most with a time are, taken off all at once."""

import numpy as np

from analysis.logs.alike import are_alike, find_feeds, gather, join_pieces


def cut_equal(text: bytes, example: bytes) -> bytes | None:
    """The text without what every line bears: as long as the example, and like it but for digits.

    None when a line bears something else.
    """
    ends = find_feeds(text) + 1
    if not len(ends) or ends[-1] != len(text):
        ends = np.append(ends, len(text))
    begins = np.empty_like(ends)
    begins[0], begins[1:] = 0, ends[:-1]
    width = len(example)
    if not width or (ends - begins <= width).any():
        return None
    if not are_alike(gather(text, begins, width), example):
        return None
    return join_pieces(text, begins + width, ends).tobytes()
