"""What is predicted of a context that was left out depends on nothing of its other strategies."""

from dataclasses import replace

import numpy as np
import pytest

from analysis import measures
from analysis.measures.model.validation import COLUMNS


@pytest.fixture(scope="module")
def experiments(lab, grid):
    few = ["docker", "registry-cache", "registry-cache-push", "inline-cache"]
    return [replace(lab, runs=lab.runs[lab.runs["strategy"].isin(few)]), *grid]


@pytest.fixture(scope="module")
def checked(experiments):
    return measures.validate_model(experiments)


def test_every_cell_is_predicted_from_what_it_was_not_fitted_to(experiments, checked):
    assert checked.dtypes.astype(str).to_dict() == COLUMNS
    ways = checked.groupby("left_out").size()
    # 4 strategies in 5 scenarios and 2 in 2 at 6 points, without the baseline's cold builds
    assert ways.to_dict() == {"context": 19 + 18, "link": 19 + 18}
    assert (checked["low"] <= checked["predicted"]).all()
    assert (checked["predicted"] <= checked["high"]).all()
    assert np.allclose(checked["error"], checked["predicted"] / checked["seconds"] - 1)


def test_times_of_other_strategies_do_not_reach_their_own_prediction(experiments, checked):
    lab = experiments[0]
    learned = lab.runs["strategy"].eq("docker") & lab.runs["scenario"].eq("cold")
    slower = lab.runs["seconds"].where(learned, lab.runs["seconds"] * 3)
    changed = measures.validate_model(
        [replace(lab, runs=lab.runs.assign(seconds=slower)), *experiments[1:]]
    )
    own = checked["left_out"].eq("context") & checked["context"].eq("deploy")
    assert changed.loc[own, "predicted"].tolist() == checked.loc[own, "predicted"].tolist()
    assert changed.loc[own, "seconds"].tolist() != checked.loc[own, "seconds"].tolist()
    others = checked["left_out"].eq("context") & ~own
    assert changed.loc[others, "predicted"].tolist() != checked.loc[others, "predicted"].tolist()


def test_the_model_is_nearer_than_means_that_know_no_context(checked):
    summary = measures.summarise_validation(checked).query("context == 'all'")
    assert (summary["error"] < 0.15).all()
    assert (summary["error"] < summary["mean_error"] / 1.5).all()


def test_recorded_contexts_that_were_left_out_are_predicted_as_well_as_is_said(contexts):
    checked = measures.validate_model(contexts)
    assert checked["context"].nunique() >= 4 and checked["link"].nunique() >= 2
    rows = measures.summarise_validation(checked).query("context == 'all'")
    assert rows["left_out"].tolist() == ["context", "link"]
    assert rows["n"].ge(60).all() and rows["error"].le(0.15).all()
    assert rows["error"].lt(rows[["mean_error", "shifted_error"]].min(axis=1) / 2).all()
    assert rows["held"].between(0.85, 0.95).all()


def test_one_context_over_one_link_leaves_nothing_to_leave_out(experiments):
    assert measures.validate_model(experiments[:1]).empty


def test_what_nothing_is_known_of_is_left_out_and_breaks_nothing(experiments, lab):
    assert measures.validate_model([]).dtypes.astype(str).to_dict() == COLUMNS
    unlisted = replace(lab, images=lab.images.iloc[:0])
    unbuilt = replace(lab, runs=lab.runs.iloc[:0])
    assert measures.validate_model([unlisted, unbuilt]).empty
    odd = [
        replace(each, runs=each.runs.assign(link="a wet string"), facts=each.facts | {"link": 7})
        for each in experiments[1:]
    ]
    checked = measures.validate_model([experiments[0], *odd, unlisted, unbuilt])
    assert np.isfinite(checked[["predicted", "low", "high"]]).all(axis=None)
    assert set(checked["link"]) == {"codebuild", "a wet string"}
