"""Processes that wait for work, which the next read finds started; interrupts are not for them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

_IDLE_SECONDS = 20
# the pool that this process started, if any
_started: list[Any] = []


def start_pool(workers: int) -> Any:
    """Processes that wait for work, for a while also when they have none; those there are if so."""
    from loky import get_reusable_executor

    pool = get_reusable_executor(workers, timeout=_IDLE_SECONDS, initializer=ignore_interrupts)
    _started[:] = [pool]
    return pool


def end_pool() -> None:
    """End the processes that wait for work: a copy of this process could not speak to them."""
    while _started:
        _started.pop().shutdown(wait=True)


@contextmanager
def holding_interrupts() -> Iterator[None]:
    """Let an interrupt wait: a process that starts meanwhile never gets one, and dies of none."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    # a worker's start would start this first, which lets interrupts through again
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_interrupts() -> None:
    """Leave Ctrl-C, which every process of a terminal gets, to the one that started them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
