"""The one loop: every place builds the sequences of a plan, and what it finishes is recorded here.

What is finished on disk is never built for the record again. A sequence that was cut off is first
rebuilt up to where it stopped, unrecorded, unless the place still has what that left.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from analysis import records
from analysis.errors import AnalysisError
from analysis.experiment.manifest import begun
from analysis.experiment.plan import BuildSequence, Plan
from analysis.experiment.progress import Progress


class Run(NamedTuple):
    """A finished build as records.write_run takes it."""

    record: dict[str, Any]
    log: bytes
    images: dict[str, Any]
    history: dict[str, Any]


class Place(Protocol):
    """Where sequences of builds run: the lab, or CodeBuild."""

    @property
    def ends_one(self) -> type[AnalysisError]:
        """What ends one sequence and leaves the others; any other error ends them all."""
        ...

    def build(self, sequences: Sequence[BuildSequence], recorder: "Recorder") -> None:
        """Build all of them, in this order or side by side.

        Each build goes to `recorder.keep` as it is finished, each sequence that an error of
        `ends_one` ends to `recorder.break_off`.
        """
        ...


class Recorder:
    """Keeps what a place builds, tells of it, and notes the sequences that broke off."""

    def __init__(self, folder: Path, plan: Plan, progress: Progress) -> None:
        self.folder, self.plan, self.progress = folder, plan, progress
        self.broken: list[str] = []

    def list_missing(self, sequence: BuildSequence) -> list[str]:
        """The scenarios of a sequence that are not finished yet."""
        return self.plan.list_missing(self.folder, sequence)

    def begin(self, sequence: BuildSequence) -> None:
        """Tell that a sequence is about to be built."""
        self.progress.begin(sequence.name, self.plan.sequences.index(sequence) + 1)

    def keep(self, run: Run) -> None:
        """Write a run with its rank, unless it is finished already: then it restored a state."""
        record = run.record
        if records.is_finished(self.folder, record["run"]):
            return
        rank = find_rank(self.folder, record["strategy"], record["round"])
        record = {"order": rank} | record
        records.write_run(self.folder, record, run.log, run.images, run.history)
        self.progress.finish(record)

    def break_off(self, name: str, error: AnalysisError) -> None:
        """Note a sequence that an error has ended."""
        self.broken.append(f"{name} ({error})")
        self.progress.say(f"broke off: {self.broken[-1]}")


def run_plan(folder: Path, plan: Plan, place: Place, progress: Progress) -> None:
    """Build all that a plan lacks; the place's error at the end names what broke off."""
    recorder = Recorder(folder, plan, progress)
    place.build(plan.sequences, recorder)
    if recorder.broken:
        raise place.ends_one(
            f"{len(recorder.broken)} sequences broke off: {', '.join(recorder.broken)}. What is "
            f"finished is kept in {folder}; the same call again runs the rest."
        )


def find_rank(folder: Path, strategy: str, number: int) -> int:
    """A strategy's rank in a round, from 0: that of its finished runs, else after all others'."""
    started = begun(folder, number)
    if strategy not in started:
        return len(started)
    return int(records.read_json(started[strategy])["order"])
