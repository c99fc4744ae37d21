"""The seed's memos: each verdict follows from the runs, and can come out otherwise."""

import pandas as pd
import pytest
from measured import (
    BUILD,
    CREATE,
    PUSH,
    REFUSAL,
    make_experiment,
    make_runs,
    pick,
    show_build,
    write_log,
)
from repository import Repository

from analysis.measures.claims import CLAIMS, COLUMNS, claims

SUBJECTS = {
    "three": "buildx --push leaves three",
    "lifecycle": "A lifecycle policy",
    "mediatypes": "oci-mediatypes",
    "load": "--load and then",
    "local": "LOCAL_DOCKER_LAYER_CACHE",
    "cache": "An external cache",
    "builder": "What buildx create",
    "default": "Without an external",
    "refused": "--cache-to fails",
}
BUILD_PUSH = "docker buildx build --push ."
CACHE = (
    ("importing cache manifest from r:cache", ("inferred cache manifest type: x",), "DONE 0.3s"),
    ("exporting cache to registry", ("writing cache image manifest sha256:a done",), "DONE 2.5s"),
)
LAYERS = ("RUN install", "COPY app")
PLAIN = write_log(("docker build .", 15.0, show_build()), (PUSH, 2.0, ""))
LOADED = write_log((BUILD, 15.0, show_build()), (PUSH, 2.0, ""))
PUSHED = write_log((CREATE, 0.5, ""), (BUILD_PUSH, 25.0, show_build(boot=9.5)))
BARE = PUSHED.replace("--push", "--push --provenance=false")
BY_DOCKER = write_log((BUILD_PUSH, 16.0, show_build()))
CACHED = write_log(
    (CREATE, 0.5, ""),
    (f"{BUILD} --cache-to x", 20.0, show_build(boot=9.5, cached=LAYERS, more=CACHE)),
    (PUSH, 2.0, ""),
)
COLD = CACHED.replace("CACHED", "DONE 4.0s").replace("inferred cache manifest type: x", "x")


def push_cached(repository, name, *tags):
    repository.image(name, *tags)
    repository.cache(name, "cache")


PUSHES = {
    "docker": Repository.image,
    "buildx-load": Repository.image,
    "buildx-push": Repository.image,
    "container-push": Repository.build,
    "container-push-no-provenance": Repository.image,
    "registry-cache": push_cached,
    "local-layer-cache": Repository.image,
}
TEXTS = {
    "docker": PLAIN,
    "buildx-load": LOADED,
    "buildx-push": BY_DOCKER,
    "container-push": PUSHED,
    "container-push-no-provenance": BARE,
    "registry-cache": CACHED,
    "local-layer-cache": PLAIN,
    "docker-driver-cache-to": write_log((f"{BUILD_PUSH} --cache-to x", 0.3, REFUSAL)),
}


def times(value, scenarios=("cold", "unchanged"), spread=(0.0, 0.3, -0.2)):
    """Three rounds of about `value` seconds in each scenario."""
    return {scenario: [value + each for each in spread] for scenario in scenarios}


def judge(folder, seconds, texts=None, push=None, **columns):
    """Subject -> finding of an experiment of these seconds."""
    runs = make_runs(seconds, **columns)
    refused = runs["strategy"] == "docker-driver-cache-to"
    runs.loc[refused, ["status", "expect"]] = "failed"
    texts = {
        name: {"cold": COLD if name == "registry-cache" else text, "unchanged": text}
        for name, text in (TEXTS | (texts or {})).items()
    }
    table = claims(make_experiment(folder, runs, texts, push or PUSHES))
    assert table["claim"].tolist() == list(CLAIMS)
    return {
        subject: table[table["claim"].str.startswith(words)].iloc[0]
        for subject, words in SUBJECTS.items()
    }


