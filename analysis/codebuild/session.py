"""CodeBuild as a place where sequences of builds run: side by side, each resumed as it was left.

A client that dies leaves its builds running and their ids on disk: the same call picks them up.
One that is interrupted stops its builds first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from analysis.aws import Aws, describe_builds
from analysis.codebuild.account import LOG_GROUP, name_sequence
from analysis.codebuild.bases import build_bases, find_bases, make_bases_sequence, name_newer
from analysis.codebuild.contexts import ContextArchive, upload_commit, upload_contexts
from analysis.codebuild.ledger import CLOSED, DIRTY, DONE, Ledger, count_paid
from analysis.codebuild.options import Options
from analysis.codebuild.plan import CloudPlan
from analysis.codebuild.probe import remove_probes
from analysis.codebuild.record import describe_run
from analysis.codebuild.repositories import remove_attempt
from analysis.codebuild.scheduler import Job, Scheduler, Waits
from analysis.codebuild.sequence import CloudSequence
from analysis.codebuild.story import tell_story
from analysis.codebuild.waiting import retry_while_busy
from analysis.errors import CloudError
from analysis.experiment import (
    BuildSequence,
    Progress,
    Recorder,
    Run,
    Settings,
    find_rank,
    read_failing,
    run_plan,
)
from analysis.workload import COLD, STORY_NAMES, Commit, find_story


@dataclass
class Session:
    """One call: what it has to do, with what, and the sequences it has begun."""

    folder: Path
    plan: CloudPlan
    settings: Settings
    aws: Aws
    options: Options
    progress: Progress
    sequences: list[CloudSequence] = field(default_factory=list)
    archives: dict[str, ContextArchive] = field(default_factory=dict)
    newer: dict[str, str] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)
    ends_one = CloudError

    def run(self) -> None:
        """Build all that is missing. CloudError names what broke off."""
        self.newer = self._run_bases()
        self.without = set(read_failing(self.folder))
        names = [name for name in self.plan.scenarios if name not in STORY_NAMES]
        self.archives = self._upload(names, self.newer)
        self.progress.count(self.plan.count_missing(self.folder), len(self.plan.sequences))
        try:
            run_plan(self.folder, self.plan, self, self.progress)
        finally:
            self.progress.close()

    def _upload(self, scenarios: Sequence[str], newer: dict[str, str]) -> dict[str, ContextArchive]:
        """Scenario -> its context, uploaded."""
        bucket = self.plan.account.source_bucket
        experiment = self.plan.experiment
        settings, without, replay = self.settings, self.without, self.plan.replay
        return upload_contexts(
            self.aws, bucket, experiment, scenarios, settings, newer, without, replay
        )

    def _run_bases(self) -> dict[str, str]:
        """Base image -> a newer one, made where the plan needs it. CloudError."""
        if not self.plan.needs_bases:
            return {}
        bases, say = find_bases(self.settings), self.progress.say
        sequence = make_bases_sequence(self.aws, self.plan, self.folder, bases, self.settings, say)
        self.sequences.append(sequence)
        cold = self._upload([COLD.name], {})[COLD.name]
        broken: list[str] = []
        scheduler = self._make_scheduler(lambda job, error: broken.append(f"{job.name} ({error})"))
        scheduler.run([Job(sequence.strategy.name, build_bases(sequence, cold.location))])
        if broken:
            raise CloudError(broken[0])
        return name_newer(sequence, bases)

    def _make_scheduler(self, broken: Callable[[Job, CloudError], None]) -> Scheduler:
        """A scheduler that tells of what breaks off."""
        return Scheduler(
            partial(describe_builds, self.aws),
            self.options.concurrency,
            broken,
            self.progress.say,
            self.options.clock,
            self.options.sleep,
        )

    def build(self, sequences: Sequence[BuildSequence], recorder: Recorder) -> None:
        """Build sequences side by side, as the loop asks of a place."""
        scheduler = self._make_scheduler(lambda job, error: recorder.break_off(job.name, error))
        scheduler.run([self._make_job(sequence, recorder) for sequence in sequences])

    def _make_job(self, sequence: BuildSequence, recorder: Recorder) -> Job:
        """A sequence as the scheduler's job: those that share hosts come one after the other."""
        number, strategy = sequence.number, sequence.strategy
        name = name_sequence(strategy.name, number, sequence.story)
        project = self.plan.account.choose_project(strategy)
        builds = CloudSequence(
            self.aws,
            self.plan.account,
            strategy,
            number,
            Ledger.open(self.folder, name, self.plan.experiment),
            self.settings.time_limit,
            self.progress.say,
            dict(self.settings.env),
            log_group=self.plan.projects[project][LOG_GROUP],
        )
        wanted = self.plan.list_wanted(self.folder, sequence)
        lane = "" if strategy.host == "fresh" else project
        if sequence.story:
            return Job(sequence.name, self._run_story(builds, sequence.story, recorder), lane)
        return Job(sequence.name, self._run_sequence(builds, wanted, recorder), lane)

    def _run_story(self, sequence: CloudSequence, name: str, recorder: Recorder) -> Waits:
        """Build a story from its beginning, and let its last build be recorded."""
        self.sequences.append(sequence)
        if sequence.ledger.list_builds():
            yield from retry_while_busy(sequence.stop)
            sequence.ledger.mark(DIRTY)
        yield from self._open(sequence)

        def upload(commit: Commit) -> ContextArchive:
            bucket, experiment = self.plan.account.source_bucket, self.plan.experiment
            return upload_commit(self.aws, bucket, experiment, commit, self.settings)

        def record(archive: ContextArchive, beside: bool) -> Waits:
            yield from self._record(sequence, name, archive, recorder, side_by_side=beside)

        yield from tell_story(sequence, find_story(name), upload, record)
        yield from remove_attempt(self.aws, sequence.ledger)

    def _open(self, sequence: CloudSequence) -> Waits:
        """Open a sequence, and give it its rank."""
        yield from sequence.open()
        if sequence.ledger.rank is None:
            sequence.ledger.rank = self._choose_rank(sequence)
            sequence.ledger.save()

    def _run_sequence(
        self, sequence: CloudSequence, wanted: list[str], recorder: Recorder
    ) -> Waits:
        """Build those of the wanted scenarios that are not in the sequence's repository yet."""
        self.sequences.append(sequence)
        ledger = sequence.ledger
        lacking = recorder.list_missing(BuildSequence(sequence.number, sequence.strategy))
        if any(ledger.is_done(name) for name in {*ledger.list_left(wanted), *lacking}):
            # a commit would come after a later one, or a run is built anew
            yield from retry_while_busy(sequence.stop)
            ledger.mark(DIRTY)
        yield from self._open(sequence)
        for scenario in wanted:
            if not ledger.is_done(scenario):
                yield from self._run_scenario(sequence, scenario, recorder)
        yield from remove_attempt(self.aws, ledger)

    def _choose_rank(self, sequence: CloudSequence) -> int:
        """A sequence's rank in its round, from 0: that of its strategy, else after all others'."""
        others = [other for other in self.sequences if other.number == sequence.number]
        own = (other.ledger.rank for other in others if other.strategy == sequence.strategy)
        if (rank := next((each for each in own if each is not None), None)) is not None:
            return rank
        taken = {other.ledger.rank for other in others}
        first = find_rank(self.folder, sequence.strategy.name, sequence.number)
        return next(rank for rank in count(first) if rank not in taken)

    def _run_scenario(self, sequence: CloudSequence, scenario: str, recorder: Recorder) -> Waits:
        """Build one scenario, and let its run be recorded."""
        yield from self._record(sequence, scenario, self.archives[scenario], recorder)
        if not self.plan.replay and recorder.failing.keys() - self.without:
            # later commits leave out one on which the Dockerfile fails
            self.without |= set(recorder.failing)
            self.archives |= self._upload(list(self.archives), self.newer)

    def _record(
        self,
        sequence: CloudSequence,
        scenario: str,
        archive: ContextArchive,
        recorder: Recorder,
        **more: Any,
    ) -> Waits:
        """Build a scenario of a context, and let its run be recorded with `more` that it says."""
        last_end = sequence.ledger.last_end()
        entry, build, log = yield from sequence.run(scenario, archive.location)
        rest = remove_probes(log)
        images = yield from retry_while_busy(sequence.target.list_images)
        record = describe_run(sequence, entry, build, rest, last_end)
        record |= {"order": sequence.ledger.rank, "context": archive.digest} | more
        record |= yield from retry_while_busy(sequence.target.describe_store)
        recorder.keep(Run(record, rest.log, images, rest.records))
        sequence.ledger.note(entry, state=DONE)

    def stop(self) -> None:
        """Stop the builds that run, and tell what is left for the next call."""
        stopped = 0
        for sequence in self.sequences:
            try:
                stopped += sequence.stop()
            except CloudError as error:
                self.progress.say(str(error))
        begun = [each for each in self.sequences if each.ledger.state != CLOSED]
        kept = [name for each in begun for name in each.target.repositories]
        self.progress.say(
            f"{stopped} builds stopped. Repositories kept for the rest: {len(kept)}; the same call "
            "goes on with them, codebuild-cache cleanup removes them."
        )

    def say_paid(self) -> str:
        """What AWS was asked for so far, in a sentence."""
        builds, minutes = count_paid(self.folder)
        begun = [sequence.ledger.find_begun() for sequence in self.sequences]
        running = sum(bool(entry and entry.id and not entry.status) for entry in begun)
        return (
            f"{builds} builds were started for {self.folder} so far, {minutes} minutes billed; "
            f"{sum(self.aws.requests.values())} requests to AWS in this call."
            + f" {running} builds go on: the same call picks them up."
            * bool(running)
        )
