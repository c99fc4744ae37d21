"""How fast the hosts of runs were, what was pushed, and which runs were under pressure."""

import json

import pandas as pd
import pytest
from recorded_run import RECORD
from repository import CONFIG, IMAGE, LAYER, Repository, blob

import analysis
from analysis.errors import FrameError, LogError, RecordError
from analysis.records import writing
from analysis.records.host_speeds import Speeds, read_host, to_speeds
from analysis.records.pressure import PRESSED
from analysis.records.runs import read_experiment
from analysis.records.speeds import RATES, read_speeds

LAYER_DIGEST = "sha256:" + "a" * 64
LOG = f"""\
[Container] 2026/11/24 10:00:00.000000 Entering phase BUILD
[Container] 2026/11/24 10:00:00.100000 Running command docker buildx build -t r/x .
#1 [internal] booting buildkit
#1 pulling image moby/buildkit:buildx-stable-1 4.1s done
#1 DONE 5.0s

#2 [1/2] FROM docker.io/library/alpine@sha256:{"9" * 64}
#2 {LAYER_DIGEST} 30.00MB / 30.00MB 0.5s done
#2 extracting {LAYER_DIGEST} 1.5s done
#2 DONE 2.0s

#3 [2/2] RUN true
#3 DONE 1.5s

[Container] 2026/11/24 10:00:07.500000 Running command docker push r/x
abcdefabcdef: Pushed
[Container] 2026/11/24 10:00:09.500000 Phase complete: BUILD State: SUCCEEDED
"""


def write(folder, repository=None, log=LOG, **changes):
    record = RECORD | {"run": f"docker.{changes.get('scenario', 'cold')}.01"} | changes
    listing = {"imageDetails": [], "manifests": {}}
    if repository is not None:
        details = [
            item | {"imagePushedAt": str(item["imagePushedAt"])}
            for item in repository.details.values()
        ]
        listing = {"imageDetails": details, "manifests": repository.manifests}
    return writing.write_run(folder, record, log.encode(), listing, {})


def push(repository, *layers):
    """Push an image of layers of these names and sizes."""
    blobs = [blob(LAYER, name, size) for name, size in layers]
    manifest = {"mediaType": IMAGE, "config": blob(CONFIG, str(layers), 1), "layers": blobs}
    repository.day += 60
    repository.push(manifest, "latest", size=1)


def test_a_run_says_how_fast_its_host_was_by_its_own_log(tmp_path):
    write(tmp_path)
    row = read_experiment(tmp_path).runs.iloc[0]
    assert row["unpack_mbps"] == pytest.approx(20)
    assert row["download_mbps"] == pytest.approx(60)
    assert row["boot_seconds"] == pytest.approx(5)
    assert pd.isna(row["push_mbps"])


def test_what_a_run_pushed_is_told_by_its_listing_without_what_was_there(tmp_path):
    repository = Repository()
    push(repository, ("base", 40_000_000), ("one", 20_000_000))
    write(tmp_path, repository)
    push(repository, ("base", 40_000_000), ("two", 30_000_000))
    write(tmp_path, repository, scenario="source", started="2026-11-25T10:00:00+00:00")
    runs = read_experiment(tmp_path).runs.set_index("scenario")
    assert runs.loc["cold", "push_mbps"] == pytest.approx(60 / 2, rel=1e-3)
    assert runs.loc["source", "push_mbps"] == pytest.approx(30 / 2, rel=1e-3)


def test_an_image_that_is_pushed_again_moves_nothing(tmp_path):
    repository = Repository()
    push(repository, ("base", 40_000_000))
    write(tmp_path, repository)
    push(repository, ("base", 40_000_000))
    write(tmp_path, repository, scenario="unchanged", started="2026-11-25T10:00:00+00:00")
    runs = read_experiment(tmp_path).runs.set_index("scenario")
    assert runs["push_mbps"].notna().to_dict() == {"cold": True, "unchanged": False}


def test_records_without_a_pressure_say_nothing_of_it(tmp_path):
    write(tmp_path)
    runs = read_experiment(tmp_path).runs
    assert runs[["pressure", "under_pressure", "others_cpu"]].isna().all(axis=None)
    assert str(runs["under_pressure"].dtype) == "boolean"
    assert runs[list(RATES)].dtypes.astype(str).unique().tolist() == ["float64"]


