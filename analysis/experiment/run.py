"""An experiment in the lab: rounds outside, within each the strategies in shuffled order."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from analysis.experiment.changes import say_unexpected
from analysis.experiment.contexts import say_replaced
from analysis.experiment.estimate import say_plan
from analysis.experiment.forms import OPEN
from analysis.experiment.in_lab import Labs
from analysis.experiment.looks import run_looks
from analysis.experiment.loop import run_plan
from analysis.experiment.manifest import write_facts
from analysis.experiment.own import keep_own
from analysis.experiment.plan import Plan, make_plan
from analysis.experiment.progress import Progress
from analysis.experiment.settings import Settings
from analysis.lab import Images
from analysis.records import lock_folder
from analysis.workload import SCENARIOS


def run_experiment(
    folder: str | Path,
    strategies: str | Sequence[str] = (),
    scenarios: str | Sequence[str] = SCENARIOS,
    settings: Settings | None = None,
    report: Callable[[str], None] | None = None,
    labs: Labs | None = None,
) -> Path:
    """Build what is missing in `folder` and return it; every finished run stays as it is.

    No strategies means all. Progress goes to standard output, or its lines to `report`. One lab
    is used for all, one of `labs` if they are given. Raises UnknownName, ContextError, RecordError
    (the folder is full, in use, or holds an experiment of another context or buildspec),
    BaselineError and LabError; what is finished by then is kept.

    >>> analysis.run_experiment("experiment", ["docker", "registry-cache"])  # doctest: +SKIP
    >>> analysis.run_experiment("experiment", ["dokcer"])
    Traceback (most recent call last):
    analysis.errors.UnknownName: There is no strategy 'dokcer': did you mean 'docker'?
    """
    folder, settings, progress = Path(folder), settings or Settings(), Progress(report)
    if settings.rounds == OPEN:
        build = partial(run_experiment, folder, strategies, scenarios, report=report, labs=labs)
        return run_looks(build, settings, strategies, progress.say)
    images = labs.images if labs else Images.from_environment()
    progress.say(f"preparing {folder}: reading {settings.context}")
    plan = make_plan(folder, strategies, scenarios, settings, images, progress.say)
    progress.say(say_plan(folder, plan))
    if not plan.sequences:
        return folder
    with ExitStack() as stack:
        stack.enter_context(lock_folder(folder))
        # another call may have built some of it in between
        plan = make_plan(folder, strategies, scenarios, settings, images, lambda line: None)
        if plan.sequences:
            labs = labs or stack.enter_context(Labs(images))
            for line in plan.say(settings):
                progress.say(line)
            _build_plan(folder, plan, settings, labs, progress)
    return folder


def _build_plan(
    folder: Path, plan: Plan, settings: Settings, labs: Labs, progress: Progress
) -> None:
    """Build what a plan lacks in a lab."""
    for line in say_replaced(plan.facts["bases"]):
        progress.say(line)
    with ExitStack() as stack:
        place = stack.enter_context(labs.open_place(plan, settings, progress.say, folder))
        facts = plan.facts | {"run_fetches": place.lab.run_fetches}
        if place.contexts.absent_syntax:
            facts |= {"absent_syntax": place.contexts.absent_syntax}
        write_facts(folder, facts, place.lab.describe_machine())
        keep_own(settings, folder)
        progress.count(plan.count_missing(folder), len(plan.sequences))
        stack.callback(progress.close)
        run_plan(folder, plan, place, progress)
    for line in say_unexpected(folder):
        progress.say(line)
