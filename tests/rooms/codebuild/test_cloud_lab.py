"""The whole way through StartBuild with real builds: BuildKit, log pages and the listing of ECR.

CLOUD=all builds every strategy that needs no name: 36 builds, five minutes.
"""

import os
import shutil
import time

import pytest
from aws.execute import LabRunner
from clouds import Clock, run
from witness import compare_with_rawjson

from analysis import records
from analysis.lab import NEWEST, STORE, Lab
from analysis.records import read_experiment
from analysis.workload import load_strategies

pytest_plugins = ["aws.fixtures"]

SOME = [
    (["registry-cache", "local-layer-cache"], ["cold", "source", "base"]),
    (["s3-cache", "docker-server"], ["cold", "source"]),
]
USUAL = [name for name, each in load_strategies().items() if each.by_default]
EVERY = [(USUAL, ["cold", "source"])]
PLANS = EVERY if os.environ.get("CLOUD") == "all" else SOME
# where a builder finds nothing that was built before
WITHOUT = ("docker", "buildx", "container-")
CACHED = {"docker-server"}
TWO = ["cold", "source"]


@pytest.fixture(scope="module")
def lab(client):
    """A lab with what some strategies ask for."""
    with Lab(needs=[NEWEST, STORE]) as lab:
        yield lab


@pytest.fixture
def runner(aws, lab):
    aws.runner = LabRunner(lab)
    yield aws.runner
    aws.runner.close()


@pytest.fixture
def clock():
    """Polls that wait a little: the builds are real and take time."""
    clock = Clock()

    def sleep(seconds):
        clock.now += seconds
        time.sleep(0.2)

    clock.sleep = sleep
    return clock


@pytest.mark.parametrize(("names", "scenarios"), PLANS, ids=lambda given: given[0])
def test_strategies_run_for_real_through_startbuild(
    aws, world, runner, context, tmp_path, clock, names, scenarios
):
    run(tmp_path / "out", names, scenarios, clock, context=context)
    found = read_experiment(tmp_path / "out")
    assert found.runs["invalid_reason"].dropna().tolist() == []
    assert found.problems.empty
    check_outcomes(found.runs, names, scenarios)
    check_hits(found, names, scenarios)
    check_entries(found, names)
    check_witness(found)
    print(f"{len(aws.builds)} builds: {dict(aws.requests)}")


def check_outcomes(runs, names, scenarios):
    """All are there, and of hosts as their strategies ask for."""
    assert len(runs) == len(names) * len(scenarios)
    assert runs["status"].eq(runs["expect"]).all()
    known = runs.loc[runs["status"] == "succeeded", ["engine", "buildx", "storage_driver"]]
    assert known.notna().all(axis=None)
    hosts = runs.set_index("run")["host"]
    for name, host in {"local-layer-cache": "kept", "docker-server": "server"}.items():
        assert hosts.get(f"{name}.source.01", host) == host
    fresh = runs["host"] == "fresh"
    assert runs.loc[fresh, "host_empty"].all()


def check_hits(found, names, scenarios):
    """A first build has none, a changed source some where the strategy caches, a new base none."""
    runs = found.runs[found.runs["status"] == "succeeded"]
    layers = found.logs.steps[found.logs.steps["kind"] == "layer"].merge(runs[["log", "run"]])
    hits = layers["status"].eq("cached").groupby(layers["run"]).sum()
    for name in runs["strategy"].unique():
        assert hits[f"{name}.cold.01"] == 0
        caches = name in CACHED or not name.startswith(WITHOUT)
        assert (hits[f"{name}.source.01"] > 0) == caches, name
        assert "base" not in scenarios or hits[f"{name}.base.01"] == 0


def check_entries(found, names):
    """What is listed is what BuildKit left, a cache in a repository of its own included."""
    kinds = found.images.groupby("run")["kind"].value_counts()
    stored = found.runs.set_index("run")["store_objects"]
    if "registry-cache" in names:
        assert kinds["registry-cache.cold.01"].to_dict() == {"image": 1, "cache": 1}
    if "s3-cache" in names:
        assert kinds["s3-cache.source.01"].to_dict() == {"image": 2}
        assert 0 < stored["s3-cache.cold.01"] < stored["s3-cache.source.01"]


def check_witness(found):
    """The steps are those that BuildKit itself recorded."""
    compared = 0
    for row in found.runs.to_dict("records"):
        history = records.read_json(row["history"])["builds"]
        steps = found.logs.steps[found.logs.steps["log"] == row["log"]]
        number, differences = compare_with_rawjson(steps, history)
        assert differences == [], row["run"]
        compared += number
    assert compared > 20


OWN = """\
version: 0.2
env: {variables: {REPO: team/app}}
phases:
  pre_build:
    commands:
      - REGISTRY=$AWS_ACCOUNT_ID.dkr.ecr.$AWS_REGION.amazonaws.com
      - aws ecr get-login-password | docker login --username AWS --password-stdin $REGISTRY
  build:
    commands:
      - sh scripts/check.sh
      - docker build -t app app
      - docker tag app $REGISTRY/$REPO:latest
      - docker push $REGISTRY/$REPO:latest
"""


def test_a_buildspec_of_one_s_own_finds_its_cache_in_the_experiment_s_repository(
    aws, world, runner, context, tmp_path, clock
):
    project = tmp_path / "project"
    shutil.copytree(context, project / "app")
    (project / "scripts").mkdir()
    (project / "scripts" / "check.sh").write_text("test -f app/Dockerfile\n")
    (project / "buildspec.yml").write_text(OWN)
    # its cache lies in the image: no builder of its own has to boot, as tests of the lab have it
    names, settings = ["inline-cache"], {"buildspec": project / "buildspec.yml"}
    run(tmp_path / "out", names, TWO, clock, context=project / "app", **settings)
    found = read_experiment(tmp_path / "out")
    assert found.runs["invalid_reason"].dropna().tolist() == []
    check_outcomes(found.runs, names, TWO)
    check_hits(found, names, TWO)
    assert found.images.groupby("run")["kind"].unique().map(list).tolist() == [["image"]] * 2
