"""The charts of a grid: every point and break-even is drawn and told, also those unknown."""

import re

import pandas as pd
import pytest
from grids import sweep

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


def legend(axes):
    return [text.get_text() for text in axes.figure.legends[0].get_texts()]


def test_a_line_a_link_with_its_break_even_on_zero(checked):
    axes = grid_lines(checked)
    assert legend(axes) == list(LINKS)
    filled = [
        line.get_xdata()[0]
        for line in axes.lines
        if len(line.get_xdata()) == 1 and line.get_ydata()[0] == 0
    ]
    assert filled[:2] == pytest.approx([13, 15])
    assert "more (+) or less (−) than docker" in axes.get_ylabel()
    styles = {(line.get_linestyle(), line.get_marker()) for line in axes.lines[1:]}
    assert len({style for style in styles if style[0] != "None"}) == 3, "told apart in greyscale"


def test_measured_and_predicted_are_written_beside_their_signs(checked):
    axes = grid_predictions(checked)
    said = "\n".join(text.get_text() for text in axes.texts)
    assert "13.0 s" in said
    assert "13.3 s" in said
    assert "not measured: it does not yet pay at the most work" in said.replace("\n", " ")
    assert [label.get_text() for label in axes.get_yticklabels()] == list(LINKS)
    assert legend(axes) == [
        "measured by the whole grid",
        "predicted by a model fitted to the other links",
    ]


@both
def test_the_alt_text_tells_the_numbers(checked, draw):
    alt = draw(checked).figure.alt
    assert "unshaped" in alt
    assert "13.0 s" in alt
    assert "unknown" in alt
    assert not re.search(r"\bnan\b", charts.show(draw(checked)).data)


@both
def test_nothing_is_cut_off_at_the_edges(checked, draw):
    figure = draw(checked).figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert min(box.x0, box.y0) >= -0.02
    assert box.x1 <= figure.get_figwidth() + 0.02
    assert box.y1 <= figure.get_figheight() + 0.02


@both
def test_several_strategies_are_told_apart_by_name_and_none_is_drawn_too(checked, draw):
    other = checked.assign(strategy="registry-cache-push")
    alt = draw(pd.concat([checked, other], ignore_index=True)).figure.alt
    assert "unshaped: registry-cache-push" in alt
    assert charts.show(draw(check_break_even([]))).data
