"""Builds and projects of the test AWS behave as those of AWS are known to, seen through boto3."""

import itertools
import math

import pytest
from botocore.exceptions import ClientError

from aws.builds import PHASES
from aws.client import GROUP, code_of, finish, poll, start

pytest_plugins = ["aws.fixtures"]

LINES = "".join(f"#{number} DONE 0.1s\n" for number in range(25))


def test_a_build_goes_through_its_phases_poll_by_poll(aws, world):
    aws.after_polls = len(PHASES) - 1
    build = start(aws, world)
    seen = [build["currentPhase"]]
    while not build["buildComplete"]:
        assert build["buildStatus"] == "IN_PROGRESS" and "endTime" not in build
        assert "phaseStatus" not in build["phases"][-1]
        build = poll(aws, build)
        seen.append(build["currentPhase"])
    assert list(dict.fromkeys(seen)) == [*PHASES[1:], "COMPLETED"]
    assert build["buildStatus"] == "SUCCEEDED"
    phases = build["phases"]
    assert [phase["phaseType"] for phase in phases] == [*PHASES, "COMPLETED"]
    assert phases[0]["startTime"] == build["startTime"]
    assert phases[-1]["startTime"] == build["endTime"]
    for phase, following in itertools.pairwise(phases):
        assert phase["endTime"] == following["startTime"]
    assert "durationInSeconds" not in phases[-1]


def test_where_its_log_is_is_not_said_before_it_runs(aws, world):
    build = start(aws, world)
    assert "streamName" not in build["logs"]
    assert finish(aws, build)["logs"]["groupName"] == GROUP


def test_every_override_shows_in_the_build_and_none_in_the_project(aws, world):
    before = aws.client("codebuild").batch_get_projects(names=["docker-cache"])["projects"]
    aws.client("s3").put_object(Bucket=world["SOURCE_BUCKET"], Key="a.zip", Body=b"zip")
    build = start(
        aws,
        world,
        sourceTypeOverride="S3",
        sourceLocationOverride=f"{world['SOURCE_BUCKET']}/a.zip",
        buildspecOverride="version: 0.2\nphases: {}\n",
        computeTypeOverride="BUILD_GENERAL1_LARGE",
        imageOverride="aws/codebuild/standard:8.0",
        privilegedModeOverride=False,
        cacheOverride={"type": "LOCAL", "modes": ["LOCAL_DOCKER_LAYER_CACHE"]},
        timeoutInMinutesOverride=7,
        queuedTimeoutInMinutesOverride=9,
        environmentVariablesOverride=[{"name": "A", "value": "1"}],
        logsConfigOverride={"cloudWatchLogs": {"status": "ENABLED", "groupName": "mine"}},
    )
    assert build["source"]["location"] == f"{world['SOURCE_BUCKET']}/a.zip"
    assert build["source"]["buildspec"].startswith("version: 0.2")
    environment = build["environment"]
    assert environment["computeType"] == "BUILD_GENERAL1_LARGE"
    assert environment["image"] == "aws/codebuild/standard:8.0"
    assert environment["privilegedMode"] is False
    assert environment["environmentVariables"] == [{"name": "A", "value": "1", "type": "PLAINTEXT"}]
    assert build["cache"]["modes"] == ["LOCAL_DOCKER_LAYER_CACHE"]
    assert (build["timeoutInMinutes"], build["queuedTimeoutInMinutes"]) == (7, 9)
    assert finish(aws, build)["logs"]["groupName"] == "mine"
    after = aws.client("codebuild").batch_get_projects(names=["docker-cache"])["projects"]
    assert after == before


@pytest.mark.parametrize("status", ["FAILED", "FAULT", "TIMED_OUT", "STOPPED"])
def test_a_build_ends_as_it_is_told_to(aws, world, status):
    aws.set_outcome(status=status, times=1)
    build = finish(aws, start(aws, world))
    assert build["buildStatus"] == status
    bad = [phase for phase in build["phases"][:-1] if phase["phaseStatus"] != "SUCCEEDED"]
    assert [(phase["phaseType"], phase["phaseStatus"]) for phase in bad] == [
        ("PROVISIONING" if status == "FAULT" else "BUILD", status)
    ]
    assert ("streamName" in build["logs"]) == (status != "FAULT")
    assert status == "STOPPED" or bad[0]["contexts"][0]["message"]
    assert finish(aws, start(aws, world))["buildStatus"] == "SUCCEEDED"


