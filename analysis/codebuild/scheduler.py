"""Histories side by side on CodeBuild: one loop that starts, polls and waits, without threads.

A history is a generator. It yields the id of a build, and gets the build's description once
that is over; or it yields seconds, and goes on when they have passed.
"""

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

from analysis.errors import AccountError, BusyError, CloudError

Steps = Generator[str | float, Any, Any]
Describe = Callable[[list[str]], dict[str, dict[str, Any]]]
INTERVAL = 10.0
# how long AWS may be out of reach before the client leaves the builds to themselves
PATIENCE = 900.0
# how long a build that was just started may be unknown to BatchGetBuilds
UNLISTED = 120.0


@dataclass
class History:
    """One history of builds. Of those with the same `lane` one runs at a time."""

    name: str
    steps: Steps
    lane: str = ""
    build: str | None = None
    wake: float = 0.0
    since: float = 0.0


@dataclass
class Queue:
    """What runs side by side, at most `concurrency` histories; `describe` gives builds by id.

    `broken` is told of a history that a CloudError ends, and the others go on; AccountError and
    whatever else is raised ends them all.
    """

    describe: Describe
    concurrency: int
    broken: Callable[[History, CloudError], None]
    report: Callable[[str], None] = print
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    running: list[History] = field(default_factory=list)

    def run(self, histories: Iterable[History]) -> None:
        """Run all histories to their ends."""
        waiting = list(histories)
        polled = reached = self.clock()
        while waiting or self.running:
            self.admit(waiting)
            self.wake()
            now = self.clock()
            if now - polled >= INTERVAL and self.list_builds():
                polled = now
                reached = now if self.poll() else reached
                self.check_patience(now - reached)
            elif not self.list_builds():
                reached = now
            self.rest(polled)

    def admit(self, waiting: list[History]) -> None:
        """Begin those for which there is room, in their order."""
        for history in list(waiting):
            busy = {each.lane for each in self.running if each.lane}
            if len(self.running) < self.concurrency and history.lane not in busy:
                waiting.remove(history)
                self.running.append(history)
                self.advance(history)

    def advance(self, history: History, value: Any = None) -> None:
        """Let a history take its next step, or its last."""
        act = history.steps.throw if isinstance(value, CloudError) else history.steps.send
        try:
            step = act(value)
        except StopIteration:
            self.running.remove(history)
        except AccountError:
            raise
        except CloudError as error:
            self.running.remove(history)
            self.broken(history, error)
        else:
            history.build = step if isinstance(step, str) else None
            history.since = self.clock()
            history.wake = self.clock() + (0.0 if history.build else float(step))

    def wake(self) -> None:
        """Let those go on whose seconds have passed."""
        for history in list(self.running):
            if history.build is None and history.wake <= self.clock():
                self.advance(history)

    def list_builds(self) -> list[str]:
        """The builds that are waited for."""
        return [each.build for each in self.running if each.build]

    def poll(self) -> bool:
        """Let those go on whose builds are over; whether AWS answered."""
        try:
            builds = self.describe(self.list_builds())
        except BusyError as error:
            self.report(f"{error} The builds go on meanwhile.")
            return False
        for history in [each for each in self.running if each.build]:
            build = builds.get(history.build)
            if build is None and self.clock() - history.since < UNLISTED:
                continue
            if build is None:
                text = f"CodeBuild does not know the build {history.build} any more."
                self.advance(history, CloudError(text, "BuildNotFound"))
            elif build.get("buildComplete"):
                self.advance(history, build)
        return True

    def check_patience(self, seconds: float) -> None:
        """BusyError when AWS has not answered for too long."""
        if seconds > PATIENCE:
            raise BusyError(
                f"AWS has not answered for {seconds / 60:.0f} minutes. {len(self.list_builds())} "
                "builds still run there; the same call picks them up."
            )

    def rest(self, polled: float) -> None:
        """Sleep until there is something to do."""
        times = [each.wake for each in self.running if each.build is None]
        times += [polled + INTERVAL] if self.list_builds() else []
        if times:
            self.sleep(max(min(times) - self.clock(), 0.0))
