"""How much work files are, and batches of them that are about as much work."""

import os
from collections.abc import Sequence

from analysis.logs import Remote, Source, is_gzip
from analysis.store.kinds import Named

# what a compressed log grows to; logs repeat themselves
_GROWTH = 12
# a small file costs more than its bytes: it is looked for, opened and described
_FILE_BYTES = 30_000
_SMALLEST_BATCH, _LARGEST_BATCH = 4_000_000, 64_000_000
# the fewer, the longer the last ones keep this process waiting; each costs its bookkeeping
_BATCHES_A_WORKER = 8


def count_cores() -> int:
    """The cores that this process may use, where the system tells; else all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def weigh(source: Source) -> int:
    """About how many bytes there are to read of a file."""
    if isinstance(source, Remote):
        packed, size = source.packed, source.size
    elif isinstance(source, bytes | bytearray | memoryview):
        packed, size = is_gzip(bytes(source[:2])), len(source)
    else:
        packed = str(source).endswith(".gz")
        try:
            size = os.stat(source).st_size
        except (OSError, ValueError):
            size = 0
    return weigh_size(size, packed)


def weigh_size(size: int, packed: bool) -> int:
    """About how many bytes there are to read of a file of that size."""
    return _FILE_BYTES + size * (_GROWTH if packed else 1)


def split(sources: Sequence[Named], weights: Sequence[int], workers: int) -> list[list[Named]]:
    """The files in their order, in batches of about the same weight."""
    wanted = sum(weights) // (workers * _BATCHES_A_WORKER)
    limit = min(max(wanted, _SMALLEST_BATCH), _LARGEST_BATCH)
    batches: list[list[Named]] = []
    left = 0
    for source, weight in zip(sources, weights, strict=True):
        if not batches or left < weight // 2:
            batches.append([])
            left = limit
        batches[-1].append(source)
        left -= weight
    return batches
