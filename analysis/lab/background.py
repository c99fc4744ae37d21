"""Work of the lab's beside other work: hosts start and go while the build before is recorded."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Background:
    """Threads for work that may go on beside other work, and never while a build is timed."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="lab")
        self._going: list[Future[Any]] = []
        self._timed = False

    def start(
        self,
        work: Callable[_Arguments, _Result],
        *arguments: _Arguments.args,
        **options: _Arguments.kwargs,
    ) -> Future[_Result]:
        """Begin some work; RuntimeError while a build is timed."""
        if self._timed:
            raise RuntimeError("The lab begins nothing in the background while a build is timed.")
        future = self._pool.submit(work, *arguments, **options)
        self._going.append(future)
        return future

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """A block that begins once all work is done, and in which none can be begun."""
        self.wait()
        self._timed = True
        try:
            yield
        finally:
            self._timed = False

    def wait(self) -> None:
        """Return when nothing goes on any more; whoever holds a future learns of its error."""
        going, self._going = self._going, []
        wait(going)

    def close(self) -> None:
        """End what goes on, leave out what has not begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)
