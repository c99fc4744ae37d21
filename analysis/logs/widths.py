"""Prefixes that are equally long in every line, as most with a time are, taken off all at once."""

import re

import numpy as np

_DIGIT = re.compile(rb"\d")
_IS_DIGIT = np.isin(np.arange(256), np.arange(48, 58))


def cut_equal(text: bytes, example: bytes) -> bytes | None:
    """The text without what every line bears: as long as the example, and like it but for digits.

    None when a line bears something else.
    """
    data = np.frombuffer(text, np.uint8)
    starts = np.concatenate([[0], np.flatnonzero(data == 10) + 1])
    starts = starts[:-1] if starts[-1] == len(data) else starts
    if not len(starts) or starts[-1] + len(example) > len(data):
        return None
    digits = [found.start() for found in _DIGIT.finditer(example)]
    if not all(_IS_DIGIT[data[starts + at]].all() for at in {*digits[:2], *digits[-2:]}):
        return None
    for at, byte in enumerate(example):
        if at not in digits and not (data[starts + at] == byte).all():
            return None
    kept = np.ones(len(data), bool)
    for at in range(len(example)):
        kept[starts + at] = False
    return data[kept].tobytes()
