"""What strategies leave in the registry, push by push."""

import copy

import pandas as pd
import pytest
from repository import START, Repository

from analysis.measures.storage.footprint import (
    COLUMNS,
    count_entries,
    count_rollbacks,
    entries_per_push,
    push_by_push,
)
from analysis.registry import frame_images, list_entries, preview_lifecycle, read_images

SCENARIOS = ("cold", "unchanged", "source")


def push_image(repository, name):
    repository.image(name, "latest")


def push_build(repository, name):
    repository.build(name, "latest")


def push_cached(repository, name):
    repository.image(name, "latest")
    repository.cache(name, "cache")


def push_nothing(repository, name):
    pass


STRATEGIES = {"docker": push_image, "container-push": push_build, "registry-cache": push_cached}


def run_rounds(strategies=None, rounds=2, names=("one", "one", "two")):
    """(runs, images) of an experiment: `names` are the image that each scenario pushes."""
    runs, entries = [], []
    for strategy, push in (strategies or STRATEGIES).items():
        for number in range(1, rounds + 1):
            repository = Repository()
            for position, (scenario, name) in enumerate(zip(SCENARIOS, names, strict=True)):
                push(repository, f"{number} {name}")
                run = f"{strategy}.{scenario}.{number:02d}"
                runs.append(
                    {
                        "run": run,
                        "strategy": strategy,
                        "scenario": scenario,
                        "round": number,
                        "started": pd.Timestamp(START)
                        + pd.Timedelta(number * 60 + position, "min"),
                        "status": "failed" if push is push_nothing else "succeeded",
                        "images": f"{run}/images.json.gz",
                        "valid": True,
                    }
                )
                details = copy.deepcopy(repository.image_details)
                entries += [e | {"run": run} for e in list_entries(details, repository.manifests)]
    return pd.DataFrame(runs), frame_images(entries).astype({"run": "string"})


def after(counts, strategy, scenario, *names):
    rows = counts[counts["strategy"].eq(strategy) & counts["scenario"].eq(scenario)]
    return rows.iloc[0][list(names)].tolist()


def test_a_cold_push_leaves_one_entry_or_three_or_a_cache_besides():
    counts = count_entries(*run_rounds())
    names = ("entries", "image", "index", "attestation", "cache")
    assert after(counts, "docker", "cold", *names) == [1, 1, 0, 0, 0]
    assert after(counts, "container-push", "cold", *names) == [3, 1, 1, 1, 0]
    assert after(counts, "registry-cache", "cold", *names) == [2, 1, 0, 0, 1]


def test_the_same_image_again_adds_nothing_and_another_leaves_the_old_one_untagged():
    counts = count_entries(*run_rounds())
    names = ("new", "entries", "tagged", "untagged")
    assert after(counts, "container-push", "cold", *names) == [3, 3, 1, 2]
    assert after(counts, "container-push", "unchanged", *names) == [0, 3, 1, 2]
    assert after(counts, "container-push", "source", *names) == [3, 6, 1, 5]
    assert after(counts, "registry-cache", "source", *names) == [2, 4, 2, 2]


def test_unique_bytes_grow_by_what_is_new_only():
    counts = count_entries(*run_rounds({"docker": push_image}))
    cold, unchanged, source = counts.loc[counts["round"] == 1, "unique_bytes"]
    assert cold == unchanged
    assert 1011 < cold < source < 2 * cold


def test_pushes_are_the_builds_of_a_history_that_succeeded():
    runs, images = run_rounds({"docker": push_image, "refused": push_nothing})
    counts = count_entries(runs, images)
    by_strategy = counts.groupby("strategy")["pushes"].agg(list)
    assert by_strategy["docker"] == [1, 2, 3, 1, 2, 3]
    assert by_strategy["refused"] == [0] * 6
    assert after(counts, "refused", "cold", "entries", "new", "unique_bytes") == [0, 0, 0]


def test_a_listing_that_could_not_be_read_is_unknown_not_empty():
    runs, images = run_rounds({"docker": push_image}, rounds=1)
    gone = runs["images"][1]
    images = images[images["run"] != runs["run"][1]]
    problems = pd.DataFrame({"path": [gone], "reason": ["damaged"]}, dtype="string")
    counts = count_entries(runs, images, problems)
    assert len(counts) == 3
    assert counts["entries"].isna().tolist() == [False, True, False]
    assert counts["new"].isna().tolist() == [False, True, True]
    assert counts["pushes"].tolist() == [1, 2, 3]


