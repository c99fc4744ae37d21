"""A sequence's attempt on AWS: its repositories are made, kept for the next call, and removed.

Whatever waits is a generator: see scheduler.
"""

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any, TypeVar

from analysis.aws import (
    Aws,
    find_repository,
    is_empty,
    is_own,
    make_repository,
    remove_objects,
    remove_repository,
    stop_build,
)
from analysis.codebuild.api import describe_end, find_build, has_worked
from analysis.codebuild.ledger import CLOSED, DIRTY, OPEN, STARTED, UNUSABLE, Entry, Ledger
from analysis.errors import BusyError, CloudError

_Answer = TypeVar("_Answer")
# what waits for nothing but time yields seconds
_Pauses = Generator[float, Any, None]
# seconds between tries while AWS is busy, and how many
BUSY_PAUSE_SECONDS, BUSY_TRIES = 15.0, 20


def open_attempt(aws: Aws, ledger: Ledger, repositories: list[str], store: list[str]) -> _Pauses:
    """Go on with an attempt whose repositories are there still, else begin one. CloudError."""
    if ledger.state == OPEN and (yield from _find_repositories(aws, ledger)):
        return
    yield from remove_attempt(aws, ledger)
    if store:
        # an experiment whose folder is gone may have left its own there
        yield from retry_while_busy(lambda: remove_objects(aws, *store))
    ledger.begin(repositories, store)
    for name in repositories:
        yield from retry_while_busy(partial(_take_repository, aws, ledger, name))


def _find_repositories(aws: Aws, ledger: Ledger) -> Generator[float, Any, bool]:
    """Whether all repositories of an attempt are there still."""
    for name in ledger.repositories:
        if not (yield from retry_while_busy(partial(find_repository, aws, name))):
            return False
    return True


def _take_repository(aws: Aws, ledger: Ledger, name: str) -> None:
    """Make a repository, or take an empty one of this experiment's; CloudError for another."""
    if make_repository(aws, name, ledger.experiment):
        return
    # a client that died after it asked for one left it empty
    if is_own(aws, name, ledger.experiment) and is_empty(aws, name):
        return
    ledger.mark(CLOSED)
    raise CloudError(
        f"The repository {name} already exists, of another experiment or of one that was cut "
        "off: finish that one, or remove it with `aws ecr delete-repository --force "
        f"--repository-name {name}`."
    )


def remove_attempt(aws: Aws, ledger: Ledger) -> _Pauses:
    """Remove the repositories of a sequence's attempt and its cache in S3, if it has any still."""
    if ledger.state == CLOSED:
        return
    for name in ledger.repositories:
        yield from retry_while_busy(partial(remove_repository, aws, name))
    if ledger.store:
        yield from retry_while_busy(lambda: remove_objects(aws, *ledger.store))
    ledger.mark(CLOSED)


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


def retry_while_busy(call: Callable[[], _Answer]) -> Generator[float, Any, _Answer]:
    """What a call returns, tried again while AWS is busy; BusyError in the end."""
    for _ in range(BUSY_TRIES):
        try:
            return call()
        except BusyError:
            yield BUSY_PAUSE_SECONDS
    return call()
