"""Where builds on AWS run, as the environment says it, and what it says when that is wrong."""

import pytest

from analysis.aws import Aws
from analysis.codebuild.account import (
    Account,
    choose_compute,
    link_console,
    name_repository,
    name_sequence,
    read_projects,
)
from analysis.errors import AccountError
from analysis.workload import Strategy, load_strategies, parse_buildspec

pytest_plugins = ["aws.fixtures"]
KNOWN = load_strategies()


def test_the_place_is_what_terraform_s_outputs_say(aws, world):
    account = Account.from_environment()
    assert account.codebuild_project == world["CODEBUILD_PROJECT"]
    assert account.region == world["AWS_REGION"]
    assert account.choose_project(KNOWN["docker"]) == world["CODEBUILD_PROJECT"]
    assert account.choose_project(KNOWN["local-layer-cache"]) == world["CODEBUILD_CACHE_PROJECT"]
    assert account.choose_project(KNOWN["docker-server"]) == world["CODEBUILD_SERVER_PROJECT"]
    usual = [each for each in KNOWN.values() if each.by_default]
    assert all(account.explain_absence(each) is None for each in usual)


def test_what_is_not_set_is_named_with_what_sets_it(aws, world, monkeypatch):
    monkeypatch.delenv("SOURCE_BUCKET")
    monkeypatch.setenv("CODEBUILD_PROJECT", "")
    with pytest.raises(AccountError, match="CODEBUILD_PROJECT, SOURCE_BUCKET not set.*terraform"):
        Account.from_environment()


def test_another_region_than_the_repository_s_is_told(aws, world, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with pytest.raises(AccountError, match="AWS_REGION is eu-west-1.*is in us-east-1"):
        Account.from_environment()


def test_a_strategy_that_needs_what_is_not_there_says_what(aws, world, monkeypatch):
    monkeypatch.delenv("CODEBUILD_SERVER_PROJECT")
    monkeypatch.delenv("CACHE_BUCKET")
    monkeypatch.delenv("CODEBUILD_CACHE_PROJECT")
    account = Account.from_environment()
    assert "docker_server_compute_type" in account.explain_absence(KNOWN["docker-server"])
    assert "CACHE_BUCKET" in account.explain_absence(KNOWN["s3-cache"])
    assert account.choose_project(KNOWN["local-layer-cache"]) == world["CODEBUILD_PROJECT"]


def test_a_project_that_is_not_there_is_named(aws, world):
    client = Aws(world["AWS_REGION"])
    (environment,) = read_projects(client, [world["CODEBUILD_PROJECT"]]).values()
    assert environment["computeType"] == "BUILD_GENERAL1_SMALL"
    with pytest.raises(AccountError, match="no CodeBuild project mistaken in us-east-1"):
        read_projects(client, [world["CODEBUILD_PROJECT"], "mistaken"])


def test_a_strategy_may_ask_for_a_size_of_its_own():
    text = "version: 0.2\nenv: {variables: {STRATEGY_COMPUTE_TYPE: BUILD_GENERAL1_LARGE}}\n"
    spec = parse_buildspec(f"{text}phases: {{build: {{commands: [ls]}}}}\n")
    large = Strategy("mine", "", spec, "succeeded", "fresh", False, "classic")
    assert choose_compute(large, {"computeType": "BUILD_GENERAL1_SMALL"}) == "BUILD_GENERAL1_LARGE"
    assert choose_compute(KNOWN["docker"], {"computeType": "X_SMALL"}) == "X_SMALL"


@pytest.mark.parametrize(
    ("strategy", "name"),
    [
        ("registry-cache", "registry-cache-03"),
        ("container-push-buildkit-0.34", "container-push-buildkit-0.34-03"),
        ("My Strategy (2)", "my-strategy-2-03"),
        ("_x", "x-03"),
    ],
)
def test_a_sequence_s_name_can_end_a_repository_s(strategy, name):
    assert name_sequence(strategy, 3) == name


def test_a_sequence_s_repository_is_below_the_one_that_is_there():
    url = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/cache"
    assert name_repository(url, "docker-01") == ("team/cache/docker-01", f"{url}/docker-01")
    assert name_repository(url) == ("team/cache", url)


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_the_link_leads_to_the_build_s_page(partition, region, host):
    arn = f"arn:{partition}:codebuild:{region}:123456789012:build/docker-cache:1-2"
    assert link_console(arn) == (
        f"https://{host}/codesuite/codebuild/projects/docker-cache/build/"
        f"docker-cache%3A1-2/?region={region}"
    )
    assert link_console("") == ""
