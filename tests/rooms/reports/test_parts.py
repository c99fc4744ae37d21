"""Headings, tables and figures of a page can be linked to, are captioned, and hold their data."""

import csv
import io
import re
from html import unescape
from urllib.parse import unquote

import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import charts
from analysis.reports.pages import Site, render_page

FRAME = pd.DataFrame({"strategy": ["docker", "s3-cache"], "seconds": [1.23456, None]})
EVIL = pd.DataFrame(
    {
        "step": [
            "=HYPERLINK('x')",
            "<td>&amp;\u202e",
            'a,"b"\n</table>',
            "+1*A1",
            "-2 s",
            "NPM_TOKEN=8fj3kd02kd9sX",
        ],
        "=n": [-1, 2, 3, 4, 5, 6],
    }
)
FIGURE = (
    "<figure><figcaption><strong>Who &lt; wins?</strong> n = 6</figcaption><svg></svg></figure>"
)
SITE = Site({"index.html": "Overview", "3-trial.html": "Trial"}, "5 builds.")


def show(html):
    html = getattr(html, "data", html)
    return new_code_cell("x", outputs=[new_output("execute_result", {"text/html": html})])


def render(*cells, tables=None):
    notebook = new_notebook(cells=list(cells))
    return render_page(notebook, "Trial", "3-trial.html", SITE, tables)


def read_csv(text):
    return list(csv.reader(io.StringIO(text)))


def test_every_heading_table_and_figure_has_an_anchor_of_its_own():
    twice = [
        [new_markdown_cell("## Why *so* slow?"), show(charts.table(FRAME)), show(FIGURE)]
        for _ in range(2)
    ]
    html = render(new_markdown_cell("# Trial"), *twice[0], *twice[1])
    names = re.findall(r'\bid="([^"]+)"', html)
    assert len(names) == len(set(names))
    for name in ("why-so-slow", "why-so-slow-2", "table-why-so-slow", "figure-who-wins"):
        assert name in names
    assert {"table-why-so-slow-2", "figure-who-wins-2"} <= set(names)
    assert all(f'id="{each}"' in html for each in re.findall(r'href="#([^"]+)"', html))


def test_captions_are_numbered_and_say_what_the_author_said_else_the_heading():
    html = render(
        new_markdown_cell("## Which <layers>?"),
        show(charts.table(FRAME)),
        show(charts.table(FRAME, caption="By <strategy>")),
        show(FIGURE),
        show("<figure><img alt='x'></figure>"),
    )
    captions = [
        " ".join(re.sub(r"<[^>]+>", "", each).split())
        for each in re.findall(r"<(?:fig)?caption>(.*?)</(?:fig)?caption>", html)
    ]
    assert [unescape(each) for each in captions] == [
        "Table 1. Which ?",
        "Table 2. By <strategy>",
        "Figure 1. Who < wins? n = 6",
        "Figure 2. Which ?",
    ]


def test_a_page_lists_its_sections_and_a_short_one_does_not():
    sections = [new_markdown_cell(f"## Part {number} & more") for number in (1, 2, 3)]
    html = render(new_markdown_cell("# Trial"), *sections)
    listed = re.findall(r'<li><a href="#(part-\d-more)">(Part \d &amp; more)</a></li>', html)
    assert [name for name, _ in listed] == ["part-1-more", "part-2-more", "part-3-more"]
    assert html.index('class="contents"') < html.index("<main")
    assert 'class="contents"' not in render(new_markdown_cell("# Trial"), *sections[:2])


def test_a_table_is_there_in_full_beside_the_page_and_in_it():
    tables = {}
    html = render(new_markdown_cell("## Which layers"), show(charts.table(FRAME)), tables=tables)
    assert read_csv(tables["3-trial.which-layers.csv"]) == [
        ["strategy", "seconds"],
        ["docker", "1.23456"],
        ["s3-cache", ""],
    ]
    assert 'href="tables/3-trial.which-layers.csv"' in html and "data-csv" not in html
    (data,) = re.findall(
        r'download="3-trial.which-layers.csv" href="data:text/csv[^,]*,([^"]*)"', html
    )
    assert unquote(data) == tables["3-trial.which-layers.csv"]


def test_a_large_table_is_only_beside_the_page():
    tables = {}
    large = pd.DataFrame({"n": range(2000)})
    html = render(show(charts.table(large)), tables=tables)
    assert "data:text/csv" not in html and len(*tables.values()) > 4000


def test_a_table_of_another_author_is_taken_as_it_is_shown():
    tables = {}
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b & c"], name="strategy"))
    render(new_markdown_cell("## Own"), show(frame._repr_html_()), tables=tables)
    assert read_csv(tables["3-trial.own.csv"]) == [["strategy", "n"], ["a", "1"], ["b & c", "2"]]


def test_foreign_text_in_a_table_is_no_markup_no_formula_and_no_secret():
    tables = {}
    html = render(show(charts.table(EVIL)), tables=tables)
    (text,) = tables.values()
    head, *rows = read_csv(text)
    assert head == ["step", "'=n"]
    assert [row[0] for row in rows[:5]] == [
        "'=HYPERLINK('x')",
        "<td>&amp;\\u202e",
        'a,"b"\n</table>',
        "'+1*A1",
        "'-2 s",
    ]
    assert rows[0][1] == "-1", "a number is no formula"
    assert "8fj3kd02kd9sX" not in html + unquote(html) + text
    assert html.count("<table") == html.count("</table>") == 1
