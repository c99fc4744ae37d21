"""What goes on, on one stream: a bar on a terminal, plain lines in a file or a notebook."""

import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from tqdm import tqdm

from analysis.redaction import redact
from analysis.visible import show_line, show_signs

# in a file, seconds between two lines on what a build does
QUIET_SECONDS = 10.0


class Progress:
    """Tells what goes on: lines that stay (`say`) and what runs at this moment (`show`).

    With `report` all lines go there and nothing else is shown; else to `stream`, standard output.
    """

    def __init__(
        self, report: Callable[[str], None] | None = None, stream: TextIO | None = None
    ) -> None:
        self.report, self.stream = report, stream or sys.stdout
        self.bar: tqdm[Any] | None = None
        self.total = self.done = self.sequences = 0
        self.since = self.shown = time.monotonic()

    def say(self, line: str) -> None:
        """A line that stays."""
        line = show_signs(redact(line))
        self.shown = time.monotonic()
        if self.report:
            self.report(line)
        elif self.bar is not None:
            self.bar.write(line, file=self.stream)
        else:
            print(line, file=self.stream, flush=True)

    def show(self, text: str) -> None:
        """What runs now: beside the bar, or a line when there was none for a while."""
        if self.bar is not None:
            self.bar.set_postfix_str(show_line(redact(text))[:60])
        elif not self.report and time.monotonic() - self.shown >= QUIET_SECONDS:
            self.say(f"  {text}")

    def count(self, builds: int, sequences: int) -> None:
        """Begin to count builds; on a terminal by a bar."""
        self.total, self.sequences, self.since = builds, sequences, time.monotonic()
        if not self.report and self.stream.isatty():
            self.bar = tqdm(total=builds, unit="build", file=self.stream, dynamic_ncols=True)

    def begin(self, name: str, number: int) -> None:
        """Tell which sequence is built, and how long the rest takes by what was done."""
        self.say(f"{number} of {self.sequences}: {name}{self._say_rest()}")

    def _say_rest(self) -> str:
        if not self.done or self.bar is not None:
            return ""
        left = self.total - self.done
        minutes = (time.monotonic() - self.since) / self.done * left / 60
        return f"; {self.done} of {self.total} builds done, about {max(round(minutes), 1)} min left"

    def finish(self, record: dict[str, Any]) -> None:
        """Tell of a finished run."""
        took = "" if record["seconds"] is None else f" in {record['seconds']:.1f} s"
        self.say(f"{record['run']}: {record['status']}{took}")
        self.done += 1
        if self.bar is not None:
            self.bar.update()

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
