"""Calls that are made again while AWS is busy.

Whatever waits is a generator: see scheduler.
"""

from collections.abc import Callable, Generator
from typing import Any, TypeVar, cast

from analysis.errors import BusyError

_Answer = TypeVar("_Answer")
# seconds between tries while AWS is busy, and how many
BUSY_PAUSE_SECONDS, BUSY_TRIES = 15.0, 20


def retry_while_busy(call: Callable[[], _Answer]) -> Generator[float, Any, _Answer]:
    """What a call returns, tried again while AWS is busy; BusyError in the end."""
    for _ in range(BUSY_TRIES):
        try:
            return call()
        except BusyError:
            yield BUSY_PAUSE_SECONDS
    return call()


def sleep_through(waits: Generator[float, Any, _Answer], sleep: Callable[[float], None]) -> _Answer:
    """What is returned in the end by what waits for nothing but time."""
    while True:
        try:
            sleep(next(waits))
        except StopIteration as end:
            return cast(_Answer, end.value)
