"""Logs that CodeBuild wrote to S3: an object a build, compressed."""

from datetime import datetime
from functools import partial
from hashlib import blake2b

from analysis.aws import Aws, Item, fetch_item, fetch_object, list_newest
from analysis.errors import CloudError, LogError
from analysis.logs import Remote
from analysis.past_builds.access import reading, tell_missing
from analysis.past_builds.frames import Found

_GONE = "its log is not in S3: a lifecycle rule of the bucket may have removed it."


def find_objects(
    aws: Aws, bucket: str, prefix: str, since: datetime | None, limit: int
) -> list[Found]:
    """A build an object under a prefix, of those last written; SourceError without the bucket.

    S3 tells nothing of the build itself: that is left to the log, which is fetched when it is read.
    """
    with reading(f"There is no bucket {bucket!r}: see `aws s3 ls` for its name."):
        items = list_newest(aws, bucket, prefix, since, limit)
    return [_describe_object(aws, bucket, item) for item in items]


def _describe_object(aws: Aws, bucket: str, item: Item) -> Found:
    """The build of an object; the project is the folder that it lies in."""
    folder = item.key.rpartition("/")[0].rpartition("/")[2]
    log = Remote(
        key=_find_key(bucket, item),
        size=item.size,
        packed=item.key.endswith(".gz"),
        fetch=partial(_fetch_item, aws, bucket, item),
    )
    return Found(f"s3://{bucket}/{item.key}", {"project": folder or bucket}, log=log)


def _find_key(bucket: str, item: Item) -> str | None:
    """What changes with an object's content, by what a listing tells; null where it tells none."""
    if not item.etag:
        return None
    return blake2b(repr((bucket, *item)).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _fetch_item(aws: Aws, bucket: str, item: Item) -> tuple[bytes, bool]:
    """As Remote.fetch; CloudError for what all other objects would meet as well."""
    try:
        with reading():
            found = fetch_item(aws, bucket, item)
    except CloudError as error:
        raise LogError(tell_missing(error)) from error
    if found is None:
        raise LogError(_GONE)
    return found


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
