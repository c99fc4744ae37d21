"""Which runs are compared, in which order, and how they spread."""

import pandas as pd
from measured import make_runs, pick

from analysis.measures.compare.runs import (
    left_out,
    mark_emulated,
    mean_by_activity,
    merge_alike,
    order_scenarios,
    pick_comparable,
    sort_rows,
    spread,
    waits,
)

TIMES = {
    "local-layer-cache": {"source": [2.0], "cold": [9.0]},
    "docker": {"source": [10.0, 30.0, 11.0], "cold": [20.0]},
    "refused": {"cold": [0.4, 0.5]},
}


def make_mixed():
    """An invalid run, one that must fail, an emulated one."""
    runs = make_runs(TIMES)
    runs.loc[runs["strategy"] == "refused", ["expect", "status"]] = "failed"
    bad = runs["run"] == "docker.source.02"
    runs.loc[bad, "valid"] = False
    runs.loc[bad, "invalid_reason"] = "its host was not empty before the build"
    return runs


def test_comparable_runs_are_valid_meant_to_succeed_marked_and_in_order():
    runs = pick_comparable(make_mixed())
    names = "local-layer-cache (emulated)"
    assert list(zip(runs["scenario"], runs["strategy"], strict=True)) == [
        ("cold", "docker"),
        ("cold", names),
        ("source", "docker"),
        ("source", "docker"),
        ("source", names),
    ]
    pd.testing.assert_frame_equal(pick_comparable(runs), runs)


def test_every_other_run_is_counted_with_its_reason():
    table = left_out(make_mixed())
    assert table[["strategy", "reason", "runs"]].to_numpy().tolist() == [
        ["docker", "its host was not empty before the build", 1],
        ["refused", "it fails, as it is expected to", 2],
    ]


def test_a_name_is_marked_once():
    runs = mark_emulated(mark_emulated(make_mixed()))
    assert set(runs["strategy"]) == {"docker", "refused", "local-layer-cache (emulated)"}


def test_scenarios_come_as_a_history_runs_through_them():
    runs = make_runs({"docker": {"source": [1.0], "unchanged": [1.0], "cold": [1.0]}})
    assert order_scenarios(runs) == ["cold", "unchanged", "source"]
    assert sort_rows(runs, ["source", "cold"])["scenario"].tolist() == [
        "source",
        "cold",
        "unchanged",
    ]


def test_a_spread_has_number_median_and_ends_of_what_is_known():
    runs = make_runs(TIMES)
    runs.loc[runs["run"] == "docker.source.03", "seconds"] = None
    row = pick(spread(runs, "seconds"), strategy="docker", scenario="source")
    assert row[["n", "median", "low", "high"]].tolist() == [2, 20, 10, 30]


def test_waits_are_told_apart_and_what_was_never_measured_is_left_out():
    runs = make_runs(TIMES)
    assert waits(runs.assign(queue_seconds=None))["wait"].tolist() == ["provisioning"]
    table = waits(runs.assign(queue_seconds=[2.0] * len(runs))).set_index("wait")
    assert table["median"].to_dict() == {"queue": 2.0, "provisioning": 0.5}
    assert (table["n"] == len(runs)).all()


def test_means_of_parts_add_up_to_the_mean_of_the_whole():
    runs = make_runs({"docker": {"cold": [10.0, 30.0]}})
    parts = [
        runs.assign(activity=name, seconds=runs["seconds"] * share)
        for name, share in {"a": 0.25, "b": 0.75}.items()
    ]
    means = mean_by_activity(pd.concat(parts))
    assert means["seconds"].tolist() == [5, 15]
    assert means["n"].tolist() == [2, 2]


def test_strategies_with_the_same_numbers_share_a_line():
    frame = pd.DataFrame(
        {
            "strategy": ["a", "a", "b", "b", "c", "c"],
            "pushes": [1, 2] * 3,
            "entries": [1, 2, 1, 2, 3, 6],
        }
    )
    merged = merge_alike(frame, ["pushes", "entries"])
    assert merged["strategy"].unique().tolist() == ["a, b", "c"]
    assert len(merged) == 4
