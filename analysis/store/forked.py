"""Jobs in processes that begin as copies of this one: what was read and computed here is there.

None sees what another does to it. One that ends its process (out of memory?) ends no other.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeVar

from analysis.store.balance import count_cores
from analysis.store.live import end_pool, holding_interrupts, ignore_interrupts

T = TypeVar("T")
# elsewhere the system's own libraries may not outlive a fork
FORKS = sys.platform == "linux"
# among so many processes this one shares the cores
_sharing = [1]


def count_forks() -> int:
    """As many forked processes as there are cores that no other job is to use; 1 for none."""
    return max(1, count_cores() // _sharing[0]) if FORKS else 1


def call_all(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What each call gives, in their order, by forked processes where there are cores for them.

    One that raises an error there, or whose process ended, is called here once more.
    """
    found: list[list[T] | None] = [None] * len(calls)
    jobs = [partial(_try, call) for call in calls]
    if min(count_forks(), len(jobs)) > 1:
        # a process that may have no children
        with suppress(OSError, AssertionError):
            found = run_jobs(jobs, count_forks())
    return [one[0] if one else call() for one, call in zip(found, calls, strict=True)]


def _try(call: Callable[[], T]) -> list[T]:
    """What a call gives, alone in a list; an empty one where it raises an error."""
    with suppress(Exception):
        return [call()]
    return []


def run_jobs(jobs: Sequence[Callable[[], T]], at_once: int) -> list[T | None]:
    """What each job gave, in their order; None of one whose process ended before it gave anything.

    So many at a time, each in a forked process of its own; where there are none, in threads. What
    a job gives is pickled; a job raises nothing.
    """
    if not FORKS:
        with ThreadPoolExecutor(max(1, len(jobs))) as pool:
            return list(pool.map(lambda job: job(), jobs))
    found: dict[int, T] = dict(_run_forked(jobs, at_once))
    return [found.get(number) for number in range(len(jobs))]


def _run_forked(jobs: Sequence[Callable[[], T]], at_once: int) -> Iterator[tuple[int, T]]:
    """(number, what it gave) of each job, as they end."""
    left = list(enumerate(jobs))
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    # what is there already is not to be copied by a look for garbage
    gc.freeze()
    try:
        while left or running:
            while left and len(running) < at_once:
                number, job = left.pop(0)
                with holding_interrupts():
                    receiver, process = _start(job, min(at_once, len(jobs)))
                    running[receiver] = number, process
            for receiver in [each for each in wait([*running]) if isinstance(each, Connection)]:
                number, process = running.pop(receiver)
                with suppress(EOFError):
                    yield number, receiver.recv()
                process.join()
    finally:
        gc.unfreeze()
        for _, process in running.values():
            process.terminate()
            process.join()


def _start(job: Callable[[], T], at_once: int) -> tuple[Connection, BaseProcess]:
    """A process that runs a job, one of so many, and where to receive what it gives."""
    # a copy could neither speak to the processes that wait for work nor end them
    end_pool()
    # what waits to be written would be written by both
    sys.stdout.flush()
    sys.stderr.flush()
    receiver, sender = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_run_there, args=(job, sender, at_once))
    process.start()
    sender.close()
    return receiver, process


def _run_there(job: Callable[[], T], sender: Connection, at_once: int) -> None:
    """Run a job and send what it gives; Ctrl-C is left to the process that waits for it."""
    ignore_interrupts()
    _sharing[0] *= at_once
    sender.send(job())
    sender.close()
    end_pool()
    sys.stdout.flush()
    # nothing that the first process is to do at its end is done here
    os._exit(0)
