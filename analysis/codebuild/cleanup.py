"""What experiments leave on AWS when they are cut off, and its removal."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from analysis.aws import Aws
from analysis.codebuild.account import Account, name_repository
from analysis.codebuild.bases import BASES
from analysis.codebuild.identity import check_region, read_id
from analysis.codebuild.ledger import CLOSED, Holdings, Ledger, list_ledgers
from analysis.codebuild.plan import CloudPlan
from analysis.codebuild.repositories import remove_attempt, stop_running
from analysis.codebuild.unknown import stop_lost
from analysis.codebuild.waiting import retry_while_busy, sleep_through
from analysis.errors import AccountError, CloudError, RecordError
from analysis.records import is_locked, lock_folder, set_aside

_Sleep = Callable[[float], None]


def remove_finished(aws: Aws, folder: Path, plan: CloudPlan, sleep: _Sleep = time.sleep) -> None:
    """Remove what sequences that lack nothing still have, and newer base images. CloudError.

    What another call builds with stays: it may build more of these sequences.
    """
    if not _list_left(folder, plan) or is_locked(folder):
        return
    with lock_folder(folder):
        for ledger in _list_left(folder, plan):
            sleep_through(remove_attempt(aws, ledger), sleep)


def _list_left(folder: Path, plan: CloudPlan) -> list[Ledger]:
    """The ledgers of those that have something still, and no build under way."""
    names = {*plan.finished, BASES}
    known = (each for each in list_ledgers(folder, plan.experiment) if each.name in names)
    return [each for each in known if each.state != CLOSED and not _is_under_way(each)]


def _is_under_way(ledger: Ledger) -> bool:
    """Whether a sequence has a build that was asked for and is not over, as far as is known."""
    begun = ledger.find_begun()
    return begun is not None and begun.status is None


def clean_up(folder: str | Path, sleep: _Sleep = time.sleep) -> int:
    """Stop the builds of an experiment and remove all it has on AWS; how many repositories.

    Its runs on disk stay, and a later call builds what is missing. CloudError for what could not
    be removed, once all else is; AccountError at once. RecordError for the copy of a folder, and
    in another region than that of the builds.
    """
    folder, account = Path(folder), Account.from_environment()
    check_region(folder, account.region)
    own = read_id(folder)
    if not own:
        return 0
    with lock_folder(folder):
        return _clean_all(account, folder, own, sleep)


def _clean_all(account: Account, folder: Path, own: str, sleep: _Sleep) -> int:
    """What clean_up does in a folder that is locked, for the experiment of id `own`."""
    aws, removed, problems = account.connect(), 0, []
    paths = sorted((folder / "builds").glob("*.json"))
    ledgers = [_open(account, folder, path, own) for path in paths]
    try:
        stop_lost(aws, account, folder, own)
    except AccountError:
        raise
    except CloudError as error:
        problems.append(f"builds that no file knows ({error})")
    for ledger in ledgers:
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


def _open(account: Account, folder: Path, path: Path, own: str) -> Ledger:
    """A sequence's ledger; of a damaged one, which is kept aside, what its names let it have."""
    try:
        return Ledger.open(folder, path.stem, own)
    except RecordError:
        set_aside(folder, path, "damaged")
    name = f"{own}-{path.stem}"
    urls = (account.ecr_repository_url, account.cache_repository_url)
    ledger = Ledger(path, own)
    ledger.begin(
        Holdings(
            [name_repository(url, name)[0] for url in urls if url],
            [account.cache_bucket, f"{name}/"] if account.cache_bucket else [],
            account.name_hosts(account.codebuild_cache_project or account.codebuild_project),
        )
    )
    return ledger


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
