"""Charts draw what they are given, say so in an alt text, and show themselves as safe HTML."""

import base64
import re
import struct
from html import unescape

import pandas as pd
import pytest
from matplotlib.figure import Figure
from measured import make_runs

from analysis import charts
from analysis.charts.canvas import cut_middle
from analysis.measures.compare import compare, mark_emulated, pick_comparable, spread
from analysis.registry import KINDS
from analysis.workload import SCENARIOS, load_strategies

LONG = "container-push-no-provenance"
RUNS = make_runs(
    {
        "docker": {"cold": [20.0, 21.0, 22.0], "source": [20.0, 20.5, 21.0]},
        "local-layer-cache": {"cold": [20.5, 20.0, 22.4], "source": [2.0, 2.2, 2.1]},
        LONG: {"cold": [30.0, 31.5, 32.0], "source": [30.0, 31.0]},
    }
)
ENTRIES = pd.DataFrame(
    {
        "strategy": ["docker"] * 2 + [LONG] * 2,
        "scenario": ["cold", "source"] * 2,
        "pushes": pd.array([1, 2] * 2, "Int64"),
        "n": 3,
        "entries": pd.array([1, 2, 3, 6], "Int64"),
        **{kind: pd.array([0] * 4, "Int64") for kind in KINDS},
    }
).assign(image=[1, 2, 1, 2], index=[0, 0, 1, 2], attestation=[0, 0, 1, 2])
SPENT = pd.DataFrame(
    {
        "strategy": ["docker", "docker", LONG, LONG],
        "scenario": "source",
        "activity": ["docker build", "docker push"] * 2,
        "n": 3,
        "seconds": [18.0, 2.0, 27.5, 3.0],
    }
)
TOOK = pd.DataFrame({"strategy": ["docker", LONG], "seconds": [19.0, 22.0]})
RATES = pd.DataFrame(
    {
        "strategy": ["docker"] * 3 + ["local-layer-cache (emulated)"] * 3,
        "scenario": "source",
        "denominator": ["layers", "numbered steps", "vertices"] * 2,
        "n": 3,
        "rate": [0.0, 0.0, 0.0, 0.55, 0.5, 0.35],
    }
)


def draw_all():
    """Name -> axes of every chart."""
    runs = pick_comparable(RUNS)
    comparison = compare(runs)
    hits = runs.assign(rate=[0.0] * 9 + [0.5] * 8)
    return {
        "verdict_matrix": charts.verdict_matrix(comparison),
        "differences": charts.differences(comparison),
        "run_seconds": charts.run_seconds(runs, spread(runs, "seconds")),
        "spent": charts.spent(SPENT, scenario="source"),
        "busy": charts.spent(SPENT, scenario="source", elapsed=TOOK),
        "hit_matrix": charts.hit_matrix(spread(hits, "rate")),
        "denominators": charts.denominators(RATES, scenario="source"),
        "entries_by_kind": charts.entries_by_kind(ENTRIES, kinds=KINDS),
        "entries_over_pushes": charts.entries_over_pushes(ENTRIES),
    }


CHARTS = draw_all()
each_chart = pytest.mark.parametrize("name", CHARTS)


def texts(axes):
    """All that is written in a figure."""
    found = [text.get_text() for text in axes.figure.findobj(lambda o: hasattr(o, "get_text"))]
    return "\n".join(found)


def read_picture(html):
    """(width, height) of the PNG inside a shown chart, and the alt text."""
    match = re.search(r'<img src="data:image/png;base64,([^"]+)" width="\d+" alt="([^"]+)">', html)
    data = base64.b64decode(match[1])
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24]), unescape(match[2])


