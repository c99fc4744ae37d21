"""Logs that CodeBuild wrote to S3: an object a build, compressed."""

import heapq
from datetime import datetime
from functools import partial

from analysis.aws import Aws
from analysis.errors import SourceError
from analysis.past_builds.access import at_once, reading
from analysis.past_builds.frames import Found

GONE = "its log is not in S3: a lifecycle rule of the bucket may have removed it."


def find_objects(
    aws: Aws, bucket: str, prefix: str, since: datetime | None, limit: int
) -> list[Found]:
    """A build an object under a prefix, of those last written; SourceError without the bucket.

    S3 tells nothing of the build itself: that is left to the log.
    """
    keys = list_keys(aws, bucket, prefix, since, limit)
    return at_once(partial(fetch_found, aws, bucket), keys)


def list_keys(aws: Aws, bucket: str, prefix: str, since: datetime | None, limit: int) -> list[str]:
    """The keys of what was written last. All are listed: S3 sorts by key, which is a random id."""
    absent = f"There is no bucket {bucket!r}: see `aws s3 ls` for its name."
    pages = aws.client("s3").get_paginator("list_objects_v2")
    with reading(f"s3://{bucket}/{prefix}", absent):
        objects = (
            (item["LastModified"], item["Key"])
            for page in pages.paginate(Bucket=bucket, Prefix=prefix)
            for item in page.get("Contents", [])
            if item["Size"] and (since is None or item["LastModified"] >= since)
        )
        return [key for _, key in heapq.nlargest(limit, objects)]


def fetch_found(aws: Aws, bucket: str, key: str) -> Found:
    """The build of an object; the project is the folder that it lies in."""
    log, problem = fetch_object(aws, bucket, key)
    folder = key.rpartition("/")[0].rpartition("/")[2]
    return Found(f"s3://{bucket}/{key}", {"project": folder or bucket}, log=log, problem=problem)


def fetch_object(aws: Aws, bucket: str, key: str) -> tuple[bytes | None, str | None]:
    """(an object, null), or (null, why there is none); CloudError for all else.

    CodeBuild says the key of a log with or without its .gz.
    """
    for name in dict.fromkeys((key, f"{key.removesuffix('.gz')}.gz")):
        try:
            with reading(f"s3://{bucket}/{name}", GONE):
                return aws.client("s3").get_object(Bucket=bucket, Key=name)["Body"].read(), None
        except SourceError:
            continue
    return None, GONE
