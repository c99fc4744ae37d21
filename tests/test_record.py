"""What is recorded for data/: planned by priority, resumed, kept small, and read as it was."""

import dataclasses
import json

import pandas as pd
import pytest

import analysis
from analysis.errors import UnknownName
from analysis.records import write_run
from analysis.shipped import ROOT
from analysis.workload import KNOWN_SCENARIOS
from benchmarks.record import choose_parts, list_kept, pack, say_missing, take_up, walk
from benchmarks.recorded_plan import CONTEXTS, PLAN, SERVICE, Part, Point

RECORDED = ROOT / "data" / "sweep"
BUSY = {"pressure": 0.9, "others_cpu": 0.4}
SMALL = Part(
    "small", (Point("one"), Point("two")), ("docker", "inline-cache"), ("cold", "branch"), 2
)


def keep(folder, strategy, scenario, number, anew=False, **facts):
    """A finished run."""
    run = f"{strategy}.{scenario}.{number:02d}"
    known = {"format": 1, "run": run, "strategy": strategy, "round": number, "order": 0}
    known |= {"scenario": scenario, "place": "lab", "emulated": False, "host": "fresh"}
    known |= {"started": "2026-11-24T10:00:00+00:00", "status": "succeeded", "expect": "succeeded"}
    write_run(folder, known | facts, b"log", {}, {}, anew)


def test_rounds_are_outside_and_strategies_one_after_the_other(tmp_path):
    found = []
    for unit in walk(tmp_path, [SMALL]):
        number, strategy, story = unit.sequence
        keep(tmp_path / unit.point.folder, strategy.name, story or "cold", number)
        found.append((number, unit.point.folder, strategy.name, story))
    assert [each[0] for each in found] == [1] * 8 + [2] * 8
    assert [each[1] for each in found] == (["one"] * 4 + ["two"] * 4) * 2
    assert [each[2] for each in found[::2]] == [each[2] for each in found[1::2]]
    assert len({*found}) == len(found) and not list(walk(tmp_path, [SMALL]))


def test_what_is_finished_is_not_built_and_what_was_pressed_is(tmp_path):
    part = dataclasses.replace(SMALL, points=(Point("one"),), rounds=1)
    keep(tmp_path / "one", "docker", "cold", 1, **BUSY)
    keep(tmp_path / "one", "docker", "branch", 1)
    found = [(u.sequence.strategy.name, u.sequence.story, u.retry) for u in walk(tmp_path, [part])]
    new = [each for each in found if not each[2]]
    assert sorted(new) == [("inline-cache", "", ""), ("inline-cache", "branch", "")]
    assert ("docker", "", "pressed") in found and ("docker", "branch", "pressed") not in found


def test_where_the_baseline_fails_the_others_are_built_all_the_same(tmp_path):
    keep(tmp_path / "one", "docker", "cold", 1, status="failed")
    assert {unit.point.folder for unit in walk(tmp_path, [SMALL])} == {"two"}
    said = list(say_missing(tmp_path, [SMALL]))
    assert "docker.cold.01 failed" in said[0] and "builds missing" in said[1]


def test_what_is_missing_is_said_part_by_part(tmp_path):
    *lines, total = say_missing(tmp_path, choose_parts("other links,growth"))
    assert len(lines) == 3
    assert all(" 0 runs there" in line and " h" in line for line in lines)
    assert total.endswith("h in all")


def test_what_is_recorded_is_there_and_no_name_is_another_s():
    known, points = analysis.load_strategies(), {each for part in PLAN for each in part.points}
    assert len({point.folder for point in points}) == len(points)
    assert not any(folder.startswith("held-out") for folder in list_kept(PLAN))
    for part in PLAN:
        assert set(part.strategies) <= known.keys() and set(part.scenarios) <= {*KNOWN_SCENARIOS}
    for point in points:
        assert point.context == SERVICE or (CONTEXTS[point.context][0] / "Dockerfile").is_file()


def test_parts_are_chosen_by_name_in_the_order_of_the_plan():
    assert [part.name for part in choose_parts("control, growth")] == ["growth", "control"]
    assert tuple(choose_parts(None)) == PLAN
    with pytest.raises(UnknownName, match="growht"):
        choose_parts("growht")


def test_a_packed_experiment_is_read_as_it_was_recorded(tmp_path):
    name = "unshaped.8s"
    (tmp_path / name / "runs" / "gone.cold.01").mkdir(parents=True)
    size = pack(RECORDED, tmp_path, [name, "nothing"])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert size == sum(path.stat().st_size for path in files)
    was = analysis.read_experiment(RECORDED / name)
    now = analysis.read_experiment(tmp_path / name)
    assert size < sum(path.stat().st_size for path in (RECORDED / name).rglob("*.*"))
    assert now.problems.empty and now.facts == was.facts
    columns = ["run", "seconds", "status", "valid", "unpack_mbps"]
    pd.testing.assert_frame_equal(now.runs[columns], was.runs[columns])
    assert len(now.logs.steps) == len(was.logs.steps)


def test_what_is_not_finished_stays_where_it_was_recorded(tmp_path):
    keep(tmp_path / "one", "docker", "cold", 1)
    (tmp_path / "one" / "runs" / "docker.cold.02.part").mkdir()
    (tmp_path / "one" / "experiment.json").write_text(json.dumps({}))
    for _ in range(2):
        pack(tmp_path, tmp_path / "data", ["one"])
    assert [path.name for path in (tmp_path / "data" / "one" / "runs").iterdir()] == [
        "docker.cold.01"
    ]


def test_another_machine_goes_on_with_what_was_kept(tmp_path):
    here, there, kept = tmp_path / "here", tmp_path / "there", tmp_path / "kept"
    keep(here / "one", "docker", "cold", 1)
    (here / "one" / "experiment.json").write_text(json.dumps({}))
    pack(here, kept, ["one"])
    assert take_up(kept, there, ["one", "two"]) == ["one"]
    known = [unit.sequence for unit in walk(here, [SMALL])]
    assert [unit.sequence for unit in walk(there, [SMALL])] == known
    # packed once more it is the same
    again = pack(there, tmp_path / "again", ["one"])
    assert again == sum(path.stat().st_size for path in kept.rglob("*") if path.is_file())
    keep(there / "one", "inline-cache", "cold", 1)
    assert take_up(kept, there, ["one"]) == []
    assert (there / "one" / "runs" / "inline-cache.cold.01").is_dir()


def test_git_and_buildkit_agree_on_the_recorded_history():
    commits = analysis.read_experiment("data/commits").commits()
    assert len(commits) == 24 and commits["agrees"].all()
