"""Values that a record lacks, or has, otherwise than the runs beside it; and runs that are gone."""

import json
import random
import shutil
from pathlib import Path

import pytest

from analysis.records import read_experiment

CONTEXTS = Path(__file__).parents[3] / "data" / "contexts"
NODE = CONTEXTS / "node.codebuild"
# run -> (changes of its record, null for what it is to lack; words of the reason)
EDITS = {
    "docker.cold": ({"idle_gap": 3.0}, "it has an idle gap, and nothing was built before it"),
    "docker.unchanged": ({"idle_gap": None}, "its record lacks idle_gap, which others"),
    "docker.source": ({"finished": None}, "its record lacks finished, which its log tells"),
    "docker.dependency": ({"store_objects": 3}, "its record has store_objects, which others"),
    "docker.base": ({"exit_code": None}, "its record lacks exit_code, which its log tells"),
    "registry-cache-push.cold": ({"seconds": None}, "its record lacks seconds, which its log"),
    "registry-cache-push.unchanged": ({"side_by_side": None}, "its record lacks side_by_side"),
    "registry-cache-push.source": ({"link": None}, "its record lacks link, which others"),
    "registry-cache-push.dependency": ({"machine": "another"}, "its record has machine, which"),
    "registry-cache-push.base": ({"repository": "registry-cache-push-01-b"}, "none of its round"),
    "containerd-store.cold": ({"images": None}, "its record lacks images, which others"),
    "containerd-store.unchanged": ({"pressure": None}, "its record lacks pressure, which others"),
    "containerd-store.source": ({"provisioning_seconds": None}, "lacks provisioning_seconds"),
}


def copy_runs(source, target, runs=None):
    """A folder with an experiment's runs, or with those of them."""
    target.mkdir()
    shutil.copy(source / "experiment.json", target)
    for path in (source / "runs").iterdir():
        if runs is None or path.name in runs:
            shutil.copytree(path, target / "runs" / path.name)
    return target


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """Run -> why it is invalid, of a copy in which each of EDITS was made."""
    folder = copy_runs(NODE, tmp_path_factory.mktemp("edited") / "node")
    for run, (changes, _) in EDITS.items():
        path = folder / "runs" / f"{run}.01" / "record.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return read_experiment(folder).runs.set_index("run")["invalid_reason"].dropna()


@pytest.mark.parametrize("run", EDITS)
def test_a_value_that_is_gone_or_came_from_nowhere_is_named(edited, run):
    assert EDITS[run][1] in edited[f"{run}.01"]


def test_such_an_edit_costs_its_run_alone(edited):
    assert set(edited.index) == {f"{run}.01" for run in EDITS}


def test_a_machine_that_is_neither_that_before_nor_that_after_is_named(tmp_path):
    folder = copy_runs(NODE, tmp_path / "node")
    for path in folder.glob("runs/*/record.json"):
        machine = "another" if path.parent.name == "docker.source.01" else "this"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"machine": machine}))
    runs = read_experiment(folder).runs.set_index("run")["invalid_reason"].dropna()
    assert runs.to_dict() == {
        "docker.source.01": "its machine is not that of the runs before and after it"
    }


def test_runs_that_were_removed_by_hand_cost_no_other(tmp_path):
    seed = 20261130
    print("seed", seed)
    rng = random.Random(seed)
    runs = sorted(path.name for path in (NODE / "runs").iterdir())
    lists = [[run for run in runs if run != gone] for gone in rng.sample(runs, 3)]
    lists += [rng.sample(runs, number) for number in (1, 2, 4, 8)]
    lists += [[run for run in runs if not run.startswith("docker.")]]
    for number, left in enumerate(lists):
        read = read_experiment(copy_runs(NODE, tmp_path / str(number), left)).runs
        assert read["invalid_reason"].dropna().tolist() == [], left
        assert len(read) == len(left)
