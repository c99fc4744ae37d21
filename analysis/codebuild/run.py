"""An experiment on CodeBuild: planned, said what it takes, agreed to, run and cleaned up after."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from analysis.aws import Aws
from analysis.codebuild.access import check_access
from analysis.codebuild.account import Account
from analysis.codebuild.cleanup import remove_finished
from analysis.codebuild.costs import agree, estimate_costs, say_costs
from analysis.codebuild.identity import read_id
from analysis.codebuild.ledger import mend_ledgers
from analysis.codebuild.options import Options
from analysis.codebuild.plan import CloudPlan, plan_on_codebuild
from analysis.codebuild.session import Session
from analysis.codebuild.unknown import stop_lost
from analysis.errors import BaselineError, RecordError
from analysis.experiment import (
    OPEN,
    Progress,
    Settings,
    keep_own,
    run_looks,
    say_unexpected,
    write_facts,
)
from analysis.records import lock_folder, read_prices
from analysis.workload import SCENARIOS


def run_on_codebuild(
    folder: str | Path,
    strategies: str | Sequence[str] = (),
    scenarios: str | Sequence[str] = SCENARIOS,
    settings: Settings | None = None,
    options: Options | None = None,
    report: Callable[[str], None] | None = None,
) -> Path:
    """Build on CodeBuild what is missing in `folder` and return it, as run_experiment does.

    Says first what it will take, and goes on only where someone agrees. Raises what planning
    raises, ConsentError, and CloudError; what is finished by then is kept, and the ids of builds
    that run are on disk. An interrupt stops them.
    """
    folder, settings, progress = Path(folder), settings or Settings(), Progress(report)
    options = options or Options.from_environment()
    if settings.rounds == OPEN:
        build = partial(
            run_on_codebuild, folder, strategies, scenarios, options=options, report=report
        )
        return run_looks(build, settings, strategies, progress.say)
    account = Account.from_environment()
    aws = account.connect()
    _mend(aws, account, folder, progress)
    plan = plan_on_codebuild(folder, strategies, scenarios, settings, aws, account, progress.say)
    progress.say(_say_plan(folder, plan, options.concurrency))
    if plan.sequences:
        for line in plan.say(settings):
            progress.say(line)
        agree(options.confirm, report=progress.say)
        with lock_folder(folder):
            write_facts(folder, plan.facts, plan.describe_machine())
            keep_own(settings, folder)
            check_access(aws, plan, folder, options.sleep, progress.say)
            _run_session(Session(folder, plan, settings, aws, options, progress))
        for line in say_unexpected(folder):
            progress.say(line)
    remove_finished(aws, folder, plan, options.sleep)
    return folder


def _mend(aws: Aws, account: Account, folder: Path, progress: Progress) -> None:
    """Put damaged ledgers aside and stop the builds that only they knew. CloudError."""
    for line in mend_ledgers(folder):
        progress.say(line)
    if stopped := stop_lost(aws, account, folder, read_id(folder)):
        progress.say(f"{stopped} builds that no file knows any more were stopped.")


def _run_session(session: Session) -> None:
    """Run a session; an interrupt, or a baseline that fails, stops its builds.

    So does a folder that was removed, which then is there again for whoever cleans up. Any other
    error leaves them to the next call.
    """
    try:
        session.run()
    except (KeyboardInterrupt, BaselineError):
        session.stop()
        raise
    except RecordError:
        if not (session.folder / "experiment.json").exists():
            write_facts(session.folder, session.plan.facts, session.plan.describe_machine())
            for sequence in session.sequences:
                sequence.ledger.save()
            session.stop()
        raise
    finally:
        session.progress.say(session.say_paid())


def say_on_codebuild(
    folder: str | Path,
    strategies: str | Sequence[str] = (),
    scenarios: str | Sequence[str] = SCENARIOS,
    settings: Settings | None = None,
    options: Options | None = None,
    report: Callable[[str], None] = print,
) -> str:
    """What run_on_codebuild would start and what that would cost; nothing is started."""
    folder, settings = Path(folder), settings or Settings()
    account = Account.from_environment()
    aws = account.connect()
    plan = plan_on_codebuild(folder, strategies, scenarios, settings, aws, account, report)
    for line in plan.say(settings):
        report(line)
    return _say_plan(folder, plan, (options or Options.from_environment()).concurrency)


def _say_plan(folder: Path, plan: CloudPlan, concurrency: int) -> str:
    """What a plan will take, in words; PriceError for a damaged list of prices."""
    costs = estimate_costs(folder, plan, read_prices(region=plan.account.region), concurrency)
    return say_costs(folder, plan, costs, concurrency)