@pytest.mark.parametrize(
    ("facts", "flagged"),
    [
        ({"pressure": PRESSED}, True),
        ({"pressure": PRESSED - 0.01, "others_cpu": 0.9}, False),
        ({"pressure": 0.99, "others_cpu": 0.8}, True),
        # its own pressure
        ({"pressure": 0.99, "others_cpu": 0.05}, False),
        ({"pressure": 0.99, "others_cpu": 0.8, "side_by_side": True}, False),
        ({"pressure": None, "others_cpu": 0.8}, None),
    ],
)
def test_runs_are_flagged_by_the_time_in_which_tasks_waited_for_others(tmp_path, facts, flagged):
    write(tmp_path, **facts)
    found = read_experiment(tmp_path).runs["under_pressure"]
    assert [None if pd.isna(each) else each for each in found] == [flagged]


def test_flagged_runs_stay_and_may_be_compared(tmp_path):
    write(tmp_path, pressure=0.99)
    assert read_experiment(tmp_path).runs["valid"].tolist() == [True]


def test_logs_that_cannot_be_read_are_told_of(tmp_path):
    (tmp_path / "a.log").write_text(LOG)
    (tmp_path / "b.log.gz").write_bytes(b"\x1f\x8bdamaged")
    table = read_speeds(tmp_path).set_index("log")
    assert table.loc[str(tmp_path / "a.log"), "unpack_mbps"] == pytest.approx(20)
    assert "damaged gzip" in table.loc[str(tmp_path / "b.log.gz"), "problem"]
    assert table.loc[str(tmp_path / "b.log.gz"), list(RATES)].isna().all()
    with pytest.raises(LogError, match="does not exist"):
        read_speeds(tmp_path / "none.log")


def test_speeds_are_found_of_frames_experiments_folders_and_logs(tmp_path):
    write(tmp_path / "e")
    log = tmp_path / "build.log"
    log.write_text(LOG)
    experiment = read_experiment(tmp_path / "e")
    given = [
        *(experiment, tmp_path / "e", str(tmp_path / "e"), experiment.runs),
        *(log, [log], LOG.encode(), {"one": LOG.encode()}, analysis.read_logs(log)),
    ]
    for each in given:
        assert to_speeds(each, "m")["unpack_mbps"].tolist() == [pytest.approx(20)]
    with pytest.raises(FrameError, match="unpack_mbps"):
        to_speeds(experiment.runs[["run"]], "m")
    with pytest.raises(FrameError, match="log-0 is no file"):
        to_speeds(analysis.read_logs(LOG.encode()), "m")


def test_host_speeds_has_a_row_a_speed_and_counts_valid_runs(tmp_path):
    write(tmp_path)
    write(tmp_path, scenario="source", status="failed", log=LOG.replace("1.5s", "9.0s"))
    table = analysis.measures.host_speeds(tmp_path)
    assert table.columns.tolist() == ["speed", "unit", "median", "low", "high", "n"]
    assert table["speed"].tolist() == list(Speeds.__dataclass_fields__)
    row = table.set_index("speed").loc["unpack_mbps"]
    assert (row["median"], row["low"], row["high"], row["n"]) == (20, 20, 20, 1)
    assert Speeds.from_table(table) == Speeds(20.0, 60.0, None, 5.0)


def test_speeds_go_to_a_file_and_back(tmp_path):
    speeds = Speeds(unpack_mbps=33.3, boot_seconds=1.9)
    speeds.write(tmp_path / "speeds.json")
    assert read_host(tmp_path / "speeds.json") == speeds
    assert Speeds.from_json(speeds.to_json()) == speeds
    assert json.loads(speeds.to_json())["push_mbps"] is None
    assert Speeds.from_json("{}") == Speeds()


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "no JSON"),
        ('{"unpack_mbps": 3', "no JSON"),
        ("[1]", "no object"),
        ("null", "no object"),
        ('{"unpack": 3}', "'unpack', which is no speed"),
        ('{"unpack_mbps": "fast"}', "'fast', which is no number above 0"),
        ('{"unpack_mbps": 0}', "0, which is no number above 0"),
        ('{"boot_seconds": -1}', "-1, which is no number above 0"),
        ('{"boot_seconds": true}', "True, which is no number above 0"),
        ('{"boot_seconds": NaN}', "nan, which is no number above 0"),
        ('{"boot_seconds": 1e999}', "inf, which is no number above 0"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_damaged_file_of_speeds_is_named_with_the_fact_and_the_cure(tmp_path, text, fact):
    path = tmp_path / "speeds.json"
    path.write_text(text)
    with pytest.raises(RecordError, match=f"speeds.json.*{fact}.*: .+"):
        read_host(path)
    with pytest.raises(RecordError, match=fact):
        Speeds.from_json(text)


def test_speeds_that_are_not_there_are_named(tmp_path):
    with pytest.raises(RecordError, match=r"none.json does not exist: make one"):
        read_host(tmp_path / "none.json")
