"""An experiment read as frames: damage in one run costs that run's part alone."""

import gzip

import pytest
from test_recording import RECORD

from analysis import read_experiment, read_runs, recording
from analysis.errors import RecordError

LOG = b"""\
[Container] 2026/11/24 10:00:00.000000 Entering phase BUILD
[Container] 2026/11/24 10:00:00.100000 Running command docker build .
#1 [1/2] FROM docker.io/library/alpine
#1 DONE 0.5s

#2 [2/2] RUN true
#2 DONE 1.5s
[Container] 2026/11/24 10:00:09.500000 Phase complete: BUILD State: SUCCEEDED
"""


def write(folder, scenario="cold"):
    record = RECORD | {"run": f"docker.{scenario}.01", "scenario": scenario}
    return recording.write_run(folder, record, LOG, {"imageDetails": [], "manifests": {}}, {})


def test_frames_of_an_experiment_join_on_log_and_run(tmp_path):
    write(tmp_path)
    experiment = read_experiment(tmp_path)
    assert experiment.runs["valid"].tolist() == [True]
    assert set(experiment.logs.steps["log"]) == set(experiment.runs["log"])
    assert experiment.images.empty
    assert experiment.images["run"].dtype == "string"
    assert read_runs(tmp_path).equals(experiment.runs)


@pytest.mark.parametrize("name", ["build.log.gz", "images.json.gz"])
@pytest.mark.parametrize("keep", [0, 10, 30])
def test_a_damaged_file_is_reported_and_the_other_runs_are_read(tmp_path, name, keep):
    write(tmp_path)
    broken = write(tmp_path, "source") / name
    broken.write_bytes(broken.read_bytes()[:keep])
    experiment = read_experiment(tmp_path)
    assert len(experiment.runs) == 2
    assert experiment.problems["path"].tolist() == [str(broken)]
    assert experiment.runs.set_index("scenario").loc["cold", "valid"]


def test_a_listing_that_the_registry_refused_is_reported(tmp_path):
    listing = {"imageDetails": [], "manifests": {}, "problem": "the registry answers HTTP 500"}
    recording.write_run(tmp_path, RECORD, LOG, listing, {})
    assert read_experiment(tmp_path).problems["reason"].tolist() == [listing["problem"]]


def test_a_listing_of_another_shape_is_reported(tmp_path):
    folder = write(tmp_path)
    (folder / "images.json.gz").write_bytes(gzip.compress(b"[1]"))
    assert "no listing" in read_experiment(tmp_path).problems["reason"][0]


def test_an_experiment_without_runs_is_empty(tmp_path):
    (tmp_path / "runs").mkdir()
    experiment = read_experiment(tmp_path)
    assert experiment.runs.empty
    assert experiment.facts == {}


def test_no_experiment_is_said(tmp_path):
    with pytest.raises(RecordError, match="holds no experiment"):
        read_experiment(tmp_path / "none")
