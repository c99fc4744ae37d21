"""The chart of the model: steps where the chance changes, told apart without colour, its alt."""

import pytest
from pictures import list_tooltips, list_words, read_wide

from analysis.charts.canvas import show
from analysis.charts.host_reuse import landing_lines
from analysis.charts.plane import _make_steps
from analysis.measures.caching import landing_chance, landing_chances
from analysis.words import say_share

CHANCES = landing_chances(30, (1, 2, 4, 8, 16))


@pytest.fixture(scope="module")
def chart():
    return landing_lines(CHANCES)


def test_a_mark_tells_the_chance_at_every_gap(chart):
    tooltips = list_tooltips(chart)
    for pool, name in ((1, "1 host"), (2, "2 hosts"), (16, "16 hosts")):
        for gap in CHANCES.loc[CHANCES["pool"].eq(pool), "gap"]:
            share = say_share(landing_chance(gap, 30, pool))
            assert f"{name}: {share} every {gap:.0f} min" in tooltips


def test_what_holds_at_a_gap_holds_down_to_the_one_before():
    line = _make_steps([(1.0, 5.0), (3.0, 2.0), (4.0, 2.0)])
    assert line == [(1.0, 5.0), (1.0, 2.0), (3.0, 2.0), (4.0, 2.0)]


def test_lines_differ_without_colour(chart):
    lines = [e.get("class") for e in read_wide(chart).iter("path") if "series" in e.get("class")]
    assert len(set(lines)) == 5


def test_it_says_its_units_and_that_it_is_a_model(chart):
    words = list_words(chart)
    assert "chance in % (model)" in words
    assert "minutes between builds" in words
    assert "kept for 30 minutes" in chart.note
    assert words[:5] == ["1 host", "2 hosts", "4 hosts", "8 hosts", "16 hosts"]


def test_the_alt_text_gives_the_ends_of_each_line(chart):
    html = show(chart).data
    assert "16 hosts: 86 % every 1 min, 6 % every 30 min." in html
    assert "0 % when builds are further apart." in html


def test_one_pool_and_no_chance_can_be_drawn():
    never = landing_chances(30, (2,), gaps=(31, 40))
    assert "2 hosts: 0 %." in landing_lines(never).alt
