"""Hit rates, by three named denominators; what Docker itself recorded is the witness."""

from pathlib import Path

import pandas as pd
import pytest
from measured import make_runs, pick, read_texts, show_build, write_log
from witness import list_recorded

from analysis.logs import read_logs
from analysis.measures.caching.hits import (
    cache_outcomes,
    hit_rates,
    hits_by_run,
    join_alike,
    layer_hits,
    rates_by_denominator,
)
from analysis.records import read_json, read_records

LAB = Path(__file__).parents[4] / "data" / "lab"
EXPORT = (
    "exporting cache to registry",
    ("writing cache image manifest sha256:ab done",),
    "DONE 1.0s",
)
IMPORT = (
    "importing cache manifest from r:cache",
    ("inferred cache manifest type: x",),
    "DONE 0.1s",
)


def rate(text):
    return hit_rates(read_logs({"log": text.encode()}).steps).iloc[0]


def test_one_warm_log_has_three_rates():
    row = rate(show_build(cached=("RUN install", "COPY app")))
    assert row[["layers", "hits", "rate"]].tolist() == [2, 2, 1.0]
    assert row[["steps", "step_hits"]].tolist() == [3, 2]
    assert row["step_rate"] == pytest.approx(2 / 3)
    assert row[["vertices", "vertex_hits"]].tolist() == [5, 2]
    assert row["vertex_rate"] == pytest.approx(2 / 5)


def test_a_cold_build_has_no_hit_which_is_known():
    row = rate(show_build())
    assert row[["rate", "step_rate", "vertex_rate"]].tolist() == [0, 0, 0]


def test_a_base_image_that_is_there_is_no_layer_from_a_cache():
    text = show_build().replace("FROM base:1\n#2 DONE 3.0s", "FROM base:1\n#2 CACHED")
    row = rate(text)
    assert (row["rate"], row["step_hits"]) == (0, 1)


def test_a_layer_that_is_cached_and_then_pulled_is_a_hit():
    text = show_build(cached=("RUN install",)).replace("#3 CACHED", "#3 CACHED\n#3 DONE 4.8s")
    assert rate(text)["hits"] == 1


def test_what_is_neither_cached_nor_ran_is_not_divided_by():
    text = show_build().replace("#4 DONE 2.0s", "#4 CANCELED")
    row = rate(text)
    assert row[["layers", "ran", "rate"]].tolist() == [2, 1, 0]


def test_a_build_without_layers_is_unknown_not_zero():
    text = "#1 [internal] load build definition from Dockerfile\n#1 DONE 0.0s\n"
    row = rate(text)
    assert row["layers"] == 0
    assert pd.isna(row["rate"])
    assert row["vertex_rate"] == 0


def test_builds_of_one_log_are_told_apart_and_runs_add_them_up():
    text = write_log(
        ("docker build .", 9, show_build()),
        ("docker build .", 5, show_build(cached=("RUN install", "COPY app"))),
    )
    runs, logs = read_texts(make_runs({"docker": {"cold": [14.3]}}), [text])
    assert hit_rates(logs.steps)["rate"].tolist() == [0, 1]
    row = hits_by_run(runs, logs.steps).iloc[0]
    assert (row["hits"], row["layers"], row["rate"]) == (0, 2, 0)
    # what runs again is no hit, and counts again
    steps = logs.steps.assign(status="ran")
    row = hits_by_run(runs, steps).iloc[0]
    assert (row["hits"], row["layers"], row["rate"]) == (0, 4, 0)


def test_a_run_without_a_build_is_unknown():
    runs = make_runs({"docker": {"cold": [14.3, 12.0]}})
    runs, logs = read_texts(runs, [write_log(("docker build .", 9, show_build())), "nothing\n"])
    hits = hits_by_run(runs, logs.steps)
    assert hits["rate"].tolist()[0] == 0
    assert hits["rate"].isna().tolist() == [False, True]
    assert hits["layers"].isna().tolist() == [False, True]
    rates = rates_by_denominator(hits)
    assert rates["n"].tolist() == [1, 1, 1]


def test_runs_that_may_not_be_compared_are_not_in_the_medians():
    runs = make_runs({"docker": {"unchanged": [9.0, 9.0, 9.0]}})
    runs["valid"] = [True, True, False]
    texts = [show_build(), show_build(), show_build(cached=("RUN install", "COPY app"))]
    rates = rates_by_denominator(hits_by_run(*frames(runs, texts)))
    assert pick(rates, denominator="layers")[["n", "rate"]].tolist() == [2, 0]


