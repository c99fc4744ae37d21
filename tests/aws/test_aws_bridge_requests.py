"""The test AWS answers with the errors it is told to, and notices requests against the models."""

import subprocess
import sys
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from aws.client import code_of

pytest_plugins = ["aws.fixtures"]


def test_calls_are_throttled_as_often_as_it_is_asked_for(aws, world):
    aws.throttle("BatchGetBuilds", 2)
    aws.throttle("PutObject", 1)
    adaptive = Config(retries={"mode": "adaptive", "max_attempts": 5})
    codebuild = boto3.client("codebuild", config=adaptive)
    assert codebuild.batch_get_builds(ids=["docker-cache:x"])["buildsNotFound"]
    boto3.client("s3").put_object(Bucket=world["SOURCE_BUCKET"], Key="a", Body=b"a")
    assert (aws.requests["BatchGetBuilds"], aws.requests["PutObject"]) == (3, 2)
    assert len(aws.waits) == 3
    once = boto3.client("codebuild", config=Config(retries={"total_max_attempts": 1}))
    aws.throttle("BatchGetBuilds", 1)
    assert code_of(once.batch_get_builds, ids=["docker-cache:x"]) == "ThrottlingException"


@pytest.mark.parametrize("service", ["codebuild", "ecr", "s3", "sts", "logs"])
def test_credentials_can_be_out_of_date_for_every_service(aws, service):
    aws.fail("*", "ExpiredTokenException", "The security token included in the request is expired")
    calls = {
        "codebuild": "list_projects",
        "ecr": "describe_repositories",
        "s3": "list_buckets",
        "sts": "get_caller_identity",
        "logs": "describe_log_groups",
    }
    call = getattr(aws.client(service), calls[service])
    assert code_of(call) == "ExpiredTokenException"
    call()


def expect_violation(aws, words):
    """Exactly one request was held against its client; it is forgiven."""
    assert len(aws.violations) == 1 and words in aws.violations[0], aws.violations
    aws.violations.clear()


UNCHECKED = Config(parameter_validation=False)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"projectName": "docker-cache", "computeTypeOverride": "HUGE"}, "BUILD_GENERAL1_SMALL"),
        ({"projectName": "docker-cache", "timeoutInMinutesOverride": 9999}, "at most 2160"),
        ({"projectName": "docker-cache", "sourceVersion": 3}, "Invalid type"),
        ({}, "Missing required parameter"),
        ({"projectName": ""}, "projectName"),
        (
            {"projectName": "a", "environmentVariablesOverride": [{"name": "", "value": ""}]},
            "name",
        ),
    ],
)
def test_a_request_against_the_service_model_is_noticed(aws, world, params, words):
    client = boto3.client("codebuild", config=UNCHECKED)
    assert code_of(client.start_build, **params) == "ValidationException"
    expect_violation(aws, words)
    assert not aws.builds


def ask(aws, body, **headers):
    request = urllib.request.Request(aws.endpoint, body, headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)
    return caught.value.code


def sign(service):
    return f"AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/{service}/aws4_request, x=y"


def test_what_no_service_knows_is_noticed_and_not_tried_again(aws):
    target = {"X-Amz-Target": "CodeBuild_20161006.StartNothing", "Authorization": sign("codebuild")}
    assert ask(aws, b"{}", **target) == 400
    expect_violation(aws, "StartNothing")
    target["X-Amz-Target"] = "CodeBuild_20161006.StartBuild"
    assert ask(aws, b'{"projectName": "a", "nonsense": 1}', **target) == 400
    expect_violation(aws, "nonsense")
    assert ask(aws, b"{}", **target | {"Authorization": sign("codebuilder")}) == 400
    expect_violation(aws, "codebuilder")
    assert ask(aws, b"{}") == 400
    expect_violation(aws, "not signed")
    # a call that moto does not have
    with pytest.raises(ClientError):
        aws.client("codebuild").list_report_groups()
    expect_violation(aws, "list_report_groups")
    assert aws.requests["ListReportGroups"] == 1


def test_a_region_knows_only_what_is_its_own(aws, world):
    there = aws.client("codebuild", "eu-west-1")
    assert code_of(there.start_build, projectName="docker-cache") == "ResourceNotFoundException"


def test_a_client_in_a_process_of_its_own_finds_it(aws, world):
    script = "import boto3; print(boto3.client('codebuild').list_projects()['projects'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "docker-cache" in done.stdout, done.stderr
