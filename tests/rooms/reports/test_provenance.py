import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from analysis.records import Experiment
from analysis.reports.provenance import describe_source, list_problems, summarise_source

RUNS = pd.DataFrame(
    {
        "run": ["docker.cold.01", "local-layer-cache.cold.01", "docker.cold.02"],
        "strategy": ["docker", "local-layer-cache", "docker"],
        "scenario": "cold",
        "round": [1, 1, 2],
        "place": "lab",
        "emulated": [False, True, False],
        "started": pd.to_datetime(["2025-11-24T23:59Z", "2025-11-25T00:01Z", "2025-11-25T00:05Z"]),
        "engine": ["28.5.2", "28.5.2", None],
        "buildx": "0.29.1",
        "buildkit": pd.array([None, None, None], dtype="string"),
        "storage_driver": "overlay2",
        "link": pd.array([None, None, None], dtype="string"),
        "valid": [True, True, False],
        "invalid_reason": [None, None, "its host was not empty"],
    }
)
FACTS = {
    "context": "deploy",
    "images": {"host": "docker:28", "base": "python:3.13"},
    "machine": {"cpus": 2, "memory": 25_276_502_016, "architecture": "x86_64"},
}


@pytest.fixture
def experiment():
    problems = pd.DataFrame({"path": ["a.gz"], "reason": ["a.gz is damaged"]}, dtype="string")
    return Experiment(Path("data/lab"), FACTS, RUNS, problems, None, None)


def test_the_summary_says_how_many_when_where_and_what_is_emulated(experiment):
    newer = dataclasses.replace(experiment, facts=FACTS | {"lab": 2})
    assert summarise_source(newer) == (
        "3 recorded builds, run in the lab, a Docker engine on one machine, "
        "from 2025-11-24 to 2025-11-25. Emulated there: local-layer-cache."
    )


def test_that_the_lab_was_an_older_one_is_said_with_what_it_spared(experiment):
    said = summarise_source(experiment)
    assert said.endswith("local-layer-cache. The lab was an older, slower one.")
    runs = RUNS.assign(storage_driver="overlayfs", expect="succeeded", emulated=False)
    spared = summarise_source(dataclasses.replace(experiment, runs=runs))
    assert spared.endswith(
        "an older, slower one, without the restart of the engine for docker and local-layer-cache."
    )
    cloud = dataclasses.replace(experiment, runs=RUNS.assign(place="codebuild"))
    assert "older" not in summarise_source(cloud)


def test_one_day_is_said_once(experiment):
    day = Experiment(Path("x"), {"lab": 2}, RUNS.iloc[:1], experiment.problems, None, None)
    assert summarise_source(day).endswith("on 2025-11-24.")
    assert summarise_source(day).startswith("1 recorded build,")


def test_facts_name_builds_versions_and_images_and_leave_out_the_unknown(experiment):
    facts = describe_source(experiment)
    assert facts["Builds"] == ("3 of 2 strategies, 1 scenario, 2 rounds; 2 of them valid")
    assert facts["Versions"] == "Docker 28.5.2, buildx 0.29.1, storage overlay2"
    assert facts["Images"] == "host docker:28; base python:3.13"
    assert facts["Built"] == "deploy"
    assert facts["Machine"] == "2 cores, 25 GB of memory, x86_64"
    assert "Links" not in facts


def test_each_invalid_run_and_unread_file_is_a_problem(experiment):
    assert list_problems(experiment) == [
        "docker.cold.02 is not compared: its host was not empty",
        "a.gz is damaged",
    ]


def test_each_commit_on_which_the_dockerfile_fails_is_a_problem(experiment):
    failing = {"source": "RUN make", "0123456789": "COPY absent ."}
    failed = dataclasses.replace(experiment, facts=FACTS | {"failing_commits": failing})
    assert list_problems(failed)[2:] == [
        "the Dockerfile fails on the commit of source (RUN make): later commits were built "
        "without it",
        # commits of a history hold those before them
        "the Dockerfile fails on the commit of 0123456789 (COPY absent .), which is left out",
    ]
    for odd in (None, [], "x", {"source": None}):
        facts = FACTS | {"failing_commits": odd}
        assert len(list_problems(dataclasses.replace(experiment, facts=facts))) == 2


def test_an_experiment_without_builds_says_so(experiment):
    empty = Experiment(Path("x"), FACTS, RUNS.iloc[:0], experiment.problems, None, None)
    assert summarise_source(empty) == "No build has been recorded yet."
    assert describe_source(empty)["Builds"].startswith("0 of 0 strategies")


@pytest.mark.parametrize(
    "odd", [None, [], "x", 5, {"cpus": None, "memory": "much"}, {"memory": []}]
)
def test_facts_of_another_shape_are_left_out(experiment, odd):
    facts = {"context": None, "machine": odd, "images": odd}
    described = describe_source(Experiment(Path("x"), facts, RUNS, experiment.problems, None, None))
    assert "Machine" not in described and "Built" not in described
    assert described["Versions"].startswith("Docker")


def test_facts_of_another_type_are_said_as_they_are(experiment):
    facts = {"context": 5, "machine": {"cpus": "two", "architecture": 64}, "images": {"host": 1}}
    described = describe_source(Experiment(Path("x"), facts, RUNS, experiment.problems, None, None))
    assert described["Machine"] == "two cores, 64"
    assert (described["Built"], described["Images"]) == ("5", "host 1")
