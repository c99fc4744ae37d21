"""The chart of months: every strategy has its row, also those of which nothing is known."""

import re

from measured import make_runs

from analysis import charts
from analysis.measures.money import month
from analysis.records import read_prices

SECONDS = {
    "docker": {"source": [70.0, 71.0, 69.5]},
    "container-push-no-provenance": {"source": [90.0, 91.0, 92.0]},
    "local-layer-cache": {"source": [5.0, 5.1, 5.2]},
    "lacking": {"cold": [1.0]},
}


def draw(seconds, compute="general1.small"):
    """The chart of month's rows."""
    months = month(make_runs(seconds), {"source": 1.0}, 600, compute, read_prices())
    return charts.month_minutes(months)


def read_texts(axes):
    return "\n".join(text.get_text() for text in axes.texts)


def test_each_bar_says_minutes_money_n_and_whether_it_is_told():
    axes = draw(SECONDS)
    said = read_texts(axes)
    assert "▼ 51 min, 3.00 USD, n=3" in said
    assert "  702 min, 6.00 USD, n=3" in said
    assert "▲ 910 min, 6.00 USD, n=3" in said
    assert "unknown: no valid build of source" in said
    assert axes.get_yticklabels()[0].get_text().endswith("(emulated)")
    assert "minutes a month" in axes.get_xlabel()


def test_the_alt_text_tells_the_ends_and_what_is_unknown():
    axes = draw(SECONDS)
    assert axes.figure.alt.endswith(
        "From local-layer-cache (emulated) 51 (n = 3) to container-push-no-provenance 910 "
        "(n = 3). Unknown: lacking."
    )
    assert not re.search(r"\bnan\b", charts.show(axes).data)


def test_nothing_is_cut_off_at_the_edges():
    figure = draw(SECONDS).figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert min(box.x0, box.y0) >= -0.02
    assert box.x1 <= figure.get_figwidth() + 0.02
    assert box.y1 <= figure.get_figheight() + 0.02


def test_unknown_prices_and_no_data_are_drawn_as_such():
    assert "702 min, price unknown, n=3" in read_texts(draw(SECONDS, "docker-server"))
    for seconds in ({}, {"lacking": {"cold": [1.0]}}):
        assert charts.show(draw(seconds)).data
