"""A sweep whose truth is known: predicted and measured break-even, and why there is none."""

from dataclasses import replace

import pandas as pd
import pytest
from grids import point, sweep
from measured import PUSH, pick

from analysis.errors import RecordError
from analysis.measures.seconds.breakeven_check import (
    COLUMNS,
    busy_by_link,
    check_break_even,
)
from analysis.prose import LISTED, list_predictions, say_sweep
from analysis.records import read_grid


@pytest.fixture(scope="module")
def recorded():
    return read_grid("data/sweep")


@pytest.fixture(scope="module")
def checked(recorded):
    return check_break_even(recorded)


def test_measured_is_where_the_line_of_all_differences_crosses_zero(tmp_path):
    # all but 1 s is saved: it pays from overhead + 1 s on
    table = check_break_even(sweep(tmp_path, {"unshaped": 14.0}))
    assert table["measured"].tolist() == pytest.approx([15.0] * 2)
    low, _ = table.itertuples()
    assert (low.n, low.asked, low.work, low.slope) == (3, 10, 10, pytest.approx(-1))
    assert low.measured_low < 15 < low.measured_high


def test_a_link_s_prediction_does_not_depend_on_its_own_measurements(recorded, checked):
    one = next(each for each in recorded if each.folder.name == "400mbit.24s")
    mine = one.runs["strategy"].eq("registry-cache") | one.runs["scenario"].eq("source")
    slower = replace(one, runs=one.runs.assign(seconds=one.runs["seconds"].mask(mine, 99.0)))
    again = check_break_even([slower if each is one else each for each in recorded])
    own = checked["link"].eq("400mbit")
    predicted = ["predicted", "predicted_low", "predicted_high"]
    pd.testing.assert_frame_equal(again.loc[own, predicted], checked.loc[own, predicted])
    assert not again.loc[own, "difference"].equals(checked.loc[own, "difference"])
    assert not again.loc[~own, "predicted"].equals(checked.loc[~own, "predicted"])


def test_predictions_lie_within_the_work_that_was_run_with_their_intervals(checked):
    assert checked["predicted"].notna().all()
    assert (checked["predicted_low"] < checked["predicted"]).all()
    assert (checked["predicted"] < checked["predicted_high"]).all()
    assert checked["predicted_low"].ge(checked["work"].min() - 0.5).all()
    assert checked["predicted_high"].le(checked["work"].max() + 0.5).all()
    assert checked.groupby("link", observed=True)["predicted"].nunique().eq(1).all()
    errors = checked["predicted"] - checked["measured"]
    assert checked["error"].tolist() == pytest.approx(errors.tolist())
    assert (checked["error_low"] < checked["error"]).all()
    assert (checked["error"] < checked["error_high"]).all()


def test_a_grid_over_one_link_predicts_nothing(recorded):
    table = check_break_even([each for each in recorded if "unshaped" in each.folder.name])
    assert table["predicted"].isna().all()
    assert table["reason"].eq("predicted: not within what was run").all()
    assert table["measured"].notna().all()


def test_each_link_has_its_break_even_the_fastest_first(tmp_path):
    links = {"100mbit": 17.0, "unshaped": 12.0, "400mbit": 14.0}
    checked = check_break_even(sweep(tmp_path, links))
    assert checked["link"].unique().tolist() == ["unshaped", "400mbit", "100mbit"]
    assert checked["measured"].tolist() == pytest.approx([13, 13, 15, 15, 18, 18])
    said = say_sweep(checked)
    assert said[0].startswith("Link unshaped: for a changed source file, registry-cache pays from")
    assert "13.0 s (unshaped) to 18.0 s (100mbit): it depends on the link" in said[-1]


def test_other_layers_are_another_series(tmp_path):
    checked = check_break_even(
        sweep(tmp_path / "small", {"unshaped": 12.0})
        + sweep(tmp_path / "large", {"unshaped": 16.0}, LAYER_BYTES="9")
    )
    assert checked["link"].unique().tolist() == ["unshaped", "unshaped LAYER_BYTES=9"]
    assert checked["measured"].tolist() == pytest.approx([13, 13, 17, 17])


