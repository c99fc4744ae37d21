"""One docker build of a log: its steps, and what they say of the build as a whole."""

import re
from typing import Any

from analysis.logs.legacy import LegacyBuild
from analysis.logs.rawjson import RawBuild
from analysis.logs.steps import LAST, Step
from analysis.logs.tty import TtyBuild

_MISSING = re.compile(r"not found|manifest unknown|does not exist|no such file|status: 404", re.I)
_PROOF = ("writing cache image manifest", "writing cache manifest")
_TIMED = re.compile(rb"\d+\.\d+ ")
_SKIPPED = "skipping cache export"


class Build:
    """A docker build as far as the log has told. `failed` and `over` come from its last lines.

    `left` when the log goes on with something else; `report` and `final` hold its error report;
    `lacks_folder` when a folder that it was to import a cache from was not there.
    """

    def __init__(self, builder: str, display: str, command: int | None) -> None:
        self.builder, self.display, self.command = builder, display, command
        self.own: list[Step] = []
        self.special: LegacyBuild | TtyBuild | RawBuild | None = None
        self.failed, self.over, self.left = False, False, False
        self.lacks_folder = False
        self.report: list[bytes] = []
        self.final = b""

    @property
    def steps(self) -> list[Step]:
        """Its steps, in the order they first appeared."""
        return self.own if self.special is None else self.special.steps

    def of_kind(self, kind: str) -> list[Step]:
        """Its steps of a kind."""
        return [step for step in self.steps if step.name.kind == kind]

    def cache_import(self) -> str | None:
        """none, ok, missing or failed; None when the log ends too early to tell."""
        found = {_judge_import(step) for step in self.of_kind("cache import")}
        found |= {"missing"} if self.lacks_folder else set()
        return next((each for each in ("ok", "failed", "missing", None) if each in found), "none")

    def cache_export(self) -> str:
        """none, ok, failed or unfinished: the worst of its exports."""
        found = {_judge_export(step) for step in self.of_kind("cache export")}
        return next((each for each in ("failed", "unfinished", "ok") if each in found), "none")

    def outcome(self, exit_code: int | None) -> bool | None:
        """Whether it failed; None when the log does not tell. `exit_code` is its command's."""
        if self.failed:
            return True
        if exit_code == 0:
            return False
        if exit_code is None and self.is_export_forgiven():
            return False if self.left else None
        faults = {step.status for step in self.steps if step.name.kind != "cache import"}
        if faults & {"failed", "canceled"}:
            return True
        over = self.is_exported() or "unfinished" not in faults
        return False if self.steps and over and self.is_whole() else None

    def is_exported(self) -> bool:
        """Whether it has exported its image, and none of its last steps is unfinished.

        An export begins when all that it needs is done, also where the log leaves that out; what
        several targets need is not the same.
        """
        last = [step for step in self.steps if step.name.kind in LAST]
        targets = {step.name.target for step in self.steps if step.name.target}
        done = any(step.name.kind == "export" and step.status == "ran" for step in last)
        return done and len(targets) < 2 and all(step.status != "unfinished" for step in last)

    def is_export_forgiven(self) -> bool:
        """Whether nothing but cache exports failed, which `ignore-error=true` allows."""
        faulty = [step for step in self.steps if step.status in ("failed", "canceled")]
        kinds = {step.name.kind for step in faulty}
        return "cache export" in kinds and kinds <= {"cache export", "cache import"}

    def repeats(self, other: "Build") -> bool:
        """Whether it is another one that failed, told again: all it says is the same.

        Times make that sure: those of its steps, and in its report.
        """
        if self.command != other.command or self.report != other.report:
            return False
        own, past = ([step.told() for step in each.steps] for each in (self, other))
        timed = sum(bool(step.seconds) for step in self.steps)
        timed += sum(_TIMED.match(line) is not None for line in self.report)
        failed = self.failed or any(step.status == "failed" for step in self.steps)
        return failed and timed > 1 and own == past

    def is_over(self) -> bool:
        """Whether it has come to one of its last steps, or to its error."""
        return self.over or any(step.name.kind in LAST for step in self.steps)

    def is_whole(self) -> bool:
        """Whether its last steps are there: an export, or a stage's last instruction."""
        if isinstance(self.special, LegacyBuild) and self.special.over:
            return True
        if any(step.name.kind in LAST for step in self.steps):
            return True
        numbered = [step.name for step in self.steps if step.name.position]
        return bool(numbered) and numbered[-1].position == numbered[-1].total

    def row(self, log: str, number: int, exit_code: int | None) -> tuple[Any, ...]:
        """A row of the builds frame."""
        return (
            log,
            number,
            self.builder,
            self.outcome(exit_code),
            self.cache_import(),
            self.cache_export(),
            total_seconds(self.of_kind("cache export")),
            total_seconds(self.of_kind("export")),
            self.command,
        )


def _judge_import(step: Step) -> str | None:
    """What became of a cache import: proved by its type or by an end without an error."""
    if step.error is not None:
        return "missing" if _MISSING.search(step.error) else "failed"
    if "inferred cache manifest type" in step.parts or step.status in ("ran", "cached"):
        return "ok"
    return None


def _judge_export(step: Step) -> str:
    """What became of a cache export; one that had nothing to export counts as none."""
    if step.status == "failed":
        return "failed"
    if any(part.startswith(_SKIPPED) for part in step.parts):
        return "none"
    proved = any(part in step.parts for part in _PROOF)
    return "ok" if proved or step.status in ("ran", "cached") else "unfinished"


def total_seconds(steps: list[Step]) -> float | None:
    """The sum of the steps' known seconds; None when none is known."""
    known = [step.seconds for step in steps if step.seconds is not None]
    return round(sum(known), 3) if known else None
