"""The first screen of made-up answers, looked at in a browser as phones and screens show it."""

import dataclasses
import re

import pandas as pd
import pytest
from made_answers import make_answer
from measured import make_runs

from analysis.answers import answer
from analysis.reports.first_screen import make_first_screen
from analysis.reports.pages import Site, render_index

SIZES = {1440: 900, 1024: 768, 390: 844}
SITE = Site({"index.html": "Overview"}, "9 recorded builds, run in the lab, 2026-11-01.")
READ = """
const box = (name) => document.querySelector(name).getBoundingClientRect();
return {
    width: document.documentElement.scrollWidth,
    cards: box(".cards").bottom, figure: box("figure"), title: box("h1"),
    rows: document.querySelectorAll("section[aria-labelledby=kinds] > .scroll tbody tr").length,
    small: [...document.querySelectorAll("main *")].filter((each) =>
        each.childNodes.length && parseFloat(getComputedStyle(each).fontSize) < 12).length,
    wide: [...document.querySelectorAll(".first .scroll")].filter((each) =>
        each.clientWidth && each.scrollWidth > each.clientWidth + 1).length,
};
"""
pytest_plugins = ["browser"]


def write_index(found, folder):
    path = folder / "index.html"
    path.write_text(render_index(SITE, make_first_screen(found), [], {}, []), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize(("strategies", "kinds"), [(3, 2), (17, 5), (30, 11), (30, 20)])
def test_the_answer_stands_on_the_first_screen(tmp_path, browser, strategies, kinds, width):
    size = {"width": width, "height": SIZES[width], "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(write_index(make_answer(strategies, kinds), tmp_path).as_uri())
    seen = browser.execute_script(READ)
    assert seen["width"] <= width
    assert seen["cards"] <= SIZES[width], "title, grounds and cards are seen without scrolling"
    assert seen["rows"] <= 8 and seen["small"] == 0 and seen["wide"] == 0
    assert width < 1000 or seen["figure"]["top"] < SIZES[width] * 0.75


def test_the_kinds_are_in_the_order_of_the_mix_and_the_rest_is_folded():
    first = make_first_screen(make_answer(5, 11))
    assert first.rows[0][:2] == ("source (17 %)", "a changed source file")
    assert (len(first.rows), len(first.more)) == (8, 3)
    heads = dict(first.heads)
    assert heads["docker"] == heads["best-of-them"] == heads["docker-server (emulated)"] == ""
    assert all(len(cells) == len(first.heads) for *_, cells in [*first.rows, *first.more])


def test_cards_say_seconds_price_and_turn():
    listed = make_first_screen(make_answer(emulated=None)).cards
    cards = {each.head: each for each in listed}
    assert listed[0].text.startswith("a build; 95 % interval ")
    assert cards["110 min"].text == (
        "less waiting a month (600 builds); 0.50 USD less on the bill; storage 0.30 USD "
        "instead of 0.90"
    )
    assert cards["4 entries"].text.startswith("a push in the registry; 1 with docker. “Keep the")
    assert cards["more than 14.0 s"].text == "boot of a new builder: docker is faster"
    assert cards["more than 14.0 s"].warns


@pytest.mark.parametrize(
    ("seconds", "title"),
    [
        ({"x": [9.0, 9.3, 8.8]}, "Use x: 9.0 s a build instead of 20.0 s with docker, in the lab"),
        (
            {"x": [40.0, 40.2, 39.9]},
            "Stay with docker: no strategy is faster by more than 5 %, in the lab",
        ),
        (
            {"x": [18.0, 25.0, 17.0, 21.0]},
            "x or docker: can't tell yet which is faster, in the lab",
        ),
        ({"x": [9.0]}, "Nothing can be told yet, in the lab"),
        ({}, "No build can be compared yet"),
    ],
)
def test_each_kind_of_answer_has_its_title(tmp_path, seconds, title):
    about = {"docker": [20.0, 20.2, 19.9, 20.1]} | seconds
    found = answer(make_runs({name: {"source": each} for name, each in about.items()}))
    assert make_first_screen(found).title == title
    page = write_index(found, tmp_path).read_text("utf-8").replace("\xa0", " ")
    assert re.search(r"<h1>(.*?)</h1>", page)[1].replace("&#39;", "'") == title


def test_without_runs_the_first_screen_says_so(tmp_path):
    found = answer(make_runs({}))
    first = make_first_screen(found)
    assert (first.title, first.figure, first.rows) == ("No build can be compared yet", "", [])
    assert write_index(found, tmp_path).read_text("utf-8").count("<table") == 0


def test_an_answer_of_a_frame_with_unknown_kinds_is_shown(tmp_path):
    rows = [
        {"strategy": name, "scenario": f"day {kind}", "round": turn, "seconds": seconds + turn / 9}
        for name, seconds in {"docker": 20, "x": 9}.items()
        for kind in range(12)
        for turn in range(1, 4)
    ]
    found = answer(pd.DataFrame(rows), {f"day {kind}": 1 for kind in range(12)})
    page = write_index(found, tmp_path).read_text("utf-8").replace("\xa0", " ")
    assert "4 more kinds of commit" in page and "of 9 other kinds" in page


@pytest.mark.parametrize(("again", "folds"), [("make experiment ROUNDS=5", 0), ("x" * 200, 1)])
def test_a_long_command_is_folded(tmp_path, again, folds):
    found = answer(make_runs({"docker": {"source": [20.0]}, "x": {"source": [9.0]}}))
    found = dataclasses.replace(found, again=again, unknown=[])
    page = write_index(found, tmp_path).read_text("utf-8")
    assert page.count("<summary>Record more builds") == folds and f"<code>{again}</code>" in page


def test_without_a_baseline_there_is_no_table():
    found = answer(make_runs({"registry-cache": {"source": [20.0, 21.0, 19.0]}}))
    assert (make_first_screen(found).rows, make_first_screen(found).figure) == ([], "")
