"""Jobs in processes that begin as copies of this one: what was read and computed here is there.

None sees what another does to it. One that ends its process (out of memory?) ends no other.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeVar

from analysis.store import end_pool

T = TypeVar("T")
# elsewhere the system's own libraries may not outlive a fork
FORKS = sys.platform == "linux"


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
                receiver, process = _start(job)
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


def _start(job: Callable[[], T]) -> tuple[Connection, BaseProcess]:
    """A process that runs a job, and where to receive what it gives."""
    # what waits to be written would be written by both
    sys.stdout.flush()
    sys.stderr.flush()
    receiver, sender = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_run_there, args=(job, sender))
    process.start()
    sender.close()
    return receiver, process


def _run_there(job: Callable[[], T], sender: Connection) -> None:
    """Run a job and send what it gives; Ctrl-C is left to the process that waits for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sender.send(job())
    sender.close()
    end_pool()
    sys.stdout.flush()
    # nothing that the first process is to do at its end is done here
    os._exit(0)
