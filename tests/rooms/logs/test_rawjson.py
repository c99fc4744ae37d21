"""BuildKit's own record of a build is one more format of logs, read as the plain log would be."""

import json
from pathlib import Path

import pandas as pd
import pytest
from measured import write_log
from records import BUILD, COPY, EXPORT, READ, at, output, part, record, show, vertex

from analysis.logs.rawjson import merge_spans, read_time
from analysis.logs.reading import read_logs
from analysis.records import read_json

DATA = Path(__file__).parents[3] / "data"
RUNS = sorted(
    path.parent for name in ("control", "lab") for path in (DATA / name).rglob("history.json.gz")
)
# what buildx does itself is on its display, but not in BuildKit's record
BY_BUILDX = r"\[internal\] booting .*|importing to docker|pushing .* with docker"


@pytest.fixture(scope="module")
def both():
    """(logs of the plain logs, logs of the records) of every recorded run that has a build."""
    if not RUNS:
        pytest.skip(f"{DATA} holds no recorded runs")
    builds = {run: read_json(run / "history.json.gz")["builds"] for run in RUNS}
    recorded = [run for run in RUNS if builds[run]]
    plain = read_logs({str(run): run / "build.log.gz" for run in recorded})
    return plain, read_logs({str(run): show(*builds[run]) for run in recorded})


def test_every_recorded_step_is_read_as_from_the_plain_log(both):
    plain, raw = both
    key = ["log", "build", "name", "stage", "position"]
    steps = plain.steps.merge(raw.steps, on=key, how="outer", suffixes=("", "_raw"), indicator=True)
    alone = steps[steps["_merge"] != "both"]
    assert alone["name"].str.fullmatch(BY_BUILDX).all(), alone[["log", "name"]]
    same = steps[steps["_merge"] == "both"]
    assert len(same) == len(raw.steps)
    for column in ("kind", "status"):
        assert (same[column] == same[f"{column}_raw"]).all(), column
    timed = same["seconds"].notna()
    assert ((same["seconds"] - same["seconds_raw"]).abs()[timed] <= 0.0501).all()
    # a plain log leaves out how long a failure took, and some of the hits that were pulled
    assert set(same.loc[~timed & same["seconds_raw"].notna(), "status"]) <= {"failed", "cached"}
    # the records of some were kept without output
    told = same.groupby("log")["output_lines_raw"].transform("sum").gt(0)
    assert (same["output_lines"] == same["output_lines_raw"])[told].all() and told.any()


def test_every_recorded_build_is_judged_as_from_the_plain_log(both):
    plain, raw = both
    assert raw.logs["format"].eq("rawjson").all()
    assert raw.logs["unread_lines"].eq(0).all()
    columns = ["log", "build", "builder", "failed", "cache_import", "cache_export"]
    imports = plain.steps[plain.steps["kind"].eq("cache import")]
    asked = pd.MultiIndex.from_frame(plain.builds[["log", "build"]]).isin(
        pd.MultiIndex.from_frame(imports[["log", "build"]])
    )
    # that a folder was not there is said by buildx
    known = plain.builds.assign(cache_import=plain.builds["cache_import"].where(asked, "none"))
    pd.testing.assert_frame_equal(known[columns], raw.builds[columns])


def test_every_part_of_a_record_is_in_the_plain_log_with_its_time(both):
    key = ["log", "build", "name", "part"]
    named = [each.parts.merge(each.steps, on=["log", "build", "step"]) for each in both]
    named = [each.rename(columns={"seconds_x": "took"})[[*key, "took"]] for each in named]
    parts = named[1].merge(named[0], on=key, how="left", suffixes=("", "_plain"), indicator=True)
    assert parts["_merge"].eq("both").all()
    longer = (parts["took"] - parts["took_plain"]).dropna()
    assert (longer <= 0.0501).all()
    # of several tags a record keeps the push of the last
    assert (longer[parts["part"].ne("pushing layers")] >= -0.0501).all()


def test_a_build_is_read_with_exact_times():
    logs = read_logs(show(BUILD))
    assert logs.steps["name"].tolist()[1:] == [
        "FROM base:1", "RUN make", "COPY a b", "exporting to image",
    ]  # fmt: skip
    assert logs.steps["seconds"].tolist() == pytest.approx([0.1, 2.0, 5.0, 0.1, 1.0])
    assert logs.builds["failed"].tolist() == [False]
    assert logs.builds["image_export_seconds"].tolist() == [1.0]


def test_a_record_within_a_log_of_the_agent_belongs_to_its_command():
    text = write_log(("docker buildx build --progress rawjson .", 9.0, show(BUILD).decode()))
    logs = read_logs(text.encode())
    assert logs.logs.loc[0, ["format", "unread_lines"]].tolist() == ["rawjson", 0]
    assert logs.builds["command"].tolist() == [0]
    assert logs.commands["seconds"].tolist() == [9.0]


