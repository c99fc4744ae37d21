"""Lines and pieces of a text that are looked at all at once, and whether they are alike."""

from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

Numbers = np.ndarray[Any, np.dtype[np.int64]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Words = np.ndarray[Any, np.dtype[np.uint64]]
_Text = TypeVar("_Text", bytes, memoryview)
# bytes that are looked at together, as a number: the first is the least
WORD = 8
_MANY = 64
# every digit as the least, or as the most
_LEAST, _MOST = (bytes.maketrans(b"0123456789", digit * 10) for digit in (b"0", b"9"))


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
    return find_few(data, 10)


def find_few(data: bytes, byte: int) -> Numbers:
    """The places of a byte that few words hold: words are looked at first, then what they hold."""
    held = np.empty(len(data) + -len(data) % WORD, bool)
    np.equal(np.frombuffer(data, np.uint8), byte, out=held[: len(data)])
    held[len(data) :] = False
    words = held.view(np.uint64)
    at = np.flatnonzero(words != 0)
    found = np.flatnonzero(words[at].view(bool))
    # from places among the words that hold it to those among all
    at -= np.arange(len(at))
    return found + WORD * at[found // WORD]


def gather(data: bytes, places: Numbers, width: int) -> Bytes:
    """The pieces of this width from these places on, a row each; all of them must be there."""
    pieces = np.ndarray((len(data) - width + 1,), f"V{width}", data, strides=(1,))
    return pieces[places].view(np.uint8).reshape(-1, width)


def are_alike(rows: Bytes, example: bytes) -> bool:
    """Whether all rows are as the example is, but for which digits those are in it."""
    width = len(example)
    least, most = (np.frombuffer(example.translate(each), np.uint8) for each in (_LEAST, _MOST))
    # many rows are looked at as one, since they are short
    whole = len(rows) // _MANY * _MANY
    blocks = rows[:whole].reshape(-1, _MANY * width), rows[whole:]
    return all(
        (np.minimum.reduce(each).reshape(-1, width) >= least).all()
        and (np.maximum.reduce(each).reshape(-1, width) <= most).all()
        for each in blocks
        if len(each)
    )


def is_alike(text: bytes, example: bytes) -> bool:
    """Whether a text is as the example is, but for which digits those are in it."""
    return text.translate(_LEAST) == example.translate(_LEAST)


def are_in_order(rows: Bytes) -> bool:
    """Whether texts, a row each, are none less than the one before."""
    texts = np.ascontiguousarray(rows).view(f"S{rows.shape[1]}").ravel()
    return bool((texts[1:] >= texts[:-1]).all())


def cut_pieces(data: _Text, begins: Numbers, ends: Numbers) -> list[_Text]:
    """The pieces from these places to those."""
    return [data[a:b] for a, b in zip(begins.tolist(), ends.tolist(), strict=True)]


def join_pieces(data: bytes, begins: Numbers, ends: Numbers) -> Bytes:
    """The bytes of all pieces from these places to those, one piece or more."""
    from pyarrow import compute

    count = len(begins)
    # between two pieces is one that is left out
    bounds = np.empty(2 * count, np.int64)
    bounds[::2], bounds[1::2] = begins, ends
    spaced = pa.Array.from_buffers(
        pa.large_binary(), 2 * count - 1, [None, pa.py_buffer(bounds), pa.py_buffer(data)]
    )
    wanted = pa.Array.from_buffers(
        pa.int64(), count, [None, pa.py_buffer(np.arange(0, 2 * count, 2))]
    )
    # Arrow's own memory is cleared and given back each time
    taken = compute.take(spaced, wanted, memory_pool=pa.system_memory_pool())
    size = int((ends - begins).sum())
    # Arrow has no buffer of nothing
    return np.frombuffer(taken.buffers()[2], np.uint8)[:size] if size else np.zeros(0, np.uint8)
