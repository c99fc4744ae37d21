"""Logs in CloudWatch: the whole log of a stream, and the streams of a group without a project."""

from datetime import datetime
from functools import partial
from itertools import islice

from analysis.aws import Aws, fetch_stream, list_streams
from analysis.errors import CloudError
from analysis.past_builds.access import at_once, reading, tell_missing
from analysis.past_builds.frames import Found

_GONE = "its log is not in CloudWatch: a log group's retention limits how long logs are kept."


def fetch_log_stream(aws: Aws, group: str, stream: str) -> tuple[bytes | None, str | None]:
    """(a stream's log, null), or (null, why there is none); CloudError for what all would meet."""
    try:
        with reading():
            log = fetch_stream(aws, group, stream)
    except CloudError as error:
        return None, tell_missing(error)
    return (None, _GONE) if log is None else (log, None)


def find_streams(aws: Aws, group: str, since: datetime | None, limit: int) -> list[Found]:
    """A build a stream of a log group, the newest first; SourceError without such a group.

    CloudWatch tells nothing of the build itself: that is left to the log.
    """
    absent = (
        f"There is no log group {group} in {aws.region}: see `aws logs describe-log-groups` for "
        "its name, and AWS_REGION."
    )
    with reading(absent):
        streams = list(islice(list_streams(aws, group, since), limit))
    return at_once(partial(_fetch_found, aws, group), streams)


def _fetch_found(aws: Aws, group: str, stream: str) -> Found:
    """The build of a stream; the project is the last part of the group's name."""
    log, problem = fetch_log_stream(aws, group, stream)
    project = group.rstrip("/").rpartition("/")[2]
    return Found(stream, {"project": project}, log=log, problem=problem)
