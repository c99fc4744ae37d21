"""How much of a cache's overhead decides the elapsed time, over the runs of an experiment."""

from pathlib import Path

import pandas as pd
import pytest
from measured import BUILD as COMMAND
from measured import list_silent, make_runs, pick, read_texts, show_build, write_log
from records import BASE, COPY, EXPORT, READ, RUN, part, record, vertex

from analysis.measures.seconds.overheads import BUSY, busy_map, overhead_map
from analysis.measures.seconds.path_seconds import (
    OVERHEAD,
    burdened,
    mark_critical,
    overhead_on_path,
    path_map,
    path_seconds,
    pick_run,
)
from analysis.prose import say_path, say_unread
from analysis.records import read_experiment, read_timelines, to_json

DATA = Path(__file__).parents[4] / "data" / "lab"
CACHE = vertex("k", "exporting cache to registry", (8.2, 10.2))
HIDDEN = vertex("k", "exporting cache to registry", (7.2, 8.1))
SENT = part("e", "sending tarball", 7.5, 8.2)
# what a plain log says of the same build
LINES = (
    ("exporting to image", ("sending tarball 0.7s done",), "DONE 1.0s"),
    ("exporting cache to registry", (), "DONE 2.0s"),
)


@pytest.fixture(scope="module")
def recorded():
    """(runs, logs, timelines) of the recorded experiment."""
    if not (DATA / "runs").is_dir():
        pytest.skip(f"{DATA} holds no recorded runs")
    experiment = read_experiment(DATA)
    timelines, _ = read_timelines(experiment.runs, experiment.logs.steps)
    return experiment.runs, experiment.logs, timelines


@pytest.fixture
def made(tmp_path):
    """(runs, logs, timelines): "docker", and "cached" whose cache is exported after or beside."""
    runs = make_runs({"docker": {"cold": [10.0]}, "cached": {"cold": [12.0], "source": [12.0]}})
    plain = record(READ, BASE, RUN, COPY, EXPORT)
    after = record(READ, BASE, RUN, COPY, EXPORT, CACHE, parts=[SENT])
    beside = record(READ, BASE, RUN, COPY, EXPORT, HIDDEN, parts=[SENT])
    paths = []
    for name, history in zip(runs["run"], (plain, after, beside), strict=True):
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_bytes(to_json({"builds": [history]}))
    layers = {"RUN make": 5.0, "COPY a b": 0.1}
    texts = [write_log((COMMAND, took, show_build(layers, more=more)))
             for took, more in ((9.0, ()), (11.0, LINES), (9.0, LINES))]  # fmt: skip
    runs = runs.assign(history=pd.Series(map(str, paths), dtype="string"))
    runs, logs = read_texts(runs, texts)
    timelines, problems = read_timelines(runs, logs.steps)
    assert problems.empty
    return runs, logs, timelines


def test_a_runs_path_adds_up_to_what_its_command_took(made):
    path = path_map(*made)
    assert path.groupby("run")["seconds"].sum().tolist() == pytest.approx([11.0, 9.0, 9.0])
    after = path[path["run"].eq("cached.cold.01")].set_index("activity")["seconds"]
    assert after["cache export"] == pytest.approx(2.0)
    assert after["load"] == pytest.approx(0.7)
    assert after["image export"] == pytest.approx(0.3)
    assert after["work"] == pytest.approx(5.1)
    assert after["no step explains"] == pytest.approx(0.8)


def test_a_hidden_export_is_busy_but_not_on_the_path(made):
    runs, logs, _ = made
    overhead = overhead_on_path(busy_map(runs, logs), path_map(*made))
    after, beside = (pick(overhead, strategy="cached", scenario=s) for s in ("cold", "source"))
    assert after[["n", "busy", "on_path", "share"]].tolist() == pytest.approx([1, 2.7, 2.7, 1])
    assert beside["busy"] == pytest.approx(2.7)
    assert beside["on_path"] == pytest.approx(0.7)
    assert beside["share"] == pytest.approx(0.7 / 2.7)
    assert after[["docker_build", "work"]].tolist() == pytest.approx([11.0, 5.1])
    assert pd.isna(pick(overhead, strategy="docker")["share"])
    assert burdened(overhead)["strategy"].unique().tolist() == ["cached"]
    assert say_path(overhead, "source")[0].startswith("Overhead of a cache")
    assert "0.70 s of cached's 9.0 s (n = 1)" in say_path(overhead, "source")[0]
    assert say_path(overhead, "source")[1].startswith("74 % of that overhead is hidden")
    assert "makes the build longer" in say_path(overhead, "cold")[1]


