"""Aids to reading the pages: tables that sort and filter, widths, print, and what axe finds."""

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import charts
from analysis.reports.numbers import join_numbers
from analysis.reports.pages import Site, render_page
from analysis.reports.scripts import add_script, drop_scripts

pytest_plugins = ["browser"]
SITE = Site({"3-trial.html": "Trial"}, "5 builds.")
FRAME = pd.DataFrame(
    {
        "strategy": [f"name-{number}" for number in range(10)],
        "seconds": [3.5, -2.0, None, 11.25, 0.5, 100.0, 7.0, 8.0, 9.0, 10.0],
        "verdict": ["faster", "slower"] * 5,
    }
)
CLICK = """
document.querySelectorAll(".sort")[arguments[0]].click();
const rows = [...document.querySelectorAll("tbody tr")];
return [
    document.querySelectorAll("thead th")[arguments[0]].getAttribute("aria-sort"),
    rows.map((row) => row.cells[arguments[0]].textContent),
];
"""
FILTER = """
const input = document.querySelector(".filter input");
input.value = arguments[0];
input.dispatchEvent(new Event("input"));
const rows = [...document.querySelectorAll("tbody tr")];
return [
    rows.filter((row) => row.checkVisibility()).length,
    document.querySelector(".filter [role=status]").textContent,
];
"""


def render(html):
    cell = new_code_cell(
        "x", outputs=[new_output("execute_result", {"text/html": html, "text/plain": "x"})]
    )
    cells = [new_markdown_cell("# Trial"), cell]
    return render_page(new_notebook(cells=cells), "Trial: a page", "3-trial.html", SITE)


def open_page(browser, folder, html):
    (folder / "page.html").write_text(html, encoding="utf-8")
    browser.get((folder / "page.html").as_uri())
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_a_table_sorts_by_a_click_and_filters_by_a_word(browser, tmp_path):
    open_page(browser, tmp_path, render(charts.table(FRAME, digits=2).data))
    known = ["−2.00", "0.50", "3.50", "7.00", "8.00", "9.00", "10.00", "11.25", "100.00"]
    assert browser.execute_script(CLICK, 1) == ["ascending", [*known, "–"]]
    assert browser.execute_script(CLICK, 1) == ["descending", [*known[::-1], "–"]]
    assert browser.execute_script(CLICK, 0)[1][:2] == ["name-0", "name-1"]
    assert browser.execute_script(FILTER, "FASTER") == [5, "5 of 10 rows"]
    assert browser.execute_script(FILTER, "") == [10, ""]


def test_a_filter_finds_a_number_with_its_unit(browser, tmp_path):
    frame = pd.DataFrame({"cost": [f"takes {number} s" for number in range(9)]})
    open_page(browser, tmp_path, render(charts.table(frame).data))
    assert browser.execute_script(FILTER, "3 s") == [1, "1 of 9 rows"]


def test_signs_before_a_number_and_dates_keep_their_order(browser, tmp_path):
    frame = pd.DataFrame(
        {
            "difference": ["▲ +2.0", "~ −2.2", "▼ −11.1", "= 0.1"],
            "day": ["2026-11-24", "2026-02-03", "2025-12-01", "2026-11-05"],
        }
    )
    open_page(browser, tmp_path, render(charts.table(frame).data))
    assert browser.execute_script(CLICK, 0)[1] == ["▼ −11.1", "~ −2.2", "= 0.1", "▲ +2.0"]
    assert browser.execute_script(CLICK, 1)[1] == sorted(frame["day"])


def test_a_table_with_cells_over_several_rows_keeps_its_order(browser, tmp_path):
    index = pd.MultiIndex.from_product([["a", "b"], ["cold", "source"]])
    open_page(browser, tmp_path, render(pd.DataFrame({"n": range(4)}, index)._repr_html_()))
    assert browser.execute_script("return document.querySelectorAll('.sort').length") == 0


def test_a_page_allows_its_own_script_and_no_other(browser, tmp_path):
    page = render(charts.table(FRAME).data)
    assert page.count("<script") == 1 and "script-src 'sha256-" in page
    hostile = page.replace("</main>", "<script>document.title = 'taken'</script></main>")
    (tmp_path / "page.html").write_text(hostile, encoding="utf-8")
    browser.get((tmp_path / "page.html").as_uri())
    assert "Content Security Policy" in browser.get_log("browser")[0]["message"]
    assert browser.title == "Trial: a page"
    assert browser.execute_script("return document.querySelectorAll('.sort').length") == 3


def test_what_a_table_carries_for_jupyterlab_is_on_no_page(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/5-verdict.ipynb")
    live = charts.table(FRAME).data
    assert '<script class="table-script">' in live and '<td class="text">faster</td>' in live
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert drop_scripts(live) == charts.table(FRAME).data
    assert render(live) == render(charts.table(FRAME).data)


LATER = """
const [html, done] = arguments;
document.querySelector(".jp-OutputArea").insertAdjacentHTML("beforeend", html);
requestAnimationFrame(() => requestAnimationFrame(() => {
    const table = [...document.querySelectorAll("table")].at(-1);
    table.querySelector(".sort").click();
    done([...table.tBodies[0].rows].map((row) => row.cells[1].textContent));
}));
"""


def test_a_table_that_a_widget_shows_later_sorts_in_jupyterlab(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/5-verdict.ipynb")
    first = f'<main class="jp-OutputArea">{charts.table(FRAME).data}</main>'
    open_page(browser, tmp_path, f"<!doctype html><body>{first}</body>")
    later = (
        '<table class="matrix"><thead><tr><td></td><th>cold</th></tr></thead><tbody>'
        "<tr><th>b</th><td>▲ +2.0</td></tr><tr><th>a</th><td>▼ −1.0</td></tr>"
        "<tr><th><em>emulated</em></th><td></td></tr>"
        "<tr><th>d</th><td>~ +1.0</td></tr><tr><th>c</th><td>▼ −3.0</td></tr></tbody></table>"
    )
    sorted_ = ["▼ −1.0", "▲ +2.0", "", "▼ −3.0", "~ +1.0"]
    assert browser.execute_async_script(LATER, later) == sorted_


def test_a_page_without_an_end_gets_no_script():
    assert add_script("<p>a</p>") == "<p>a</p>"


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("<p>takes 6.6 s, 95 % of 3 GB</p>", "<p>takes 6.6_s, 95_% of 3_GB</p>"),
        ("<td>[−7.5 to −5.7 s, n = 6]</td>", "<td>[−7.5 to −5.7_s, n_=_6]</td>"),
        ("<p>100 Mbit/s; 3 runs; 5 strategies</p>", "<p>100_Mbit/s; 3 runs; 5 strategies</p>"),
        ("<p>区間−7.5〜−5.7秒、2026-11-24に</p>", "<p>区間−7.5〜^−5.7秒、2026-^11-^24に</p>"),
        ("<p>測定は2026-11-24に</p>", "<p>測定は2026-^11-^24に</p>"),
        ("<p>0.99 USDから3 MBに、ビルドn = 3</p>", "<p>0.99_USDから3_MBに、ビルドn_=_3</p>"),
        ("<p>on 2026-11-24, 3 mins, nn = 3</p>", None),
        ('<i title="3 s">x</i><pre>3 s</pre><code>4 s</code>', None),
        ("<script>n = 3 % 2</script><style>a { b: 3 s }</style>", None),
    ],
)
def test_a_number_stays_with_its_unit(text, joined):
    expected = text if joined is None else joined.replace("_", "\xa0").replace("^", "\u2060")
    assert join_numbers(text) == expected
