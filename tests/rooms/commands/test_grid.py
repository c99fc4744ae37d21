"""A grid, its order and resume, its command line, and the context that it builds."""

import gzip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

import pytest

from analysis import records
from analysis.commands import run_command_line
from analysis.commands.grid import (
    Grid,
    Point,
    add_arguments,
    choose_grid,
    list_points,
    run_grid,
    say_plan,
    split_links,
)
from analysis.errors import EngineError, LabError, SettingError, UnknownName
from analysis.shipped import GRID_CONTEXT, ROOT
from analysis.workload import (
    context_files,
    copied_files,
    derivable,
    find_source,
    list_instructions,
    make_context,
)

POINTS = list_points(["unshaped", "100mbit"], ["1", "2"])


def finish(folder, strategies, scenarios, settings):
    """What run_experiment leaves, as far as it is looked at for what is missing."""
    for number in range(1, settings.rounds + 1):
        for strategy in strategies:
            for scenario in scenarios:
                run = folder / "runs" / records.run_name(strategy, scenario, number)
                run.mkdir(parents=True, exist_ok=True)
                (run / "record.json").write_text("{}")


def recorder(fails=()):
    """A run that notes what it is called with, finishes it, or fails by an error of `fails`."""
    calls, fails = [], dict(fails)

    def run(folder, strategies, scenarios, settings):
        calls.append((folder.name, settings))
        if folder.name in fails:
            raise fails[folder.name]
        finish(folder, strategies, scenarios, settings)

    return run, calls


def test_a_point_is_named_by_link_and_work():
    assert Point("100mbit", 20.0).name == "100mbit.20s"
    assert Point("200mbit,20ms", 2.5).name == "200mbit-20ms.2.5s"


def test_a_grid_holds_each_link_and_work_once():
    points = list_points(["unshaped", "12.5MB/s", "100mbit"], ["8", "20s", "8.0"])
    assert [point.name for point in points] == [
        "unshaped.8s",
        "unshaped.20s",
        "100mbit.8s",
        "100mbit.20s",
    ]


@pytest.mark.parametrize(
    ("links", "works", "told"),
    [
        (["fast"], ["8"], "LINK is 'fast'"),
        (["unshaped"], ["0"], "--work has '0'"),
        (["unshaped"], ["-3"], "--work has '-3'"),
        (["unshaped"], ["nan"], "--work has 'nan'"),
        (["unshaped"], ["long"], "--work has 'long'"),
        ([], ["8"], "needs a link"),
    ],
)
def test_what_is_no_link_or_work_is_told(links, works, told):
    with pytest.raises(SettingError, match=told):
        list_points(links, works)


def test_links_that_hold_a_comma_are_given_with_semicolons():
    assert split_links("unshaped,100mbit") == ["unshaped", "100mbit"]
    assert split_links("unshaped;100mbit,20ms;") == ["unshaped", "100mbit,20ms"]


def test_rounds_are_outside_and_points_shuffled_inside(tmp_path):
    run, calls = recorder()
    grid = Grid(tmp_path, POINTS, rounds=3, seed=1)
    run_grid(grid, [].append, run)
    assert [settings.rounds for _, settings in calls] == [1] * 4 + [2] * 4 + [3] * 4
    orders = [tuple(name for name, _ in calls[at : at + 4]) for at in (0, 4, 8)]
    assert all(sorted(order) == sorted(point.name for point in POINTS) for order in orders)
    assert len(set(orders)) > 1, "drift would hit the same point in each round"
    assert orders == [tuple(point.name for point in grid.order(number)) for number in (1, 2, 3)]


def test_a_point_is_built_with_its_link_and_work(tmp_path):
    run, calls = recorder()
    grid = Grid(tmp_path, [Point("100mbit", 8.0)], rounds=1, arguments={"LAYER_BYTES": "9"})
    run_grid(grid, [].append, run)
    ((name, settings),) = calls
    assert (name, settings.link, settings.context) == ("100mbit.8s", "100mbit", GRID_CONTEXT)
    assert settings.arguments == {"WORK_SECONDS": "8", "LAYER_BYTES": "9"}


def test_what_is_finished_is_not_built_again(tmp_path):
    grid, lines = Grid(tmp_path, POINTS, rounds=2), []
    run, _ = recorder()
    run_grid(Grid(tmp_path, POINTS[:3], rounds=1), lines.append, run)
    assert say_plan(grid).startswith("20 builds to run in")
    again, calls = recorder()
    run_grid(grid, lines.append, again)
    assert [settings.rounds for _, settings in calls] == [1] + [2] * 4
    assert calls[0][0] == POINTS[3].name
    assert say_plan(grid).startswith("0 builds to run in")
    assert "about 0 minutes" in say_plan(grid)


def test_a_point_that_breaks_off_costs_the_others_nothing(tmp_path):
    run, calls = recorder({POINTS[0].name: LabError("no such luck")})
    with pytest.raises(LabError, match=r"unshaped\.1s in round 1: no such luck"):
        run_grid(Grid(tmp_path, POINTS, rounds=1), [].append, run)
    assert len(calls) == 4


