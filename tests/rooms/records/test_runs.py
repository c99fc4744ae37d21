"""An experiment read as frames: damage in one run costs that run's part alone."""

import gzip

import pytest
from recorded_run import RECORD

from analysis.claims import claims
from analysis.errors import RecordError
from analysis.measures.compare import compare
from analysis.prose import headline
from analysis.records import writing
from analysis.records.runs import read_experiment, read_runs

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
    return writing.write_run(folder, record, LOG, {"imageDetails": [], "manifests": {}}, {})


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
    writing.write_run(tmp_path, RECORD, LOG, listing, {})
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


@pytest.mark.parametrize("text", ["[]", "null", '"x"', "{", "", "[" * 100_000])
def test_facts_that_are_none_are_reported_and_the_runs_are_read(tmp_path, text):
    write(tmp_path)
    (tmp_path / "experiment.json").write_text(text)
    experiment = read_experiment(tmp_path)
    assert experiment.facts == {}
    assert experiment.runs["valid"].tolist() == [True]
    assert experiment.problems["path"].tolist() == [str(tmp_path / "experiment.json")]


LISTINGS = [
    b"null",
    b'{"imageDetails": 5, "manifests": {}}',
    b'{"imageDetails": {"a": {}}, "manifests": {}}',
    b'{"imageDetails": [], "manifests": 5}',
    b'{"imageDetails": [], "manifests": ["{}"]}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("listing", LISTINGS)
def test_an_odd_listing_is_reported_and_the_other_run_s_is_read(tmp_path, listing):
    folder = write(tmp_path)
    (folder / "images.json.gz").write_bytes(gzip.compress(listing))
    record = RECORD | {"run": "docker.source.01", "scenario": "source"}
    image = {"imageDetails": [{"imageDigest": "sha256:a"}], "manifests": {}}
    writing.write_run(tmp_path, record, LOG, image, {})
    experiment = read_experiment(tmp_path)
    assert experiment.problems["path"].tolist() == [str(folder / "images.json.gz")]
    assert experiment.images["run"].tolist() == ["docker.source.01"]


def test_a_listing_with_odd_values_loses_no_entry(tmp_path):
    digest = "sha256:a"
    image = {"imageDigest": digest, "imageTags": ["\ud800"], "imageSizeInBytes": "big"}
    listing = {"imageDetails": [image], "manifests": {digest: '{"a": "\ud800"}'}}
    writing.write_run(tmp_path, RECORD, LOG, listing, {})
    experiment = read_experiment(tmp_path)
    assert experiment.images[["run", "digest"]].values.tolist() == [["docker.cold.01", digest]]
    assert experiment.problems.empty


def damage(folder):
    (folder / "runs").mkdir(parents=True, exist_ok=True)
    (folder / "runs" / "docker.base.01.part").mkdir()
    (folder / "runs" / "docker.cold.01").mkdir()
    (folder / "runs" / "docker.cold.01" / "record.json").write_text("{")


@pytest.mark.parametrize("fill", [lambda _: None, damage])
def test_without_a_run_that_can_be_read_measures_say_so(tmp_path, fill):
    (tmp_path / "runs").mkdir()
    fill(tmp_path)
    experiment = read_experiment(tmp_path)
    assert experiment.runs["valid"].dtype == bool
    assert headline(experiment)[:2] == [
        "No build can be compared yet.",
        f"Record more with make experiment EXPERIMENT={tmp_path} ROUNDS=5.",
    ]
    assert compare(experiment.runs).empty
    assert set(claims(experiment)["verdict"]) == {"can't tell"}
    assert len(experiment.problems) == len(list((tmp_path / "runs").iterdir()))
