"""Captures of BuildKit's redrawn terminal display: ` => [1/5] …`; the last state counts."""

import re

from analysis.logs.steps import Step

_HEADER = re.compile(rb"\[\+\] Building (\d+(?:\.\d+)?)s \((\d+)/(\d+)\)( FINISHED)?")
_ROW = re.compile(rb" ?=> (?!=>)(?:(CACHED|ERROR|CANCELED) )?(\S.*?)(?:\s+(\d+(?:\.\d+)?)s)?\s*$")
_PART = re.compile(rb" ?=> => (\S.*?)(?:\s+(\d+(?:\.\d+)?)s)?\s*$")
# how the display colours a step that is over; one that runs has no colour
_OVER = re.compile(rb"\x1b\[(?:36|34)m")


class TtyBuild:
    """Follows one display; a frame shows only as many steps as the terminal has lines."""

    def __init__(self, step_type: type[Step] = Step) -> None:
        self.step_type = step_type
        self.rows: dict[bytes, Step] = {}
        self.step: Step | None = None
        self.finished, self.last, self.timed = False, 0.0, False

    @staticmethod
    def begins(line: bytes) -> bool:
        """Whether a line (without ANSI) is the head of a frame."""
        return bool(_HEADER.search(line))

    def is_redrawn(self, line: bytes) -> bool:
        """Whether the head of a frame is this build's: not over, and the clock not back."""
        found = _HEADER.search(line)
        return found is not None and not self.finished and float(found[1]) >= self.last

    def take(self, line: bytes, raw: bytes) -> bool:
        """Whether the line (`raw` with its colours) belongs to the build, which is updated."""
        if found := _HEADER.search(line):
            self.last, self.finished, self.step = float(found[1]), bool(found[4]), None
        elif found := _PART.match(line):
            if self.step is not None and found[2]:
                self.step.take_part(found[1] + b" " + found[2] + b"s done")
        elif found := _ROW.match(line):
            self.take_row(bool(_OVER.search(raw)), *found.groups())
        else:
            return False
        return True

    def take_row(
        self, over: bool, status: bytes | None, text: bytes, seconds: bytes | None
    ) -> None:
        """Note a step's state, which replaces what earlier frames said.

        A row without the time that others have was cut off: its name may be too.
        """
        self.timed = self.timed or seconds is not None
        if self.timed and seconds is None:
            return
        step = self.rows.get(text)
        if step is None:
            step = self.rows[text] = self.step_type(len(self.rows) + 1, text)
        self.step = step
        step.seconds = None
        if status == b"ERROR":
            step.ended = "failed"
        elif status == b"CANCELED":
            step.ended = "canceled"
        elif status == b"CACHED":
            step.ended, step.cached = "ran", True
        else:
            step.ended = "ran" if over else None
            step.seconds = float(seconds) if seconds else None

    @property
    def steps(self) -> list[Step]:
        """The steps, in the order they first appeared."""
        for step in self.rows.values():
            if self.finished and step.ended is None:
                step.ended = "ran"
            if step.ended is None:
                step.seconds = None
        return list(self.rows.values())
