"""A folder that goes under a call, or that another call has finished: told, and nothing mixed."""

import shutil
from types import SimpleNamespace

import pytest
from recorded_run import RECORD

from analysis.errors import RecordError
from analysis.experiment import Progress, Recorder, Run, Settings, make_plan
from analysis.experiment.in_lab import _LabPlace
from analysis.lab import Images
from analysis.records import lock_folder, write_run


@pytest.fixture
def settings(context):
    return Settings(rounds=1, context=context)


def test_a_folder_that_is_removed_under_a_call_is_told_and_not_made_again(settings, tmp_path):
    folder = tmp_path / "out"
    plan = make_plan(folder, "docker", "cold", settings, Images(), str)
    with lock_folder(folder):
        recorder = Recorder(folder, plan, Progress(str))
        shutil.rmtree(folder)
        with pytest.raises(RecordError, match="was removed while this call records into .*out"):
            recorder.keep(Run(RECORD, b"log\n", {}, {}))
    assert not folder.exists()


def test_a_sequence_that_another_call_has_finished_meanwhile_is_told(settings, tmp_path):
    plan, lines = make_plan(tmp_path, "docker", "cold", settings, Images(), str), []
    write_run(tmp_path, RECORD, b"log\n", {}, {})
    place = _LabPlace(SimpleNamespace(background=None), SimpleNamespace(digest=dict), settings)
    place.build(plan.sequences, Recorder(tmp_path, plan, Progress(lines.append)))
    assert lines == [
        "1 of 0: docker in round 1",
        "docker in round 1: another call has finished it meanwhile",
    ]