@each_chart
def test_a_chart_has_a_title_and_says_its_unit_and_number(name):
    axes = CHARTS[name]
    assert axes.get_title(loc="left")
    labels = axes.get_xlabel() + axes.get_ylabel()
    assert any(unit in labels for unit in ("seconds", "%", "entries", "pushes"))
    assert "emulated" in texts(axes) or "local-layer-cache" not in texts(axes)
    if name not in ("differences", "denominators", "entries_over_pushes"):
        assert re.search(r"n=\d", texts(axes)), "the number of runs"


@each_chart
def test_a_chart_shows_itself_with_its_alt_text(name):
    html = charts.show(CHARTS[name]).data
    assert html.startswith("<figure><img ")
    (width, height), alt = read_picture(html)
    assert width > 800
    assert height > 200
    assert len(alt) > 60
    assert not re.search(r"\bnan\b", alt)


@each_chart
def test_nothing_is_cut_off_at_the_edges(name):
    figure = CHARTS[name].figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert box.x0 >= -0.02
    assert box.y0 >= -0.02
    assert box.x1 <= figure.get_figwidth() + 0.02
    assert box.y1 <= figure.get_figheight() + 0.02


def test_a_chart_can_be_drawn_into_given_axes():
    axes = Figure().subplots()
    assert charts.spent(SPENT, scenario="source", ax=axes) is axes
    assert axes.patches


def test_the_verdict_is_written_not_only_coloured():
    said = texts(CHARTS["verdict_matrix"])
    assert "▼ −18.4 s" in said
    assert "▲" in said
    assert "? +" in said
    assert "n=2" in said


def test_the_dots_are_the_runs_and_the_bars_their_medians():
    axes = CHARTS["run_seconds"]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert sorted(x for line in dots for x in line.get_xdata()) == sorted(RUNS["seconds"])
    assert "to container-push-no-provenance with 30.5 s (n = 2)." in axes.figure.alt


def test_a_difference_is_filled_only_when_it_is_told():
    axes = CHARTS["differences"]
    points = [line for line in axes.lines if line.get_marker() == "o"]
    filled = {round(p.get_xdata()[0], 1): p.get_markerfacecolor() != "white" for p in points}
    assert filled[-18.4]
    assert not all(filled.values())


def test_stacked_parts_touch_each_other_and_differ_in_colour_and_hatch():
    axes = CHARTS["spent"]
    first, second = ([bars[row] for bars in axes.containers] for row in (0, 1))
    for build, push in (first, second):
        assert build.get_x() == 0
        assert push.get_x() == build.get_width()
        assert build.get_facecolor() != push.get_facecolor()
        assert build.get_hatch() != push.get_hatch()
    assert [bar.get_width() for bar in first] == [18, 2]


def test_busy_bars_show_the_time_the_command_took():
    axes = CHARTS["busy"]
    assert [line.get_xdata()[0] for line in axes.lines] == [19, 22]
    assert "overlap" in axes.get_xlabel()


def test_entries_are_drawn_by_kind():
    axes = CHARTS["entries_by_kind"]
    assert "3 entries" not in texts(axes)
    assert "  3, n=3" in texts(axes)
    assert f"{LONG}: image 1.0, index 1.0 and attestation 1.0." in axes.figure.alt


def test_lines_of_entries_differ_in_more_than_colour():
    lines = CHARTS["entries_over_pushes"].lines
    looks = {(line.get_marker(), line.get_linestyle()) for line in lines}
    assert len(looks) == len(lines) == 2
    assert lines[1].get_ydata().tolist() == [3, 6]


def test_an_unknown_rate_is_written_as_unknown():
    rates = pd.DataFrame(
        {
            "strategy": ["docker"],
            "scenario": ["cold"],
            "n": [0],
            "median": [float("nan")],
            "low": [float("nan")],
            "high": [float("nan")],
        }
    )
    axes = charts.hit_matrix(rates)
    assert "unknown" in texts(axes)
    assert "unknown" in axes.figure.alt


