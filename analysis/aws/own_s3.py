"""A server with the API of S3 that is not AWS's: its address and keys are its own."""

from dataclasses import dataclass

import boto3
from botocore.client import BaseClient
from botocore.config import Config

from analysis.aws.client import Aws, aws_errors


@dataclass(kw_only=True)
class OwnS3(Aws):
    """A client of such a server at `url`; it asks once, and through no proxy."""

    url: str
    access_key: str
    secret_key: str

    def _make_client(self, service: str) -> BaseClient:
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": 1},
                connect_timeout=5,
                read_timeout=30,
                # a proxy of the environment can't reach a container of this machine
                proxies={},
            ),
        )


def make_bucket(aws: Aws, bucket: str) -> None:
    """Make a bucket. CloudError when there is one of that name, or none can be made."""
    with aws_errors(f"making the bucket {bucket}"):
        aws.client("s3").create_bucket(Bucket=bucket)
