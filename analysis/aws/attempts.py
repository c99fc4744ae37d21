"""Calls that show whether they are allowed, and change nothing of anybody's.

AWS looks at who asks before it looks for what is asked for: of a build or a log that does not
exist it says so to those alone who may ask. A repository is made for it and removed again.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3

from analysis.aws.builds import describe_builds, list_ids, stop_build
from analysis.aws.client import Aws, aws_errors, is_denied
from analysis.aws.ecr import (
    delete_repository,
    fetch_manifests,
    find_repository,
    list_repository,
    make_repository,
)
from analysis.aws.log_stream import LogPages
from analysis.aws.s3 import list_objects, remove_keys, upload
from analysis.errors import AccountError, BusyError, CloudError

_Attempt = tuple[str, Callable[[], object]]
_NO_BUILD = "00000000-0000-0000-0000-000000000000"
_NO_DIGEST = f"sha256:{'0' * 64}"
_ACTION = re.compile(r"not authorized to perform:? ([a-z0-9]+:\w+)")


@dataclass(frozen=True)
class Wanted:
    """What an experiment will use; `repositories` are to be made for the attempts alone.

    `log_groups`: project -> log group. `cache`: a bucket or "".
    """

    experiment: str
    log_groups: Mapping[str, str]
    repositories: Sequence[str]
    source: str
    cache: str = ""

    @property
    def prefix(self) -> str:
        """Where in the bucket of caches nothing is."""
        return f"{self.experiment}-access/"


def list_attempts(aws: Aws, wanted: Wanted) -> Iterator[_Attempt]:
    """(action, a call that needs it); those of a repository in the order in which they work."""
    for project, group in wanted.log_groups.items():
        yield from _attempt_builds(aws, project, group)
    for repository in wanted.repositories:
        yield from _attempt_repository(aws, repository, wanted.experiment)
    yield "s3:PutObject", lambda: upload(aws, wanted.source, wanted.experiment, "access", b"")
    if wanted.cache:
        key = f"{wanted.prefix}none"
        yield "s3:ListBucket", lambda: list_objects(aws, wanted.cache, wanted.prefix)
        yield "s3:DeleteObject", lambda: remove_keys(aws, wanted.cache, [key])


def _attempt_builds(aws: Aws, project: str, group: str) -> Iterator[_Attempt]:
    """Those on the builds of a project, but to start one, and on their logs."""
    build = f"{project}:{_NO_BUILD}"
    yield "codebuild:BatchGetBuilds", lambda: describe_builds(aws, [build])
    yield "codebuild:ListBuildsForProject", lambda: next(list_ids(aws, project), None)
    yield "codebuild:StopBuild", lambda: stop_build(aws, build)
    yield "logs:GetLogEvents", lambda: LogPages(group, _NO_BUILD).read_on(aws)


def _attempt_repository(aws: Aws, repository: str, experiment: str) -> Iterator[_Attempt]:
    """Those on a repository."""
    yield "ecr:CreateRepository", lambda: make_repository(aws, repository, experiment)
    yield "ecr:DescribeRepositories", lambda: find_repository(aws, repository)
    if aws.account:
        yield "ecr:ListTagsForResource", lambda: _list_tags(aws, repository)
    yield "ecr:DescribeImages", lambda: list_repository(aws, repository)
    yield "ecr:BatchGetImage", lambda: fetch_manifests(aws, repository, [_NO_DIGEST])
    yield "ecr:DeleteRepository", lambda: delete_repository(aws, repository)


def _list_tags(aws: Aws, repository: str) -> None:
    """Ask for a repository's tags, whether it is there or not."""
    partition = boto3.Session().get_partition_for_region(aws.region)
    arn = f"arn:{partition}:ecr:{aws.region}:{aws.account}:repository/{repository}"
    with aws_errors(f"asking whose the repository {repository} is"):
        aws.client("ecr").list_tags_for_resource(resourceArn=arn)


def find_denied(attempt: _Attempt) -> str:
    """The action that AWS denies an attempt, "" where it allows it. CloudError as of any call."""
    action, call = attempt
    try:
        call()
    except CloudError as error:
        if is_denied(error):
            named = _ACTION.search(str(error))
            return named[1] if named else action
        if isinstance(error, AccountError | BusyError) or error.code in ("", "NoSuchBucket"):
            raise
    return ""


def simulate(aws: Aws, role: str, actions: Sequence[str], resources: Sequence[str]) -> set[str]:
    """Those of the actions that a role's policies do not allow on all resources. CloudError."""
    denied: set[str] = set()
    with aws_errors(f"asking what the role {role.rpartition('/')[2]} may do"):
        pages = aws.client("iam").get_paginator("simulate_principal_policy")
        asked: dict[str, Any] = {"ActionNames": list(actions), "ResourceArns": list(resources)}
        for page in pages.paginate(PolicySourceArn=role, **asked):
            results = page["EvaluationResults"]
            denied |= {x["EvalActionName"] for x in results if x["EvalDecision"] != "allowed"}
    return denied