def test_empty_data_gives_an_empty_chart_not_an_error():
    runs = pick_comparable(make_runs({}))
    comparison = compare(runs)
    for axes in (
        charts.verdict_matrix(comparison),
        charts.differences(comparison),
        charts.run_seconds(runs, spread(runs, "seconds")),
        charts.spent(SPENT, scenario="base"),
        charts.denominators(RATES, scenario="base"),
        charts.hit_matrix(spread(runs.assign(rate=1.0), "rate")),
        charts.entries_by_kind(ENTRIES.iloc[:0], kinds=KINDS),
        charts.entries_over_pushes(ENTRIES.iloc[:0]),
    ):
        assert charts.show(axes).data


def test_a_chart_without_alt_text_is_not_shown():
    axes = Figure().subplots()
    with pytest.raises(ValueError, match=r"alt text: .*describe"):
        charts.show(axes)
    charts.describe(axes, 'a "quoted" <b>text</b>')
    html = charts.show(axes).data
    assert "<b>" not in html
    assert 'alt="a &quot;quoted&quot; &lt;b&gt;text&lt;/b&gt;"' in html


def test_sentences_and_tables_hold_no_markup_of_a_log():
    evil = "<script>alert(1)</script>"
    said = charts.say(evil, [evil, "b"]).data
    shown = charts.table(pd.DataFrame({evil: [evil]})).data
    for html in (said, shown):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    assert said.endswith("<li>b</li></ul>")


def test_a_table_rounds_floats_and_shows_nulls_as_a_dash():
    frame = pd.DataFrame(
        {
            "name": pd.array(["a", None], "string"),
            "some_number": [-1.25, float("nan")],
            "count": pd.array([3, None], "Int64"),
        }
    )
    html = charts.table(frame).data
    cells = re.findall(r"<t[dh]>(.*?)</t[dh]>", html)
    assert cells == ["name", "some number", "count", "a", "−1.2", "3", "–", "–", "–"]


def test_emulated_strategies_are_marked_where_the_frames_are():
    assert "emulated" in texts(charts.differences(compare(RUNS)))
    assert "emulated" in " ".join(mark_emulated(RUNS)["strategy"])


def test_every_strategy_and_kind_of_commit_of_ours_still_fits_a_page():
    seconds = {
        name: {each: [20 + number, 21 + number, 19.5 + number] for each in SCENARIOS}
        for number, name in enumerate(load_strategies())
    }
    runs = pick_comparable(make_runs(seconds))
    comparison = compare(runs)
    for html in (
        charts.show(charts.verdict_matrix(comparison)),
        charts.show_each(charts.differences, comparison),
        charts.show_each(charts.run_seconds, runs, spread(runs, "seconds")),
    ):
        pictures = re.findall(r'base64,([^"]+)" width="(\d+)" alt="([^"]+)"', html.data)
        assert len(pictures) in (1, len(SCENARIOS))
        for data, width, alt in pictures:
            high = struct.unpack(">II", base64.b64decode(data)[16:24])
            # as wide as the text, and lower than a sheet of that width
            assert int(width) <= 700 and high[1] / high[0] < 1.4
            assert 30 <= len(unescape(alt)) <= 1500


def test_a_long_alt_text_keeps_its_ends():
    sentences = [f"Row {number} says {'much ' * 20}" for number in range(40)]
    alt = cut_middle(sentences)
    assert len(alt) <= 1500 and alt.startswith("Row 0") and "Row 39" in alt
    assert re.search(r"\. \d+ more are left out\. ", alt)
    assert cut_middle(sentences[:3]) == ". ".join(sentences[:3])


def test_more_lines_than_usual_are_drawn_each_in_its_own_way():
    names = [f"strategy-{number}" for number in range(7)]
    rows = [(name, pushes, pushes, 3) for name in names for pushes in (1, 2)]
    entries = pd.DataFrame(rows, columns=["strategy", "pushes", "entries", "n"])
    lines = charts.entries_over_pushes(entries).get_lines()
    assert len({(line.get_color(), line.get_marker()) for line in lines}) == 7
