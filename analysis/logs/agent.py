"""CodeBuild's own lines, `[Container] 2026/01/22 23:28:03.574404 …`: phases and commands.

Only these lines carry a time. The lab writes them too, with the same words.
"""

import re
from datetime import datetime
from typing import Any

from analysis.logs.shell import Script

_LINE = re.compile(
    rb"\[(?:Container|Instance)\] +"
    rb"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(.*)"
)
RUNNING = "Running command "
_FAILING = "Command did not exit successfully "
# what begins a line that ends a command where the agent also stamps the commands' output (2018)
KNOWN = (RUNNING, _FAILING, "Entering phase ", "Phase complete: ", "Phase is ")
COMPLETE = re.compile(r"Phase complete: (\S+) (?:State: (\w+)|Success: (\w+))")
_EXIT_STATUS = re.compile(r"exit status (\d{1,9})\s*$")
LAB = "Running on a build host of the lab"
_LONGEST = 10_000
_PREPARES = re.compile(r"#|\w+=|(?:set|export|cd) ")


class Command:
    """A command the agent ran; `seconds` and `exit_code` None until its end is seen."""

    __slots__ = ("exit_code", "lines", "over", "phase", "seconds", "started")

    def __init__(self, phase: str | None, text: str, started: datetime) -> None:
        self.phase, self.lines, self.started = phase, [text], started
        self.seconds: float | None = None
        self.exit_code: int | None = None
        self.over = False

    @property
    def text(self) -> str:
        """All its lines."""
        return "\n".join(self.lines)

    def row(self) -> tuple[Any, ...]:
        """The end of a row of the commands frame."""
        return self.phase, self.text, self.started, self.seconds, self.exit_code


class Agent:
    """What the agent's lines of one log say, gathered in order."""

    def __init__(self) -> None:
        self.lines, self.first = 0, ""
        self.began: datetime | None = None
        self.ended: datetime | None = None
        self.phase: str | None = None
        # phase, status, started, seconds
        self.phases: list[list[Any]] = []
        self.commands: list[Command] = []
        # those before whose phase no begin was seen
        self.early: list[Command] = []
        self.stamps_output = False
        self.failure: list[str] | None = None
        self.text: Script | None = None
        self.in_context = False

    @property
    def number(self) -> int | None:
        """The number of the command that runs or ran last; None before the first."""
        return len(self.commands) - 1 if self.commands else None

    def take(self, line: bytes) -> str | None:
        """Note a line of the agent's and return its text; None when it is not the agent's."""
        found = _LINE.match(line)
        if found is None or (when := _read_time(found[1])) is None:
            return None
        text = found[2].decode("utf-8", "replace").rstrip()
        self.lines += 1
        if self.began is None:
            self.first, self.began = text, when
        self.ended = when
        if text.startswith(KNOWN) or not self.stamps_output:
            self.settle()
            self.end_command(when, text)
        self.note(when, text)
        self.in_context = text.startswith("Phase context status code: ")
        return text

    def note(self, when: datetime, text: str) -> None:
        """Open or close a command or a phase, when the line says so."""
        if text.startswith(RUNNING):
            self.commands.append(Command(self.phase, text[len(RUNNING) :], when))
            if self.phase is None:
                self.early.append(self.commands[-1])
            self.text = Script(text[len(RUNNING) :])
        elif text.startswith(_FAILING):
            self.failure = [text[len(_FAILING) :]]
        elif text.startswith(("Entering phase ", "Phase is ")):
            self.phase = text.split()[2]
            self.phases.append([self.phase, None, when, None])
        elif text.startswith("Phase complete: ") and (found := COMPLETE.match(text)):
            self.end_phase(when, *found.groups())

    def end_command(self, when: datetime, text: str) -> None:
        """Close the command that runs: exit code 0, unless this line says that it failed."""
        command = self.commands[-1] if self.commands else None
        if command is None or command.over:
            return
        command.over, command.seconds = True, _seconds_between(command.started, when)
        if not text.startswith((_FAILING, "Build timed out")):
            command.exit_code = 0

    def end_phase(self, when: datetime, phase: str, state: str | None, success: str | None) -> None:
        """Close a phase; commands from before its begin was seen are its own."""
        self.stamps_output = self.stamps_output or success is not None
        if not self.phases or self.phases[-1][:2] != [phase, None]:
            self.phases.append([phase, None, None, None])
        row = self.phases[-1]
        row[1] = state.lower() if state else "succeeded" if success == "true" else "failed"
        row[3] = _seconds_between(row[2], when)
        for command in self.early:
            command.phase = phase
        self.early.clear()
        self.phase = None

    def take_more(self, line: bytes) -> bool:
        """Whether a line that is not the agent's goes on with what the agent said last."""
        if self.text is None and self.failure is None and not self.in_context:
            return False
        text = line.decode("utf-8", "replace")
        if self.failure is not None:
            self.failure.append(text)
        self.in_context = self.in_context and bool(text.strip())
        if self.failure is not None or self.in_context:
            return True
        if self.text is None:
            return False
        if self.text.size < _LONGEST and self.text.is_open:
            self.text.take(text)
            self.commands[-1].lines.append(text)
            return True
        self.text = None
        return False

    def claim(self, lines: list[bytes]) -> bool:
        """Take lines shown between a command and its build as the rest of the command's text.

        Only after a comment or a line that prepares something: any other may have printed them.
        """
        command = self.commands[-1]
        if not _PREPARES.match(command.lines[0]):
            return False
        command.lines += [line.decode("utf-8", "replace") for line in lines]
        return True

    def settle(self) -> None:
        """Take the exit code, and the whole text, from what was said of a command that failed."""
        text = "\n".join(self.failure) if self.failure else ""
        self.failure = self.text = None
        if text and self.commands and (found := _EXIT_STATUS.search(text)):
            self.commands[-1].exit_code = int(found[1])
            said = text[: found.start()].rstrip()
            self.commands[-1].lines = [said] if said else self.commands[-1].lines


def _read_time(text: bytes) -> datetime | None:
    """The UTC time of a line; None when there is no such time."""
    try:
        when = datetime.fromisoformat(f"{text.decode().replace('/', '-')}+00:00")
    except ValueError:
        return None
    return when if 1970 <= when.year < 2200 else None


def _seconds_between(start: datetime | None, end: datetime) -> float | None:
    """Seconds from start to end; None when the start is unknown or the clock went back."""
    if start is None or end < start:
        return None
    return (end - start).total_seconds()