def test_a_run_without_a_record_is_unknown_and_not_zero(made):
    runs, logs, timelines = made
    path = path_map(runs, logs, timelines[timelines["run"] != "docker.cold.01"])
    unknown = path[path["run"].eq("docker.cold.01")]
    assert len(unknown) == len(BUSY)
    assert unknown["seconds"].isna().all()
    overhead = overhead_on_path(busy_map(runs, logs), path)
    assert overhead["strategy"].unique().tolist() == ["cached"]
    assert path_seconds(path)["strategy"].unique().tolist() == ["cached"]


def test_no_timeline_at_all_is_said_and_not_an_error(made):
    runs, logs, timelines = made
    path = path_map(runs, logs, timelines.iloc[:0])
    overhead = overhead_on_path(busy_map(runs, logs), path)
    assert overhead.empty
    assert path_seconds(path).empty
    assert say_path(overhead, "source") == [
        "No build of a changed source file has a timeline with a cache's overhead."
    ]


def test_mean_seconds_leave_out_what_no_run_does(made):
    table = path_seconds(path_map(*made))
    assert list(table)[:3] == ["strategy", "scenario", "n"]
    assert "builder boot" not in table
    assert pick(table, strategy="cached", scenario="cold")["cache export"] == pytest.approx(2.0)


def test_a_run_is_picked_by_strategy_then_by_any(made):
    runs = made[0]
    assert pick_run(runs, "source", "cached") == "cached.source.01"
    assert pick_run(runs, "cold") == "docker.cold.01"
    assert pick_run(runs, "base") is None


def test_a_runs_steps_are_marked_with_what_lies_on_the_path(made):
    rows = mark_critical(made[2], "cached.source.01")
    assert rows["label"].tolist()[1:4] == ["FROM base:1", "RUN make", "COPY a b"]
    assert rows["critical"].map(bool).tolist() == [True, True, True, True, True, False]
    assert rows["note"].tolist()[-2:] == ["image export 0.30 s, load 0.70 s", "cache export 0.90 s"]
    assert mark_critical(made[2], None).empty
    assert mark_critical(made[2], "absent").empty


def test_what_could_not_be_read_is_said():
    none = pd.DataFrame(columns=["path", "reason"], dtype="string")
    assert say_unread(none) == "The record of every build shown could be read."
    some = pd.DataFrame({"path": [""] * 5, "reason": [f"run{n}: gone." for n in range(5)]})
    assert say_unread(some).endswith("run0: gone, run1: gone and run2: gone, and 2 more.")


def test_every_recorded_path_adds_up_to_docker_build(recorded):
    runs, logs, timelines = recorded
    path = path_map(runs, logs, timelines)
    sums = path.groupby("run")["seconds"].sum(min_count=1).dropna()
    took = overhead_map(runs, logs).query("activity == 'docker build'").set_index("run")["seconds"]
    assert set(sums.index) == set(timelines["run"])
    # a builder's start is rounded to 0.1 s in the log
    assert ((sums - took.reindex(sums.index)).abs() <= 0.15).all()


def test_no_recorded_build_has_more_overhead_on_its_path_than_it_has(recorded):
    runs, logs, timelines = recorded
    busy, path = (
        table[table["activity"].isin(OVERHEAD)].groupby("run")["seconds"].sum(min_count=1)
        for table in (busy_map(runs, logs), path_map(runs, logs, timelines))
    )
    silent = runs.loc[runs["log"].isin(list_silent(logs)), "run"]
    # a plain log rounds each step to 0.1 s
    assert ((path - busy).drop(silent).dropna() <= 0.5).all()
    # what is told of the others is the least
    pulled = (
        table[table["activity"].eq("lazy pull")].set_index("run")["seconds"].reindex(silent)
        for table in (busy_map(runs, logs), path_map(runs, logs, timelines))
    )
    least, whole = (seconds.dropna() for seconds in pulled)
    least = least.reindex(whole.index)
    assert least.gt(0).any() and (least.ge(0) & whole.ge(least - 0.5)).all()
