"""What is recorded for a model over contexts and links: kept small, and read as it was."""

import pandas as pd
import pytest

import analysis
from analysis.shipped import ROOT
from benchmarks.record_contexts import CONTEXTS, LINKS, STRATEGIES, list_points, pack

RECORDED = ROOT / "data" / "sweep"


@pytest.mark.parametrize("bare", [False, True])
def test_a_packed_experiment_is_read_as_it_was_recorded(tmp_path, bare):
    points = list_points(RECORDED, ["unshaped"], ["8s"])
    size = pack(RECORDED, tmp_path, points, bare)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert size == sum(path.stat().st_size for path in files)
    was = analysis.read_experiment(RECORDED / "unshaped.8s")
    now = analysis.read_experiment(tmp_path / "unshaped.8s")
    assert size < sum(path.stat().st_size for path in (RECORDED / "unshaped.8s").rglob("*.*"))
    assert now.problems.empty and now.facts == was.facts
    columns = ["run", "seconds", "status", "valid", "unpack_mbps"]
    pd.testing.assert_frame_equal(now.runs[columns], was.runs[columns])
    assert len(now.logs.steps) == len(was.logs.steps)


def test_what_is_recorded_is_there_and_no_name_is_another_s():
    for context, arguments in CONTEXTS.values():
        text = (context / "Dockerfile").read_text()
        assert all(f"ARG {name}" in text for name in arguments)
    assert set(STRATEGIES) <= analysis.load_strategies().keys()
    points = list_points(RECORDED, list(CONTEXTS), LINKS)
    assert len({point.folder for point in points}) == len(points) == len(CONTEXTS) * len(LINKS)
    assert all(point.settings(1).link == point.link for point in points)
