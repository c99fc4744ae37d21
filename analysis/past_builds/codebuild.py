"""The builds of a CodeBuild project, and their logs in CloudWatch or S3."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from itertools import islice, takewhile
from typing import Any

from analysis.aws import Aws, list_builds
from analysis.errors import LogError
from analysis.logs import Remote
from analysis.past_builds.access import reading
from analysis.past_builds.bucket import fetch_log_object
from analysis.past_builds.described import describe_build, read_moment, read_part
from analysis.past_builds.frames import Found
from analysis.past_builds.group import fetch_log_stream

# after which CloudWatch gives all lines of a build that has ended
_SETTLED = timedelta(hours=1)
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
    return [_find_log(aws, item) for item in items]


def _is_young(item: Mapping[str, Any], since: datetime | None) -> bool:
    """Whether a build began then or later."""
    started = read_moment(item.get("startTime"))
    return since is None or started is None or started >= since


def _find_log(aws: Aws, item: Mapping[str, Any]) -> Found:
    """A build with its log, which is fetched when it is read, or why there is none."""
    if item.get("buildStatus") == "IN_PROGRESS":
        return describe_build(item, problem=RUNNING)
    where = read_part(item, "logs")
    if not _is_in_group(where) and not where.get("s3LogsArn"):
        return describe_build(item, problem=NO_LOG)
    log = Remote(_find_key(item), size=0, packed=False, fetch=partial(_load_log, aws, where))
    return describe_build(item, log)


def _find_key(item: Mapping[str, Any]) -> str | None:
    """What tells the log of a build that ended a while ago, which changes no more; else null."""
    ended = read_moment(item.get("endTime"))
    if not item.get("arn") or ended is None or datetime.now(UTC) - ended < _SETTLED:
        return None
    known = (item["arn"], ended.isoformat(), sorted(read_part(item, "logs").items(), key=str))
    return blake2b(repr(known).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _load_log(aws: Aws, where: Mapping[str, Any]) -> tuple[bytes, bool]:
    """As Remote.fetch."""
    log, problem = fetch_log(aws, where)
    if log is None:
        raise LogError(problem or NO_LOG)
    return log, True


def _is_in_group(where: Mapping[str, Any]) -> bool:
    """Whether CodeBuild says of a log where in CloudWatch it lies."""
    return bool(where.get("groupName") and where.get("streamName"))


def fetch_log(aws: Aws, where: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    """(the log, null) or (null, why there is none), from CloudWatch or else from S3."""
    log: bytes | None = None
    problem: str | None = NO_LOG
    if _is_in_group(where):
        log, problem = fetch_log_stream(aws, where["groupName"], where["streamName"])
    if log is None and where.get("s3LogsArn"):
        bucket, _, key = str(where["s3LogsArn"]).rpartition(":::")[2].partition("/")
        return fetch_log_object(aws, bucket, key)
    return log, problem
