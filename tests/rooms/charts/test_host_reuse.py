"""The chart of the model: steps where the chance changes, told apart in greyscale, and its alt."""

import pytest

from analysis.charts.canvas import show
from analysis.charts.host_reuse import landing_lines
from analysis.measures.caching import landing_chance, landing_chances

CHANCES = landing_chances(30, (1, 2, 4, 8, 16))


@pytest.fixture(scope="module")
def axes():
    return landing_lines(CHANCES)


def test_a_line_shows_the_chance_at_every_gap(axes):
    for pool, line in zip((1, 2, 4, 8, 16), axes.lines, strict=True):
        assert line.get_drawstyle() == "steps-pre"
        gaps, drawn = line.get_data()
        for gap in (2.0, 9.0, 16.0, 29.0, 35.0):
            # with steps before, a point's height holds up to it
            height = next(y for x, y in zip(gaps, drawn, strict=True) if x >= gap)
            assert height == pytest.approx(100 * landing_chance(gap, 30, pool))


def test_lines_differ_in_more_than_colour(axes):
    assert len({line.get_marker() for line in axes.lines}) == 5
    assert len({str(line._unscaled_dash_pattern) for line in axes.lines}) == 5


def test_it_says_its_units_and_that_it_is_a_model(axes):
    assert axes.get_ylabel() == "chance in % (model)"
    assert "minutes between builds" in axes.get_xlabel()
    assert "kept for 30 minutes" in axes.get_xlabel().replace("\n", " ")
    labels = [line.get_label() for line in axes.lines]
    assert labels == ["1 host", "2 hosts", "4 hosts", "8 hosts", "16 hosts"]


def test_the_alt_text_gives_the_ends_of_each_line(axes):
    html = show(axes).data
    assert "16 hosts: 86 % every 1 min, 6 % every 30 min." in html
    assert "0 % when builds are further apart." in html


def test_nothing_is_cut_off(axes):
    axes.figure.draw_without_rendering()
    box = axes.figure.get_tightbbox()
    assert box.x0 >= -0.02
    assert box.x1 <= axes.figure.get_figwidth() + 0.02


def test_one_pool_and_no_chance_can_be_drawn():
    never = landing_chances(30, (2,), gaps=(31, 40))
    assert "2 hosts: 0 %." in landing_lines(never).figure.alt
