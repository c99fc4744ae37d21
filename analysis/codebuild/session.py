"""Runs an experiment on CodeBuild: histories side by side, each run on disk as the lab's are.

What is finished is never built again. A client that dies leaves its builds running and their ids
on disk: the same call picks them up. One that is interrupted stops its builds first.
"""

import itertools
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.aws import Aws, describe_builds
from analysis.codebuild.account import Place, name_history
from analysis.codebuild.cleanup import remove_finished
from analysis.codebuild.contexts import (
    Source,
    build_bases,
    find_bases,
    make_bases_job,
    name_newer,
    upload_contexts,
)
from analysis.codebuild.costs import agree, estimate_costs, list_wanted, read_confirm, say_costs
from analysis.codebuild.job import CloudJob
from analysis.codebuild.ledger import CLOSED, DONE, SPOILED, Ledger, count_paid
from analysis.codebuild.plan import CloudPlan, Report, plan_on_codebuild
from analysis.codebuild.probe import take_steps
from analysis.codebuild.record import describe_run
from analysis.codebuild.repositories import patiently, remove_life
from analysis.codebuild.scheduler import History, Queue, Steps
from analysis.errors import CloudError, SettingError
from analysis.experiment import (
    BuildSequence,
    Progress,
    Recorder,
    Run,
    Settings,
    find_rank,
    run_plan,
    write_facts,
)
from analysis.records import read_prices
from analysis.workload import COLD, SCENARIOS, Strategy

CONCURRENCY = 4


@dataclass
class Options:
    """How an experiment runs on AWS: builds at once, who agreed, and what time is taken from."""

    concurrency: int = CONCURRENCY
    confirm: str = ""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def from_environment(cls) -> "Options":
        """CONCURRENCY and CONFIRM; SettingError when the first is no number from 1 on."""
        text = os.environ.get("CONCURRENCY") or str(CONCURRENCY)
        if not text.isdecimal() or int(text) < 1:
            raise SettingError(f"CONCURRENCY is {text!r}: give a whole number from 1 on.")
        return cls(int(text), read_confirm())


@dataclass
class Session:
    """One call: what it has to do, with what, and the histories it has begun."""

    folder: Path
    plan: CloudPlan
    settings: Settings
    aws: Aws
    options: Options
    progress: Progress
    jobs: list[CloudJob] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    ends_one = CloudError

    def report(self, line: str) -> None:
        """Tell something."""
        self.progress.say(line)

    def make_queue(self, broken: Callable[[History, CloudError], None]) -> Queue:
        """A queue that tells of what breaks off."""
        return Queue(
            lambda ids: describe_builds(self.aws, ids),
            self.options.concurrency,
            broken,
            self.report,
            self.options.clock,
            self.options.sleep,
        )

    def run_bases(self) -> dict[str, str]:
        """Base image -> a newer one, made where the plan needs it. CloudError."""
        if not self.plan.needs_bases:
            return {}
        bases = find_bases(self.settings)
        job = make_bases_job(self.aws, self.plan, self.folder, bases, self.settings, self.report)
        self.jobs.append(job)
        plan = self.plan.only(COLD.name)
        cold = upload_contexts(self.aws, plan, self.settings, {})[COLD.name]
        broken: list[str] = []
        queue = self.make_queue(lambda history, error: broken.append(f"{history.name} ({error})"))
        queue.run([History(job.strategy.name, build_bases(job, cold.location))])
        if broken:
            raise CloudError(broken[0])
        return name_newer(job, bases)

    def build(self, sequences: Sequence[BuildSequence], recorder: Recorder) -> None:
        """Build sequences side by side, as the loop asks of a place."""
        jobs = [self.make_job(number, strategy) for number, strategy in sequences]
        queue = self.make_queue(lambda history, error: recorder.break_off(history.name, error))
        queue.run(self.make_history(job, recorder) for job in jobs)

    def make_job(self, number: int, strategy: Strategy) -> CloudJob:
        """The job of one history."""
        name = name_history(strategy.name, number)
        ledger = Ledger.open(self.folder, name, self.plan.experiment)
        limit, place = self.settings.time_limit, self.plan.place
        return CloudJob(self.aws, place, strategy, number, ledger, limit, self.report)

    def make_history(self, job: CloudJob, recorder: Recorder) -> History:
        """A job's history for the queue: those that share hosts come one after the other."""
        lane = "" if job.strategy.host == "fresh" else job.place.choose_project(job.strategy)
        name = f"{job.strategy.name} in round {job.number}"
        return History(name, self.run_history(job, recorder), lane)

    def run_history(self, job: CloudJob, recorder: Recorder) -> Steps:
        """Build what is not in the history's repository yet, up to the last that is missing."""
        self.jobs.append(job)
        wanted = list_wanted(self.folder, job.strategy, list(self.sources), job.number)
        left = job.ledger.list_left(wanted)
        if any(job.ledger.is_done(scenario) for scenario in left):
            # a commit would come after a later one
            yield from patiently(job.stop)
            job.ledger.leave(SPOILED)
        yield from job.open()
        if job.ledger.order is None:
            job.ledger.order = self.choose_order(job)
            job.ledger.save()
        for scenario in wanted:
            if not job.ledger.is_done(scenario):
                yield from self.run_scenario(job, scenario, recorder)
        yield from remove_life(self.aws, job.ledger)

    def choose_order(self, job: CloudJob) -> int:
        """A history's place in its round, from 0: after all that were begun before it."""
        taken = {other.ledger.order for other in self.jobs if other.number == job.number}
        rank = find_rank(self.folder, job.strategy.name, job.number)
        return next(order for order in itertools.count(rank) if order not in taken)

    def run_scenario(self, job: CloudJob, scenario: str, recorder: Recorder) -> Steps:
        """Build one scenario, and let its run be recorded."""
        source, last_end = self.sources[scenario], job.ledger.last_end()
        entry, build, log = yield from job.run(scenario, source.location)
        taken = take_steps(log)
        images = yield from patiently(job.target.list_images)
        record = describe_run(job, entry, build, taken, last_end)
        record |= {"order": job.ledger.order, "context": source.digest}
        record |= yield from patiently(job.target.describe_store)
        recorder.keep(Run(record, taken.log, images, taken.history))
        job.ledger.note(entry, state=DONE)

    def run(self) -> None:
        """Build all that is missing, and remove what is not needed any more."""
        newer = self.run_bases()
        self.sources = upload_contexts(self.aws, self.plan, self.settings, newer)
        self.progress.count(self.plan.count_missing(self.folder), len(self.plan.sequences))
        try:
            run_plan(self.folder, self.plan, self, self.progress)
        finally:
            self.progress.close()

    def stop(self) -> None:
        """Stop the builds that run, and tell what is left for the next call."""
        stopped = 0
        for job in self.jobs:
            try:
                stopped += job.stop()
            except CloudError as error:
                self.report(str(error))
        begun = [job for job in self.jobs if job.ledger.state != CLOSED]
        kept = [name for job in begun for name in job.target.repositories]
        self.report(
            f"{stopped} builds stopped. Repositories kept for the rest: {len(kept)}; the same call "
            "goes on with them, codebuild-cache cleanup removes them."
        )

    def say_paid(self) -> str:
        """What AWS was asked for so far, in a sentence."""
        builds, minutes = count_paid(self.folder)
        begun = [job.ledger.find_begun() for job in self.jobs]
        running = sum(bool(entry and entry.id and not entry.status) for entry in begun)
        return (
            f"{builds} builds were started for {self.folder} so far, {minutes} minutes billed; "
            f"{sum(self.aws.requests.values())} requests to AWS in this call."
            + f" {running} builds go on: the same call picks them up."
            * bool(running)
        )


