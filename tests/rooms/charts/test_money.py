"""The chart of months: every strategy has its row, also those of which nothing is known."""

import re

from measured import make_runs
from pictures import list_tooltips, list_words

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


def test_each_bar_says_minutes_money_and_whether_it_is_told():
    chart = draw(SECONDS)
    words = list_words(chart)
    assert "▼ 51 min, 3.00 USD" in words
    assert "702 min, 6.00 USD" in words
    assert "▲ 910 min, 6.00 USD" in words
    assert words[words.index("lacking") + 1] == "unknown"
    assert "lacking: unknown, no valid build of source" in list_tooltips(chart)
    assert next(each for each in words if each[:1].isalpha()).endswith("(emulated)")
    assert "docker: 702 min a month, 6.00 USD, n = 3" in list_tooltips(chart)
    assert "minutes a month" in chart.note and "n=3" in chart.note


def test_a_bill_that_all_share_is_said_once():
    chart = draw(dict.fromkeys(("docker", "inline-cache"), SECONDS["docker"]))
    assert "each: 6.00 USD" in chart.note
    assert not any("USD" in each for each in list_words(chart))


def test_the_alt_text_tells_the_ends_and_what_is_unknown():
    chart = draw(SECONDS)
    assert chart.alt.endswith(
        "From local-layer-cache (emulated) 51 (n = 3) to container-push-no-provenance 910 "
        "(n = 3). Unknown: lacking."
    )
    assert not re.search(r"\bnan\b", charts.show(chart).data)


def test_unknown_prices_and_no_data_are_drawn_as_such():
    assert "price unknown" in draw(SECONDS, "docker-server").note
    for seconds in ({}, {"lacking": {"cold": [1.0]}}):
        assert charts.show(draw(seconds)).data
