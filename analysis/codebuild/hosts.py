"""The hosts that a project keeps, taken by one sequence at a time, whoever runs it.

StartBuild can't choose a host, so all builds of a project share its kept ones: two sequences at
once would build on what the other left, and a cold start would empty the other's hosts. Which has
them, an empty repository says: only one client can make it, and its tag names the sequence.
"""

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from analysis.aws import NOT_OWN, Aws, find_owner, make_repository, remove_repository
from analysis.codebuild.ledger import Ledger
from analysis.codebuild.waiting import retry_while_busy
from analysis.errors import CloudError

_Report = Callable[[str], None]
_PAUSE_SECONDS, _TRIES = 30.0, 960


def take_hosts(aws: Aws, ledger: Ledger, report: _Report) -> Generator[float, Any, None]:
    """Take the hosts that a sequence needs, if any, once no other experiment has them.

    CloudError after eight hours.
    """
    name, owner, found = ledger.hosts, _name_owner(ledger), None
    if not name:
        return
    for number in range(_TRIES):
        if (yield from retry_while_busy(partial(make_repository, aws, name, owner))):
            return
        found = yield from retry_while_busy(partial(find_owner, aws, name))
        if found == owner:
            return
        if found and found.startswith(f"{ledger.experiment}/"):
            # a sequence of this experiment that broke off: it begins anew
            yield from retry_while_busy(partial(remove_repository, aws, name, found))
        elif found is not None:
            if not number:
                report(f"{ledger.name} waits: {_explain(name, found)}")
            yield _PAUSE_SECONDS
    raise CloudError(f"Eight hours were not enough: {_explain(name, found or '')}")


def has_hosts(aws: Aws, ledger: Ledger) -> bool:
    """Whether a sequence has the hosts still that its attempt took, or needs none. CloudError."""
    return not ledger.hosts or find_owner(aws, ledger.hosts) == _name_owner(ledger)


def give_back_hosts(aws: Aws, ledger: Ledger) -> None:
    """Let others have the hosts of a sequence, if it has them still. CloudError."""
    if not ledger.hosts:
        return
    try:
        remove_repository(aws, ledger.hosts, _name_owner(ledger))
    except CloudError as error:
        if error.code != NOT_OWN:
            raise


def _name_owner(ledger: Ledger) -> str:
    """What the tag says."""
    return f"{ledger.experiment}/{ledger.name}"


def _explain(name: str, owner: str) -> str:
    """Who has the hosts, and what to do about it."""
    project = name.rpartition("/")[2].removeprefix("hosts-")
    whose = f"{owner.partition('/')[0]} (id in its experiment.json)" if owner else "unknown"
    return (
        f"the hosts of the project {project} are taken by the experiment {whose}. They are free "
        "once that has finished or was cleaned up; if its folder is gone, remove the repository "
        f"{name}."
    )
