"""A sequence's attempt on AWS: its repositories are made, kept for the next call, and removed.

Whatever waits is a generator: see scheduler.
"""

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any

from analysis.aws import (
    Aws,
    find_owner,
    find_repository,
    make_repository,
    remove_objects,
    remove_repository,
    stop_build,
)
from analysis.codebuild.api import describe_end, find_build, has_worked
from analysis.codebuild.hosts import give_back_hosts, has_hosts, take_hosts
from analysis.codebuild.ledger import (
    CLOSED,
    DIRTY,
    OPEN,
    STARTED,
    UNUSABLE,
    Entry,
    Holdings,
    Ledger,
)
from analysis.codebuild.waiting import retry_while_busy
from analysis.errors import CloudError

# what waits for nothing but time yields seconds
_Pauses = Generator[float, Any, None]


def open_attempt(
    aws: Aws, ledger: Ledger, wanted: Holdings, report: Callable[[str], None]
) -> _Pauses:
    """Go on with an attempt that has all it needs still, else begin one. CloudError."""
    if ledger.state == OPEN and (yield from _has_all(aws, ledger, wanted)):
        return
    yield from remove_attempt(aws, ledger)
    ledger.begin(wanted)
    yield from take_hosts(aws, ledger, report)
    # a build that was stopped may have written a little more
    yield from _remove_store(aws, ledger)
    for name in wanted.repositories:
        yield from retry_while_busy(partial(_take_repository, aws, ledger, name))


def _has_all(aws: Aws, ledger: Ledger, wanted: Holdings) -> Generator[float, Any, bool]:
    """Whether all that an attempt needs is there still, and its own."""
    if ledger.holdings != wanted:
        return False
    for name in ledger.repositories:
        found = yield from retry_while_busy(partial(find_repository, aws, name))
        if found is None:
            return False
        owner = yield from retry_while_busy(partial(find_owner, aws, name))
        if owner != ledger.experiment:
            return False
    return (yield from retry_while_busy(partial(has_hosts, aws, ledger)))


def _take_repository(aws: Aws, ledger: Ledger, name: str) -> None:
    """Make a repository, in place of what is left of this experiment's; CloudError for another."""
    if make_repository(aws, name, ledger.experiment):
        return
    # a client died after it asked for one, or what it knew of it is gone
    if find_owner(aws, name) == ledger.experiment:
        remove_repository(aws, name, ledger.experiment)
        if make_repository(aws, name, ledger.experiment):
            return
    ledger.mark(CLOSED)
    raise CloudError(
        f"The repository {name} already exists and is not of this experiment: remove it, if nobody "
        f"needs it, with `aws ecr delete-repository --force --repository-name {name}`."
    )


def remove_attempt(aws: Aws, ledger: Ledger) -> _Pauses:
    """Remove what a sequence's attempt has on AWS, if it has anything still. CloudError."""
    if ledger.state == CLOSED:
        return
    for name in ledger.repositories:
        yield from retry_while_busy(partial(remove_repository, aws, name, ledger.experiment))
    yield from _remove_store(aws, ledger)
    yield from retry_while_busy(partial(give_back_hosts, aws, ledger))
    ledger.mark(CLOSED)


def _remove_store(aws: Aws, ledger: Ledger) -> _Pauses:
    """Empty the S3 cache of an attempt; CloudError for a prefix without the experiment's id."""
    if not ledger.store:
        return
    bucket, prefix = ledger.store
    if not prefix.startswith(f"{ledger.experiment}-"):
        raise CloudError(
            f"s3://{bucket}/{prefix} may be another experiment's as well: it stays. Remove it by "
            "hand if nobody needs it, then this sequence's file in the folder builds."
        )
    yield from retry_while_busy(partial(remove_objects, aws, bucket, prefix))


def mark_unusable(ledger: Ledger, entry: Entry, build: Mapping[str, Any]) -> None:
    """Note that a build is of no use, and the attempt too if it may have pushed anything."""
    ledger.note(entry, state=UNUSABLE)
    if has_worked(build):
        ledger.mark(DIRTY)


def stop_running(aws: Aws, ledger: Ledger) -> int:
    """Stop the build of a sequence that runs, if one does; how many that were. CloudError."""
    entry = ledger.find_begun()
    if entry is None or entry.status:
        return 0
    if entry.id is None:
        build = find_build(aws, entry)
        if build is None:
            # the next call looks again: what was asked for a moment ago may not be listed yet
            return 0
        ledger.note(entry, id=build["id"], state=STARTED)
    build = stop_build(aws, entry.build_id)
    if build["buildStatus"] not in ("IN_PROGRESS", "STOPPED"):
        # it was over: the next call reads it
        return 0
    ledger.note(entry, **describe_end(build) | {"status": "STOPPED"})
    mark_unusable(ledger, entry, build)
    return 1
