"""One log, as clean text, read from its first line to its last."""

import re
from collections.abc import Iterator

from analysis.logs.follower import Follower
from analysis.logs.legacy import LegacyBuild
from analysis.logs.steps import Step, read_name
from analysis.logs.vertices import Vertex, find_vertices

# bytes
_LONGEST_GAP = 1 << 20
_ENDS = frozenset(b"DCE")
_FEED, _BRACKET = b"\n["
_VERBOSE = re.compile(rb" +(?:digest|name): ")


class Reader(Follower):
    """Follows one log. `lines` were seen, of which `unread` told nothing that is known.

    A line is read when it is blank, the agent's (or the rest of a command the agent shows), a
    BuildKit line of the step in focus or the output of that step, a part of an error report of
    BuildKit, a line of the legacy builder or of its step's output, a frame of BuildKit's
    terminal display, a status of its own record, or a message of docker's push, pull and login.
    All others are unread: what other commands print, and `#5 …` where no step 5 can have said it.
    """

    def read(self, text: bytes) -> "Reader":
        """Read a whole log."""
        self.take(text)
        return self.finish()

    def take(self, text: bytes) -> None:
        """Read the next lines of a log, whole ones."""
        if not text:
            return
        if not self.lines:
            # whoever kept the log left its blank lines out
            self.dense = b"\n\n" not in text
        before, vertices = find_vertices(text)
        self.gap = self.hold_back(self.take_vertices(self.take_up(before), text, vertices))

    def take_vertices(self, gap: bytes, text: bytes, vertices: Iterator[Vertex]) -> bytes:
        """Follow the lines that tell of steps, from the gap before; what stands after the last."""
        # the gap before a line is what `source` has from `begin` to `stop`
        source, begin, stop, lines = gap, 0, len(gap), gap.count(b"\n")
        for number, line, end, more, last, until, after in vertices:
            if stop - begin > 1:
                self.take_gap(source, begin, stop, lines)
            elif stop > begin:
                self.lines += not self.in_gap
            self.lines += 1 + more
            step = self.steps.get(number)
            if step is None or step is not self.focus:
                blank = stop > begin and source[stop - 1] == _FEED
                if not (blank and self.take_header(step, number, line)):
                    self.take_line(number, line, blank, stop == begin)
            elif line == b"..." or (line[0] in _ENDS and step.end(line)):
                self.open = False
            elif line[-5:] == b" done" and line != step.text:
                step.take_part(line)
            elif line[:7] != b"sha256:":
                blank = stop > begin and source[stop - 1] == _FEED
                self.take_line(number, line, blank, stop == begin)
            if more:
                self.take_progress(number, text[end:last])
            source, begin, stop, lines, self.in_gap = text, last, until, after, False
        return source[begin:stop]

    def take_header(self, step: Step | None, number: bytes, line: bytes) -> bool:
        """Whether a line behind a blank one is a usual header: the next step's, or one seen."""
        if self.special is not None or self.build is None or len(number) > 6:
            return False
        if step is not None:
            seen = line[0] == _BRACKET and line == step.text
            return seen and not step.ended and self.set_focus(step)
        if number == b"0" or (int(number) != self.largest + 1 and read_name(line).kind == "other"):
            return False
        return self.add_step(number, line)

    def finish(self) -> "Reader":
        """Read what waits for a next line: there is none."""
        if not self.in_gap:
            self.take_gap(self.gap, 0, len(self.gap), self.gap.count(b"\n"))
        self.agent.settle()
        self.drop_repeated()
        return self

    def drop_repeated(self) -> None:
        """Leave out builds that are told again, in the message of an error."""
        pairs = zip(self.builds[1:], self.builds, strict=False)
        self.builds = [*self.builds[:1], *(each for each, last in pairs if not each.repeats(last))]

    def take_up(self, text: bytes) -> bytes:
        """The gap that `text` ends, what was held back included; its end alone if it was taken."""
        if not self.in_gap:
            return self.gap + text
        self.take_texts(text)
        return _find_end(text) if text else self.gap

    def hold_back(self, gap: bytes) -> bytes:
        """Take what of a gap can be told before its end is known; what is left of it.

        Of one that is long, all lines are taken.
        """
        if self.in_gap:
            return gap
        if self.focus is not None and gap.startswith(self.mark):
            last = gap.rfind(self.mark)
            self.add_output(self.focus, gap.count(b"\n", 0, last))
            gap = gap[last:]
        if len(gap) <= _LONGEST_GAP:
            return gap
        self.take_gap(gap, 0, len(gap), gap.count(b"\n"))
        self.in_gap = True
        return _find_end(gap)

    def take_gap(self, text: bytes, begin: int, stop: int, lines: int) -> None:
        """Lines between two that tell of steps: mostly the output of the step in focus.

        Text between two lines of a step's output is that step's too: its own line feeds, or
        lines that a console broke.
        """
        step, mark = self.focus, self.mark
        self.after_output = step is not None and text.startswith(mark, begin, stop)
        if step is not None and self.after_output:
            begin = text.find(b"\n", text.rfind(mark, begin, stop) + 1, stop)
            left = text.count(b"\n", begin, stop) if begin >= 0 else 0
            self.add_output(step, lines - left)
            lines = left
        self.tail = step is not None and step.ended == "failed" and not self.open
        self.stray, self.strays = b"", 0
        if lines:
            self.take_texts(text[begin:stop])

    def take_texts(self, text: bytes) -> None:
        """Lines that tell of no step, one by one; each has its line feed before it."""
        lines = text[1:].split(b"\n") if text else []
        self.lines += len(lines)
        for line in lines:
            if not self.take_text(line):
                self.unread += 1

    def take_line(self, number: bytes, line: bytes, blank: bool, follows: bool) -> None:
        """A line that tells of a step, which the loop above does not deal with.

        Behind a `blank` one, or where it `follows` another line that tells of a step.
        """
        step = self.steps.get(number)
        blank = blank or (follows and step is None and self.is_at_header())
        if self.special and isinstance(self.special, LegacyBuild) and self.special.running:
            read = self.special.take(b"#%b %b" % (number, line))
        elif number == b"0" or len(number) > 6:
            read = number == b"0" and self.take_head(line, blank)
        elif step is None:
            read = self.meet_step(number, line, blank)
        elif line[:3] == b"..." and not line[3:].strip():
            self.open, read = self.open and step is not self.focus, True
        elif (blank or not self.open or self.dense) and step.is_headed(line):
            read = self.meet_again(step, number, line, blank)
        elif blank and step.text is not None and read_name(line).kind != "other":
            read = self.meet_again(None, number, line, blank)
        else:
            read = step is self.focus
            self.mixed = self.mixed or step.is_other(line)
            if read and line[:1] == b" ":
                step.take_verbose(line)
        self.unread += not read

    def take_progress(self, number: bytes, progress: bytes) -> None:
        """Progress, which tells nothing of a step that is in focus and open."""
        if self.open and self.steps.get(number) is self.focus:
            return
        for line in progress.split(b"\n#%b " % number)[1:]:
            step = self.steps.get(number)
            if step is None or step is not self.focus or line[:7] != b"sha256:":
                self.take_line(number, line, False, True)

    def take_head(self, line: bytes, blank: bool) -> bool:
        """`#0 building with …` begins a build."""
        if not line.startswith(b"building with "):
            return False
        self.start("buildkit", "plain", blank)
        return True

    def meet_step(self, number: bytes, line: bytes, blank: bool) -> bool:
        """A number not seen in this build: a step's header, or a line of a step cut off above."""
        follows = self.build is not None and self.build.display == "plain"
        boundary = blank or not self.open
        next_one = follows and blank and int(number) == self.largest + 1
        if boundary and (next_one or read_name(line).kind != "other"):
            if not follows:
                self.start("buildkit", "plain", blank)
            return self.add_step(number, line)
        lost = number == self.stray or (follows and int(number) > self.largest)
        lost = lost or (self.doubtful is not None and number == self.doubtful[0])
        if lost and Step(0, b"").end(line):
            return self.end_headless(number, line, follows)
        if boundary and line[:1] == b"[" and not follows:
            self.doubtful = number, line
        if _VERBOSE.match(line) and (not follows or int(number) > self.largest):
            if not follows:
                self.start("buildkit", "plain", blank)
            self.add_step(number, None)
            self.steps[number].take_verbose(line)
            return True
        if self.build is None and line.endswith(b" done"):
            self.keep_stray(number)
        return False

    def end_headless(self, number: bytes, line: bytes, follows: bool) -> bool:
        """The end of a step whose header is missing, or was doubtful until now.

        Output seen just before was its own.
        """
        known = self.doubtful is not None and self.doubtful[0] == number
        text = self.doubtful[1] if known and self.doubtful else None
        self.doubtful = None
        strays = self.strays if number == self.stray else 0
        if not follows:
            self.start("buildkit", "plain", False)
        self.add_step(number, text)
        step = self.steps[number]
        step.end(line)
        self.open, step.output = False, strays
        self.unread -= strays + known
        return True

    def meet_again(self, step: Step | None, number: bytes, line: bytes, blank: bool) -> bool:
        """A header whose number is known: of its step, or (None, or a first step) a next build."""
        if step is not None and not (step.ended and self.begins_next(line)):
            return self.set_focus(step)
        self.start("buildkit", "plain", blank)
        return self.add_step(number, line)


def read_log(text: bytes) -> Reader:
    """Read a log's text (UTF-8, line feeds, no prefixes)."""
    return Reader().read(text)


def _find_end(text: bytes) -> bytes:
    """The line feed that makes the last line of a text a blank one; nothing when it is not."""
    return text[-1:] if text.endswith(b"\n") else b""
