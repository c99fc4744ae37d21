"""Recorded buildspecs against the shipped ones: each difference is told, with what to do."""

import hashlib
from pathlib import Path

import pytest
from measured import make_runs, pick

from analysis import answer
from analysis.prose import say_buildspecs
from analysis.records.buildspecs import compare_buildspecs
from analysis.results import read_experiment
from analysis.workload import load_strategies

ROOT = Path(__file__).parents[3]
DOCKER = load_strategies()["docker"].buildspec.text


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def compare(name, facts, folder=None):
    return pick(compare_buildspecs(make_runs({name: {"cold": [1.0, 2.0]}}), facts, folder))


@pytest.mark.parametrize(
    ("name", "recorded", "state"),
    [
        ("docker", digest(DOCKER), "as shipped"),
        ("docker", DOCKER, "as shipped"),
        ("docker", digest(DOCKER + "#"), "another than the shipped one"),
        ("docker", DOCKER + "#", "another than the shipped one"),
        ("docker-again", digest(DOCKER), "as shipped"),
        ("mine", digest("mine"), "not shipped"),
        ("docker", None, "not known"),
        ("mine", "", "not known"),
    ],
)
def test_a_recorded_digest_or_text_is_compared_with_the_shipped_one(name, recorded, state):
    row = compare(name, {"buildspecs": {name: recorded}})
    assert (row["buildspec"], row["runs"]) == (state, 2)
    cured = state in ("another than the shipped one", "not known")
    assert ("anew" in str(row["cure"])) == cured
    assert row.isna()["recorded"] == (state == "not known")


@pytest.mark.parametrize("facts", [{}, {"buildspecs": None}, {"buildspecs": ["docker"]}])
def test_an_older_experiment_without_digests_is_known_by_the_text_beside_it(tmp_path, facts):
    assert compare("docker", facts, tmp_path)["buildspec"] == "not known"
    (tmp_path / "buildspecs").mkdir()
    path = tmp_path / "buildspecs" / "docker.yml"
    path.write_bytes(b"\xff\xfe")
    assert compare("docker", facts, tmp_path)["buildspec"] == "not known"
    path.write_text(DOCKER)
    assert compare("docker", facts, tmp_path)["buildspec"] == "as shipped"


def test_each_kind_of_difference_is_a_sentence():
    facts = {"buildspecs": {"docker": digest(DOCKER), "inline-cache": digest("x"), "mine": "y"}}
    names = ["docker", "inline-cache", "mine", "old"]
    runs = make_runs({name: {"cold": [1.0]} for name in names})
    changed, unknown, own = say_buildspecs(compare_buildspecs(runs, facts))
    assert changed.startswith("inline-cache was recorded (1 run) with another buildspec (2d711642")
    assert "STRATEGIES=inline-cache,docker" in changed
    assert "not known of old" in unknown
    assert own.endswith("the buildspec of mine.")
    same = compare_buildspecs(runs[runs["strategy"] == "docker"], facts)
    assert say_buildspecs(same) == [
        "The recorded buildspec of every strategy is the one that is shipped."
    ]


def test_many_other_buildspecs_are_one_sentence_that_names_the_first_few():
    names = sorted(load_strategies())[:7]
    facts = {"buildspecs": dict.fromkeys(names, digest("x"))}
    told = compare_buildspecs(make_runs({name: {"cold": [1.0, 2.0]} for name in names}), facts)
    (said,) = say_buildspecs(told)
    assert said.startswith(f"7 strategies ({', '.join(names[:3])} and 4 more) were recorded (14 ")
    (said,) = say_buildspecs(told[:2])
    assert said.startswith(f"2 strategies ({names[0]} and {names[1]}) were recorded (4 runs)")


def test_the_baseline_is_not_named_twice_in_its_own_cure():
    facts = {"buildspecs": {"docker": digest("x")}}
    assert str(compare("docker", facts)["cure"]).endswith(" STRATEGIES=docker)")


def test_the_recorded_experiment_names_what_has_changed_since_also_in_its_answer():
    recorded = read_experiment(ROOT / "data" / "lab")
    told = recorded.buildspecs()
    assert set(told["strategy"]) == set(recorded.runs["strategy"])
    for row in told.itertuples():
        shipped = digest(load_strategies()[row.strategy].buildspec.text)
        assert (row.buildspec == "as shipped") == (row.recorded == shipped)
    changed = told.loc[told["recorded"].ne(told["shipped"]), "strategy"].tolist()
    said = [each for each in answer(recorded).unknown if "as shipped now" in each]
    assert bool(said) == bool(changed)
    assert all(name in said[0] for name in changed)


def test_one_that_was_written_from_a_buildspec_of_the_users_is_not_the_shipped_one():
    facts = {"buildspecs": {"docker": digest("mine")}, "folders": {"buildspec": "buildspec.yml"}}
    assert compare("docker", facts)["buildspec"] == "not shipped"
