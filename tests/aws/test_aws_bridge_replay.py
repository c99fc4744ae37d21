"""Recorded builds of the lab, replayed by the test AWS as if they had been on CodeBuild."""

import gzip
import json
from datetime import UTC, datetime

from analysis.codebuild import add_record_probe, take_record
from analysis.logs import read_logs
from analysis.workload import load_strategies
from aws.client import finish, read_text, start

pytest_plugins = ["aws.fixtures"]


def history_of(aws, world, name):
    """The settings of a history with a repository of its own."""
    aws.client("ecr").create_repository(repositoryName=f"docker-cache/{name}")
    url = f"{world['ECR_REPOSITORY_URL']}/{name}"
    return {"environmentVariablesOverride": [{"name": "ECR_REPOSITORY_URL", "value": url}]}


def recorded(aws, run, name):
    return gzip.decompress((aws.experiment / "runs" / run / name).read_bytes())


def test_a_history_of_recorded_builds_leaves_what_it_left_in_the_lab(aws, world):
    name = "registry-cache-02"
    params = history_of(aws, world, name)
    for scenario in aws.scenarios:
        build = finish(aws, start(aws, world, **params))
        run = f"registry-cache.{scenario}.02"
        mine = read_logs({"log": read_text(aws, build)})
        theirs = read_logs({"log": recorded(aws, run, "build.log.gz")})
        assert mine.builds.equals(theirs.builds) and mine.steps.equals(theirs.steps)
        columns = ["command", "seconds"]
        assert mine.commands[columns].equals(theirs.commands[columns])
        listing = json.loads(recorded(aws, run, "images.json.gz"))
        found = aws.client("ecr").describe_images(repositoryName=f"docker-cache/{name}")
        assert strip(found["imageDetails"]) == strip(listing["imageDetails"])


def test_what_is_replayed_is_pushed_to_a_registry_that_is_there_and_to_no_other(
    aws, world, monkeypatch
):
    monkeypatch.setattr(aws, "registry", "127.0.0.1:5987")
    params = history_of(aws, {"ECR_REPOSITORY_URL": "127.0.0.1:5987/docker-cache"}, "docker-01")
    assert finish(aws, start(aws, world, **params))["buildStatus"] == "SUCCEEDED"
    images = aws.client("ecr").describe_images(repositoryName="docker-cache/docker-01")
    assert len(images["imageDetails"]) == 1
    params = history_of(aws, {"ECR_REPOSITORY_URL": "localhost:5000/docker-cache"}, "docker-02")
    build = finish(aws, start(aws, world, **params))
    assert build["buildStatus"] == "FAILED"
    assert b"name unknown" in read_text(aws, build)


def strip(details):
    """What two listings can have in common: all but places and times."""
    left = {"registryId", "repositoryName", "imagePushedAt", "imageStatus"}
    items = [{k: v for k, v in item.items() if k not in left} for item in details]
    return sorted(items, key=lambda item: item["imageDigest"])


def test_the_step_for_records_brings_the_recorded_ones(aws, world):
    text = add_record_probe(load_strategies()["registry-cache"].buildspec.text)
    params = history_of(aws, world, "registry-cache-01")
    build = finish(aws, start(aws, world, buildspecOverride=text, **params))
    taken = take_record(read_text(aws, build))
    history = json.loads(recorded(aws, "registry-cache.cold.01", "history.json.gz"))
    assert [each["ref"] for each in taken.records["builds"]] == [
        each["ref"] for each in history["builds"]
    ]
    for mine, theirs in zip(taken.records["builds"], history["builds"], strict=True):
        assert len(mine["rawjson"]) == len(theirs["rawjson"])
        assert mine["inspect"]["Duration"] == theirs["inspect"]["Duration"]
        begun = datetime.fromisoformat(mine["inspect"]["StartedAt"][:19]).replace(tzinfo=UTC)
        assert build["startTime"] < begun < build["endTime"]


def test_a_strategy_is_known_by_its_buildspec_and_variables(aws, world):
    text = load_strategies()["docker"].buildspec.text
    build = start(aws, world, buildspecOverride=text)
    chosen = [{"name": "SCENARIO", "value": "source"}, {"name": "STRATEGY", "value": "buildx-load"}]
    other = start(aws, world, environmentVariablesOverride=chosen)
    assert [(aws.asked[b["id"]].strategy, aws.asked[b["id"]].scenario) for b in (build, other)] == [
        ("docker", "cold"),
        ("buildx-load", "source"),
    ]


def test_the_outcome_of_one_scenario_can_be_another(aws, world):
    params = history_of(aws, world, "docker-01")
    aws.set_outcome("docker", "unchanged", status="FAULT", times=1)
    statuses = [finish(aws, start(aws, world, **params))["buildStatus"] for _ in range(3)]
    assert statuses == ["SUCCEEDED", "FAULT", "SUCCEEDED"]
    # a fault was no build: it is the same scenario that is asked for again
    assert [each.scenario for each in aws.asked.values()] == ["cold", "unchanged", "unchanged"]


def test_a_push_that_the_registry_refuses_fails_the_build(aws, world):
    url = f"{world['ECR_REPOSITORY_URL']}/docker-01"
    variables = [{"name": "ECR_REPOSITORY_URL", "value": url}]
    build = finish(aws, start(aws, world, environmentVariablesOverride=variables))
    assert build["buildStatus"] == "FAILED"
    words = b"name unknown: The repository with name 'docker-cache/docker-01' does not exist"
    assert words in read_text(aws, build)
    assert b"Phase complete: BUILD State: SUCCEEDED" not in read_text(aws, build)
    ecr = aws.client("ecr")
    ecr.create_repository(repositoryName="docker-cache/docker-01", imageTagMutability="IMMUTABLE")
    ends = [
        finish(aws, start(aws, world, environmentVariablesOverride=variables)) for _ in range(3)
    ]
    # the image of an unchanged context is the same one, that of a changed one is not
    assert ends[-1]["buildStatus"] == "FAILED"
    assert b"tag invalid: The image tag 'latest' already exists" in read_text(aws, ends[-1])


def test_recorded_builds_are_a_past_to_look_at(aws, world):
    ids = aws.add_history("docker-cache")
    builds = aws.client("codebuild").batch_get_builds(ids=ids[:5])["builds"]
    assert [build["startTime"] for build in builds] == sorted(b["startTime"] for b in builds)
    assert {build["buildStatus"] for build in builds} <= {"SUCCEEDED", "FAILED"}
    assert b" Phase complete: BUILD " in read_text(aws, builds[0])
    assert len(ids) == len(list((aws.experiment / "runs").glob("*/record.json")))
