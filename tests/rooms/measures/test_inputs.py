"""What measures take: frames with the columns they need, experiments, folders; and what they say.

Each public measure is called with its frames whole, with nothing but the columns that it declares,
with a column less, with an experiment and its folder, and with what is neither.
"""

import inspect
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from measured_frames import CONTROL, PUBLIC, TAKING, find_frames, find_more

import analysis
from analysis import measures
from analysis.errors import FrameError
from analysis.records import COLUMN_DEFAULTS, read_experiment

# what takes no frame first: texts, numbers, files, past builds, ECR's previews, grids
OTHERS = {
    *("compare_previews", "find_price", "landing_chances", "reuse_chances", "read_mix"),
    *("check_break_even", "busy_by_link", "host_speeds"),
    *("Conditions", "Model", "fit_model", "validate_model", "summarise_validation"),
    *("cache_seen", "history_busy", "history_hits", "history_overheads", "hits_over_gap"),
    *("build_kinds", "mix_of_commits", "write_mix"),
    *("host_caches", "missing_steps", "phase_minutes", "slopes", "sum_problems", "trend"),
}
WHOLE = [name for name, each in TAKING.items() if next(iter(each.needs.values())).find]


@pytest.fixture(scope="module")
def control():
    return read_experiment(CONTROL)


def list_needed(measure, name, more):
    """The columns that a measure declares for a parameter."""
    defaults = {
        key: each.default
        for key, each in inspect.signature(measure).parameters.items()
        if each.default is not inspect.Parameter.empty
    }
    found = []
    for word in measure.needs[name].columns.split():
        value = (defaults | more)[word[1:-1]] if word.startswith("{") else word
        found += [value] if isinstance(value, str) else list(value or [])
    return found


def same(one, other):
    if isinstance(one, pd.DataFrame):
        columns = [name for name in one if name in other]
        pd.testing.assert_frame_equal(one[columns], other[columns], check_dtype=False)
    else:
        assert one == other


def test_every_public_measure_says_what_it_takes():
    assert set(PUBLIC) - set(TAKING) == OTHERS
    assert len(WHOLE) > 25


@pytest.mark.parametrize("name", TAKING)
def test_the_columns_that_are_declared_are_all_that_is_needed(control, name):
    measure, more = TAKING[name], find_more(name, control)
    frames = find_frames(measure)
    if name == "critical_path":
        # of one run, since a timeline may lack `run`
        timeline = frames["timeline"]
        frames = {"timeline": timeline[timeline["run"] == timeline["run"].iloc[0]]}
    few = {
        each: frame[list_needed(measure, each, more)] if measure.needs[each].columns else frame
        for each, frame in frames.items()
    }
    same(measure(**few, **more), measure(**frames, **more))


@pytest.mark.parametrize("name", TAKING)
def test_a_column_that_is_missing_is_named_unless_it_has_a_default(control, name):
    measure, more = TAKING[name], find_more(name, control)
    frames = find_frames(measure)
    spared = {}
    for each, frame in frames.items():
        needed = dict.fromkeys(list_needed(measure, each, more))
        for column in (column for column in needed if column not in COLUMN_DEFAULTS):
            with pytest.raises(FrameError) as error:
                measure(**(frames | {each: frame.drop(columns=column)}), **more)
            assert f"{measure.__name__} needs a column {column!r}: " in str(error.value)
            assert f" in {each}; the frame has " in str(error.value)
        if measure.needs[each].columns:
            frame = frame.drop(columns=[*COLUMN_DEFAULTS], errors="ignore")
        spared[each] = frame
    measure(**spared, **more)


@pytest.mark.parametrize("name", TAKING)
def test_anything_else_is_told_what_is_taken(control, name):
    measure, more = TAKING[name], find_more(name, control)
    frames = find_frames(measure)
    for each, wrong in product(frames, (5, None, ["docker"], {"seconds": 1}, b"log")):
        with pytest.raises(TypeError, match=f"^{measure.__name__} takes as {each} .*, not "):
            measure(**(frames | {each: wrong}), **more)


@pytest.mark.parametrize("name", WHOLE)
def test_an_experiment_stands_for_frames(control, name):
    measure, more = TAKING[name], find_more(name, control)
    expected = measure(**find_frames(measure), **more)
    same(measure(control, **more), expected)
    same(measure(control, *more.values()), expected)


