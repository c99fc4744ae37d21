"""The test AWS as fixtures: `aws`, and `world` for what Terraform makes."""

from types import SimpleNamespace

import botocore.endpoint
import pytest
from botocore.retries.bucket import TokenBucket

from aws.server import LocalAWS, serve


@pytest.fixture(scope="session")
def aws_server():
    """One server for all tests; each finds an empty account."""
    with serve() as aws:
        yield aws


@pytest.fixture
def aws(aws_server, monkeypatch) -> LocalAWS:
    """An empty account that every client finds; no request against the models stays unnoticed.

    What botocore would wait between attempts is not waited here but kept in `aws.waits`.
    """
    aws_server.reset()
    waits = aws_server.waits
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=waits.append))
    monkeypatch.setattr(TokenBucket, "_sleep_amount", lambda *_: 0)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name, value in aws_server.environment.items():
        monkeypatch.setenv(name, value)
    yield aws_server
    assert not aws_server.violations, "\n".join(aws_server.violations)


@pytest.fixture
def world(aws, monkeypatch) -> dict[str, str]:
    """The settings of what Terraform makes, in the environment too."""
    settings = aws.make_world()
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings
