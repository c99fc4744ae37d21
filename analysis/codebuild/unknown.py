"""Builds that run for an experiment and that no ledger knows, as after a ledger was damaged."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

from analysis.aws import Aws, list_builds, stop_build
from analysis.codebuild.account import Account
from analysis.codebuild.api import TOKEN, read_variable
from analysis.codebuild.ledger import Entry, list_ledgers
from analysis.records import ASIDE

# no build waits and runs for longer: 8 hours in the queue and 36 of its own are CodeBuild's limits
_LONGEST = timedelta(hours=48)


def stop_lost(aws: Aws, account: Account, folder: Path, experiment: str) -> int:
    """Stop the builds of an experiment that only a damaged ledger knew; how many that were.

    They are found in the account's projects by the experiment's id, which each build was given.
    CloudError for what AWS refuses, RecordError for a damaged ledger.
    """
    if not experiment or not any((folder / ASIDE).glob("*.json.damaged*")):
        return 0
    known = [each for ledger in list_ledgers(folder) for each in ledger.builds]
    projects = {
        account.codebuild_project,
        account.codebuild_cache_project,
        account.codebuild_server_project,
        *(each.project for each in known),
    }
    found = [
        build["id"]
        for project in sorted(filter(None, projects))
        for build in _list_running(aws, project)
        if read_variable(build, "EXPERIMENT_ID") == experiment and not _is_known(build, known)
    ]
    for each in found:
        stop_build(aws, each)
    return len(found)


def _list_running(aws: Aws, project: str) -> Iterator[dict[str, Any]]:
    """The builds of a project that wait or run."""
    oldest = datetime.now(UTC) - _LONGEST
    recent = takewhile(
        lambda build: build.get("startTime", oldest) >= oldest, list_builds(aws, project)
    )
    return (build for build in recent if not build.get("buildComplete"))


def _is_known(build: dict[str, Any], known: list[Entry]) -> bool:
    """Whether a build is one of those that ledgers tell of, by its id or its token."""
    token = read_variable(build, TOKEN)
    return any(build["id"] == each.id or token == each.token for each in known)
