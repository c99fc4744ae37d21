"""A history's life on AWS: its repositories are made, kept for the next call, and removed.

Whatever waits is a generator: see codebuild_queue.
"""

from collections.abc import Callable, Generator, Mapping
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
from analysis.codebuild.ledger import CLOSED, LOST, OPEN, SPOILED, STARTED, Entry, Ledger
from analysis.codebuild.scheduler import Steps
from analysis.errors import BusyError, CloudError

Answer = TypeVar("Answer")
# seconds between tries while AWS is busy, and how many
BUSY_PAUSE, BUSY_TRIES = 15.0, 20


def open_life(aws: Aws, ledger: Ledger, repositories: list[str], store: list[str]) -> Steps:
    """Go on with a life whose repositories are there still, else begin a new one. CloudError."""
    if ledger.state == OPEN and (yield from find_repositories(aws, ledger)):
        return
    yield from remove_life(aws, ledger)
    if store:
        # an experiment whose folder is gone may have left its own there
        yield from patiently(lambda: remove_objects(aws, *store))
    ledger.begin(repositories, store)
    for name in repositories:
        yield from patiently(lambda name=name: take_repository(aws, ledger, name))


def find_repositories(aws: Aws, ledger: Ledger) -> Generator[float, Any, bool]:
    """Whether all repositories of a life are there still."""
    for name in ledger.repositories:
        if not (yield from patiently(lambda name=name: find_repository(aws, name))):
            return False
    return True


def take_repository(aws: Aws, ledger: Ledger, name: str) -> None:
    """Make a repository, or take an empty one of this experiment's; CloudError for another."""
    if make_repository(aws, name, ledger.experiment):
        return
    # a client that died after it asked for one left it empty
    if is_own(aws, name, ledger.experiment) and is_empty(aws, name):
        return
    ledger.leave(CLOSED)
    raise CloudError(
        f"The repository {name} already exists, of another experiment or of one that was cut "
        "off: finish that one, or remove it with `aws ecr delete-repository --force "
        f"--repository-name {name}`."
    )


def remove_life(aws: Aws, ledger: Ledger) -> Steps:
    """Remove the repositories of a history's life and its cache in S3, if it has any still."""
    if ledger.state == CLOSED:
        return
    for name in ledger.repositories:
        yield from patiently(lambda name=name: remove_repository(aws, name))
    if ledger.store:
        yield from patiently(lambda: remove_objects(aws, *ledger.store))
    ledger.leave(CLOSED)


def lose(ledger: Ledger, entry: Entry, build: Mapping[str, Any]) -> None:
    """Note that a build is of no use, and the life too if it may have pushed anything."""
    ledger.note(entry, state=LOST)
    if has_worked(build):
        ledger.leave(SPOILED)


def stop_entry(aws: Aws, ledger: Ledger) -> int:
    """Stop the build of a history that runs, if one does; how many that were. CloudError."""
    entry = ledger.find_begun()
    if entry is None or entry.status:
        return 0
    if entry.id is None:
        build = find_build(aws, entry)
        if build is None:
            # the next call looks again: what was asked for a moment ago may not be listed yet
            return 0
        ledger.note(entry, id=build["id"], state=STARTED)
    build = stop_build(aws, entry.id)
    if build["buildStatus"] not in ("IN_PROGRESS", "STOPPED"):
        # it was over: the next call reads it
        return 0
    ledger.note(entry, **describe_end(build) | {"status": "STOPPED"})
    lose(ledger, entry, build)
    return 1


def patiently(call: Callable[[], Answer]) -> Generator[float, Any, Answer]:
    """What a call returns, tried again while AWS is busy; BusyError in the end."""
    for _ in range(BUSY_TRIES):
        try:
            return call()
        except BusyError:
            yield BUSY_PAUSE
    return call()
