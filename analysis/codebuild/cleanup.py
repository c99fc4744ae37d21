"""What experiments leave on AWS when they are cut off, and its removal."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from analysis.aws import Aws
from analysis.codebuild.account import Account
from analysis.codebuild.bases import BASES
from analysis.codebuild.identity import check_region, read_id
from analysis.codebuild.ledger import CLOSED, Ledger, list_ledgers
from analysis.codebuild.plan import CloudPlan
from analysis.codebuild.repositories import remove_attempt, stop_running
from analysis.codebuild.waiting import retry_while_busy, sleep_through
from analysis.errors import AccountError, CloudError

_Sleep = Callable[[float], None]


def remove_finished(aws: Aws, folder: Path, plan: CloudPlan, sleep: _Sleep = time.sleep) -> None:
    """Remove what sequences that lack nothing still have, and newer base images. CloudError."""
    names = {*plan.finished, BASES}
    for ledger in list_ledgers(folder, plan.experiment):
        if ledger.name in names:
            sleep_through(remove_attempt(aws, ledger), sleep)


def clean_up(folder: str | Path, sleep: _Sleep = time.sleep) -> int:
    """Stop the builds of an experiment and remove all it has on AWS; how many repositories.

    Its runs on disk stay, and a later call builds what is missing. CloudError for what could not
    be removed, once all else is; AccountError at once. RecordError for the copy of a folder, and
    in another region than that of the builds.
    """
    folder, account = Path(folder), Account.from_environment()
    check_region(folder, account.region)
    aws, removed, problems = account.connect(), 0, []
    own = read_id(folder)
    for ledger in list_ledgers(folder, own) if own else ():
        held = [] if ledger.state == CLOSED else ledger.repositories
        found = _clean_one(aws, ledger, sleep)
        problems += found
        removed += 0 if ledger.state != CLOSED else len(held)
    if problems:
        raise CloudError(
            f"{removed} repositories removed; these remain: {', '.join(problems)} The same call "
            "tries again."
        )
    return removed


def _clean_one(aws: Aws, ledger: Ledger, sleep: _Sleep) -> list[str]:
    """Stop a sequence's build and remove what it has; what of that failed. AccountError."""
    problems = []
    for waits in (
        retry_while_busy(partial(stop_running, aws, ledger)),
        remove_attempt(aws, ledger),
    ):
        try:
            sleep_through(waits, sleep)
        except AccountError:
            raise
        except CloudError as error:
            problems.append(f"{ledger.name} ({error})")
    return problems
