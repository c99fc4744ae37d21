"""A build's way through its phases: each poll of it is a step, so that no test need wait."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

# seconds where a log does not say them; those of a small build seen on AWS
SECONDS = {
    "SUBMITTED": 0.1,
    "QUEUED": 1.2,
    "PROVISIONING": 8.4,
    "DOWNLOAD_SOURCE": 2.0,
    "INSTALL": 0.1,
    "PRE_BUILD": 0.1,
    "BUILD": 20.0,
    "POST_BUILD": 0.1,
    "UPLOAD_ARTIFACTS": 0.3,
    "FINALIZING": 0.6,
}
PHASES = tuple(SECONDS)
# so that each phase can be under way
SHORTEST = 0.001
# the agent writes its first line when these are over
BEFORE_AGENT = PHASES[: PHASES.index("DOWNLOAD_SOURCE")]
STAMP = re.compile(rb"^\[(?:Container|Instance)\] (\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) ")
PHASE_LINE = re.compile(rb"(?:Entering phase|Phase complete:) ([A-Z_]+)(?: State: ([A-Z_]+))?\s*$")
MESSAGES = {
    "FAILED": ("COMMAND_EXECUTION_ERROR", "Error while executing command. Reason: exit status 1"),
    "TIMED_OUT": ("BUILD_TIMED_OUT", "Build has timed out."),
    "FAULT": ("INTERNAL_SERVICE_ERROR", "CodeBuild is experiencing an issue"),
}


@dataclass(frozen=True)
class Phase:
    """A phase, its status, its seconds and (status code, message) of what went wrong in it."""

    name: str
    status: str = "SUCCEEDED"
    seconds: float = 0.0
    context: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Outcome:
    """What a build does: its phases, its log as CodeBuild writes it, what it leaves in ECR.

    `images`: {"imageDetails", "manifests"} of the repository afterwards; null: as it was.
    `shift`: seconds by which the times in them are to be moved.
    """

    status: str
    phases: tuple[Phase, ...]
    log: bytes = b""
    images: Mapping[str, Any] | None = None
    shift: float = 0.0

    @property
    def seconds(self) -> float:
        """Seconds from the request to the end."""
        return sum(phase.seconds for phase in self.phases)


class Execution(Protocol):
    """A build that really runs: its outcome once it has one."""

    outcome: Outcome | None

    def wait(self) -> None:
        """Wait a moment for it, so that who polls without a pause does not take its time."""
        ...

    def stop(self) -> None:
        """Give it up."""
        ...


def make_outcome(status: str = "SUCCEEDED", log: bytes = b"", phase: str = "") -> Outcome:
    """An outcome in CodeBuild's phases, its times from the log; not succeeded: it ends in `phase`.

    Left open, that is BUILD, and PROVISIONING for a fault: then there is no log either.
    """
    phase = phase or ("PROVISIONING" if status == "FAULT" else "BUILD")
    found = read_phases(log)
    phases = [
        Phase(name, *found.get(name, ("SUCCEEDED", seconds))) for name, seconds in SECONDS.items()
    ]
    if status != "SUCCEEDED":
        at = PHASES.index(phase)
        failed = replace(phases[at], status=status, context=MESSAGES.get(status, ("", "")))
        # a failed build phase is still followed by post_build
        rest = phases[at + 1 if phase == "BUILD" and status == "FAILED" else -1 :]
        phases = [*phases[:at], failed, *rest]
    begun = phase not in BEFORE_AGENT or status == "SUCCEEDED"
    return Outcome(status, tuple(phases), log if begun else b"")


def read_phases(log: bytes) -> dict[str, tuple[str, float]]:
    """Phase -> (status, seconds) as the agent's lines say."""
    entered: dict[str, float] = {}
    found = {}
    for line in log.splitlines():
        stamp, words = STAMP.match(line), PHASE_LINE.search(line)
        if stamp and words:
            name, time = words[1].decode(), read_stamp(stamp[1])
            if words[2] is None:
                entered[name] = time
            elif name in entered:
                found[name] = (words[2].decode(), max(time - entered[name], SHORTEST))
    return found


def read_stamp(stamp: bytes) -> float:
    """The time in an agent's line in seconds since 1970."""
    form = "%Y/%m/%d %H:%M:%S.%f" if b"." in stamp else "%Y/%m/%d %H:%M:%S"
    return datetime.strptime(stamp.decode(), form).replace(tzinfo=UTC).timestamp()


