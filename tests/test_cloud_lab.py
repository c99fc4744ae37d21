"""The whole way through StartBuild with real builds: BuildKit, log pages and the listing of ECR."""

import time

import pytest
from aws.execute import LabRunner
from clouds import Clock, run
from witness import compare_with_rawjson

from analysis import recording
from analysis.runs import read_experiment

pytest_plugins = ["aws.fixtures"]


@pytest.fixture
def runner(aws, lab):
    aws.runner = LabRunner(lab)
    yield aws.runner
    aws.runner.close()


def test_strategies_run_for_real_through_startbuild(
    aws, world, runner, context, tmp_path, monkeypatch
):
    monkeypatch.delenv("CACHE_REPOSITORY_URL")
    clock = Clock()

    def sleep(seconds):
        clock.now += seconds
        # the builds are real: they take time
        time.sleep(0.2)

    clock.sleep = sleep
    names = ["registry-cache", "local-layer-cache"]
    run(tmp_path / "out", names, ["cold", "source", "base"], clock, context=context)
    found = read_experiment(tmp_path / "out")
    assert found.runs["invalid_reason"].dropna().tolist() == []
    assert found.problems.empty
    assert len(found.runs) == 6
    assert found.runs[["engine", "buildx", "buildkit", "storage_driver"]].notna().all(axis=None)
    runs = found.runs.set_index("run")
    assert runs.loc["local-layer-cache.source.01", "host"] == "kept"
    assert runs.loc["registry-cache.source.01", "host_empty"]
    layers = found.logs.steps[found.logs.steps["kind"] == "layer"]
    hits = layers["status"].eq("cached").groupby(layers["log"]).sum()
    for name in names:
        assert hits[runs.loc[f"{name}.cold.01", "log"]] == 0
        assert hits[runs.loc[f"{name}.source.01", "log"]] > 0
        assert hits[runs.loc[f"{name}.base.01", "log"]] == 0
    kinds = found.images.groupby("run")["kind"].value_counts()
    assert kinds["registry-cache.cold.01"].to_dict() == {"image": 1, "cache": 1}
    compared = 0
    for row in found.runs.to_dict("records"):
        history = recording.read_json(row["history"])["builds"]
        steps = found.logs.steps[found.logs.steps["log"] == row["log"]]
        number, differences = compare_with_rawjson(steps, history)
        assert differences == [], row["run"]
        compared += number
    assert compared > 20
    print(f"{len(aws.builds)} builds, {compared} steps compared: {dict(aws.requests)}")
