"""The legacy builder's output: `Step 3/7 : RUN …`, ` ---> Using cache`; it tells no times."""

import re

from analysis.logs.steps import Name, Step

_STEP = re.compile(rb"Step (\d{1,6})(?:/(\d{1,6}))? : (.*)")
_ARROW = re.compile(
    rb" ?---> (?:(Using cache)|(Running in [0-9a-f]+)|([0-9a-f]{12})|\[Warning\].*)$"
)
CONTEXT = re.compile(rb"(?:Sending build|Uploading) context")
_INSTRUCTION = re.compile(
    rb"(?:FROM|RUN|CMD|LABEL|MAINTAINER|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG"
    rb"|ONBUILD|STOPSIGNAL|HEALTHCHECK|SHELL)\s",
    re.I,
)
_REMOVED = re.compile(rb"(?:Removing|Removed) intermediate container ")
_BUILT = re.compile(rb"Successfully (?:built [0-9a-f]{12}|tagged )")
FAILED = re.compile(
    rb"The command '.*' returned a non-zero code: \d+|(?:COPY|ADD) failed: "
    rb"|failed to process |Service '.*' failed to build|Error response from daemon: "
    rb"|(?:manifest for|pull access denied for) |unauthorized: |failed to build: |denied: "
    rb"|toomanyrequests: |error pulling image |no matching manifest for |error parsing HTTP "
    rb"|(?:Get|Head) \"?https?://|received unexpected HTTP status|failed to register layer: "
    rb"|invalid reference format|error creating overlay mount|no basic auth credentials"
    rb"|Error processing tar file|dockerfile parse error|Tag \S+ not found in repository"
)
_STAGE = re.compile(r"FROM\s+(?:--platform=\S+\s+)?\S+\s+AS\s+(\S+)", re.I)


class LegacyBuild:
    """Follows one build; lines between a step's begin and its result are that step's output."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.total: bytes | None = None
        self.stage: str | None = None
        self.running, self.over = False, False

    @staticmethod
    def begins(line: bytes, cut: bool) -> bool:
        """Whether a line begins a build, or shows one whose begin is cut off where that can be."""
        found = _STEP.match(line)
        if found is None:
            return bool(CONTEXT.match(line))
        return found[1] in (b"0", b"1") or (cut and _INSTRUCTION.match(found[3]) is not None)

    def take(self, line: bytes, _raw: bytes = b"") -> bool:
        """Whether the line belongs to the build, which is updated."""
        if self.over and not _BUILT.match(line):
            return False
        if (found := _STEP.match(line)) and self.is_next(*found.group(1, 2)):
            self.begin_step(*found.groups())
        elif found := _ARROW.match(line):
            self.take_arrow(*found.groups())
        elif not self.running and self.steps and CONTEXT.match(line):
            return False
        elif _BUILT.match(line):
            self.over, self.running = True, False
        elif self.running and FAILED.match(line):
            self.steps[-1].ended, self.over, self.running = "failed", True, False
        elif not self.running:
            return bool(CONTEXT.match(line) or _REMOVED.match(line))
        elif not _REMOVED.match(line):
            self.steps[-1].output += 1
        return True

    def is_next(self, number: bytes, total: bytes | None) -> bool:
        """Whether this is the step that must come; other numbers are a step's own output."""
        if not self.steps:
            return True
        return int(number) == self.steps[-1].number + 1 and total == self.total

    def begin_step(self, number: bytes, total: bytes | None, text: bytes) -> None:
        """Open a step, which closes the one before."""
        self.total = total
        instruction = text.decode("utf-8", "replace").rstrip()
        kind = "from" if instruction.upper().startswith("FROM ") else "layer"
        if kind == "from":
            found = _STAGE.match(instruction)
            self.stage = found[1] if found else None
        step = Step(int(number), None)
        last = int(total) if total else None
        step.name = Name(instruction, self.stage, None, kind, int(number), last)
        self.steps.append(step)
        self.running = True

    def take_arrow(self, cached: bytes | None, running: bytes | None, image: bytes | None) -> None:
        """Note what ` ---> …` says of the step."""
        if not self.steps:
            return
        step = self.steps[-1]
        if cached:
            step.ended, step.cached = "ran", True
        elif image and step.ended is None:
            step.ended, self.running = "ran", False
        self.running = self.running and not cached
