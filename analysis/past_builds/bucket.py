"""Logs that CodeBuild wrote to S3: an object a build, compressed."""

from datetime import datetime
from functools import partial

from analysis.aws import Aws, fetch_object, list_newest
from analysis.errors import CloudError
from analysis.past_builds.access import at_once, reading, tell_missing
from analysis.past_builds.frames import Found

_GONE = "its log is not in S3: a lifecycle rule of the bucket may have removed it."


def find_objects(
    aws: Aws, bucket: str, prefix: str, since: datetime | None, limit: int
) -> list[Found]:
    """A build an object under a prefix, of those last written; SourceError without the bucket.

    S3 tells nothing of the build itself: that is left to the log.
    """
    with reading(f"There is no bucket {bucket!r}: see `aws s3 ls` for its name."):
        keys = list_newest(aws, bucket, prefix, since, limit)
    return at_once(partial(_fetch_found, aws, bucket), keys)


def _fetch_found(aws: Aws, bucket: str, key: str) -> Found:
    """The build of an object; the project is the folder that it lies in."""
    log, problem = fetch_log_object(aws, bucket, key)
    folder = key.rpartition("/")[0].rpartition("/")[2]
    return Found(f"s3://{bucket}/{key}", {"project": folder or bucket}, log=log, problem=problem)


def fetch_log_object(aws: Aws, bucket: str, key: str) -> tuple[bytes | None, str | None]:
    """(an object, null), or (null, why there is none); CloudError for what all would meet.

    CodeBuild says the key of a log with or without its .gz.
    """
    try:
        with reading():
            for name in dict.fromkeys((key, f"{key.removesuffix('.gz')}.gz")):
                if (log := fetch_object(aws, bucket, name)) is not None:
                    return log, None
    except CloudError as error:
        return None, tell_missing(error)
    return None, _GONE
