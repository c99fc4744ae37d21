"""Logs in CloudWatch: the whole log of a stream, and the streams of a group without a project."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from itertools import islice, takewhile
from typing import Any

from analysis.aws import Aws, LogPages
from analysis.past_builds.access import at_once, reading
from analysis.past_builds.frames import Found

GONE = "its log is not in CloudWatch: a log group's retention limits how long logs are kept."


def fetch_stream(aws: Aws, group: str, stream: str) -> tuple[bytes | None, str | None]:
    """(a stream's log, null), or (null, why there is none); CloudError for all else."""
    with reading(f"the log {stream} of {group}"):
        log = LogPages(group, stream)
        log.read_on(aws)
    return (log.text, None) if log.lines else (None, GONE)


def find_streams(aws: Aws, group: str, since: datetime | None, limit: int) -> list[Found]:
    """A build a stream of a log group, the newest first; SourceError without such a group.

    CloudWatch tells nothing of the build itself: that is left to the log.
    """
    return at_once(partial(fetch_found, aws, group), list_streams(aws, group, since, limit))


def fetch_found(aws: Aws, group: str, stream: str) -> Found:
    """The build of a stream; the project is the last part of the group's name."""
    log, problem = fetch_stream(aws, group, stream)
    project = group.rstrip("/").rpartition("/")[2]
    return Found(stream, {"project": project}, log=log, problem=problem)


def list_streams(aws: Aws, group: str, since: datetime | None, limit: int) -> list[str]:
    """The names of a group's newest streams, by the time of their last event."""
    absent = (
        f"There is no log group {group} in {aws.region}: see `aws logs describe-log-groups` for "
        "its name, and AWS_REGION."
    )
    pages = aws.client("logs").get_paginator("describe_log_streams")
    with reading(f"the log group {group}", absent):
        found = pages.paginate(logGroupName=group, orderBy="LastEventTime", descending=True)
        streams = (stream for page in found for stream in page["logStreams"])
        young = takewhile(lambda stream: is_young(stream, since), streams)
        return [stream["logStreamName"] for stream in islice(young, limit)]


def is_young(stream: Mapping[str, Any], since: datetime | None) -> bool:
    """Whether the last event of a stream is not older than that, as far as CloudWatch tells."""
    last = stream.get("lastEventTimestamp")
    return since is None or last is None or last >= since.timestamp() * 1000
