"""What a lifecycle policy keeps, under both readings of ECR's rules."""

import copy

import pandas as pd
from measured import make_runs, pick
from repository import Repository

from analysis.measures.storage.rollbacks import COLUMNS, keep_newest
from analysis.registry import frame_images, list_entries

SECONDS = {"cold": [1.0, 1.0], "unchanged": [1.0, 1.0], "source": [1.0, 1.0]}


def push_all(push):
    """(runs, images) of two rounds in which each run pushes."""
    runs, entries = make_runs({"any": SECONDS}), []
    repositories = {}
    for row in runs.sort_values("started").itertuples():
        repository = repositories.setdefault(row.round, Repository())
        push(repository, row.run, "latest")
        details = copy.deepcopy(repository.image_details)
        entries += [e | {"run": row.run} for e in list_entries(details, repository.manifests)]
    return runs, frame_images(entries)


def test_readings_differ_where_an_index_has_children():
    runs, images = push_all(Repository.build)
    table = keep_newest(runs, images, 2)
    assert table["run"].unique().tolist() == ["any.source.01"]
    children = pick(table, reading="children don't count")
    each = pick(table, reading="each entry counts")
    assert children[["entries", "builds", "builds_kept"]].tolist() == [9, 3, 2]
    assert each["builds_kept"] < 2


def test_readings_agree_on_images_alone():
    runs, images = push_all(Repository.image)
    assert keep_newest(runs, images, 2)["builds_kept"].tolist() == [2, 2]


def test_a_repository_that_is_empty_keeps_nothing():
    runs, images = push_all(Repository.image)
    table = keep_newest(runs, images.iloc[:0], 2)
    assert table[["entries", "builds_kept"]].to_numpy().tolist() == [[0, 0], [0, 0]]


def test_no_runs_keep_the_columns():
    runs, images = push_all(Repository.image)
    table = keep_newest(runs.iloc[:0], images, 2)
    assert table.empty
    assert table.columns.tolist() == COLUMNS
    assert isinstance(table, pd.DataFrame)
