"""CodeBuild: its projects described, its builds started, stopped, described and listed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from analysis.aws.client import Aws, aws_errors
from analysis.errors import CloudError

# phases in which the buildspec's commands run
COMMANDS = ("INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD")
# as many ids as BatchGetBuilds takes, and a page of ListBuildsForProject has
_BUILDS_A_REQUEST = 100
_LIMIT = "AccountLimitExceededException"
_NOT_STARTED = {_LIMIT, "InvalidInputException", "ResourceNotFoundException"}
_NO_BUILDS = "more than 0 builds"


def describe_projects(aws: Aws, names: Iterable[str]) -> list[dict[str, Any]]:
    """Those of the projects that there are, as CodeBuild describes them. CloudError."""
    asked = sorted(set(names))
    with aws_errors(f"looking for the projects {', '.join(asked)}"):
        return aws.client("codebuild").batch_get_projects(names=asked)["projects"]


def start_build(aws: Aws, request: Mapping[str, Any]) -> dict[str, Any]:
    """The build that a request starts, the same for the same token. CloudError."""
    with aws_errors(f"starting a build of {request['projectName']}"):
        return aws.client("codebuild").start_build(**request)["build"]


def is_full(error: CloudError) -> bool:
    """Whether a build was not started because as many run as the account or project may."""
    return error.code == _LIMIT


def has_no_quota(error: CloudError) -> bool:
    """Whether an account may run no build at all: to wait for a place is of no use."""
    return is_full(error) and _NO_BUILDS in str(error)


def is_not_started(error: CloudError) -> bool:
    """Whether it is sure after an error of start_build that nothing was started."""
    return error.code in _NOT_STARTED


def stop_build(aws: Aws, build: str) -> dict[str, Any]:
    """The build of an id as it is being stopped, unless it was over. CloudError."""
    with aws_errors(f"stopping the build {build}"):
        return aws.client("codebuild").stop_build(id=build)["build"]


def describe_builds(aws: Aws, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Id -> build, of those that CodeBuild knows; a request for each hundred. CloudError."""
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), _BUILDS_A_REQUEST):
        asked = list(ids[start : start + _BUILDS_A_REQUEST])
        with aws_errors("asking how far the builds are"):
            answer = aws.client("codebuild").batch_get_builds(ids=asked)
        found |= {build["id"]: build for build in answer["builds"]}
    return found


def list_builds(aws: Aws, project: str) -> Iterator[dict[str, Any]]:
    """A project's builds, the newest first; a page is asked for when it is needed. CloudError."""
    for ids in list_ids(aws, project):
        told = describe_builds(aws, ids)
        yield from (told[each] for each in ids if each in told)


def list_ids(aws: Aws, project: str) -> Iterator[list[str]]:
    """The ids of a project's builds page by page, the newest first. CloudError."""
    with aws_errors(f"listing the builds of the project {project}"):
        pages = aws.client("codebuild").get_paginator("list_builds_for_project")
        for page in pages.paginate(projectName=project, sortOrder="DESCENDING"):
            yield page.get("ids", [])
