"""What is kept of an experiment: the same frames and answers, and none for frames that changed."""

import dataclasses
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis import measures
from analysis.results import Experiment, read_experiment

CONTROL = Path(__file__).parents[3] / "data" / "control"
NAMES = (
    "compare",
    "hits",
    "misses",
    "overhead_map",
    "busy_map",
    "timelines",
    "path_map",
    "entries",
)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "experiment"
    shutil.copytree(CONTROL, folder)
    return folder


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    monkeypatch.setattr("analysis.store.answers.SETTLED", -(1 << 62))


def list_frames(experiment):
    own = {each.name: getattr(experiment, each.name) for each in dataclasses.fields(Experiment)}
    logs = own.pop("logs")
    frames = own | {each.name: getattr(logs, each.name) for each in dataclasses.fields(logs)}
    answers = {name: getattr(experiment, name)() for name in NAMES}
    return {name: f for name, f in (frames | answers).items() if isinstance(f, pd.DataFrame)}


def test_an_experiment_is_the_same_new_from_tables_and_from_answers(folder, tmp_path, monkeypatch):
    wanted = list_frames(read_experiment(folder, store="off"))
    store = tmp_path / "store"
    for _ in range(2):
        found = list_frames(read_experiment(folder, store=store))
        for name, frame in wanted.items():
            pd.testing.assert_frame_equal(found[name], frame, obj=name)
    # everything was kept: nothing is computed any more
    monkeypatch.setattr(measures, "compare", None)
    monkeypatch.setattr("analysis.records.timeline.read_histories", None)
    monkeypatch.setattr("analysis.records.runs.read_records", None)
    found = list_frames(read_experiment(folder, store=store))
    assert found.keys() == wanted.keys()
    # the answers gone, the tables of each file stay
    for path in store.glob("answers-*"):
        shutil.rmtree(path)
    monkeypatch.undo()
    found = list_frames(read_experiment(folder, store=store))
    for name, frame in wanted.items():
        pd.testing.assert_frame_equal(found[name], frame, obj=name)


def test_other_runs_are_measured_anew(folder, tmp_path):
    experiment = read_experiment(folder, store=tmp_path / "store")
    hits = len(experiment.hits())
    some = dataclasses.replace(experiment, runs=experiment.runs.head(10))
    assert len(some.hits()) < hits
    shutil.rmtree(folder / "runs" / "docker.cold.01")
    assert len(read_experiment(folder, store=tmp_path / "store").hits()) == hits - 1


def test_damaged_files_are_told_as_without_a_store(folder, tmp_path):
    for name, data in (("images", b"{}"), ("history", b"no gzip"), ("build", b"\x1f\x8b")):
        end = "log" if name == "build" else "json"
        (folder / "runs" / "docker.cold.01" / f"{name}.{end}.gz").write_bytes(data)
    (folder / "runs" / "docker.cold.02" / "history.json.gz").unlink()
    wanted = read_experiment(folder, store="off")
    assert len(wanted.problems) and len(wanted.unread_timelines())
    for _ in range(2):
        found = read_experiment(folder, store=tmp_path / "store")
        pd.testing.assert_frame_equal(found.problems, wanted.problems)
        pd.testing.assert_frame_equal(found.unread_timelines(), wanted.unread_timelines())
        pd.testing.assert_frame_equal(found.timelines(), wanted.timelines())
