"""Stories on the test AWS: what is started when, what each build is told, and what is recorded."""

import json

import pytest
from clouds import run

from analysis.codebuild import say_on_codebuild
from analysis.codebuild.account import Account
from analysis.experiment import Settings
from analysis.workload import load_strategies

pytest_plugins = ["aws.fixtures"]


def test_a_story_is_built_from_its_beginning_and_its_last_build_recorded(aws, world, tmp_path):
    lines = []
    run(tmp_path, ["registry-cache-branches"], ["parallel", "branch"], lines=lines)
    runs = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert runs == ["registry-cache-branches.branch.01", "registry-cache-branches.parallel.01"]
    by_repository = {}
    for env in [request.env for request in aws.asked.values()]:
        story = env["ECR_REPOSITORY_URL"].rpartition("-01-")[2]
        by_repository.setdefault(story, []).append((env["BRANCH"], env["COMMIT"]))
    branches = {story: [branch for branch, _ in each] for story, each in by_repository.items()}
    assert branches == {
        "branch": ["main", "feature"],
        "parallel": ["main", "feature-a", "feature-b", "feature-a", "feature-b"],
    }
    commits = [commit for each in by_repository.values() for _, commit in each]
    assert len(set(commits)) == len(commits)
    record = json.loads((tmp_path / "runs" / runs[1] / "record.json").read_text())
    assert record["side_by_side"] and record["scenario"] == "parallel"
    assert "7 builds were started" in lines[-1]


def test_a_plan_counts_all_builds_of_a_story(aws, world, tmp_path):
    said = say_on_codebuild(tmp_path, ["docker"], ["cold", "growth"], Settings(rounds=1))
    assert said.startswith("21 builds to run on CodeBuild")


def test_what_codebuild_can_t_give_is_left_out_with_the_cure(aws, world, tmp_path):
    account, known = Account.from_environment(), load_strategies()
    assert "classic image store" in account.explain_absence(known["docker-29"])
    assert "set BUILD_IMAGE" in account.explain_absence(known["registry-cache-prebaked"])
    assert "set PULL_THROUGH_URL" in account.explain_absence(known["base-pull-through"])
    assert account.explain_absence(known["folder-cache"]) is None


def test_a_folder_is_kept_by_the_project_s_s3_cache_below_the_sequence_s_prefix(
    aws, world, tmp_path
):
    run(tmp_path, ["folder-cache"], ["cold"])
    (request,) = aws.asked.values()
    cache = request.data["cache"]
    assert cache["type"] == "S3"
    bucket, _, prefix = cache["location"].partition("/")
    assert bucket == world["CACHE_BUCKET"] and prefix.endswith("folder-cache-01")
    assert "fallback-keys" in request.buildspec


@pytest.mark.parametrize("name", ["registry-cache-prebaked", "base-pull-through"])
def test_what_an_account_has_is_given_to_the_builds(aws, world, tmp_path, monkeypatch, name):
    monkeypatch.setenv("BUILD_IMAGE", "123456789012.dkr.ecr.us-east-1.amazonaws.com/build:1")
    monkeypatch.setenv("PULL_THROUGH_URL", "123456789012.dkr.ecr.us-east-1.amazonaws.com/public")
    run(tmp_path, [name], ["cold"])
    (request,) = aws.asked.values()
    if name == "base-pull-through":
        assert request.env["PULL_THROUGH_URL"].endswith("/public")
    else:
        assert request.data["environment"]["image"].endswith("/build:1")
