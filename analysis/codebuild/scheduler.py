"""Jobs side by side on CodeBuild: one loop that starts, polls and waits, without threads.

A job is a generator of what it waits for. It yields the id of a build, and gets the build's
description once that is over; or it yields seconds, and goes on when they have passed.
"""

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

from analysis.errors import AccountError, BusyError, CloudError

Waits = Generator[str | float, Any, Any]
POLL_SECONDS = 10.0
# how long AWS may be out of reach before the client leaves the builds to themselves
LONGEST_SILENCE_SECONDS = 900.0
# how long a build that was just started may be unknown to BatchGetBuilds
_UNLISTED_SECONDS = 120.0

_Describe = Callable[[list[str]], dict[str, dict[str, Any]]]


@dataclass
class Job:
    """What goes on by itself beside others. Of those with the same `lane` one runs at a time."""

    name: str
    waits: Waits
    lane: str = ""
    build: str | None = None
    wake: float = 0.0
    since: float = 0.0


@dataclass
class Scheduler:
    """What runs side by side, at most `concurrency` jobs; `describe` gives builds by id.

    `broken` is told of a job that a CloudError ends, and the others go on; AccountError and
    whatever else is raised ends them all.
    """

    describe: _Describe
    concurrency: int
    broken: Callable[[Job, CloudError], None]
    report: Callable[[str], None] = print
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    running: list[Job] = field(default_factory=list)

    def run(self, jobs: Iterable[Job]) -> None:
        """Run all jobs to their ends."""
        waiting = list(jobs)
        polled = reached = self.clock()
        while waiting or self.running:
            self._admit(waiting)
            self._wake()
            now = self.clock()
            if now - polled >= POLL_SECONDS and self._list_builds():
                polled = now
                reached = now if self._poll() else reached
                self._check_silence(now - reached)
            elif not self._list_builds():
                reached = now
            self._rest(polled)

    def _admit(self, waiting: list[Job]) -> None:
        """Begin those for which there is room, in their order."""
        for job in list(waiting):
            busy = {each.lane for each in self.running if each.lane}
            if len(self.running) < self.concurrency and job.lane not in busy:
                waiting.remove(job)
                self.running.append(job)
                self._advance(job)

    def _advance(self, job: Job, value: Any = None) -> None:
        """Let a job go on to what it waits for next, or to its end."""
        act = job.waits.throw if isinstance(value, CloudError) else job.waits.send
        try:
            wait = act(value)
        except StopIteration:
            self.running.remove(job)
        except AccountError:
            raise
        except CloudError as error:
            self.running.remove(job)
            self.broken(job, error)
        else:
            job.build = wait if isinstance(wait, str) else None
            job.since = self.clock()
            job.wake = self.clock() + (0.0 if isinstance(wait, str) else wait)

    def _wake(self) -> None:
        """Let those go on whose seconds have passed."""
        for job in list(self.running):
            if job.build is None and job.wake <= self.clock():
                self._advance(job)

    def _list_builds(self) -> list[str]:
        """The builds that are waited for."""
        return [each.build for each in self.running if each.build]

    def _poll(self) -> bool:
        """Let those go on whose builds are over; whether AWS answered."""
        try:
            builds = self.describe(self._list_builds())
        except BusyError as error:
            self.report(f"{error} The builds go on meanwhile.")
            return False
        for job, asked in [(each, each.build) for each in self.running if each.build]:
            build = builds.get(asked)
            if build is None and self.clock() - job.since < _UNLISTED_SECONDS:
                continue
            if build is None:
                text = f"CodeBuild does not know the build {asked} any more."
                self._advance(job, CloudError(text, "BuildNotFound"))
            elif build.get("buildComplete"):
                self._advance(job, build)
        return True

    def _check_silence(self, seconds: float) -> None:
        """BusyError when AWS has not answered for too long."""
        if seconds > LONGEST_SILENCE_SECONDS:
            raise BusyError(
                f"AWS has not answered for {seconds / 60:.0f} minutes. {len(self._list_builds())} "
                "builds still run there; the same call picks them up."
            )

    def _rest(self, polled: float) -> None:
        """Sleep until there is something to do."""
        times = [each.wake for each in self.running if each.build is None]
        times += [polled + POLL_SECONDS] if self._list_builds() else []
        if times:
            self.sleep(max(min(times) - self.clock(), 0.0))