def test_three_entries_hold_for_the_builder_that_attests_only(tmp_path):
    names = ("buildx-push", "container-push", "container-push-no-provenance")
    row = judge(tmp_path, {name: times(20) for name in names})["three"]
    assert row["verdict"] == "holds only if the push is by a new builder with its attestation"
    assert "3 entries (image, index, attestation) with container-push (n = 3)" in row["numbers"]
    assert "1 entry (image) with buildx-push (n = 3)" in row["numbers"]
    assert row["runs"].startswith("lab; ")
    assert "9 runs of 3 rounds" in row["runs"]


def test_three_entries_hold_or_do_not_where_only_that_builder_was_measured(tmp_path):
    seconds = {"container-push": times(20)}
    assert judge(tmp_path / "a", seconds)["three"]["verdict"] == "holds"
    alone = {"container-push": Repository.image}
    assert judge(tmp_path / "b", seconds, push=alone)["three"]["verdict"] == "does not hold"
    row = judge(tmp_path / "c", {"buildx-push": times(20)})["three"]
    assert row["verdict"] == "can't tell"


def test_a_lifecycle_policy_is_shown_under_both_readings_and_not_decided(tmp_path):
    row = judge(tmp_path, {"container-push": times(20, ("cold", "unchanged"))})["lifecycle"]
    assert row["verdict"] == "can't tell"
    assert "of 6 entries after container-push.unchanged.01 (2 builds)" in row["numbers"]
    assert "leaves 1 build if each entry counts, 2 if children" in row["numbers"]
    assert "start-lifecycle-policy-preview" in row["numbers"]


def test_mediatypes_can_be_told_only_when_both_were_measured(tmp_path):
    seconds = {"container-push": times(20), "docker-media": times(20)}
    texts = {"docker-media": PUSHED.replace("--push", "--output oci-mediatypes=false --push")}
    same = PUSHES | {"docker-media": Repository.build}
    assert judge(tmp_path / "a", seconds, texts, same)["mediatypes"]["verdict"] == "holds"
    other = PUSHES | {"docker-media": Repository.image}
    row = judge(tmp_path / "b", seconds, texts, other)["mediatypes"]
    assert row["verdict"] == "does not hold"
    row = judge(tmp_path / "c", {"container-push": times(20)})["mediatypes"]
    assert (row["verdict"], row["runs"]) == ("can't tell", "not measured")


def test_load_leaves_the_image_alone_but_for_a_cache(tmp_path):
    seconds = {"buildx-load": times(20), "registry-cache": times(30)}
    row = judge(tmp_path / "a", seconds)["load"]
    assert row["verdict"] == "holds"
    assert "2 entries (image, cache) with registry-cache" in row["numbers"]
    push = PUSHES | {"buildx-load": Repository.build}
    assert judge(tmp_path / "b", seconds, push=push)["load"]["verdict"] == "does not hold"


@pytest.mark.parametrize(
    ("emulated", "hit", "verdict"),
    [(True, False, "can't tell"), (False, False, "holds"), (False, True, "does not hold")],
)
def test_the_local_cache_is_judged_where_it_is_real(tmp_path, emulated, hit, verdict):
    text = write_log(("docker build .", 15.0, show_build(cached=LAYERS if hit else ())))
    seconds = {"local-layer-cache": times(15)}
    row = judge(tmp_path, seconds, {"local-layer-cache": text}, emulated=emulated)["local"]
    assert row["verdict"] == verdict
    assert f"{3 * hit} of 3 builds after the first had hits" in row["numbers"]
    assert ("emulated" in row["numbers"]) == emulated


def test_an_external_cache_is_weighed_against_its_overhead(tmp_path):
    slower = judge(tmp_path / "a", {"docker": times(20), "registry-cache": times(30)})["cache"]
    assert slower["verdict"] == "holds"
    assert "hits in 3 of 3 builds" in slower["numbers"]
    assert "unchanged +10.0 s [" in slower["numbers"]
    assert "it pays from 20.0 s of work on, here it is 10.0 s" in slower["numbers"]
    faster = judge(tmp_path / "b", {"docker": times(20), "registry-cache": times(9)})["cache"]
    assert faster["verdict"] == "does not hold"
    two = {"docker": times(20), "registry-cache": {"cold": [30.0] * 2, "unchanged": [30.0] * 2}}
    assert judge(tmp_path / "c", two)["cache"]["verdict"] == "can't tell"