def frames(runs, texts):
    runs, logs = read_texts(runs, [write_log(("docker build .", 9, text)) for text in texts])
    return runs, logs.steps


def test_the_layers_of_a_dockerfile_show_who_reused_them():
    runs = make_runs({"docker": {"source": [9.0]}, "registry-cache": {"source": [9.0, 9.0]}})
    texts = [show_build(), show_build(cached=("RUN install",)), show_build()]
    table = layer_hits(*frames(runs, texts), "source")
    assert table.columns.tolist() == ["stage", "position", "layer", "registry-cache"]
    assert table["layer"].tolist() == ["RUN install", "COPY app"]
    assert table["registry-cache"].tolist() == ["1 of 2", "0 of 2"]


def test_what_a_later_build_takes_from_an_earlier_one_of_the_run_counts_once():
    runs = make_runs({"two-stage-inline": {"cold": [9.0], "source": [9.0]}})
    first = show_build()
    made = show_build(cached=("RUN install", "COPY app"), more=[EXPORT])
    part = show_build(cached=("RUN install",))
    hits = hits_by_run(*frames(runs, [first + made, part + made])).set_index("scenario")
    assert hits.loc["cold", ["layers", "hits", "rate"]].tolist() == [2, 0, 0.0]
    assert hits.loc["source", ["layers", "hits", "rate"]].tolist() == [2, 1, 0.5]
    # another Dockerfile's instruction of the same name is another layer
    other = made.replace("COPY app", "COPY other")
    hits = hits_by_run(*frames(runs, [first + other, part + other])).set_index("scenario")
    assert hits.loc["cold", ["layers", "hits"]].tolist() == [4, 2]


def test_strategies_whose_hits_are_alike_share_a_column():
    rows = {
        "layer": ["RUN install", "COPY app"],
        "stage": ["a", "b"],
        "position": [2, 3],
        "x": ["3 of 3", "0 of 3"],
        "y": ["5 of 5", "0 of 5"],
        "z": ["3 of 3", None],
    }
    joined = join_alike(pd.DataFrame(rows))
    assert joined.columns.tolist() == ["layer", "stage", "position", "x and y", "z"]
    assert joined["x and y"].tolist() == ["3 of 3 or 5 of 5", "0 of 3 or 0 of 5"]
    assert joined["z"].dropna().tolist() == ["3 of 3"]
    assert join_alike(joined[["layer", "stage", "position"]]).shape == (2, 3)


def test_an_import_counts_by_its_proof():
    runs = make_runs({"docker": {"cold": [9.0]}, "registry-cache": {"unchanged": [9.0, 9.0]}})
    failed = ("importing cache manifest from r:cache", (), "ERROR: r:cache: not found")
    texts = [show_build(), show_build(more=[IMPORT, EXPORT]), show_build(more=[failed, EXPORT])]
    runs, logs = read_texts(runs, [write_log(("docker build .", 9, text)) for text in texts])
    table = cache_outcomes(runs, logs.builds)
    assert table["strategy"].unique().tolist() == ["registry-cache"]
    assert dict(zip(table["cache_import"], table["n"], strict=True)) == {"ok": 1, "missing": 1}


def test_no_steps_keep_the_columns():
    empty = hit_rates(read_logs({}).steps)
    assert empty.empty
    for name in ("log", "build", "layers", "rate", "step_rate", "vertex_rate"):
        assert name in empty
    assert empty["rate"].dtype == "float64"


def test_dockers_own_records_of_the_recorded_builds_agree():
    runs = read_records(LAB).runs
    steps = read_logs([Path(log) for log in runs["log"]]).steps
    rates = hit_rates(list_recorded(steps)).set_index(["log", "build"])
    told = {
        (log, number): build["inspect"]
        for log, path in zip(runs["log"], runs["history"], strict=True)
        for number, build in enumerate(read_json(path)["builds"])
    }
    assert len(told) > 30 and any(number for _, number in told)
    for build, record in told.items():
        assert rates.loc[build, "vertices"] == record["NumTotalSteps"], build
        assert rates.loc[build, "vertex_hits"] == record.get("NumCachedSteps", 0), build
