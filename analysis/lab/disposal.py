"""Discarded hosts: what they hold is deleted between builds, never while one is timed."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

from analysis.lab.host import BuildHost

# more hosts than these are waited for, since each may hold a gigabyte
_MOST_WAITING = 8
POLL_SECONDS = 0.2


class Disposal:
    """Hosts on their way out. To delete a build's layers may take longer than all else there is to

    do between two builds, so nobody waits for it: it goes on from one gap to the next.
    """

    def __init__(self) -> None:
        self._waiting: list[BuildHost] = []
        self._lock = Lock()

    def add(self, host: BuildHost) -> None:
        """Begin to delete what a host holds."""
        host.begin_clearing()
        with self._lock:
            self._waiting.append(host)

    def collect(self) -> None:
        """Remove the hosts that hold nothing any more; wait where too many still do."""
        while True:
            with self._lock:
                gone = [host for host in self._waiting if host.is_cleared()]
                self._waiting = [host for host in self._waiting if host not in gone]
                left = len(self._waiting)
            for host in gone:
                host.remove()
            if left <= _MOST_WAITING:
                return
            time.sleep(POLL_SECONDS)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """A block in which nothing is deleted: the hosts are frozen."""
        with self._lock:
            frozen = self._waiting.copy()
        with ThreadPoolExecutor(_MOST_WAITING) as beside:
            # what is gone is neither frozen nor resumed
            list(beside.map(BuildHost.pause, frozen))
            try:
                yield
            finally:
                list(beside.map(BuildHost.resume, frozen))
