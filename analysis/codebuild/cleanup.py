"""What experiments leave on AWS when they are cut off, and its removal."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from analysis.aws import Aws
from analysis.codebuild.account import Place
from analysis.codebuild.contexts import BASES
from analysis.codebuild.ledger import CLOSED, list_ledgers
from analysis.codebuild.plan import CloudPlan
from analysis.codebuild.repositories import patiently, remove_life, stop_entry
from analysis.codebuild.scheduler import Steps
from analysis.errors import AccountError, CloudError

Sleep = Callable[[float], None]


def remove_finished(aws: Aws, folder: Path, plan: CloudPlan, sleep: Sleep = time.sleep) -> None:
    """Remove what histories still have that lack nothing, and the newer base images. CloudError."""
    names = {*plan.finished, BASES}
    for ledger in list_ledgers(folder):
        if ledger.name in names and ledger.state != CLOSED:
            drive(remove_life(aws, ledger), sleep)


def sweep(folder: str | Path, sleep: Sleep = time.sleep) -> int:
    """Stop the builds of an experiment and remove all it has on AWS; how many repositories.

    Its runs on disk stay, and a later call builds what is missing. CloudError for what could not
    be removed, once all else is; AccountError at once.
    """
    aws, removed, problems = Place.from_environment().connect(), 0, []
    for ledger in list_ledgers(Path(folder)):
        steps = [patiently(partial(stop_entry, aws, ledger))]
        if ledger.state != CLOSED:
            steps.append(remove_life(aws, ledger))
        for each in steps:
            try:
                drive(each, sleep)
            except AccountError:
                raise
            except CloudError as error:
                problems.append(f"{ledger.name} ({error})")
        removed += len(ledger.repositories) * (len(steps) > 1 and ledger.state == CLOSED)
    if problems:
        raise CloudError(
            f"{removed} repositories removed; these remain: {', '.join(problems)} The same call "
            "tries again."
        )
    return removed


def drive(steps: Steps, sleep: Sleep) -> None:
    """Take all steps of what waits for nothing but time."""
    for seconds in steps:
        sleep(seconds)
