"""Charts of hundreds of builds, which a page can still be sent with."""

import re

import pytest
from measured import make_runs

from analysis import charts
from analysis.charts.figures import make_figure
from analysis.charts.light import lighten
from analysis.charts.scene import Dots, Group, Mark, Scene
from analysis.measures import spread
from analysis.workload import SCENARIOS


def draw(strategies, rounds):
    """The HTML of a chart of so many strategies' runs, five kinds of commit each."""
    seconds = {
        f"strategy-{number:02d}": {
            kind: [20 + number + turn / 7 for turn in range(rounds)] for kind in SCENARIOS
        }
        for number in range(strategies)
    }
    runs = make_runs(seconds)
    return charts.run_seconds(runs, spread(runs, "seconds"))


@pytest.fixture(scope="module")
def heavy():
    return draw(30, 9)


def pick(chart, kind):
    return re.search(rf'<svg class="{kind}".*?</svg>', chart._repr_html_())[0]


def test_a_chart_of_a_few_hundred_runs_tells_of_each():
    text = pick(draw(5, 9), "wide")
    assert text.count("<circle") == 5 * 5 * 9 and text.count("<title>strategy-01.cold.") == 9


def test_a_heavier_one_has_every_dot_and_tells_of_rows(heavy):
    text = pick(heavy, "full")
    assert text.count("h0") == 30 * 5 * 9 and "<circle" not in text
    assert text.count("<title>") == 30 * 5
    assert "<title>cold, strategy-01: median 21.6 s, n = 9: 21.0, " in text


def test_on_a_phone_it_has_no_tooltips_and_is_no_wider(heavy):
    text = pick(heavy, "narrow")
    assert text.count("h0") == 30 * 5 * 9 and "<title>" not in text and 'class="row"' not in text
    assert len(heavy._repr_html_()) < 220_000 and 'class="wide"' not in heavy._repr_html_()


def test_a_sign_that_stands_aside_keeps_its_place():
    mark = Mark(1, 2, "o", "dot")
    moved = Group((mark,), "told", right=4, down=-4)
    assert lighten([moved], tooltips=True) == (moved,)
    assert lighten([Group((mark,), "told")], tooltips=True) == (mark,)


def test_matplotlib_draws_as_many_dots():
    scene = Scene(99, 99, (Group((Dots(((1, 2), (3, 4)), "dot", 3.5),), right=10),))
    places = [each.center for each in make_figure(scene).axes[0].patches]
    assert places == [(11, 2), (13, 4)]
