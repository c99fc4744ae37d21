"""When steps ran, and what they build on, from the records that runs keep."""

import gzip
from pathlib import Path

import pandas as pd
import pytest
from records import BUILD, EXPORT, READ, part, record, show, vertex

from analysis.errors import RecordError
from analysis.logs import read_logs
from analysis.records.build_steps import list_timelines
from analysis.records.histories import read_histories
from analysis.records.recording import read_records
from analysis.records.timeline import COLUMNS, read_timeline, read_timelines
from analysis.records.writing import to_json

DATA = Path(__file__).parents[3] / "data" / "lab"
BOOT = b"#1 [internal] booting buildkit\n#1 DONE 4.0s\n\n"
PUSH = b"#7 pushing registry/app with docker\n#7 DONE 1.5s\n"


@pytest.fixture(scope="module")
def recorded():
    """(runs, steps of their logs, timelines, problems) of the recorded experiment."""
    if not (DATA / "runs").is_dir():
        pytest.skip(f"{DATA} holds no recorded runs")
    runs = read_records(DATA).runs
    steps = read_logs([Path(log) for log in runs["log"]]).steps
    return runs, steps, *read_timelines(runs, steps)


def test_times_count_from_the_begin_of_the_build():
    steps = read_timeline({"builds": [BUILD]})
    assert list(steps) == list(COLUMNS)
    assert steps["started"].tolist() == [0.0, 0.1, 2.1, 7.1, 7.2]
    assert steps["completed"].tolist() == [0.1, 2.1, 7.1, 7.2, 8.2]
    assert steps["seconds"].tolist() == [0.1, 2.0, 5.0, 0.1, 1.0]
    assert steps["inputs"].tolist() == [(), (), (2,), (3,), ()]
    assert steps["kind"].tolist() == ["internal", "from", "layer", "layer", "export"]


def test_a_step_that_rests_has_several_spans():
    steps = read_timeline([record(vertex("a", "[1/2] RUN a", (0, 1), (0.5, 2), (5, 6)))])
    assert steps["spans"].tolist() == [((0.0, 2.0), (5.0, 6.0))]
    assert steps.loc[0, ["started", "completed", "seconds"]].tolist() == [0.0, 6.0, 3.0]


def test_a_step_that_never_began_hands_on_what_it_builds_on():
    gap = vertex("x", "[2/4] RUN skipped", inputs="a")
    last = vertex("b", "[3/4] RUN b", (1, 2), inputs="x")
    steps = read_timeline([record(vertex("a", "[1/4] FROM a", (0, 1)), gap, last)])
    assert steps["inputs"].tolist() == [(), (1,)]


def test_a_step_that_did_not_end_has_no_seconds():
    steps = read_timeline([record(READ, vertex("b", "[2/2] RUN a", (1, None)))])
    assert steps["status"].tolist() == ["ran", "unfinished"]
    assert steps["completed"].isna().tolist() == steps["seconds"].isna().tolist() == [False, True]


def test_parts_keep_their_times():
    parts = [part("e", "exporting layers", 7.2, 7.5), part("e", "sending tarball", 7.5, 8.2)]
    steps = read_timeline([record(READ, EXPORT, parts=parts)])
    (exported,) = steps["parts"].tail(1)
    assert [name for name, _, _ in exported] == ["exporting layers", "sending tarball"]
    assert exported[1][1:] == (7.5, 8.2)


def test_a_log_holds_the_same_timeline():
    told = read_timeline([BUILD, BUILD])
    pd.testing.assert_frame_equal(told, read_timeline(show(BUILD, BUILD)))
    assert told["build"].tolist() == [0] * 5 + [1] * 5


def test_no_build_is_an_empty_timeline():
    for history in ({"builds": []}, [], b"no record\n"):
        steps = read_timeline(history)
        assert steps.empty
        assert steps.dtypes.astype(str).tolist() == [*COLUMNS.values()]


@pytest.mark.parametrize(
    "history",
    [{}, {"builds": None}, [{"ref": "r"}], [7], [{"rawjson": [{"vertexes": [{"name": "x"}]}]}]],
)
def test_what_is_no_record_is_an_error_with_a_cure(history):
    with pytest.raises(RecordError, match="run it again"):
        read_timeline(history)


def write_runs(folder, histories):
    """Runs whose records are these (bytes, or None for no file)."""
    rows = []
    for name, history in histories.items():
        path = folder / f"{name}.json.gz"
        if history is not None:
            path.write_bytes(gzip.compress(history))
        rows.append((name, name, str(path)))
    return pd.DataFrame(rows, columns=["run", "log", "history"], dtype="string")


