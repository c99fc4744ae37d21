"""The test AWS as fixtures: `aws`, and `world` for what Terraform makes."""

import os
from functools import cache
from types import SimpleNamespace

import botocore.endpoint
import pytest
from botocore.loaders import JSONFileLoader
from botocore.retries.bucket import TokenBucket

from aws.server import LocalAWS, serve

# where the services of all regions are, which each session of a client would read and parse anew
read_endpoints = cache(JSONFileLoader().load_file)


@pytest.fixture(scope="session")
def aws_server():
    """One server for all tests; each finds an empty account."""
    with serve() as aws:
        yield aws


@pytest.fixture
def aws(aws_server, monkeypatch) -> LocalAWS:
    """An empty account that every client finds; no request against the models stays unnoticed.

    What botocore would wait between attempts is not waited here but kept in `aws.waits`, and
    nothing waits for a disk: no test here cuts the power.
    """
    aws_server.reset()
    waits = aws_server.waits
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=waits.append))
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(TokenBucket, "_sleep_amount", lambda *_: 0)
    monkeypatch.setattr(JSONFileLoader, "load_file", read_file)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name, value in aws_server.environment.items():
        monkeypatch.setenv(name, value)
    yield aws_server
    assert not aws_server.violations, "\n".join(aws_server.violations)


def read_file(loader, path, read=JSONFileLoader.load_file):
    """A file of botocore's; moto changes what describes a service, which is read anew."""
    return read_endpoints(path) if path.endswith("endpoints") else read(loader, path)


@pytest.fixture
def world(aws, monkeypatch) -> dict[str, str]:
    """The settings of what Terraform makes, in the environment too."""
    settings = aws.make_world()
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings
