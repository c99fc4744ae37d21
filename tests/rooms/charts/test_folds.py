"""Tables with units, and what is folded: a share is a share in all of them, and text stays text."""

import re

import pandas as pd

from analysis import charts

FRAME = pd.DataFrame(
    {"strategy": ["a", "b"], "rate": [0.274, None], "cost": [1.5, 2.25], "low": [1.0, 2.0]}
)


def read_cells(html):
    return re.findall(r"<t[dh](?: class=.text.)?>([^<]*)</t[dh]>", html)


def test_shares_are_in_percent_and_other_units_stand_in_headings():
    html = charts.table(FRAME, 2, units={"rate": "%", "cost": "USD"}, names={"low": "lowest"}).data
    cells = read_cells(html)
    assert cells[:4] == ["strategy", "rate", "cost (USD)", "lowest"]
    assert cells[4:] == ["a", "27 %", "1.50", "1", "b", "–", "2.25", "2"]
    assert read_cells(charts.table(FRAME).data)[:4] == ["strategy", "rate", "cost", "low"]


def test_units_of_columns_that_are_not_there_change_nothing():
    plain = charts.table(FRAME[["strategy"]]).data
    assert charts.table(FRAME[["strategy"]], units=charts.MONTH, names=charts.ENDS).data == plain


def test_what_is_folded_has_a_summary_that_is_text():
    html = charts.fold("a <b>", charts.say("one"), charts.say("two")).data
    assert html.startswith("<details><summary>a &lt;b&gt;</summary>")
    assert html.index("one") < html.index("two") and html.endswith("</details>")


def test_parts_of_a_cell_are_stacked_in_their_order():
    html = charts.stack(charts.say("one"), charts.table(FRAME), charts.say("two")).data
    assert html.index("one") < html.index("<table") < html.index("two")
    assert charts.stack().data == ""
