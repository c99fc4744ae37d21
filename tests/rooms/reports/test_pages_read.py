"""The recorded pages as they are read: by axe, on a phone, a wide screen, in the dark, on paper."""

from dataclasses import replace
from pathlib import Path

import pytest
from axe import find_violations

from analysis.records import read_experiment
from analysis.reports import make_history_report, make_reports
from analysis.reports.notebooks import list_analyses

pytest_plugins = ["browser", "wheel_install"]
PAGES = ["index.html", *(f"{path.stem}.html" for path in list_analyses())]
# of the recorded runs' logs as a history, and of runs by themselves
MORE = ["history.html", "runs.html", "runs/docker-again.cold.01.html"]
each_page = pytest.mark.parametrize("page", [*PAGES, *MORE])
CONTROL = Path(__file__).parents[3] / "data" / "control"
WIDTHS = (390, 1440)
# A4 less its margins, in CSS pixels
PAPER = 703
# cells whose number takes more than one line
BROKEN = """
const cells = [...document.querySelectorAll("td:not(.text), tbody th:not(.text)")];
const parts = cells.filter((cell) => cell.checkVisibility()).flatMap(
    (cell) => [cell, ...cell.children].flatMap((each) => [...each.childNodes]));
return parts.filter((part) => part instanceof Text && /\\d/.test(part.data)).filter((part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1);
    const tops = boxes.map((box) => box.top), ends = boxes.map((box) => box.bottom);
    const least = Math.min(...boxes.map((box) => box.height));
    return Math.max(...ends) - Math.min(...tops) > 1.7 * least;
}).map((part) => part.data);
"""
# captions that a phone cuts, and heads that lie over tables which it shows as lists
COVERED = """
const wide = [...document.querySelectorAll("caption")].filter(
    (each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth);
const heads = [...document.querySelectorAll("thead")].filter((each) =>
    getComputedStyle(each).position === "absolute" && each.getBoundingClientRect().width > 1);
return [...wide, ...heads].map((each) => each.textContent.trim().slice(0, 60));
"""
# boxes of tables that do not fit, rows that a page may cut, names that may not break, heads with
# buttons, which Chromium does not repeat on the next sheet
PRINTED = """
const all = (selector) => [...document.querySelectorAll(selector)];
return {
    wide: all(".scroll")
        .filter((box) => box.scrollWidth > box.clientWidth)
        .map((box) => [box.getAttribute("aria-label"), box.scrollWidth]),
    cut: all("tr").filter((row) => getComputedStyle(row).breakInside !== "avoid").length,
    stiff: all("td.text").filter((cell) => getComputedStyle(cell).whiteSpace === "nowrap").length,
    once: all("thead button")
        .filter((each) => getComputedStyle(each).display !== "contents").length,
};
"""
# what can't be unfolded on paper: folds that are closed, and headings of nothing else
FOLDED = """
const all = (selector) => [...document.querySelectorAll(selector)];
const folds = all("main details");
folds.forEach((each) => { each.open = false; });
const shown = (each) => each.checkVisibility({contentVisibilityAuto: true});
const dead = folds.filter((each) => each.querySelector("summary").checkVisibility() &&
    ![...each.children].some((child) => child.tagName !== "SUMMARY" && shown(child)));
const empty = all("main h2").filter((each) => {
    let next = each.nextElementSibling;
    while (next?.tagName === "DETAILS" && !next.checkVisibility()) next = next.nextElementSibling;
    return each.checkVisibility() && (!next || next.tagName === "H2");
});
return [...dead, ...empty].map((each) => each.textContent.trim().slice(0, 60));
"""
# what is folded is read as well
UNFOLD = "document.querySelectorAll('details').forEach((each) => { each.open = true; });"
TITLED = """
const all = (selector) => [...document.querySelectorAll(selector)];
const says = (node) => Boolean(node && node.textContent.trim());
return all("main table").filter((table) =>
    !says(table.caption) && !says(table.closest("figure")?.querySelector("figcaption"))
).concat(all("main figure").filter((figure) => !says(figure.querySelector("figcaption"))))
    .map((node) => node.textContent.trim().slice(0, 60));
"""


def show(driver, width, scheme="light", media="screen"):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


def look(driver, path):
    """What was found of a page, by what was asked."""
    driver.get(path.as_uri())
    driver.execute_script(UNFOLD)
    found = {"untitled": driver.execute_script(TITLED)}
    for width in WIDTHS:
        show(driver, width)
        found[f"{width} light"] = find_violations(driver)
        show(driver, width, "dark")
        # in the dark only colours are others
        found[f"{width} dark"] = find_violations(driver, whole=False)
        found[f"{width} broken"] = driver.execute_script(BROKEN)
        found[f"{width} covered"] = driver.execute_script(COVERED)
    show(driver, PAPER, media="print")
    found["printed"] = driver.execute_script(PRINTED)
    found[f"{PAPER} broken"] = driver.execute_script(BROKEN)
    found["folded"] = driver.execute_script(FOLDED)
    return found


@pytest.fixture(scope="module")
def more(tmp_path_factory):
    """A folder with the pages of MORE, of a few runs."""
    folder = tmp_path_factory.mktemp("more")
    whole = read_experiment(CONTROL)
    make_reports(replace(whole, runs=whole.runs.head(4)), folder, [], runs=True)
    make_history_report(str(CONTROL / "runs" / "docker.*"), folder)
    return folder


@pytest.fixture(scope="module")
def looks(wheel_reports, more, browser):
    """Page -> what was found of it."""
    folder, told = wheel_reports
    assert told.returncode == 0, told.stderr
    paths = {page: folder / page for page in PAGES} | {page: more / page for page in MORE}
    return {page: look(browser, path) for page, path in paths.items()}


@each_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(looks, page, width, scheme):
    assert looks[page][f"{width} {scheme}"] == []


@each_page
def test_every_table_and_figure_has_a_caption(looks, page):
    assert looks[page]["untitled"] == []


@each_page
def test_no_number_breaks_across_lines(looks, page):
    found = {width: looks[page][f"{width} broken"] for width in (*WIDTHS, PAPER)}
    assert found == {width: [] for width in found}


@each_page
def test_tables_fit_on_paper_with_whole_rows(looks, page):
    assert looks[page]["printed"] == {"wide": [], "cut": 0, "stiff": 0, "once": 0}


@each_page
def test_paper_shows_no_fold_that_it_can_not_open(looks, page):
    assert looks[page]["folded"] == []


@each_page
def test_no_head_or_caption_lies_over_others_or_is_cut(looks, page):
    found = {width: looks[page][f"{width} covered"] for width in WIDTHS}
    assert found == {width: [] for width in WIDTHS}


def test_axe_would_notice_faint_words_and_a_picture_without_any(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><html lang="en"><title>x</title><main><h1>x</h1>'
        '<p style="color: #bbb">faint</p><img src="data:,"></main>'
    )
    show(browser, 1440)
    browser.get(page.as_uri())
    found = {each.split(":")[0] for each in find_violations(browser)}
    assert {"color-contrast", "image-alt"} <= found


def test_a_number_that_breaks_and_a_table_that_is_cut_would_be_noticed(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><title>x</title><main><table style='width: 3rem'>"
        "<tr><td>100 000 000 000</td></tr></table></main>"
    )
    browser.get(page.as_uri())
    assert browser.execute_script(BROKEN) == ["100 000 000 000"]
    assert browser.execute_script(PRINTED)["cut"] == 1
    assert browser.execute_script(TITLED) == ["100 000 000 000"]
