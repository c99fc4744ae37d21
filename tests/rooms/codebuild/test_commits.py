"""Commits of a git history on the test AWS: what each build gets, in order, and gone on with."""

import json

import pytest
from clouds import Killed, die_at, read_source, run
from git_history import commit, list_names, make_app

from analysis.codebuild import say_on_codebuild
from analysis.experiment import Settings
from analysis.records import read_experiment

pytest_plugins = ["aws.fixtures"]


@pytest.fixture
def context(tmp_path):
    return make_app(tmp_path / "app")


def list_built(aws):
    """What of its commit each build was given: app.js, the base, package.json."""
    found = [read_source(aws, request) for request in aws.asked.values()]
    return [
        (
            each["deploy/app.js"],
            each["deploy/Dockerfile"].split()[1],
            each["deploy/package.json"],
        )
        for each in found
    ]


def replay(folder, context, **more):
    return run(folder, ["docker"], ["cold"], context=context, commits="4", **more)


def test_each_commit_is_what_its_build_gets_in_the_order_of_the_history(
    aws, world, context, tmp_path
):
    lines = []
    replay(tmp_path / "run", context, lines=lines)
    names = list_names(context)
    assert any(line.startswith(f"{names[1]} source: source; first to miss:") for line in lines)
    # the broken commit is left out; the next one is built with what the last one left
    assert list_built(aws) == [
        ("1", "node:20", "{}"),
        ("2", "node:20", "{}"),
        ("2", "node:22", "{}"),
        ("2", "node:22", '{"name": "a"}'),
    ]
    found = read_experiment(tmp_path / "run")
    assert found.runs["place"].eq("codebuild").all() and found.runs["valid"].all()
    runs = found.runs.sort_values("started")
    assert runs["scenario"].tolist() == ["cold", names[1], names[3], names[4]]
    assert runs["kind"].fillna("").tolist() == ["", "source", "base", "dependency"]
    facts = json.loads((tmp_path / "run/experiment.json").read_text())
    assert [row["commit"] for row in facts["history"]] == names[1:]
    assert "source 28.33" in facts["mix"]["shares"]


def test_a_replay_goes_on_with_its_commits_after_a_client_died(aws, world, context, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        die_at(patch, "StartBuild", "before", 3)
        with pytest.raises(Killed):
            replay(tmp_path / "run", context)
    assert len(aws.builds) == 2
    commit(context, "later", {"app.js": "5"})
    lines = []
    replay(tmp_path / "run", context, lines=lines)
    assert lines[0].startswith("2 builds to run on CodeBuild")
    order = list_built(aws)
    assert [app for app, *_ in order] == ["1", "2", "2", "2"]
    # for one that can't be read any more all that leads up to it is built again
    damaged = tmp_path / f"run/runs/docker.{list_names(context)[1]}.01/record.json"
    damaged.write_text("{")
    replay(tmp_path / "run", context)
    assert list_built(aws)[4:] == order[:2]


def test_a_dry_run_tells_the_commits_and_what_they_cost(aws, world, context, tmp_path):
    lines = []
    settings = Settings(rounds=2, context=context, commits="4")
    said = say_on_codebuild(tmp_path / "run", ["docker"], ["cold"], settings, report=lines.append)
    assert said.startswith("8 builds to run on CodeBuild") and "USD" in said
    assert [line.partition(":")[0].split()[1] for line in lines] == [
        "source",
        "broken",
        "base",
        "list",
    ]
    assert not aws.builds
