"""Sequences of builds one after the other: each host is made ready while the build before is

recorded, and removed the same way. A build is timed by itself.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from itertools import pairwise

from analysis.lab.background import Background
from analysis.lab.build import (
    Build,
    Built,
    ReadyHost,
    Watch,
    blame,
    finish_build,
    prepare_host,
    time_build,
)


class Conveyor:
    """Builds in the order given; `watch` gets the log of a build as it comes.

    `builds` is that order, of all sequences: it says which host will be needed next.
    """

    def __init__(
        self,
        background: Background,
        builds: Sequence[Build],
        watch: Callable[[Build], Watch] | None = None,
    ) -> None:
        self.background, self.watch = background, watch
        self._next = dict(pairwise(builds))
        self._ahead: tuple[Build, Future[ReadyHost]] | None = None

    def run(self, builds: Sequence[Build]) -> Iterator[Built]:
        """What is to be recorded of each build of one sequence, as it is finished."""
        for build in builds:
            ready = self._take(build)
            watch = self.watch(build) if self.watch else None
            ready, timed = time_build(build, ready, watch)
            build.job.lab.collect()
            blame(build, ready, timed)
            failed = timed.result.status != "succeeded"
            # what comes after a failed build may be another commit
            following = None if failed else self._next.get(build)
            # a host of the sequence's own that was just built on has to be given back first
            apart = following and (
                following.job is not build.job or build.job.strategy.host == "fresh"
            )
            if following and apart:
                self._prepare(following)
            built = finish_build(build, ready, timed)
            if following and not apart:
                self._prepare(following)
            yield built

    def _prepare(self, build: Build) -> None:
        """Make a host ready for a build in the background."""
        self._ahead = build, self.background.start(prepare_host, build)

    def _take(self, build: Build) -> ReadyHost:
        """The host made ready for a build, or one made ready now."""
        if self._ahead and self._ahead[0] is build:
            future, self._ahead = self._ahead[1], None
            return future.result()
        self.drop()
        return prepare_host(build)

    def drop(self) -> None:
        """Give back the host that was made ready for a build that will not be."""
        if self._ahead is None:
            return
        (build, future), self._ahead = self._ahead, None
        if not future.exception():
            build.job.give_back(future.result().host, alive=False)