def run_on_codebuild(
    folder: str | Path,
    strategies: str | Sequence[str] = (),
    scenarios: str | Sequence[str] = SCENARIOS,
    settings: Settings | None = None,
    options: Options | None = None,
    report: Report | None = None,
) -> Path:
    """Build on CodeBuild what is missing in `folder` and return it, as run_experiment does.

    Says first what it will take, and goes on only where someone agrees. Raises what planning
    raises, ConsentError, and CloudError; what is finished by then is kept, and the ids of builds
    that run are on disk. An interrupt stops them.
    """
    folder, settings, progress = Path(folder), settings or Settings(), Progress(report)
    options = options or Options.from_environment()
    place = Place.from_environment()
    aws = place.connect()
    plan = plan_on_codebuild(folder, strategies, scenarios, settings, aws, place, progress.say)
    progress.say(say_plan(folder, plan, options.concurrency))
    if plan.sequences:
        agree(options.confirm, report=progress.say)
        write_facts(folder, plan.facts, plan.describe_machine())
        session = Session(folder, plan, settings, aws, options, progress)
        run_session(session)
    remove_finished(aws, folder, plan, options.sleep)
    return folder


def run_session(session: Session) -> None:
    """Run a session; an interrupt stops its builds, any other error leaves them to the next."""
    try:
        session.run()
    except KeyboardInterrupt:
        session.stop()
        raise
    finally:
        session.report(session.say_paid())


def say_plan(folder: Path, plan: CloudPlan, concurrency: int) -> str:
    """What a plan will take, in words; PriceError for a damaged list of prices."""
    costs = estimate_costs(folder, plan, read_prices(region=plan.place.region), concurrency)
    return say_costs(folder, plan, costs, concurrency)


def say_on_codebuild(
    folder: str | Path,
    strategies: str | Sequence[str] = (),
    scenarios: str | Sequence[str] = SCENARIOS,
    settings: Settings | None = None,
    options: Options | None = None,
    report: Report = print,
) -> str:
    """What run_on_codebuild would start and what that would cost; nothing is started."""
    folder, settings = Path(folder), settings or Settings()
    place = Place.from_environment()
    aws = place.connect()
    plan = plan_on_codebuild(folder, strategies, scenarios, settings, aws, place, report)
    return say_plan(folder, plan, (options or Options.from_environment()).concurrency)
