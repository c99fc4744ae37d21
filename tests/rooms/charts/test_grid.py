"""The charts of a grid: every point and break-even is drawn and told, also those unknown."""

import re

import pandas as pd
import pytest
from grids import sweep
from pictures import list_tooltips, list_words, read_scenes, read_wide

from analysis import charts
from analysis.charts.grid import grid_lines, grid_predictions
from analysis.measures.seconds import check_break_even

LINKS = {"unshaped": 12.0, "400mbit": 14.0, "100mbit": 30.0}
both = pytest.mark.parametrize("draw", [grid_lines, grid_predictions])


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    table = check_break_even(sweep(tmp_path_factory.mktemp("sweep"), LINKS))
    # what a model would have predicted
    ends = {"predicted": 13.3, "predicted_low": 12.0, "predicted_high": 15.0}
    return table.assign(**{name: table["predicted"].fillna(end) for name, end in ends.items()})


def test_a_line_a_link_with_its_break_even_on_zero(checked):
    chart = grid_lines(checked)
    words = list_words(chart)
    assert [each for each in words if each in LINKS] == list(LINKS)
    assert "seconds more (+) or less (−) than docker" in words
    tooltips = list_tooltips(chart)
    assert "unshaped: break-even at 13.0 s, measured" in tooltips
    assert "400mbit: break-even at 15.0 s, measured" in tooltips
    assert "unshaped: break-even at 13.3 s, predicted" in tooltips
    lines = [e.get("class") for e in read_wide(chart).iter("path") if "series s" in e.get("class")]
    assert len(set(lines)) == 3, "told apart without colour"


def test_series_that_stand_beside_others_stay_within_the_drawing(checked):
    assert grid_lines(checked).note.startswith("registry-cache; ")
    for scene in read_scenes(grid_lines(checked)):
        width = float(scene.get("viewBox").split()[2])
        paths = " ".join(each.get("d", "") for each in scene.iter("path"))
        places = [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", paths)]
        assert min(places) >= 0 and max(places) <= width


def test_measured_and_predicted_are_written_beside_their_signs(checked):
    words = list_words(grid_predictions(checked))
    assert "13.0 s" in words and "13.3 s" in words
    assert "not measured: it does not yet pay at the most work" in " ".join(words)
    assert [each for each in words if each in LINKS] == list(LINKS)
    assert words[:2] == [
        "measured by the whole grid",
        "predicted by a model fitted to the other links",
    ]


@both
def test_the_alt_text_tells_the_numbers(checked, draw):
    alt = draw(checked).alt
    assert "unshaped" in alt
    assert "13.0 s" in alt
    assert "unknown" in alt
    assert not re.search(r"\bnan\b", charts.show(draw(checked)).data)


@both
def test_several_strategies_are_told_apart_by_name_and_none_is_drawn_too(checked, draw):
    other = checked.assign(strategy="registry-cache-push")
    alt = draw(pd.concat([checked, other], ignore_index=True)).alt
    assert "unshaped: registry-cache-push" in alt
    assert charts.show(draw(check_break_even([]))).data
