"""In the lab: a cache that can hit nothing, and two branches that share one reference."""

import pytest
from conftest import SMALL_IMAGE

from analysis.experiment import Labs, Settings, run_experiment
from analysis.measures import hits_by_run, shared_references
from analysis.records import read_experiment, read_json

DOCKERFILE = f"""\
FROM {SMALL_IMAGE} AS build
RUN echo begin
COPY requirements.txt ./
RUN cat requirements.txt
COPY app.py ./
RUN cat app.py
"""


@pytest.fixture(scope="module")
def built(client, tmp_path_factory):
    """An experiment of a placebo's first two commits and of a shared image's two branches."""
    folder = tmp_path_factory.mktemp("story")
    context = folder / "context"
    context.mkdir()
    files = {"Dockerfile": DOCKERFILE, "requirements.txt": "a==1\n", "app.py": "x = 1\n"}
    for name, text in files.items():
        (context / name).write_text(text)
    settings = Settings(rounds=1, context=context, link="unshaped")
    with Labs() as labs:
        for names, scenarios in {
            "pull-cache-from": ["cold", "unchanged"],
            "pull-cache-from-inline": ["parallel"],
        }.items():
            run_experiment(folder / "out", [names], scenarios, settings, print, labs)
    return read_experiment(folder / "out")


def test_a_cache_without_metadata_is_imported_and_hits_nothing(built):
    runs = built.runs[built.runs["strategy"].eq("pull-cache-from")]
    assert runs["invalid_reason"].dropna().tolist() == []
    hits = hits_by_run(runs, built.logs.steps).set_index("scenario")
    assert hits["layers"].eq(5).all() and hits["hits"].eq(0).all()


def test_a_branch_finds_of_the_other_s_cache_what_both_have(built):
    (run,) = built.runs[built.runs["scenario"].eq("parallel")].to_dict("records")
    assert run["valid"], run["invalid_reason"]
    assert run["side_by_side"] and run["repository"].endswith("-01-parallel")
    row = shared_references(built).iloc[0]
    # what both have is the first RUN; inline metadata may lack a layer that was a hit itself
    assert row["layers"] == row["possible"] == 5
    assert row["hits"] <= 1 and row["lost"] >= 4


def test_each_push_has_two_tags_and_the_branches_share_one(built):
    runs = built.runs.set_index("scenario")
    tags = {
        scenario: sorted(
            tag for each in listing["imageDetails"] for tag in each.get("imageTags", [])
        )
        for scenario, listing in (
            (s, read_json(runs.loc[s, "images"])) for s in ("cold", "parallel")
        )
    }
    assert len(tags["cold"]) == 2 and "latest" in tags["cold"]
    assert len(tags["parallel"]) == 6 and tags["parallel"].count("latest") == 1