def time_lines(log: bytes) -> list[tuple[float, bytes]]:
    """(seconds since the agent's first line, line with its end) of each line of a log.

    Only the agent's lines have a time: output gets that of the line before.
    """
    lines, first, now = [], None, 0.0
    for line in log.splitlines(keepends=True):
        if stamp := STAMP.match(line):
            time = read_stamp(stamp[1])
            first = time if first is None else first
            now = max(now, time - first)
        lines.append((now, line))
    return lines


@dataclass
class Build:
    """A build: what never changes of its description, its outcome, and how far it has got."""

    data: dict[str, Any]
    started: float
    outcome: Outcome
    after_polls: float = 2
    execution: Execution | None = None
    polls: int = 0
    elapsed: float = 0.0
    stopped: bool = False
    written: int = 0
    loaded: bool = False
    lines: list[tuple[float, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = time_lines(self.outcome.log)
        self.elapsed = self.time_of(1)

    @property
    def id(self) -> str:
        """PROJECT:UUID."""
        return self.data["id"]

    @property
    def done(self) -> bool:
        """Whether it is over."""
        return self.stopped or (self.execution is None and self.elapsed >= self.outcome.seconds)

    @property
    def status(self) -> str:
        """What BatchGetBuilds says as buildStatus."""
        if self.stopped:
            return "STOPPED"
        return self.outcome.status if self.done else "IN_PROGRESS"

    @property
    def agent_start(self) -> float:
        """When the agent writes its first line, in seconds since 1970."""
        before = [each.seconds for each in self.outcome.phases if each.name in BEFORE_AGENT]
        return self.started + sum(before)

    @property
    def has_log(self) -> bool:
        """Whether its log stream is there."""
        return self.started + self.elapsed >= self.agent_start and bool(self.lines)

    def time_of(self, index: int) -> float:
        """Elapsed seconds in the middle of a phase."""
        seconds = [phase.seconds for phase in self.outcome.phases]
        index = min(index, len(seconds) - 1)
        return sum(seconds[:index]) + seconds[index] / 2

    def poll(self) -> None:
        """One step on: queued at first, done with the poll after `after_polls`."""
        if self.done:
            return
        self.polls += 1
        if self.execution is not None:
            self.follow(self.execution)
        elif self.polls > self.after_polls:
            self.elapsed = self.outcome.seconds
        elif math.isinf(self.after_polls):
            self.elapsed = self.time_of(min(self.polls, PHASES.index("BUILD")))
        else:
            steps = (len(self.outcome.phases) - 1) * (self.polls - 1)
            self.elapsed = self.time_of(1 + int(steps // self.after_polls))

    def follow(self, execution: Execution) -> None:
        """Take over an execution's outcome when it has one."""
        execution.wait()
        if execution.outcome is None:
            self.elapsed = self.time_of(PHASES.index("BUILD"))
            return
        self.outcome, self.execution = execution.outcome, None
        self.lines, self.elapsed = time_lines(self.outcome.log), self.outcome.seconds

    def stop(self) -> None:
        """Stop it, if it is not over."""
        if self.done:
            return
        if self.execution is not None:
            self.execution.stop()
            self.execution = None
        self.stopped = True

    def describe(self) -> dict[str, Any]:
        """The build as BatchGetBuilds gives it."""
        phases, current = self.describe_phases()
        changing = {
            "phases": phases,
            "currentPhase": current,
            "buildStatus": self.status,
            "buildComplete": self.done,
            "startTime": self.started,
        }
        if self.done:
            changing["endTime"] = self.started + self.elapsed
        return self.data | changing

    def describe_phases(self) -> tuple[list[dict[str, Any]], str]:
        """(phases so far, the current one's name)."""
        begin, phases = self.started, []
        for phase in self.outcome.phases:
            item: dict[str, Any] = {"phaseType": phase.name, "startTime": begin}
            over = begin + phase.seconds <= self.started + self.elapsed + 1e-6
            if not over and not self.stopped:
                return [*phases, item], phase.name
            end = begin + phase.seconds if over else self.started + self.elapsed
            item |= {
                "phaseStatus": phase.status if over else "STOPPED",
                "endTime": end,
                "durationInSeconds": int(end - begin),
                "contexts": [dict(zip(("statusCode", "message"), phase.context, strict=True))],
            }
            phases.append(item)
            begin = end
            if not over:
                break
        return [*phases, {"phaseType": "COMPLETED", "startTime": begin}], "COMPLETED"
