"""CodeBuild as it is: StartBuild with every override, builds that take their time, limits.

Bare moto ignores overrides and lets every build succeed at the first poll.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from moto.codebuild.exceptions import InvalidInputException, ResourceNotFoundException
from moto.codebuild.responses import CodeBuildResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult

from aws.builds import Build
from aws.projects import find_project
from aws.starts import begin, describe_build, settle
from aws.state import State

TOKEN_SECONDS, PAGE = 300, 100


def start_build(self: CodeBuildResponse) -> ActionResult:
    """A build, or the one that the same idempotencyToken started in the last five minutes."""
    aws: State = self.aws
    params = json.loads(self.body)
    project = find_project(self, params["projectName"])
    if known := find_started(aws, params):
        return ActionResult({"build": known.describe()})
    running = sum(not build.done for build in aws.builds.values())
    if aws.limit is not None and running >= aws.limit:
        raise JsonRESTError(
            "AccountLimitExceededException",
            f"Cannot have more than {aws.limit} builds in queue for the account",
        )
    data = describe_build(aws, project, params, self.region)
    build = begin(aws, data, project)
    if token := params.get("idempotencyToken"):
        aws.tokens[token] = (aws.now(), as_text(params), build.id)
    return ActionResult({"build": build.describe()})


def find_started(aws: State, params: Mapping[str, Any]) -> Build | None:
    """The build that a repeated request started; InvalidInputException where it differs."""
    when, text, build_id = aws.tokens.get(params.get("idempotencyToken", ""), (0.0, "", ""))
    if aws.now() - when > TOKEN_SECONDS:
        return None
    if text != as_text(params):
        raise InvalidInputException("Request parameters do not match those of the same token")
    return aws.builds[build_id]


def as_text(params: Mapping[str, Any]) -> str:
    """Parameters as text that is the same for the same ones."""
    return json.dumps(params, sort_keys=True)


def batch_get_builds(self: CodeBuildResponse) -> ActionResult:
    """Up to 100 builds, each a step further than before."""
    aws: State = self.aws
    ids = self._get_param("ids")
    found = [aws.builds[each] for each in ids if each in aws.builds]
    for build in found:
        build.poll()
        settle(aws, build)
    missing = [each for each in ids if each not in aws.builds]
    return ActionResult({"builds": [b.describe() for b in found], "buildsNotFound": missing})


def list_builds_for_project(self: CodeBuildResponse) -> ActionResult:
    """A page of ids, by default the newest first."""
    project = find_project(self, self._get_param("projectName"))
    return list_ids(self, lambda build: build.data["projectName"] == project["name"])


def list_builds(self: CodeBuildResponse) -> ActionResult:
    """A page of the account's ids."""
    return list_ids(self, lambda _: True)


def list_ids(self: CodeBuildResponse, wanted: Any) -> ActionResult:
    """A page of the ids of builds that are wanted."""
    aws: State = self.aws
    builds = sorted(filter(wanted, aws.builds.values()), key=lambda build: build.started)
    if (self._get_param("sortOrder") or "DESCENDING") == "DESCENDING":
        builds.reverse()
    page, token = cut_page([build.id for build in builds], self._get_param("nextToken"), PAGE)
    return ActionResult({"ids": page} | ({"nextToken": token} if token else {}))


def cut_page(items: Sequence[Any], token: str | None, size: int) -> tuple[list[Any], str | None]:
    """(the page that a token names, the token of the next one)."""
    begin = int(token or 0)
    end = begin + size
    return list(items[begin:end]), str(end) if end < len(items) else None


def stop_build(self: CodeBuildResponse) -> ActionResult:
    """A build that is stopped unless it was over."""
    aws: State = self.aws
    build = aws.builds.get(self._get_param("id"))
    if build is None:
        raise ResourceNotFoundException(f"Build {self._get_param('id')} does not exist")
    build.stop()
    settle(aws, build)
    return ActionResult({"build": build.describe()})


CORRECTED = (
    start_build,
    batch_get_builds,
    list_builds_for_project,
    list_builds,
    stop_build,
)


def install(aws: State) -> None:
    """Put all of this in moto's place."""
    CodeBuildResponse.aws = aws
    for function in CORRECTED:
        setattr(CodeBuildResponse, function.__name__, function)
