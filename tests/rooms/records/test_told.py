"""An experiment.json that was edited: what no run bears out is told, and no run becomes invalid."""

import json
import shutil
from pathlib import Path

import pytest

from analysis.records import read_experiment

NODE = Path(__file__).parents[3] / "data" / "contexts" / "node.codebuild"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"place": "codebuild"}, ["says place codebuild, and its runs lab."]),
        ({"link": "unshaped"}, ["says link unshaped, and its runs codebuild."]),
        ({"buildspecs": {"docker": ""}}, ["names no buildspec of containerd-store and registry-"]),
        ({"started": "2027-01-01T00:00:00+00:00"}, ["says that it began after the first of its"]),
        # nothing that a run tells
        ({"started": "yesterday", "place": 5, "link": None, "buildspecs": []}, []),
        ({"seed": 7, "images": {}, "context_digest": "", "machine": {}, "mix": None}, []),
        (dict.fromkeys(json.loads((NODE / "experiment.json").read_text())), []),
    ],
)
def test_what_no_run_bears_out_is_told(tmp_path, changes, said):
    shutil.copytree(NODE, tmp_path / "node")
    path = tmp_path / "node" / "experiment.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    experiment = read_experiment(tmp_path / "node")
    assert experiment.runs["valid"].all()
    reasons = experiment.problems["reason"].tolist()
    assert len(reasons) == len(said)
    for words, reason in zip(said, reasons, strict=True):
        assert words in reason and str(path) in reason
