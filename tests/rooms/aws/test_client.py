"""Errors of AWS in a sentence with the cure, and clients that count what they ask."""

import subprocess
import sys
from pathlib import Path

import pytest
from botocore import exceptions

from analysis.aws.client import Aws, aws_errors, explain, find_region
from analysis.errors import AccountError, BusyError, CloudError

pytest_plugins = ["aws.fixtures"]


def answer(code, message="no", status=400):
    response = {"Error": {"Code": code, "Message": message}}
    response["ResponseMetadata"] = {"HTTPStatusCode": status}
    return exceptions.ClientError(response, "StartBuild")


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (exceptions.NoCredentialsError(), AccountError, "no AWS credentials"),
        (exceptions.ProfileNotFound(profile="x"), AccountError, "no AWS credentials"),
        (exceptions.NoRegionError(), AccountError, "set AWS_REGION"),
        (answer("ExpiredTokenException"), AccountError, "expired.*log in"),
        (answer("ExpiredToken"), AccountError, "expired.*log in"),
        (answer("UnrecognizedClientException"), AccountError, "does not know the credentials"),
        (answer("AccessDeniedException"), AccountError, "experiment_policy_arn"),
        (answer("ThrottlingException"), BusyError, "throttles"),
        (answer("Whatever", status=503), BusyError, "throttles"),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), BusyError, "be reached"),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), BusyError, "be reached"),
        (answer("InvalidInputException", "bad."), CloudError, "InvalidInputException: bad.$"),
    ],
)
def test_each_error_has_its_kind_and_its_cure(error, kind, words):
    found = explain(error, "starting a build")
    assert type(found) is kind
    with pytest.raises(kind, match=f"While starting a build: .*{words}"):
        raise found


def test_an_account_s_number_is_not_in_a_sentence():
    said = "User: arn:aws:iam::210987654321:user/me is not authorized"
    assert "210987654321" not in str(explain(answer("AccessDenied", said), "starting"))


def test_the_code_stays_with_the_error():
    with pytest.raises(CloudError) as caught, aws_errors("starting"):
        raise answer("AccountLimitExceededException")
    assert caught.value.code == "AccountLimitExceededException"


def test_every_attempt_is_counted_by_operation(aws, world):
    client = Aws(world["AWS_REGION"])
    aws.throttle("BatchGetProjects", 2)
    client.client("codebuild").batch_get_projects(names=["a"])
    client.client("s3").list_buckets()
    assert client.requests == {"BatchGetProjects": 3, "ListBuckets": 1}
    assert client.client("codebuild") is client.client("codebuild")


def test_throttling_that_does_not_end_is_busy_in_the_end(aws, world, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    aws.throttle("BatchGetProjects", 100)
    client = Aws(world["AWS_REGION"])
    with pytest.raises(BusyError, match="throttles"), aws_errors("looking"):
        client.client("codebuild").batch_get_projects(names=["a"])
    assert client.requests["BatchGetProjects"] == 3


def test_the_region_is_that_of_the_environment_or_the_profile(aws, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert find_region() == "eu-west-1"
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(AccountError, match="set AWS_REGION"):
        find_region()
    (tmp_path / "config").write_text("[default]\nregion = eu-north-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert find_region() == "eu-north-1"


def test_reading_an_experiment_does_not_load_botocore():
    root = Path(__file__).parents[3]
    script = "import sys, analysis.registry; sys.exit('botocore' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)