def test_a_stopped_build_stays_as_far_as_it_was(aws, world):
    aws.set_outcome(after_polls=math.inf)
    build = start(aws, world)
    for _ in range(20):
        build = poll(aws, build)
    assert build["currentPhase"] == "BUILD"
    stopped = aws.client("codebuild").stop_build(id=build["id"])["build"]
    assert (stopped["buildStatus"], stopped["buildComplete"]) == ("STOPPED", True)
    assert poll(aws, stopped) == stopped
    assert [phase.get("phaseStatus") for phase in stopped["phases"][-2:]] == ["STOPPED", None]


def test_no_more_builds_at_once_than_the_account_may_have(aws, world):
    aws.limit_builds(2)
    first, _ = start(aws, world), start(aws, world)
    codebuild = aws.client("codebuild")
    code = code_of(codebuild.start_build, projectName="docker-cache")
    assert code == "AccountLimitExceededException"
    finish(aws, first)
    start(aws, world)


def test_the_same_token_starts_one_build_for_five_minutes(aws, world):
    aws.lose_answer("StartBuild")
    build = start(aws, world, idempotencyToken="t")
    assert aws.requests["StartBuild"] == 2 and list(aws.builds) == [build["id"]]
    codebuild = aws.client("codebuild")
    params = {"projectName": "docker-cache", "idempotencyToken": "t", "sourceVersion": "2"}
    assert code_of(codebuild.start_build, **params) == "InvalidInputException"
    aws.reach(aws.now() + 301)
    assert start(aws, world, idempotencyToken="t")["id"] != build["id"]


def test_builds_are_listed_in_pages_newest_first(aws, world):
    for number in range(130):
        aws.add_build("docker-cache", 1_700_000_000 + number, log=LINES)
    codebuild = aws.client("codebuild")
    first = codebuild.list_builds_for_project(projectName="docker-cache")
    rest = codebuild.list_builds_for_project(
        projectName="docker-cache", nextToken=first["nextToken"]
    )
    assert (len(first["ids"]), len(rest["ids"]), "nextToken" in rest) == (100, 30, False)
    assert [*first["ids"], *rest["ids"]] == list(aws.builds)[::-1]
    builds = codebuild.batch_get_builds(ids=[*first["ids"][:2], "docker-cache:none"])
    assert builds["buildsNotFound"] == ["docker-cache:none"]
    assert builds["builds"][0]["startTime"] > builds["builds"][1]["startTime"]
    assert (
        code_of(codebuild.list_builds_for_project, projectName="x") == "ResourceNotFoundException"
    )


def test_a_source_that_is_not_there_fails_the_build(aws, world):
    where = f"{world['SOURCE_BUCKET']}/none.zip"
    build = start(aws, world, sourceTypeOverride="S3", sourceLocationOverride=where)
    build = finish(aws, build)
    assert build["buildStatus"] == "FAILED"
    assert "NoSuchKey" in str(build["phases"])


def test_a_project_keeps_all_that_it_was_made_of(aws, world):
    codebuild = aws.client("codebuild")
    names = [world["CODEBUILD_SERVER_PROJECT"], world["CODEBUILD_CACHE_PROJECT"], "none"]
    found = codebuild.batch_get_projects(names=names)
    server, cache = found["projects"]
    assert server["environment"]["dockerServer"]["computeType"] == "BUILD_GENERAL1_SMALL"
    assert cache["cache"] == {"type": "LOCAL", "modes": ["LOCAL_DOCKER_LAYER_CACHE"]}
    assert found["projectsNotFound"] == ["none"]
    codebuild.update_project(name=names[0], concurrentBuildLimit=3)
    (project,) = codebuild.batch_get_projects(names=names[:1])["projects"]
    assert project["concurrentBuildLimit"] == 3 and project["environment"] == server["environment"]
    aws.limit_builds(1)
    with pytest.raises(ClientError, match="account-level concurrent build limit of 1"):
        codebuild.update_project(name=names[0], concurrentBuildLimit=2)
    codebuild.delete_project(name=names[0])
    assert names[0] not in codebuild.list_projects()["projects"]


def test_an_experiment_is_as_it_was_found(aws):
    assert not aws.builds and not aws.requests
    assert aws.client("codebuild").list_projects()["projects"] == []
