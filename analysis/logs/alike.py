"""Lines and pieces of a text that are looked at all at once, and whether they are alike."""

from typing import Any

import numpy as np
import pyarrow as pa

Numbers = np.ndarray[Any, np.dtype[np.int64]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Words = np.ndarray[Any, np.dtype[np.uint64]]
# bytes that are looked at together, as a number: the first is the least
WORD = 8
_ZERO = ord("0")
_MANY = 64


def _repeat(byte: int) -> np.uint64:
    """A number whose bytes are all this one."""
    return np.uint64(int.from_bytes(bytes([byte]) * WORD, "little"))


_ZEROS, _LOW, _ABOVE, _HIGH = map(_repeat, (0x30, 0x7F, 0x76, 0x80))


def see_words(data: bytes) -> Words:
    """The bytes from each place on, as a number; nothing is copied unless they are few."""
    data = data.ljust(WORD, b"\n")
    return np.ndarray((len(data) - WORD + 1,), "<u8", data, strides=(1,))


def mark_signs(words: Any) -> Any:
    """The words with the highest bit of each byte alone, set where that is no digit."""
    numbers = words ^ _ZEROS
    return (((numbers & _LOW) + _ABOVE) | numbers) & _HIGH


def find_feeds(data: bytes) -> Numbers:
    """Where the line feeds are."""
    return np.flatnonzero(np.frombuffer(data, np.uint8) == 10)


def gather(data: bytes, places: Numbers, width: int) -> Bytes:
    """The pieces of this width from these places on, a row each; all of them must be there."""
    pieces = np.ndarray((len(data) - width + 1,), f"V{width}", data, strides=(1,))
    return pieces[places].view(np.uint8).reshape(-1, width)


def are_alike(rows: Bytes, example: bytes) -> bool:
    """Whether all rows are as the example is, but for which digits those are in it."""
    like = np.frombuffer(example, np.uint8)
    digit = like - _ZERO < 10
    least, spread = np.where(digit, np.uint8(_ZERO), like), np.where(digit, np.uint8(9), 0)
    # many rows are looked at as one, since they are short
    whole = len(rows) // _MANY * _MANY
    blocks = rows[:whole].reshape(-1, _MANY * len(example))
    return _lie_in(blocks, np.tile(least, _MANY), np.tile(spread, _MANY)) and _lie_in(
        rows[whole:], least, spread
    )


def _lie_in(rows: Bytes, least: Bytes, spread: Bytes) -> bool:
    """Whether no byte of rows is less than the least, or more than so much above it."""
    return bool((rows - least <= spread.astype(np.uint8)).all())


def are_in_order(rows: Bytes) -> bool:
    """Whether texts, a row each, are none less than the one before."""
    texts = np.ascontiguousarray(rows).view(f"S{rows.shape[1]}").ravel()
    return bool((texts[1:] >= texts[:-1]).all())


def cut_pieces(data: bytes, begins: Numbers, ends: Numbers) -> list[bytes]:
    """The pieces from these places to those."""
    return [data[a:b] for a, b in zip(begins.tolist(), ends.tolist(), strict=True)]


def join_pieces(data: bytes, begins: Numbers, ends: Numbers) -> Bytes:
    """The bytes of all pieces from these places to those, one piece or more."""
    count = len(begins)
    # between two pieces is one that is left out
    bounds = pa.py_buffer(np.stack([begins, ends], axis=1).ravel())
    spaced = pa.Array.from_buffers(
        pa.large_binary(), 2 * count - 1, [None, bounds, pa.py_buffer(data)]
    )
    wanted = pa.py_buffer(np.arange(0, 2 * count, 2))
    taken = spaced.take(pa.Array.from_buffers(pa.int64(), count, [None, wanted]))
    size = int((ends - begins).sum())
    # Arrow has no buffer of nothing
    return np.frombuffer(taken.buffers()[2], np.uint8)[:size] if size else np.zeros(0, np.uint8)