def test_a_stream_of_single_states_is_one_build():
    states = [state for each in (READ, COPY, EXPORT) for state in each]
    live = [{"rawjson": [{"vertexes": [state]} for state in states]}]
    steps = read_logs(show(*live)).steps
    assert steps["build"].tolist() == [0, 0, 0]
    assert steps["status"].tolist() == ["ran"] * 3


def test_records_in_a_row_are_several_builds():
    logs = read_logs(show(BUILD, BUILD))
    assert logs.builds["build"].tolist() == [0, 1]
    assert len(logs.steps) == 10


def test_a_mere_hit_has_no_seconds_and_one_that_was_pulled_has_all_of_them():
    mere = vertex("b", "[2/4] RUN a", (1, 1), cached=True)
    pulled = vertex("c", "[3/4] RUN b", (1, 1.5), (2, 3), (2.5, 4), cached=True)
    steps = read_logs(show(record(READ, mere, pulled))).steps.iloc[1:]
    assert steps["status"].tolist() == ["cached", "cached"]
    assert steps["seconds"].isna().tolist() == [True, False]
    assert steps["seconds"].iloc[1] == 2.5


def test_what_became_of_a_step_is_told():
    failed = vertex("b", "[2/4] RUN a", (1, 3), error="exit code: 1")
    canceled = vertex("c", "[3/4] RUN b", (2, 3), error="context canceled")
    cut = vertex("d", "[4/4] RUN c", (2, None))
    logs = read_logs(show(record(READ, failed, canceled, cut)))
    assert logs.steps["status"].tolist() == ["ran", "failed", "canceled", "unfinished"]
    assert logs.builds["failed"].tolist() == [True]


def test_a_step_that_never_began_is_not_shown():
    assert read_logs(show(record(READ, vertex("b", "[2/2] RUN a")))).steps["name"].tolist() == [
        "[internal] load build definition from Dockerfile"
    ]


def test_lines_of_output_are_counted_over_pieces():
    logs = [output("a", "one\ntw"), output("a", "o\n"), output("a", "three"), output("a", "")]
    assert read_logs(show(record(READ, logs=logs))).steps["output_lines"].tolist() == [3]


def test_parts_are_those_of_the_plain_log():
    imported = vertex("b", "importing cache manifest from r:cache", (1, 2))
    named = "inferred cache manifest type: application/vnd.oci.image.manifest.v1+json"
    parts = [part("b", named, 1, 1.25), part("b", "sha256:0123abc", 1, 2)]
    logs = read_logs(show(record(READ, imported, parts=parts)))
    assert logs.parts["part"].tolist() == ["inferred cache manifest type", "downloading"]
    assert logs.parts["seconds"].tolist() == [0.25, 1.0]
    assert logs.builds["cache_import"].tolist() == ["ok"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"vertexes":[{"digest":"a","name":"x","star',
        b'{"vertexes":[{"name":"without a digest"}]}',
        b'{"vertexes":[1]}',
        b'{"vertexes":[{"digest":[],"name":"x"}]}',
        b'{"statuses":[{"vertex":"a","id":"x","completed":"yesterday"}]}',
        b'{"logs":[{"vertex":"a","data":"not base64"}]}',
        b'{"vertexes":' + b"[" * 100_000,
    ],
)
def test_a_damaged_line_is_counted_and_the_rest_is_read(line):
    logs = read_logs(show(BUILD) + line + b"\n" + show(record(EXPORT)))
    assert logs.logs.loc[0, ["format", "unread_lines"]].tolist() == ["rawjson", 1]
    assert logs.steps["status"].eq("ran").sum() == 5


def test_names_of_any_kind_do_no_harm():
    state = {"digest": "a", "name": 7, "started": at(0), "completed": at(1), "inputs": [[]]}
    line = json.dumps({"vertexes": [state], "statuses": None}).encode()
    assert read_logs(line).steps["name"].tolist() == ["7"]


def test_other_json_is_no_record():
    assert read_logs(b'{"vertex": 1}\n{"logs": {"a": 1}}\n').logs["format"].tolist() == ["none"]


def test_times_are_read_to_the_microsecond():
    assert read_time("2026-01-01T00:00:00.123456789Z") == pytest.approx(1767225600.123456)
    assert read_time("0001-01-01T00:00:00Z") is read_time(None) is None


def test_spans_that_overlap_or_touch_are_one():
    assert merge_spans([(5, 6), (0, 2), (1, 3), (3, 4)]) == [(0, 4), (5, 6)]
