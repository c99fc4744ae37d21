"""What a log is about at any line of it: the agent, the build and the step in focus; and the lines

that are no step's own (reader): the agent's, error reports, messages, other displays of a build.
"""

import re
from typing import Any, TypeVar

from analysis.logs.agent import KNOWN, RUNNING, Agent
from analysis.logs.builds import Build
from analysis.logs.legacy import LegacyBuild
from analysis.logs.messages import ANSI, DOCKER, FILE_LINE, FINAL, NO_FOLDER, RULES
from analysis.logs.rawjson import RawBuild, read_status
from analysis.logs.steps import Step
from analysis.logs.tty import TtyBuild

# lines
_LONGEST_REPORT = 200
_OUTPUT = re.compile(rb"#(\d+) \d")
# how a build is followed that is not shown in plain progress
_Special = TypeVar("_Special", LegacyBuild, TtyBuild, RawBuild)
# the first steps of any build
_FIRST = re.compile(rb"load (?:build definition|\.dockerignore|local bake)")


class Follower:
    """What is known of a log so far. `lines` were seen, of which `unread` told nothing known."""

    # what keeps what the log says of a step
    step_type: type[Step] = Step

    def __init__(self) -> None:
        self.lines, self.unread = 0, 0
        self.gap, self.in_gap = b"", False
        self.agent = Agent()
        self.builds: list[Build] = []
        self.leave_build()
        self.held: list[bytes] | None = None
        self.stray, self.strays = b"", 0
        self.doubtful: tuple[bytes, bytes] | None = None
        self.dense = False
        # whether one step had the headers of two
        self.mixed = False

    def leave_build(self) -> None:
        """No build is under way: what follows belongs to none, or begins the next."""
        if self.builds:
            self.builds[-1].left = True
        self.build: Build | None = None
        self.special: LegacyBuild | TtyBuild | RawBuild | None = None
        self.steps: dict[bytes, Step] = {}
        self.largest = -1
        self.lose_focus()
        self.block, self.tail, self.after_output = b"", False, False

    def lose_focus(self) -> None:
        """No step is in focus."""
        self.focus: Step | None = None
        self.open = False

    @property
    def mark(self) -> bytes:
        """What begins the lines of output of the step in focus, with the line feed before it."""
        return b"\n#%d " % self.focus.number if self.focus is not None else b""

    def add_output(self, step: Step, count: int) -> None:
        """Count lines of a step's output."""
        step.output += count
        self.lines += count

    def is_at_header(self) -> bool:
        """Whether nothing was said yet of the step in focus, so that another's header may follow.

        It may anywhere in a log without blank lines.
        """
        step = self.focus
        bare = step is not None and self.open and not (step.parts or step.output or step.ended)
        return self.dense or bare

    def begins_next(self, line: bytes) -> bool:
        """Whether a line is of a build's first steps while the last ones of this have been."""
        # first what is seldom true, and quick to tell
        return bool(_FIRST.search(line)) and self.build is not None and self.build.is_over()

    def add_step(self, number: bytes, line: bytes | None) -> bool:
        """Put a step into the build and the focus."""
        step = self.steps[number] = self.step_type(int(number), line)
        if step.number > self.largest:
            self.largest = step.number
        self.builds[-1].own.append(step)
        return self.set_focus(step)

    def set_focus(self, step: Step) -> bool:
        """What follows is said of this step."""
        self.focus, self.open, self.block = step, True, b""
        return True

    def start(self, builder: str, display: str, blank: bool) -> None:
        """Begin a build; lines shown since the agent named its command are that command's text."""
        if self.held and not blank and self.agent.claim(self.held):
            self.unread -= len(self.held)
        self.leave_build()
        self.held = self.agent.text = None
        self.build = Build(builder, display, self.agent.number)
        self.builds.append(self.build)

    def take_text(self, line: bytes) -> bool:
        """Whether a line that is tells of no step is understood."""
        if line[:1] == b"[" and (said := self.agent.take(line)) is not None:
            return self.take_agent(said)
        if line[:1] == b"{" and (status := read_status(line)) is not None:
            return self.take_status(status, line)
        raw, line = line, ANSI.sub(b"", line) if b"\x1b" in line else line
        if not line or line.isspace():
            self.tail, self.held = False, None
            return self.agent.take_more(line) or True
        if self.agent.take_more(line) or self.take_special(line, raw):
            return True
        if line[:1] == b"#" and (found := _OUTPUT.match(line)):
            return self.take_output(found[1])
        return self.take_error(line) or self.take_message(line)

    def take_agent(self, said: str) -> bool:
        """An agent's line ends whatever was under way."""
        if self.agent.stamps_output and not said.startswith(KNOWN):
            self.take_special(said.encode(), said.encode())
            return True
        self.leave_build()
        self.held = [] if said.startswith(RUNNING) else None
        return True

    def take_output(self, number: bytes) -> bool:
        """A line of a step's output; one whose step has no header is kept in mind."""
        step = self.steps.get(number)
        self.after_output = False
        if step is None:
            self.keep_stray(number)
        elif step is self.focus:
            self.after_output = True
            step.output += 1
        return self.after_output

    def keep_stray(self, number: bytes) -> None:
        """Count a line of a step whose header is missing, in case its end proves that it is one."""
        self.strays = self.strays + 1 if number == self.stray else 1
        self.stray = number

    def take_special(self, line: bytes, raw: bytes) -> bool:
        """A line of the legacy builder or of the terminal display."""
        line = line[:4096].rstrip()
        if isinstance(self.special, TtyBuild):
            if TtyBuild.begins(line) and not self.special.is_redrawn(line):
                return self.start_display().take(line, raw)
            return self.special.take(line, raw)
        if isinstance(self.special, LegacyBuild) and self.special.take(line):
            return True
        if TtyBuild.begins(line):
            return self.start_display().take(line, raw)
        if LegacyBuild.begins(line, cut=not self.builds):
            return self.start_special(LegacyBuild(), "legacy", "legacy").take(line)
        return False

    def take_status(self, status: dict[str, Any], line: bytes) -> bool:
        """A status of BuildKit's own record: of the build under way, or of the next."""
        special = self.special
        if isinstance(special, RawBuild) and not (special.over and _FIRST.search(line)):
            return special.take(status)
        return self.start_special(RawBuild(), "buildkit", "rawjson").take(status)

    def start_display(self) -> TtyBuild:
        """Begin a build that is shown in BuildKit's terminal display."""
        return self.start_special(TtyBuild(self.step_type), "buildkit", "tty")

    def start_special(self, special: _Special, builder: str, display: str) -> _Special:
        """Begin a build that is not shown in plain progress; what follows it."""
        self.start(builder, display, False)
        self.special = self.builds[-1].special = special
        return special

    def take_error(self, line: bytes) -> bool:
        """A line of BuildKit's error report: excerpts between rules, then the error itself."""
        if FINAL.match(line):
            if self.build is None and self.is_told(line):
                return True
            if self.build is None:
                self.start("buildkit", "plain", False)
            build = self.builds[-1]
            build.failed = build.over = self.tail = True
            self.block, build.final = b"", line
            return True
        if self.build is None:
            return False
        if line == self.block or (not self.block and line in RULES):
            self.block = b"" if self.block else line
            self.open = self.tail = False
            return True
        if self.block and len(self.build.report) < _LONGEST_REPORT:
            self.build.report.append(line)
        return bool(self.block) or self.tail or FILE_LINE.match(line) is not None

    def is_told(self, line: bytes) -> bool:
        """Whether an error is that of the last build of the command, told again."""
        last = self.builds[-1] if self.builds else None
        return last is not None and last.final == line and last.command == self.agent.number

    def take_message(self, line: bytes) -> bool:
        """A message of docker's own, or a line that goes on with a step's output."""
        if self.build is not None and all(words in line for words in NO_FOLDER):
            self.build.lacks_folder = True
            return True
        if DOCKER.match(line):
            if self.build is not None:
                viewed = line.startswith(b"View build details: ")
                self.build.over, self.build.left = self.build.over or viewed, not viewed
            self.held = None
            return True
        if self.focus is not None and self.after_output and self.open:
            self.focus.output += 1
            return True
        if self.held is not None:
            self.held.append(line)
        if self.build is not None:
            self.build.left = True
        return False