@pytest.mark.parametrize(
    ("overhead", "works", "reason"),
    [
        (30.0, (10, 20), "it does not yet pay at the most work of the grid, 20.0 s"),
        (2.0, (10, 20), "it pays already at the least work of the grid, 10.0 s"),
        (14.0, (10,), "fewer than two amounts of work were measured"),
    ],
)
def test_a_break_even_outside_of_the_sweep_is_unknown(tmp_path, overhead, works, reason):
    checked = check_break_even(sweep(tmp_path, {"unshaped": overhead}, works))
    assert checked["reason"].str.endswith(reason).all()
    assert checked[["measured", "error", "percent"]].isna().all(axis=None)
    said = say_sweep(checked)
    assert reason in said[0]
    assert said[1] == "No prediction can be checked: no break-even was measured."


def test_a_cache_without_hits_pays_at_no_amount_of_work(tmp_path):
    checked = check_break_even(sweep(tmp_path, {"unshaped": 5.0}, saved=False))
    assert checked["predicted"].isna().all()
    assert checked["work"].tolist() == [10, 20]
    assert checked["saved"].eq(0).all()


def test_a_point_whose_runs_are_all_invalid_stays_in_the_table(tmp_path):
    good, bad = sweep(tmp_path, {"unshaped": 14.0})
    bad = replace(bad, runs=bad.runs.assign(valid=False))
    checked = check_break_even([good, bad])
    row = pick(checked, asked=20.0)
    assert row["n"] == 0
    assert row["reason"].startswith("no round holds a valid run of both")
    assert "fewer than two amounts" in row["reason"]


def test_without_a_baseline_or_arguments_nothing_is_guessed(tmp_path):
    each = point(tmp_path, 10, 14.0)
    alone = replace(each, runs=each.runs[each.runs["strategy"].ne("docker")], facts={})
    checked = check_break_even([alone])
    assert checked["n"].tolist() == [0]
    assert checked[["asked", "work", "predicted", "measured"]].isna().all(axis=None)


def test_two_rounds_give_a_measured_interval_and_one_gives_none(tmp_path):
    checked = check_break_even(sweep(tmp_path / "a", {"unshaped": 14.0}, noise=(0.3, -0.3)))
    assert checked["measured_low"].notna().all()
    checked = check_break_even(sweep(tmp_path / "b", {"unshaped": 14.0}, noise=(0.0,)))
    assert checked["measured"].notna().all()
    assert checked["measured_low"].isna().all()


def test_no_experiments_give_an_empty_table_and_say_so():
    checked = check_break_even([])
    assert checked.empty
    assert checked.dtypes.astype(str).to_dict() == COLUMNS
    assert say_sweep(checked) == ["No grid was recorded: codebuild-cache grid records one."]
    assert busy_by_link([], "registry-cache").empty


def test_what_readers_compare_is_a_table_of_its_own(tmp_path, checked):
    assert list(list_predictions(checked)) == list(LISTED)
    unknown = check_break_even(sweep(tmp_path / "far", {"unshaped": 40.0}))
    assert list(list_predictions(unknown))[-1] == "reason"


def test_what_keeps_a_build_busy_link_by_link(tmp_path):
    table = busy_by_link(sweep(tmp_path, {"100mbit": 17.0, "unshaped": 12.0}), "registry-cache")
    assert list(table) == ["activity", "unshaped", "100mbit"]
    assert pick(table, activity="base pull")["unshaped"] == pytest.approx(3)
    assert pick(table, activity="work")["100mbit"] == pytest.approx(1)
    assert not table["activity"].eq("docker build").any()
    assert PUSH not in table["activity"].tolist()


def test_a_sweep_is_read_from_the_folders_of_its_points(tmp_path):
    for name in ("b.8s", "a.8s"):
        (tmp_path / name / "runs").mkdir(parents=True)
    (tmp_path / "begun.8s").mkdir()
    assert [each.folder.name for each in read_grid(tmp_path)] == ["a.8s", "b.8s"]
    assert check_break_even(read_grid(tmp_path)).empty
    with pytest.raises(RecordError, match="holds no folder with an experiment"):
        read_grid(tmp_path / "a.8s")
