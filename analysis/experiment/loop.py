"""The one loop: every place builds the sequences of a plan, and what it finishes is recorded here.

What is finished on disk is never built for the record again. A sequence that was cut off is first
rebuilt up to where it stopped, unrecorded, unless the place still has what that left.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from analysis import records
from analysis.errors import AnalysisError
from analysis.experiment.failures import check_baseline, find_failing_commit
from analysis.experiment.manifest import list_ranks, note_failing, read_failing
from analysis.experiment.plan import BuildSequence, Plan
from analysis.experiment.progress import Progress
from analysis.workload import STORY_NAMES


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
    """Keeps what a place builds, tells of it, and notes the sequences that broke off.

    `failing`: scenario -> the instruction on which the Dockerfile fails as of its commit, which
    later commits are built without.
    """

    def __init__(self, folder: Path, plan: Plan, progress: Progress) -> None:
        self.folder, self.plan, self.progress = folder, plan, progress
        self.broken: list[str] = []
        self.failing = read_failing(folder)

    def list_missing(self, sequence: BuildSequence) -> list[str]:
        """The scenarios of a sequence that are not finished yet."""
        return self.plan.list_missing(self.folder, sequence)

    def begin(self, sequence: BuildSequence) -> None:
        """Tell that a sequence is about to be built."""
        self.progress.begin(sequence.name, self.plan.sequences.index(sequence) + 1)

    def keep(self, run: Run) -> None:
        """Write a run with its rank, unless it is finished already: then it restored a state.

        BaselineError when it is the baseline's cold build, and failed as all others of it did;
        RecordError where the folder was removed under this call.
        """
        records.check_lock(self.folder)
        record, anew = run.record, self.plan.anew
        name, damage = record["run"], records.explain_damage(self.folder / "runs" / record["run"])
        if damage is None and name not in anew:
            return
        rank = find_rank(self.folder, record["strategy"], record["round"], anew)
        record = {"order": rank} | record
        records.write_run(self.folder, record, run.log, run.images, run.history, name in anew)
        anew.discard(name)
        self.progress.finish(record)
        self._judge_failure(run)

    def _judge_failure(self, run: Run) -> None:
        """Stop where nothing can be compared any more; note a commit that can't be built."""
        if run.record["status"] == run.record["expect"]:
            return
        check_baseline(self.folder)
        step = find_failing_commit(self.folder, run.record, run.log)
        scenario = run.record["scenario"]
        # nothing is built on top of a story
        if step and scenario not in {*self.failing, *STORY_NAMES}:
            self.failing[scenario] = step
            note_failing(self.folder, self.failing)
            then = "it is left out" if self.plan.replay else "later commits are built without it"
            self.progress.say(f"the Dockerfile fails on the commit of {scenario} ({step}): {then}")

    def break_off(self, name: str, error: AnalysisError) -> None:
        """Note a sequence that an error has ended."""
        self.broken.append(f"{name} ({error})")
        self.progress.say(f"broke off: {self.broken[-1]}")


def run_plan(folder: Path, plan: Plan, place: Place, progress: Progress) -> None:
    """Build all that a plan lacks; the place's error at the end names what broke off."""
    for line in _say_damaged(folder, plan):
        progress.say(line)
    recorder = Recorder(folder, plan, progress)
    place.build(plan.sequences, recorder)
    if recorder.broken:
        raise place.ends_one(
            f"{len(recorder.broken)} sequences broke off: {', '.join(recorder.broken)}. What is "
            f"finished is kept in {folder}; the same call again runs the rest."
        )


def _say_damaged(folder: Path, plan: Plan) -> list[str]:
    """A sentence for each run that is built again because it can't be read."""
    runs = [
        records.run_name(sequence.strategy.name, scenario, sequence.number)
        for sequence in plan.sequences
        for scenario in plan.list_missing(folder, sequence)
    ]
    damage = {run: records.explain_damage(folder / "runs" / run) for run in runs}
    return [
        f"{run} is built again, and what is there is kept in {folder / records.ASIDE}: {reason}"
        for run, reason in damage.items()
        if reason and (folder / "runs" / run).exists()
    ]


def find_rank(folder: Path, strategy: str, number: int, without: Collection[str] = ()) -> int:
    """A strategy's rank in a round, from 0: that of its finished runs, else after all others'.

    Runs `without` which it is asked for, since they are built anew, say nothing of it.
    """
    own = list_ranks(folder, number, without)
    return own.get(strategy, 1 + max(list_ranks(folder, number).values(), default=-1))
