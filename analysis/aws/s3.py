"""S3: objects put into a bucket, listed, read and removed."""

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from analysis.aws.client import Aws, aws_errors, is_absent
from analysis.errors import CloudError

# as many keys as DeleteObjects takes
_OBJECTS_A_REQUEST = 1000


class Item(NamedTuple):
    """An object as a listing tells of it; another content has another ETag, of whatever form."""

    key: str
    size: int
    etag: str


def upload(aws: Aws, bucket: str, experiment: str, name: str, data: bytes) -> str:
    """Put a zip of an experiment's into a bucket, known by its content; its location for a build.

    CloudError.
    """
    key = f"contexts/{experiment}/{name}.{hashlib.sha256(data).hexdigest()}.zip"
    try:
        with aws_errors(f"uploading a build context to {bucket}"):
            aws.client("s3").put_object(Bucket=bucket, Key=key, Body=data)
    except CloudError as error:
        if error.code == "NoSuchBucket":
            raise type(error)(f"{error} Set SOURCE_BUCKET to one that is there.") from error
        raise
    return f"{bucket}/{key}"


def remove_objects(aws: Aws, bucket: str, prefix: str) -> int:
    """Remove what lies under a prefix of a bucket; how many objects that were. CloudError."""
    keys = [key for key, _ in list_objects(aws, bucket, prefix)]
    remove_keys(aws, bucket, keys)
    return len(keys)


def remove_keys(aws: Aws, bucket: str, keys: Sequence[str]) -> None:
    """Remove objects of a bucket, those that are there. CloudError."""
    for start in range(0, len(keys), _OBJECTS_A_REQUEST):
        asked = [{"Key": key} for key in keys[start : start + _OBJECTS_A_REQUEST]]
        with aws_errors(f"removing objects from {bucket}"):
            answer = aws.client("s3").delete_objects(
                Bucket=bucket, Delete={"Objects": asked, "Quiet": True}
            )
        for each in answer.get("Errors", [])[:1]:
            raise CloudError(
                f"S3 did not delete {each['Key']} from {bucket}: {each.get('Message')}.",
                str(each.get("Code", "")),
            )


def list_objects(aws: Aws, bucket: str, prefix: str) -> list[tuple[str, int]]:
    """(key, bytes) of each object under a prefix of a bucket. CloudError."""
    return [(item["Key"], item["Size"]) for item in _list_contents(aws, bucket, prefix)]


def list_newest(
    aws: Aws, bucket: str, prefix: str, since: datetime | None, limit: int
) -> list[Item]:
    """The objects with content that were written last, the newest first. CloudError.

    All are listed for it: S3 sorts by key.
    """
    objects = (
        (item["LastModified"], Item(item["Key"], item["Size"], item.get("ETag", "")))
        for item in _list_contents(aws, bucket, prefix)
        if item["Size"] and (since is None or item["LastModified"] >= since)
    )
    return [each for _, each in heapq.nlargest(limit, objects)]


def _list_contents(aws: Aws, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """What S3 says of each object under a prefix, page by page. CloudError."""
    with aws_errors(f"listing s3://{bucket}/{prefix}"):
        pages = aws.client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=bucket, Prefix=prefix):
            yield from page.get("Contents", [])


def fetch_object(aws: Aws, bucket: str, key: str) -> bytes | None:
    """An object's bytes, null when it is not there. CloudError."""
    found = _get_object(aws, bucket, key)
    return found and found[0]


def fetch_item(aws: Aws, bucket: str, item: Item) -> tuple[bytes, bool] | None:
    """(an object's bytes, whether they are those that were listed), null without it. CloudError."""
    found = _get_object(aws, bucket, item.key)
    return found and (found[0], found[1] == item.etag)


def _get_object(aws: Aws, bucket: str, key: str) -> tuple[bytes, str] | None:
    """(an object's bytes, its ETag), null when it is not there. CloudError."""
    try:
        with aws_errors(f"reading s3://{bucket}/{key}"):
            answer = aws.client("s3").get_object(Bucket=bucket, Key=key)
            return answer["Body"].read(), answer.get("ETag", "")
    except CloudError as error:
        if is_absent(error):
            return None
        raise
