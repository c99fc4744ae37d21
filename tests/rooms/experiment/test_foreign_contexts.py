"""Dockerfiles of others, in Node, Go and Java, and a strategy of a user's own, from end to end.

FOREIGN=all builds every strategy in three scenarios for each of them: 27 builds, ten minutes.
"""

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest

from analysis.experiment.run import Settings, run_experiment
from analysis.measures.compare import compare
from analysis.records import read_experiment
from analysis.reports import list_analyses, make_reports
from analysis.workload import (
    SCENARIOS,
    derivable,
    find_dependency,
    find_source,
    list_bases,
    make_context,
)

HERE = Path(__file__).parents[2]
CONTEXTS = HERE / "contexts"
DEBIAN = "public.ecr.aws/docker/library/debian:bookworm-slim"
# the files that a commit changes
SOURCE = {
    "go": "links/links.go",
    "java": "src/main/java/com/example/tally/Main.java",
    "node": "src/notes.ts",
}
DEPENDENCY = {"go": "go.mod", "java": "pom.xml", "node": "package.json"}
# the first layers that a commit changes: all before them are to come from a cache, none after
FIRST_SOURCE = {"go": "COPY . .", "java": "COPY src ./src", "node": "COPY src/ src/"}
FIRST_DEPENDENCY = {
    "go": "COPY go.mod go.sum ./",
    "java": "COPY pom.xml ./",
    "node": "COPY package.json package-lock.json ./",
}
STAGES_ON_DEBIAN = {"go": 1, "java": 2, "node": 1}
# what is built of each: strategies and their scenarios
SOME = {
    "go": {"docker": ["cold"]},
    "java": {"docker": ["cold"]},
    "node": {"stage-cache": ["cold", "source"]},
}
EVERY = ["cold", "source", "dependency"]
ALL = {"docker": EVERY, "registry-cache": EVERY, "stage-cache": EVERY}
PLANS = {name: ALL if os.environ.get("FOREIGN") == "all" else SOME[name] for name in SOME}
each_context = pytest.mark.parametrize("name", SOURCE)


def read(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@each_context
def test_every_commit_is_derived_from_what_the_dockerfile_copies(name):
    folder = CONTEXTS / name
    assert derivable(folder) == dict.fromkeys(SCENARIOS)
    assert find_source(folder).as_posix() == SOURCE[name]
    assert find_dependency(folder).as_posix() == DEPENDENCY[name]
    assert list_bases(folder) == [DEBIAN]


@each_context
def test_each_commit_changes_its_file_alone(name, tmp_path):
    bases, newer = ({DEBIAN: f"lab/debian:{version}"} for version in "12")
    for scenario in SCENARIOS:
        make_context(CONTEXTS / name, scenario, tmp_path / scenario, bases, newer)
    found = {
        scenario: [file for file, text in after.items() if text != before[file]]
        for scenario, before, after in pairwise_read(tmp_path)
    }
    assert found == {
        "unchanged": [],
        "source": [SOURCE[name]],
        "dependency": [DEPENDENCY[name]],
        "base": ["Dockerfile"],
    }
    made = (tmp_path / "base" / "Dockerfile").read_text()
    assert made.count("FROM lab/debian:2") == STAGES_ON_DEBIAN[name]
    assert DEBIAN.rpartition(":")[0] not in made


def pairwise_read(folder):
    """(scenario, files before it, files after it), files as name -> bytes."""
    made = [(scenario, read(folder / scenario)) for scenario in SCENARIOS]
    return [(name, before, after) for (_, before), (name, after) in pairwise(made)]


def test_a_changed_list_is_still_one_that_its_tool_can_read(tmp_path):
    make_context(CONTEXTS / "node", "dependency", tmp_path / "node", {}, {})
    lists = [tmp_path / "node" / "package.json", CONTEXTS / "node" / "package.json"]
    assert json.loads(lists[0].read_text()) == json.loads(lists[1].read_text())
    lock = json.loads((CONTEXTS / "node" / "package-lock.json").read_text())
    assert not any("resolved" in package for package in lock["packages"].values())


@pytest.fixture(scope="module", params=PLANS)
def built(request, client, tmp_path_factory):
    """(name of a context, the experiment of its builds)."""
    settings = {"rounds": 1, "time_limit": 600, "strategies_folder": HERE / "strategies"}
    settings["context"] = CONTEXTS / request.param
    # what they download may not come the first time
    for _ in range(3):
        folder = tmp_path_factory.mktemp(request.param)
        for scenarios, strategies in group(PLANS[request.param]).items():
            run_experiment(folder, strategies, scenarios, Settings(**settings))
        experiment = read_experiment(folder)
        if experiment.runs["status"].eq("succeeded").all():
            break
    return request.param, experiment


def group(plan):
    """Scenarios -> the strategies that are built for them, so that a lab serves them all."""
    groups = {}
    for strategy, scenarios in plan.items():
        groups.setdefault(tuple(scenarios), []).append(strategy)
    return groups


def list_layers(experiment, strategy, scenario, build=0):
    """The layers of the stage `build` in a run, in the Dockerfile's order: (name, cached)."""
    runs = experiment.runs.set_index(["strategy", "scenario"])
    if (strategy, scenario) not in runs.index:
        return []
    steps = experiment.logs.steps
    chosen = steps["log"].eq(runs.loc[(strategy, scenario), "log"]) & steps["build"].eq(build)
    layers = steps[chosen & steps["kind"].eq("layer") & steps["stage"].eq("build")]
    ordered = layers.sort_values("position")
    return list(zip(ordered["name"], ordered["status"].eq("cached"), strict=True))


def test_every_build_of_it_succeeds_and_may_be_compared(built):
    name, experiment = built
    for run in experiment.runs.to_dict("records"):
        print(f"{name} {run['run']}: {run['seconds']:.1f} s")
    assert experiment.runs["status"].eq("succeeded").all()
    assert experiment.runs["invalid_reason"].dropna().tolist() == []
    assert len(experiment.runs) == sum(map(len, PLANS[name].values()))


def test_nothing_is_cached_at_first_and_never_on_a_fresh_host_alone(built):
    _, experiment = built
    runs = [(strategy, "cold") for strategy in experiment.runs["strategy"].unique()]
    runs += [("docker", scenario) for scenario in SCENARIOS]
    layers = [layer for run in runs for layer in list_layers(experiment, *run)]
    assert layers
    assert not any(cached for _, cached in layers)


@pytest.mark.parametrize(
    ("scenario", "first"), [("source", FIRST_SOURCE), ("dependency", FIRST_DEPENDENCY)]
)
def test_a_commit_builds_anew_from_its_change_on_and_nothing_before(built, scenario, first):
    name, experiment = built
    strategies = [each for each in PLANS[name] if each != "docker"]
    runs = [list_layers(experiment, strategy, scenario) for strategy in strategies]
    for layers in filter(None, runs):
        names = [layer for layer, _ in layers]
        changed = names.index(first[name])
        assert changed > 0
        assert [cached for _, cached in layers] == [place < changed for place in range(len(names))]
    if any(scenario in PLANS[name][each] for each in strategies):
        assert any(runs)


def test_its_builds_are_compared_and_reported(built, tmp_path):
    name, experiment = built
    compared = compare(experiment.runs)
    assert compared["verdict"].eq("not enough runs").all()
    assert set(compared["strategy"]) == set(PLANS[name]) - {"docker"}
    (verdict,) = (path for path in list_analyses() if "verdict" in path.name)
    index = make_reports(experiment.folder, tmp_path, [verdict])
    text = index.read_text()
    assert all(strategy in text for strategy in PLANS[name])