def test_what_buildx_does_itself_stands_before_and_after(tmp_path):
    runs = write_runs(tmp_path, {"one": to_json({"builds": [BUILD]})})
    steps = read_logs({"one": BOOT + b"#2 [2/3] RUN make\n#2 DONE 5.0s\n\n" + PUSH}).steps
    timeline, problems = read_timelines(runs, steps)
    assert problems.empty
    assert timeline["run"].eq("one").all()
    assert timeline["step"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert timeline["started"].tolist() == pytest.approx([0, 4, 4.1, 6.1, 11.1, 11.2, 12.2])
    assert timeline["completed"].iloc[-1] == pytest.approx(13.7)
    assert timeline["inputs"].tolist() == [(), (), (), (3,), (4,), (), ()]
    assert timeline["kind"].iloc[[0, -1]].tolist() == ["builder", "export"]


def test_a_record_that_does_not_fit_its_log_is_left_alone(tmp_path):
    runs = write_runs(tmp_path, {"one": to_json({"builds": [BUILD, BUILD]})})
    timeline, _ = read_timelines(runs, read_logs({"one": BOOT}).steps)
    assert timeline["kind"].ne("builder").all()
    assert timeline.groupby("build").size().tolist() == [5, 5]


def test_records_that_cannot_be_read_are_told_and_the_others_read(tmp_path):
    good = to_json({"builds": [BUILD]})
    histories = {"good": good, "gone": None, "cut": good[:40], "odd": b"[1]"}
    runs = write_runs(tmp_path, histories)
    runs.loc[len(runs)] = ["old", "old", None]
    timeline, problems = read_timelines(runs, read_logs([]).steps)
    assert timeline["run"].unique().tolist() == ["good"]
    assert len(problems) == 4
    for run, reason in zip(["gone", "cut", "odd", "old"], problems["reason"], strict=True):
        assert reason.startswith(f"{run}: ")
        assert "run it again" in reason


def test_what_is_kept_of_records_is_what_they_hold(tmp_path):
    good = to_json({"builds": [BUILD, record(READ), record()]})
    runs = write_runs(tmp_path, {"a": good, "b": good, "cut": good[:40], "too": good[:40]})
    runs.loc[len(runs)] = ["gone", "gone", str(tmp_path / "gone.json.gz")]
    first, again, here = (
        read_histories(runs["history"], store=store)
        for store in (tmp_path / "store", tmp_path / "store", "off")
    )
    assert first == again == here
    builds, problems = here
    assert [len(rows) for rows in builds[runs["history"][0]]] == [5, 1, 0]
    assert builds[runs["history"][0]] == builds[runs["history"][1]]
    assert builds[runs["history"][0]][0] == list_timelines([BUILD])[0]
    assert [*problems] == runs["history"].tolist()[2:]
    assert all(path in reason for path, reason in problems.items())


def test_no_run_is_an_empty_frame(tmp_path):
    timeline, problems = read_timelines(write_runs(tmp_path, {}), read_logs([]).steps)
    assert list(timeline) == ["run", *COLUMNS]
    assert timeline.empty
    assert problems.empty


def test_every_recorded_step_took_what_the_plain_log_says(recorded):
    runs, steps, timelines, problems = recorded
    assert problems.empty
    key = ["log", "build", "name", "stage"]
    told = timelines.merge(runs[["run", "log"]], on="run")
    both = told.merge(steps, on=key, suffixes=("", "_plain"))
    assert len(both) == len(timelines)
    ran = both[both["status"].eq("ran")]
    assert ((ran["seconds"] - ran["seconds_plain"]).abs() <= 0.0501).all()
    assert (both["status"] == both["status_plain"]).all()


def test_no_recorded_step_that_ran_begins_before_what_it_builds_on(recorded):
    timelines = recorded[2]
    for _, rows in timelines.groupby(["run", "build"]):
        first = {row.step: row.started for row in rows.itertuples()}
        for row in rows[rows["status"].eq("ran")].itertuples():
            assert all(first[each] <= row.started for each in row.inputs), row


def test_a_recorded_builder_is_started_first(recorded):
    timelines = recorded[2]
    boots = timelines[timelines["kind"].eq("builder")]
    assert boots["started"].eq(0).all()
    assert boots["step"].eq(1).all()
    others = timelines[timelines["run"].isin(boots["run"]) & timelines["kind"].ne("builder")]
    ends = boots.set_index("run")["completed"]
    assert (others["started"] >= others["run"].map(ends)).all()