def test_without_an_engine_no_other_point_is_tried(tmp_path):
    run, calls = recorder(dict.fromkeys([each.name for each in POINTS], EngineError("none")))
    with pytest.raises(EngineError):
        run_grid(Grid(tmp_path, POINTS, rounds=2), [].append, run)
    assert len(calls) == 1


def test_a_dry_run_says_how_many_builds_and_how_long_and_leaves_nothing(tmp_path, capsys):
    given = ["--folder", str(tmp_path / "out"), "--links", "unshaped,100mbit", "--work", "8,20"]
    assert run_command_line(["grid", *given, "--rounds", "2", "--dry-run"]) == 0
    assert "32 builds to run" in (said := capsys.readouterr().out)
    assert "4 points, 2 rounds" in said
    assert "about 22 minutes" in said
    assert not (tmp_path / "out").exists()


def test_the_command_line_reaches_the_grid(tmp_path):
    given = ["--folder", str(tmp_path), "--strategies", "docker,inline-cache", "--scenarios", "all"]
    add_arguments(parser := ArgumentParser())
    options = parser.parse_args([*given, "--layer-count", "2", "--seed", "7"])
    grid = choose_grid(options)
    assert (grid.strategies, grid.seed) == (["docker", "inline-cache"], 7)
    assert len(grid.scenarios) == 5
    assert grid.settings(Point("unshaped", 1.0), 1).arguments["LAYER_COUNT"] == "2"


def test_a_wrong_name_is_told_without_a_traceback(tmp_path):
    command = [sys.executable, "-m", "analysis", "grid", "--folder", str(tmp_path)]
    found = subprocess.run(
        [*command, "--strategies", "dockr"], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 1
    assert "did you mean 'docker'" in found.stderr
    assert "Traceback" not in found.stderr


def test_an_argument_that_the_context_lacks_is_told(tmp_path):
    grid = Grid(tmp_path, POINTS, arguments={"LAYER_BYTE": "9"})
    with pytest.raises(UnknownName, match="did you mean 'LAYER_BYTES'"):
        say_plan(grid)


# the context


def test_every_scenario_can_be_derived_and_the_source_is_what_is_copied_last(tmp_path):
    assert not any(derivable(GRID_CONTEXT).values())
    assert find_source(GRID_CONTEXT) == Path("app.py")
    make_context(GRID_CONTEXT, "source", tmp_path / "source", {}, {})
    changed = {
        path
        for path in copied_files(GRID_CONTEXT)
        if (GRID_CONTEXT / path).read_bytes() != (tmp_path / "source" / path).read_bytes()
    }
    assert changed == {Path("app.py")}
    dockerfile = (GRID_CONTEXT / "Dockerfile").read_text()
    lines = [line.strip() for _, line in list_instructions(dockerfile)]
    last_run = max(at for at, line in enumerate(lines) if line.startswith("RUN "))
    copies = [at for at, line in enumerate(lines) if line.startswith("COPY ") and "app.py" in line]
    assert copies
    assert min(copies) > last_run, "a changed source file leaves the work cached"


def test_the_quick_start_s_context_holds_nothing_of_it():
    assert not [path for path in context_files(ROOT / "deploy") if "sweep" in path.parts]


@pytest.fixture
def layer(monkeypatch, tmp_path):
    """The script that is a layer's work, writing into a folder of the test's."""
    spec = importlib.util.spec_from_file_location("layer", GRID_CONTEXT / "layer.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", str(tmp_path / "layers"))
    given = {"WORK_SECONDS": "0.2", "LAYER_COUNT": "2", "LAYER_BYTES": "70000"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return module


def run_layers(layer, folder):
    """Name -> (sha256, time) of the files that all instructions write, and how long they take."""
    begin = time.monotonic()
    for number in range(1, layer.MOST + 1):
        layer.make_layer(number)
    seconds = time.monotonic() - begin
    files = {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in folder.iterdir()
    }
    return files, seconds


def test_layers_are_of_known_length_and_bytes_the_same_each_time(layer, tmp_path):
    files, seconds = run_layers(layer, tmp_path / "layers")
    assert set(files) == {"1", "2"}
    assert files["1"][0] != files["2"][0]
    assert 0.2 <= seconds < 60
    sizes = {path.stat().st_size for path in (tmp_path / "layers").iterdir()}
    assert sizes == {70000}
    assert os.stat(tmp_path / "layers").st_mtime == 0
    shutil.rmtree(tmp_path / "layers")
    assert run_layers(layer, tmp_path / "layers")[0] == files


def test_no_gzip_makes_them_smaller(layer, tmp_path):
    layer.make_layer(1)
    packed = gzip.compress((tmp_path / "layers" / "1").read_bytes(), 9)
    assert len(packed) >= 70000


@pytest.mark.parametrize("count", ["0", "9"])
def test_a_number_of_layers_that_the_dockerfile_lacks_fails_the_build(layer, monkeypatch, count):
    monkeypatch.setenv("LAYER_COUNT", count)
    with pytest.raises(SystemExit, match=f"LAYER_COUNT is {count}: it must be 1 to 8"):
        layer.make_layer(1)
    runs = (GRID_CONTEXT / "Dockerfile").read_text().count("RUN python3 layer.py ")
    assert runs == layer.MOST