@pytest.mark.parametrize("name", ["compare", "overhead_map", "hit_rates", "count_entries"])
def test_a_folder_stands_for_frames_from_anywhere(name, monkeypatch, tmp_path):
    measure = TAKING[name]
    monkeypatch.chdir(tmp_path)
    expected = measure(**find_frames(measure))
    same(measure(CONTROL), expected)
    # a relative one is looked for beside the package
    assert len(measure("data/control")) == len(expected)


def test_frames_given_beside_an_experiment_count(control):
    none = control.logs.steps.iloc[:0]
    assert measures.hits_by_run(control, none)["hits"].isna().all()
    assert measures.hits_by_run(control, steps=none)["hits"].isna().all()
    assert measures.layer_hits(control, none, "source").empty
    assert not measures.layer_hits(control, "source").empty
    with pytest.raises(TypeError, match="hits_by_run takes"):
        measures.hits_by_run(control, "source")


def test_an_analyst_s_own_frame_needs_four_columns():
    rows = [
        (strategy, scenario, number, seconds + number / 10)
        for strategy, seconds in (("docker", 20.0), ("mine", 10.0))
        for scenario in ("cold", "source")
        for number in range(1, 6)
    ]
    mine = pd.DataFrame(rows, columns=["strategy", "scenario", "round", "seconds"])
    table = analysis.compare(mine)
    assert table["scenario"].tolist() == ["cold", "source"]
    assert table["verdict"].tolist() == ["faster", "faster"]
    table = analysis.compare(mine.assign(valid=mine["round"] < 3))
    assert set(table["verdict"]) == {"not enough runs"}
    months = analysis.month(mine, {"source": 1.0}, 60, "general1.small", analysis.read_prices())
    assert months.set_index("strategy").loc["mine", "minutes"] == pytest.approx(10.3)
    with pytest.raises(FrameError) as error:
        analysis.compare(mine.drop(columns="seconds"))
    assert str(error.value) == (
        "compare needs a column 'seconds': strategy, scenario, round, seconds in runs; the frame "
        "has strategy, scenario, round."
    )
    with pytest.raises(FrameError, match="needs a column 'bytes'"):
        analysis.compare(mine, measure="bytes")
    with pytest.raises(FrameError, match="needs columns 'scenario' and 'round'"):
        analysis.compare(mine[["strategy", "seconds"]])


def test_logs_and_their_paths_stand_for_steps(control):
    log = control.runs["log"].iloc[0]
    logs = analysis.read_logs(log)
    expected = analysis.hit_rates(logs.steps)
    assert len(expected) > 0
    for given in (logs, log, Path(log)):
        pd.testing.assert_frame_equal(analysis.hit_rates(given), expected)
    pd.testing.assert_frame_equal(measures.local_hits(log), measures.local_hits(logs))


def test_a_grid_is_its_folder_or_its_experiments():
    grid = analysis.read_grid("data/sweep")
    expected = measures.busy_by_link(grid, "registry-cache")
    pd.testing.assert_frame_equal(measures.busy_by_link("data/sweep", "registry-cache"), expected)
    one = measures.busy_by_link(grid[0], "registry-cache")
    pd.testing.assert_frame_equal(one, measures.busy_by_link(grid[:1], "registry-cache"))
    for wrong in (5, None, ["data/sweep"], grid[0].runs, {"a": grid[0]}):
        with pytest.raises(TypeError, match="^check_break_even takes experiments"):
            measures.check_break_even(wrong)


PAST = {"cache_seen", "history_busy", "history_hits", "history_overheads", "hits_over_gap"}
PAST |= {"host_caches", "missing_steps", "phase_minutes", "slopes", "trend"}


@pytest.fixture(scope="module")
def history():
    return analysis.read_history("data/control/runs/docker.*")


@pytest.mark.parametrize("name", sorted(PAST))
def test_past_builds_are_their_frames_or_what_is_read(control, history, name):
    measure = PUBLIC[name]
    same(measure("data/control/runs/docker.*"), measure(history))
    for wrong in (5, None, control.runs):
        with pytest.raises(TypeError, match=f"^{name} takes what read_history gives"):
            measure(wrong)
