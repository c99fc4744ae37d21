"""Batches read in this process or by several; whatever happens to one file, the others are read."""

import os
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any, NamedTuple

from analysis.logs import Tables, without_collection
from analysis.store.balance import count_cores, split
from analysis.store.forked import count_forks, run_jobs
from analysis.store.kinds import Kind, Named
from analysis.store.live import holding_interrupts, start_pool

# below this weight (bytes), which takes half a second, starting processes takes longer
_WORTH_PROCESSES = 50_000_000
# forked ones, which start at once, are worth it for less; those of a pool share much work better
_WORTH_FORKS = range(15_000_000, 200_000_000)
DIED = "{name} ended the process that read it (out of memory?): it is left out."
_FAILED = "{name} could not be read ({error!r}): it is left out."


class Read(NamedTuple):
    """The tables of a batch, and the names of the files of it that failed."""

    tables: Tables
    failed: frozenset[str] = frozenset()


def read_batches(
    kind: Kind, sources: Sequence[Named], weights: Sequence[int], workers: int = 0
) -> list[Read]:
    """What each batch of files holds, in their order; `workers` 0 is as many as are worth it."""
    forks = count_forks() if not workers and sum(weights) in _WORTH_FORKS else 1
    workers = workers or _count_workers(sum(weights))
    batches = split(sources, weights, max(workers, forks))
    # a system without semaphores, or a process that may have no children
    with suppress(ImportError, NotImplementedError, OSError, AssertionError):
        if min(forks, len(batches)) > 1:
            return _read_forked(kind, batches, forks)
        if min(workers, len(batches)) > 1:
            return _read_at_once(kind, batches, workers)
    return _read_some(kind, batches)


def _read_forked(kind: Kind, batches: Sequence[Sequence[Named]], forks: int) -> list[Read]:
    """What each batch holds, read by so many processes that take one after the other by turns."""
    parts = [batches[part::forks] for part in range(forks)]
    given = run_jobs([partial(_read_some, kind, part) for part in parts], forks)
    found = [
        [_read_apart(kind, batch) for batch in part] if read is None else read
        for part, read in zip(parts, given, strict=True)
    ]
    return [found[number % forks][number // forks] for number in range(len(batches))]


def _read_some(kind: Kind, batches: Sequence[Sequence[Named]]) -> list[Read]:
    """What each of these batches holds."""
    return [read_one(kind, batch) for batch in batches]


def _count_workers(weight: int) -> int:
    """As many processes as cores may be used; 1 for little work."""
    if weight < _WORTH_PROCESSES or count_cores() < 2:
        return 1
    from loky import cpu_count

    return int(cpu_count())


def read_one(kind: Kind, batch: Sequence[Named]) -> Read:
    """What a batch holds, read here; a file that fails is told of, and the others are read."""
    try:
        with without_collection():
            return Read(kind.read(batch))
    except Exception as error:
        if len(batch) == 1:
            name = batch[0][0]
            problem = _FAILED.format(name=name, error=error)
            return Read(kind.tell(name, problem), frozenset([name]))
    return join([read_one(kind, [each]) for each in batch])


def join(parts: Iterable[Read]) -> Read:
    """The tables of several batches as of one."""
    import pyarrow as pa

    parts = list(parts)
    tables = {name: pa.concat_tables([each.tables[name] for each in parts])
              for name in parts[0].tables}  # fmt: skip
    return Read(tables, frozenset().union(*(each.failed for each in parts)))


def _read_at_once(kind: Kind, batches: Sequence[Sequence[Named]], workers: int) -> list[Read]:
    """What each batch holds: others read from the first one on, this process from the last."""
    pool = start_pool(workers - 1)
    shared = _Shared(pool, kind, batches)
    found: dict[int, Read] = {}
    try:
        # one more than there are, for none to wait for work
        for _ in range(workers):
            shared.submit_next()
        while shared.left:
            with suppress(IndexError):
                number = shared.left.pop()
                found[number] = read_one(kind, batches[number])
        with shared.submitting:
            waiting = dict(shared.waiting)
        return [
            found[number] if number in found else _await(kind, waiting[number], batch)
            for number, batch in enumerate(batches)
        ]
    except BaseException:
        shared.left.clear()
        pool.shutdown(wait=True, kill_workers=True)
        raise


class _Shared:
    """Batches that other processes take from the front, and this one from the end."""

    def __init__(self, pool: Any, kind: Kind, batches: Sequence[Sequence[Named]]) -> None:
        self.pool, self.kind, self.batches = pool, kind, batches
        self.left = deque(range(len(batches)))
        self.waiting: dict[int, Future[Read] | None] = {}
        self.submitting = Lock()
        self.folder = os.getcwd()

    def submit_next(self, done: "Future[Read] | None" = None) -> None:
        """Have the next batch read; and once it is, the one after it."""
        with self.submitting:
            if not self.left:
                return
            number = self.left.popleft()
            self.waiting[number] = asked = self._submit(self.batches[number])
        if asked is not None:
            asked.add_done_callback(self.submit_next)

    def _submit(self, batch: Sequence[Named]) -> "Future[Read] | None":
        """The future of a batch; None when the processes have ended."""
        try:
            with holding_interrupts():
                asked: Future[Read] = self.pool.submit(_read_there, self.folder, self.kind, batch)
        except (BrokenProcessPool, RuntimeError):
            return None
        return asked


def _read_there(folder: str, kind: Kind, batch: Sequence[Named]) -> Read:
    """A batch read in another process, whose relative paths are from `folder`."""
    os.chdir(folder)
    return read_one(kind, batch)


def _await(kind: Kind, waiting: "Future[Read] | None", batch: Sequence[Named]) -> Read:
    """What a process read; where that process died, what is read of its files one by one."""
    with suppress(BrokenProcessPool):
        if waiting is not None:
            return waiting.result()
    return _read_apart(kind, batch)


def _read_apart(kind: Kind, batch: Sequence[Named]) -> Read:
    """A batch read in a process of its own; the half that ends it is halved again."""
    pool = start_pool(1)
    try:
        return pool.submit(_read_there, os.getcwd(), kind, batch).result()
    except BrokenProcessPool:
        if len(batch) == 1:
            name = batch[0][0]
            return Read(kind.tell(name, DIED.format(name=name)), frozenset([name]))
    middle = len(batch) // 2
    return join([_read_apart(kind, batch[:middle]), _read_apart(kind, batch[middle:])])
