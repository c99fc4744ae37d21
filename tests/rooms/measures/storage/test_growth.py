"""What 20 pushes leave, push by push, and from which number on a rule keeps the cache."""

import pandas as pd
import pytest
from measured import make_runs
from repository import Repository

from analysis import prose
from analysis.measures.storage import (
    cache_survives,
    count_entries,
    growth,
    growth_by_push,
    keep_newest,
    last_stores,
)
from analysis.registry import frame_images, list_entries
from analysis.workload import GROWTH

STRATEGIES = {"docker": ("image",), "registry-cache": ("cache", "image"), "container": ("build",)}
SECONDS = {name: {"growth": [9.0]} for name in STRATEGIES}


def push_all(parts):
    """A repository after 20 builds, each of these parts pushed once."""
    repository = Repository()
    for number in range(GROWTH.pushes):
        repository.day += 1
        for part in parts:
            tag = "cache" if part == "cache" else "latest"
            getattr(repository, part)(str(number), tag)
    return repository


@pytest.fixture(scope="module")
def grown():
    """(runs, images) of three strategies that pushed 20 times."""
    runs = make_runs(SECONDS)
    entries = []
    for run, parts in zip(runs["run"], STRATEGIES.values(), strict=True):
        repository = push_all(parts)
        listed = list_entries(repository.image_details, repository.manifests)
        entries += [entry | {"run": run} for entry in listed]
    return runs, frame_images(entries).assign(apart=False)


def test_a_repository_is_known_after_each_push(grown):
    table = growth_by_push(*grown)
    counts = table.groupby("strategy")["entries"].agg(list)
    assert counts["docker"] == [*range(1, 21)]
    assert counts["registry-cache"] == [*range(2, 41, 2)]
    assert counts["container"] == [*range(3, 61, 3)]
    # the base layer of 1000 bytes is stored once
    more = table.loc[table["strategy"].eq("docker"), "megabytes"].diff().dropna()
    assert more.between(11e-6, 1000e-6).all() and more.max() - more.min() < 1e-9


def test_the_last_push_leaves_what_the_listing_has(grown):
    runs, images = grown
    whole = growth(count_entries(runs, images)).set_index("strategy")
    table = growth_by_push(runs, images)
    last = table[table["pushes"].eq(20)].set_index("strategy")
    for name in ("entries", "megabytes"):
        assert (last[name] - whole[name]).abs().max() < 1e-9


def test_builds_that_cannot_be_told_apart_have_no_curve(grown):
    runs, images = grown
    gone = images[images["run"].eq("docker.growth.01")].index[0]
    assert "docker" not in set(growth_by_push(runs, images.drop(gone))["strategy"])


def test_a_rule_keeps_the_cache_from_a_number_on(grown):
    runs, images = grown
    (row,) = cache_survives(runs, images).to_dict("records")
    assert (row["strategy"], row["n"], row["entries"]) == ("registry-cache", 1, 40)
    # cache and image are of the same time: one of them alone is the newest
    kept = {number: keep_newest(runs, images, number) for number in (1, 2)}
    assert row["keeps_from"] <= 2 and len(kept[2]) == 6
    assert cache_survives(runs, images.assign(apart=images["kind"].eq("cache"))).empty


def test_it_is_told_and_how_to_record_it_where_it_was_not(grown):
    runs, images = grown
    counts, survives = growth(count_entries(runs, images)), cache_survives(runs, images)
    said = prose.say_pushes(counts, survives.assign(keeps_from=3))
    assert said[0] == "container: 60 entries after 20 pushes, 3.0 a push (n = 1)."
    assert "can expire the cache of registry-cache where N is below 3" in said[-1]
    # no rule keeps fewer than one
    assert prose.say_pushes(counts, survives.assign(keeps_from=1)) == said[:-1]
    none = runs[runs["scenario"].ne("growth")]
    told = prose.say_pushes(growth(count_entries(none, images)), cache_survives(none, images))
    assert len(told) == 1 and "SCENARIOS=growth" in told[0]


def test_a_story_in_a_repository_of_its_own_is_not_the_end_of_a_sequence():
    runs = make_runs({"docker": {"cold": [1.0], "source": [1.0], "branch": [1.0]}})
    repository = Repository()
    repository.image("1", "latest")
    listed = list_entries(repository.image_details, repository.manifests)
    images = frame_images([entry | {"run": run} for run in runs["run"] for entry in listed])
    assert keep_newest(runs, images)["run"].unique().tolist() == ["docker.source.01"]
    stored = runs.assign(store_objects=pd.array([1, 2, 9], "Int64"), store_bytes=10**6)
    assert last_stores(stored)["objects"].tolist() == [2]
