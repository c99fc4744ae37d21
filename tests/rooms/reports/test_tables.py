import re

import pandas as pd

from analysis.reports.tables import dress_tables


def dress(frame):
    return dress_tables(frame._repr_html_())


def test_text_is_marked_in_head_and_body_and_numbers_are_not():
    html = dress(pd.DataFrame({"seconds": [1.5, None], "reason": [None, "no import"]}))
    assert '<th scope="col">seconds</th>' in html
    assert '<th scope="col" class="text">reason</th>' in html
    assert '<td class="text">no import</td>' in html
    assert "<td>1.5</td>" in html


def test_a_column_with_a_long_text_is_marked_as_such_in_every_row():
    html = dress(pd.DataFrame({"reason": ["in many words " * 5, "short", None], "n": 1}))
    assert html.count('class="text long"') == 4
    assert re.search('<td [^>]*class="text long"[^>]*>short</td>', html)


def test_a_table_of_long_texts_can_be_shown_as_lists():
    frame = pd.DataFrame({"claim": ["short"], "numbers": ["1 of 2, " * 6]}, index=["a"])
    html = dress(frame)
    assert '<table class="wordy" role="table">' in html
    assert 'data-label="claim">short</td>' in html
    assert html.count('role="row"') == 2 and html.count('role="columnheader"') == 2
    assert "data-label" not in dress(frame[["claim"]])


def test_a_missing_value_is_a_dash():
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [None, 2.5]})
    html = dress(frame)
    assert html.count("<td>–</td>") == 2
    assert "NaN" not in html and "NA" not in html


def test_a_table_without_rows_says_none():
    assert "<td>none</td>" in dress(pd.DataFrame({"path": [], "reason": []})).replace(
        ' class="text"', ""
    )


def test_true_and_false_are_said_as_yes_and_no():
    html = dress(pd.DataFrame({"valid": [True, False]}))
    assert ">yes</td>" in html and ">no</td>" in html


def test_header_cells_say_what_they_head_and_empty_ones_head_nothing():
    html = dress(pd.DataFrame({"n": [3]}, index=["docker"]))
    assert '<th scope="row" class="text">docker</th>' in html
    assert '<td class="text"></td>' in html and "<th></th>" not in html


def test_the_name_of_the_index_stands_beside_the_columns():
    frame = pd.DataFrame({"n": [3, 4]}, index=pd.Index(["docker", "buildx"], name="strategy"))
    html = dress(frame)
    assert html.count("<tr") == 3
    assert '<th scope="col" class="text">strategy</th>' in html


def test_columns_stay_right_where_index_cells_span_rows():
    index = pd.MultiIndex.from_tuples([("docker", "cold"), ("docker", "base")])
    html = dress(pd.DataFrame({"seconds": [1.0, 2.0], "verdict": ["faster", "slower"]}, index))
    assert "<td>2.0</td>" in html
    assert '<td class="text">slower</td>' in html
    assert 'rowspan="2"' in html


def test_each_table_scrolls_in_a_box_with_a_name_of_its_own():
    frame = pd.DataFrame({"n": [1]})
    html = dress_tables(frame._repr_html_() + "<p>between</p><table><tr><td>2</td></tr></table>")
    assert html.count('<div class="scroll" role="region"') == 2
    assert 'aria-label="Table 1"' in html and 'aria-label="Table 2"' in html
    assert "<style" not in html and "border=" not in html


def test_what_logs_say_stays_escaped():
    html = dress(pd.DataFrame({"step": ["<script>alert(1)</script>", "<td>x</td>"]}))
    assert "&lt;script&gt;" in html and "<script" not in html
    assert html.count("<td") == 3


def test_html_without_tables_is_left_alone():
    assert dress_tables("<p>a < b</p>") == "<p>a < b</p>"