def test_a_history_built_anew_is_not_taken_for_growth():
    runs, images = run_rounds({"docker": push_image}, rounds=1)
    _, rebuilt = run_rounds({"docker": push_image}, rounds=1, names=("x", "y", "z"))
    last = runs["run"][2]
    mixed = pd.concat([images[images["run"] != last], rebuilt[rebuilt["run"] == last]])
    counts = count_entries(runs, mixed)
    assert counts["new"].isna().tolist() == [False, False, True]
    assert counts["entries"].tolist() == [1, 1, 3]


def test_runs_come_in_the_order_they_were_built():
    runs, images = run_rounds()
    counts = count_entries(runs.sample(frac=1, random_state=1), images)
    pd.testing.assert_frame_equal(counts, count_entries(runs, images))
    assert counts["strategy"].tolist()[:3] == sorted(STRATEGIES)


def test_the_summary_has_a_row_a_scenario_and_counts_its_rounds():
    runs, images = run_rounds(rounds=3)
    runs.loc[runs["run"] == "docker.cold.02", "valid"] = False
    table = entries_per_push(count_entries(runs, images))
    assert len(table) == 9
    docker = table[table["strategy"] == "docker"]
    assert docker["scenario"].tolist() == list(SCENARIOS)
    assert docker["n"].tolist() == [2, 3, 3]
    assert docker["pushes"].tolist() == [1, 2, 3]
    assert docker["entries"].tolist() == [1, 1, 2]
    pushed = table[(table["strategy"] == "container-push") & (table["scenario"] == "cold")].iloc[0]
    assert pushed[["image", "index", "attestation", "cache"]].tolist() == [1, 1, 1, 0]


def test_each_push_has_a_column():
    runs, images = run_rounds(rounds=2)
    # the last push of one strategy failed: its repository stays as it was
    runs.loc[
        runs["run"].str.startswith("docker.") & runs["scenario"].eq(SCENARIOS[-1]), "status"
    ] = "failed"
    entries = entries_per_push(count_entries(runs, images))
    table = push_by_push(entries, "entries").set_index("strategy")
    assert table.columns.tolist() == ["after 1", "after 2", "after 3"]
    for name, row in table.drop("docker").iterrows():
        assert row.tolist() == entries.loc[entries["strategy"] == name, "entries"].tolist()
    assert table.loc["docker"].isna().tolist() == [False, False, True]
    assert push_by_push(entries.iloc[:0], "entries").columns.tolist() == ["strategy"]


def test_no_runs_keep_columns_and_types():
    runs, images = run_rounds(rounds=1)
    counts = count_entries(runs.iloc[:0], images.iloc[:0])
    assert counts.empty
    assert dict(counts.dtypes.astype(str)) == COLUMNS
    table = entries_per_push(counts)
    assert table.empty
    assert table.columns.tolist()[:5] == ["strategy", "scenario", "pushes", "n", "entries"]


@pytest.mark.parametrize(("counted", "kept"), [(False, 3), (True, 1)])
def test_a_policy_is_counted_in_builds_one_could_roll_back_to(counted, kept):
    repository = Repository()
    for number in range(5):
        repository.build(number, "latest")
        repository.cache(number, "cache")
    caches = [item for item in repository.image_details if "cacheconfig" in str(item)]
    builds = [item for item in repository.image_details if item not in caches]
    images = read_images(builds, repository.manifests)
    only = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 3}
    policy = {"rules": [{"rulePriority": 1, "selection": only, "action": {"type": "expire"}}]}
    row = count_rollbacks(images, preview_lifecycle(images, policy, START, counted)).iloc[0]
    assert row.to_dict() == {
        "entries": 15,
        "entries_kept": 10 + kept,
        "builds": 5,
        "builds_kept": kept,
    }
    everything = read_images(repository.image_details, repository.manifests)
    found = count_rollbacks(everything, preview_lifecycle(everything, policy, START, counted))
    assert found["builds"][0] == 5
    assert found["builds_kept"][0] < kept or counted  # caches take the places of builds
