"""A sweep whose truth is known: predicted and measured break-even, and why there is none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from grids import point, sweep
from measured import PUSH, pick

from analysis.errors import RecordError
from analysis.measures.seconds.breakeven_check import (
    COLUMNS,
    busy_by_link,
    check_break_even,
    judge_series,
)
from analysis.prose import LISTED, list_predictions, say_sweep
from analysis.records import read_grid


def test_where_overhead_does_not_depend_on_work_prediction_and_measurement_agree(tmp_path):
    # all but 1 s is saved: it pays from overhead + 1 s on, predicted and measured
    checked = check_break_even(sweep(tmp_path, {"unshaped": 14.0}))
    assert checked["measured"].tolist() == pytest.approx([15.0] * 2)
    # the formula takes the saved share for that of any work: 90 % at 10 s, 95 % at 20 s
    low, high = checked.itertuples()
    assert low.predicted == pytest.approx(10 + 5 / 0.9)
    assert high.predicted == pytest.approx(20 - 5 / 0.95)
    assert low.error == pytest.approx(5 / 0.9 - 5)
    assert low.percent == pytest.approx(100 * low.error / 15)
    assert (low.n, low.asked, low.work, low.slope) == (3, 10, 10, pytest.approx(-1))
    assert low.error_low < low.error < low.error_high
    assert low.measured_low < 15 < low.measured_high
    assert low.predicted_low < low.predicted < low.predicted_high


def test_a_prediction_that_is_wrong_is_told(tmp_path):
    # at 20 s of work the overhead is another one: by the formula it pays from 13 or from 17 s on
    experiments = [point(tmp_path, 10, 12.0), point(tmp_path, 20, 16.0)]
    checked = check_break_even(experiments)
    assert (checked["error_low"].gt(0) | checked["error_high"].lt(0)).all()
    assert np.sign(checked["error"]).tolist() == [-1, 1]
    assert "0 can't be told" in " ".join(say_sweep(checked))


def test_the_interval_of_the_error_holds_the_truth():
    print("seed 5")
    rng, held = np.random.default_rng(5), []
    works, saved = np.array([10.0, 20.0]), np.array([0.9, 0.95])
    points = pd.DataFrame({"point": ["a", "b"], "n": 3, "work": works, "saved": saved})
    pairs = points.loc[[0, 0, 0, 1, 1, 1], ["point", "work"]].reset_index(drop=True)
    true = works + (15 - works) / saved - 15
    for _ in range(200):
        # a difference is of two builds, each with a tail towards slow
        noise = rng.exponential(size=6) - rng.exponential(size=6)
        seconds = pairs.assign(difference=15 - pairs["work"] + noise)
        means = seconds.groupby("point")["difference"].mean().to_numpy()
        judged = judge_series(points.assign(predicted=works + means / saved), seconds)
        held += judged["error_low"].le(true).mul(judged["error_high"].ge(true)).tolist()
        assert judged["percent"].tolist() == pytest.approx(
            (100 * judged["error"] / judged["measured"]).tolist()
        )
    assert 0.93 <= np.mean(held) <= 0.99


def test_each_link_has_its_break_even_the_fastest_first(tmp_path):
    links = {"100mbit": 17.0, "unshaped": 12.0, "400mbit": 14.0}
    checked = check_break_even(sweep(tmp_path, links))
    assert checked["link"].unique().tolist() == ["unshaped", "400mbit", "100mbit"]
    assert checked["measured"].tolist() == pytest.approx([13, 13, 15, 15, 18, 18])
    said = say_sweep(checked)
    assert said[0].startswith("Link unshaped: for a changed source file, registry-cache pays from")
    assert "13.0 s (unshaped) to 18.0 s (100mbit): what is predicted over one link" in said[-1]


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
    assert checked["reason"].eq(reason).all()
    assert checked[["measured", "error", "percent"]].isna().all(axis=None)
    assert checked["predicted"].notna().all()
    said = say_sweep(checked)
    assert reason in said[0]
    assert said[1] == "No prediction can be checked: no break-even was measured."


def test_a_cache_without_hits_pays_at_no_amount_of_work(tmp_path):
    checked = check_break_even(sweep(tmp_path, {"unshaped": 5.0}, saved=False))
    assert checked["predicted"].isna().all()
    assert checked["work"].tolist() == [10, 20]
    assert checked["reason"].str.startswith("nothing of the work was cached; ").all()


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
    assert checked[["measured_low", "error_low"]].notna().all(axis=None)
    assert checked["predicted_low"].isna().all()
    checked = check_break_even(sweep(tmp_path / "b", {"unshaped": 14.0}, noise=(0.0,)))
    assert checked["measured"].notna().all()
    assert checked["measured_low"].isna().all()
    assert "2 have no interval" in " ".join(say_sweep(checked))


def test_no_experiments_give_an_empty_table_and_say_so():
    checked = check_break_even([])
    assert checked.empty
    assert checked.dtypes.astype(str).to_dict() == COLUMNS
    assert say_sweep(checked) == ["No grid was recorded: codebuild-cache grid records one."]
    assert busy_by_link([], "registry-cache").empty


def test_what_readers_compare_is_a_table_of_its_own(tmp_path):
    checked = check_break_even(sweep(tmp_path, {"unshaped": 14.0}))
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
