"""Objects of S3: put under their content, listed in pages, removed in hundreds."""

import pytest

from analysis.aws import s3
from analysis.aws.client import Aws
from analysis.aws.s3 import list_objects, remove_objects, upload
from analysis.errors import CloudError

pytest_plugins = ["aws.fixtures"]


def test_a_zip_lies_under_its_scenario_and_content(aws, world):
    client = Aws(world["AWS_REGION"])
    location = upload(client, world["SOURCE_BUCKET"], "mine", "cold", b"zip")
    bucket, _, key = location.partition("/")
    assert key.startswith("contexts/mine/cold.") and key.endswith(".zip")
    assert upload(client, bucket, "mine", "cold", b"zip") == location
    assert list_objects(client, bucket, "contexts/mine/") == [(key, 3)]
    assert client.requests == {"PutObject": 2, "ListObjectsV2": 1}


def test_a_bucket_that_is_not_there_is_named_with_its_setting(aws, world):
    with pytest.raises(CloudError, match="NoSuchBucket.*SOURCE_BUCKET"):
        upload(Aws(world["AWS_REGION"]), "no-such-bucket", "mine", "cold", b"zip")


def test_more_objects_than_a_request_takes_are_removed_and_no_others(aws, world, monkeypatch):
    monkeypatch.setattr(s3, "_OBJECTS_A_REQUEST", 4)
    bucket, client = world["CACHE_BUCKET"], aws.client("s3")
    for number in range(9):
        client.put_object(Bucket=bucket, Key=f"s3-cache-01/blobs/{number}", Body=b"x")
    client.put_object(Bucket=bucket, Key="s3-cache-02/blobs/1", Body=b"x")
    assert remove_objects(Aws(world["AWS_REGION"]), bucket, "s3-cache-01/") == 9
    left = client.list_objects_v2(Bucket=bucket)["Contents"]
    assert [each["Key"] for each in left] == ["s3-cache-02/blobs/1"]