def test_a_cache_without_a_hit_does_nothing(tmp_path):
    seconds = {"docker": times(20), "registry-cache": times(30)}
    texts = {"registry-cache": CACHED.replace("CACHED", "DONE 4.0s")}
    row = judge(tmp_path, seconds, texts)["cache"]
    assert (row["verdict"], row["numbers"]) == ("does not hold", "no hit in 3 builds")


def test_a_builder_is_judged_by_its_share_of_the_build(tmp_path):
    row = judge(tmp_path / "a", {"container-push": times(40)})["builder"]
    assert row["verdict"] == "holds"
    assert "10.0 s (median, 10.0 to 10.0 s, n = 6), 25 % of the build" in row["numbers"]
    row = judge(tmp_path / "b", {"container-push": times(1000)})["builder"]
    assert row["verdict"] == "does not hold"


def test_the_default_builder_is_compared_with_new_ones_without_cache(tmp_path):
    seconds = {"docker": times(20), "container-push": times(30), "registry-cache": times(5)}
    row = judge(tmp_path / "a", seconds)["default"]
    assert row["verdict"] == "holds"
    assert "container-push, of 2 scenarios: slower in 2" in row["numbers"]
    assert "registry-cache" not in row["numbers"]
    seconds["container-push"]["cold"] = [9.0, 9.3, 8.8]
    row = judge(tmp_path / "b", seconds)["default"]
    assert row["verdict"] == "holds only if the commit is a commit that changes nothing"


def test_the_refusal_is_quoted_and_a_build_that_succeeds_refutes_it(tmp_path):
    seconds = {"docker-driver-cache-to": times(0.4)}
    row = judge(tmp_path / "a", seconds)["refused"]
    assert row["verdict"] == "holds"
    assert "6 of 6 builds refused" in row["numbers"]
    assert "Cache export is not supported for the docker driver." in row["numbers"]
    row = judge(tmp_path / "b", seconds, {"docker-driver-cache-to": PLAIN})["refused"]
    assert row["verdict"] == "does not hold"


def test_the_refusal_in_the_words_of_the_seed_is_known_too(tmp_path):
    old = (
        "ERROR: Cache export feature is currently not supported for docker driver. Please switch "
        'to a different driver (eg. "docker buildx create --use")'
    )
    texts = {"docker-driver-cache-to": write_log((BUILD_PUSH, 0.3, old))}
    row = judge(tmp_path, {"docker-driver-cache-to": times(0.4)}, texts)["refused"]
    assert row["verdict"] == "holds"


def test_of_nothing_nothing_can_be_told(tmp_path):
    found = judge(tmp_path, {})
    assert {row["verdict"] for row in found.values()} == {"can't tell"}
    assert {row["runs"] for row in found.values()} == {"not measured"}


def test_runs_that_are_not_valid_prove_nothing(tmp_path):
    found = judge(tmp_path, {name: times(20) for name in TEXTS}, valid=False)
    assert {row["verdict"] for row in found.values()} == {"can't tell"}


def test_the_table_is_text(tmp_path):
    runs = make_runs({"docker": times(20)})
    texts = {"docker": {"cold": PLAIN, "unchanged": PLAIN}}
    table = claims(make_experiment(tmp_path, runs, texts))
    assert table.columns.tolist() == COLUMNS
    assert all(isinstance(dtype, pd.StringDtype) for dtype in table.dtypes)
    assert pick(table, claim="--cache-to fails on the docker driver")["verdict"] == "can't tell"
