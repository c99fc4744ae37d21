"""The builds of a CodeBuild project, and their logs in CloudWatch or S3."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from itertools import islice, takewhile
from typing import Any

from analysis.aws import Aws, list_builds
from analysis.past_builds.access import at_once, reading
from analysis.past_builds.bucket import fetch_log_object
from analysis.past_builds.described import describe_build, read_moment, read_part
from analysis.past_builds.frames import Found
from analysis.past_builds.group import fetch_log_stream

RUNNING = "it is still running: its log is not whole yet."
NO_LOG = "it has no log: the project writes none, or the build ended before there was one."


def find_builds(aws: Aws, project: str, since: datetime | None, limit: int) -> list[Found]:
    """The newest builds of a project with their logs; SourceError, CloudError without them."""
    absent = (
        f"There is no CodeBuild project {project!r} in {aws.region}, and no file or folder of "
        "that name here: see `aws codebuild list-projects`, and AWS_REGION."
    )
    with reading(absent):
        young = takewhile(lambda item: _is_young(item, since), list_builds(aws, project))
        items = list(islice(young, limit))
    return at_once(partial(_fetch_build, aws), items)


def _is_young(item: Mapping[str, Any], since: datetime | None) -> bool:
    """Whether a build began then or later."""
    started = read_moment(item.get("startTime"))
    return since is None or started is None or started >= since


def _fetch_build(aws: Aws, item: Mapping[str, Any]) -> Found:
    """A build with its log, or why there is none."""
    if item.get("buildStatus") == "IN_PROGRESS":
        return describe_build(item, problem=RUNNING)
    log, problem = fetch_log(aws, read_part(item, "logs"))
    return describe_build(item, log, problem)


def fetch_log(aws: Aws, where: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    """(the log, null) or (null, why there is none), from CloudWatch or else from S3."""
    log: bytes | None = None
    problem: str | None = NO_LOG
    if where.get("groupName") and where.get("streamName"):
        log, problem = fetch_log_stream(aws, where["groupName"], where["streamName"])
    if log is None and where.get("s3LogsArn"):
        bucket, _, key = str(where["s3LogsArn"]).rpartition(":::")[2].partition("/")
        return fetch_log_object(aws, bucket, key)
    return log, problem
