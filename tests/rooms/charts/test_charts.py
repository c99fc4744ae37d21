"""Charts draw what they are given, say so in an alt text, and show themselves as safe HTML."""

import re
from html import unescape

import pandas as pd
import pytest
from matplotlib.figure import Figure
from measured import make_runs
from pictures import (
    find_row,
    list_boxes,
    list_marks,
    list_tooltips,
    list_words,
    read_cells,
    read_scenes,
    read_wide,
)

from analysis import charts
from analysis.charts.picture import cut_middle
from analysis.charts.scene import FULL, NARROW, WIDE, measure
from analysis.charts.style import FILLS, STYLE, VERDICTS, pick_look
from analysis.measures.compare import compare, mark_emulated, pick_comparable, spread
from analysis.measures.seconds import ACTIVITIES, BUSY
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
        "strategy": [LONG, LONG, "docker", "docker"],
        "scenario": "source",
        "activity": ["docker build", "docker push"] * 2,
        "n": 3,
        "seconds": [27.5, 3.0, 18.0, 2.0],
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
SHARED = pd.DataFrame(
    {
        "strategy": ["docker", "registry-cache"] * 2,
        "scenario": ["branch"] * 2 + ["parallel"] * 2,
        "n": 3,
        "hits": [0.0, 3.0, 0.0, 1.5],
        "possible": [3.0, 3.0, 5.0, 5.0],
        "lost": [3.0, 0.0, 5.0, 3.5],
    }
)
BALANCE = pd.DataFrame(
    {
        "strategy": [LONG] * 2 + ["inline-cache"] * 2,
        "scenario": "source",
        "n": 3,
        "activity": ["work", "builder"] * 2,
        "difference": [-2.0, 9.0, -7.0, 1.0],
    }
)


def draw_all():
    """Name -> every chart of an experiment."""
    runs = pick_comparable(RUNS)
    comparison = compare(runs)
    hits = runs.assign(rate=[0.0] * 9 + [0.5] * 8)
    return {
        "verdict_matrix": charts.verdict_matrix(comparison),
        "differences": charts.differences(comparison),
        "run_seconds": charts.run_seconds(runs, spread(runs, "seconds")),
        "spent": charts.spent(SPENT, scenario="source"),
        "busy": charts.spent(SPENT, scenario="source", elapsed=TOOK),
        "balance": charts.balance(BALANCE, scenario="source"),
        "hit_matrix": charts.hit_matrix(spread(hits, "rate")),
        "shared_hits": charts.shared_hits(SHARED),
        "denominators": charts.denominators(RATES, scenario="source"),
        "entries_by_kind": charts.entries_by_kind(ENTRIES, kinds=KINDS),
        "entries_over_pushes": charts.entries_over_pushes(ENTRIES),
    }


CHARTS = draw_all()
TABLES = {"verdict_matrix", "hit_matrix", "shared_hits"}
each_chart = pytest.mark.parametrize("name", CHARTS)
each_drawn = pytest.mark.parametrize("name", [name for name in CHARTS if name not in TABLES])


@each_chart
def test_a_chart_has_a_title_and_says_its_unit_and_number(name):
    chart = CHARTS[name]
    said = f"{chart.note} {' '.join(list_words(chart))}"
    assert chart.title and chart.get_title(loc="left") == chart.title
    assert any(unit in said for unit in ("seconds", "%", "entries", "layers", "pushes"))
    assert re.search(r"n=\d", said), "the number of runs"
    assert "emulated" in said or "local-layer-cache" not in said


@each_chart
def test_a_chart_shows_itself_with_caption_and_words_for_who_cannot_see_it(name):
    html = charts.show(CHARTS[name]).data
    assert html.startswith("<figure class=") and html.endswith("</figure>")
    assert f"<figcaption><strong>{CHARTS[name].title}</strong>" in html
    assert html == CHARTS[name]._repr_html_()
    said = [unescape(each) for each in re.findall(r'aria-label="([^"]+)"', html)]
    assert set(said) == (set() if name in TABLES else {CHARTS[name].alt})
    kinds = re.findall(r'<svg class="(\w+)"', html)
    assert kinds[-2:] == ([] if name in TABLES else ["wide", "narrow"])
    assert 60 < len(CHARTS[name].alt) < 1500
    assert not re.search(r"\bnan\b", html)


@each_drawn
def test_texts_are_text_inside_the_picture_at_both_widths(name):
    for scene in read_scenes(CHARTS[name]):
        left, top, right, bottom = map(float, scene.get("viewBox").split())
        assert (left, top) == (0, 0) and right in (FULL, WIDE, NARROW)
        assert len(list(scene.iter("text"))) > 4
        for text in scene.iter("text"):
            x, taken = float(text.get("x")), measure(text.text)
            start = x - taken * {"end": 1.0, "middle": 0.5}.get(text.get("text-anchor"), 0.0)
            assert start >= -1 and start + taken <= right + 1, text.text
            assert 0 < float(text.get("y")) <= bottom, text.text
    words = list_words(CHARTS[name])
    assert LONG in words or LONG not in CHARTS[name].alt, "a name is searched for as a whole"


@each_drawn
def test_colours_come_from_classes_and_every_mark_has_a_tooltip(name):
    for scene in read_scenes(CHARTS[name]):
        attributes = {key for each in scene.iter() for key in each.keys()}  # noqa: SIM118
        assert not attributes & {"id", "fill", "stroke", "style", "href", "font-size"}
        used = {c for each in scene.iter() for c in (each.get("class") or "").split()}
        assert all(re.search(rf"\.{each}\b", STYLE) for each in used)
        assert {each.tag for each in scene.iter()} <= {
            "svg", "g", "title", "text", "rect", "path", "circle"
        }  # fmt: skip
        told = {id(e) for g in scene.iter("g") if g.find("title") is not None for e in g.iter()}
        keys = {id(each) for each in scene}
        marks = [*scene.iter("circle"), *scene.iter("rect")]
        marks = [each for each in marks if each.get("class") != "row"]
        assert [each for each in marks if id(each) not in told | keys] == []


@each_chart
def test_a_chart_is_kept_as_a_file_too(name, tmp_path):
    CHARTS[name].savefig(tmp_path / "chart.svg")
    text = (tmp_path / "chart.svg").read_text()
    assert text.startswith('<svg xmlns="http://www.w3.org/2000/svg"') and STYLE in text
    assert CHARTS[name].title.split()[-1] in text
    assert read_wide(CHARTS[name]).get("role") == "img"


def test_a_picture_in_pixels_is_drawn_by_matplotlib_without_mathematics(tmp_path):
    chart = charts.spent(SPENT.assign(activity="cp $URL/$FILE"), scenario="source")
    chart.savefig(tmp_path / "chart.png", dpi=50)
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    figure = chart.get_figure(root=True)
    texts = figure.axes[0].texts
    assert "cp $URL/$FILE" in [text.get_text() for text in texts]
    assert not any(text.get_parse_math() or text.get_usetex() for text in texts)
    assert figure.alt == chart.alt


def test_a_chart_can_be_drawn_into_given_axes():
    axes = Figure().subplots()
    assert charts.spent(SPENT, scenario="source", ax=axes) is axes
    assert axes.patches and axes.get_title(loc="left").startswith("What takes the time")
    assert charts.show(axes).data.startswith("<figure><img ")


def test_the_verdict_is_written_not_only_coloured():
    chart = CHARTS["verdict_matrix"]
    cells = read_cells(chart)
    assert cells[0] == ["", "cold", "source"]
    by_name = {row[0]: row[1:] for row in cells}
    assert by_name["local-layer-cache (emulated)"][1] == "▼ −18.4"
    assert by_name[LONG][0].startswith("▲ +")
    assert by_name[LONG][1].startswith("? +")
    assert "n=2 to 3" in chart.note
    assert all(sign in chart.note for *_, sign in VERDICTS.values())
    # emulated ones stand apart, below the others
    names = [row[0] for row in cells[1:]]
    assert names[:2] == [LONG, "emulated, not AWS"]


def test_the_larger_a_difference_the_more_colour_it_has():
    html = CHARTS["verdict_matrix"].html
    found = re.findall(r'style="--size:(\d+)%"[^>]*>. [+−]([\d.]+)<', html)
    sizes = sorted((float(value), int(size)) for size, value in found)
    assert len(sizes) >= 2 and sizes[0][1] < sizes[-1][1]
    assert [size for _, size in sizes] == sorted(size for _, size in sizes)


def test_the_baselines_own_seconds_and_another_order_can_be_given():
    runs = pick_comparable(RUNS)
    names = [LONG, "local-layer-cache"]
    chart = charts.verdict_matrix(compare(runs), order=names, seconds={"cold": 21.04})
    assert read_cells(chart)[1] == ["docker: seconds", "21.0 s", "–"]
    rows = charts.differences(compare(runs), order=names[::-1])
    words = list_words(rows)
    assert words.index(LONG) < words.index("local-layer-cache (emulated)")


@pytest.mark.parametrize("entries", [[1, 1, 2], [1, 2, 3], [3, 9, 41]])
def test_an_axis_of_entries_has_no_halves(entries):
    frame = pd.DataFrame({"strategy": "a", "pushes": [1, 2, 3], "entries": entries, "n": 6})
    kinds = frame.rename(columns={"entries": "image"}).head(1)
    grows = charts.entries_over_pushes(frame)
    stands = charts.entries_by_kind(kinds, kinds=["image"])
    numbers = [each for each in (*list_words(grows), *list_words(stands)) if each[:1].isdigit()]
    assert len(numbers) > 5 and not [each for each in numbers if "." in each]


def test_kinds_of_commit_are_panels_of_one_chart_with_one_axis():
    words = list_words(CHARTS["differences"])
    assert [each for each in words if each in SCENARIOS] == ["cold", "source"]
    assert words.count(LONG) == 1
    for name in ("differences", "run_seconds"):
        assert list_words(CHARTS[name]).count("0") == 2, "the same numbers in both panels"


def test_the_dots_are_the_runs_and_the_strokes_their_medians():
    tooltips = list_tooltips(CHARTS["run_seconds"])
    assert f"source, {LONG}: median 30.5 s, n = 2: 30.0, 31.0 s" in tooltips
    marks = list_marks(find_row(CHARTS["run_seconds"], "cold, docker:"))
    assert sorted(marks) == ["dot", "dot", "dot", "mark"]
    assert "to container-push-no-provenance with 30.5 s (n = 2)." in CHARTS["run_seconds"].alt


def test_a_difference_is_filled_only_when_it_is_told():
    chart = CHARTS["differences"]
    assert list_marks(find_row(chart, "source, local-layer-cache")) == ["faster"]
    assert list_marks(find_row(chart, f"source, {LONG}")) == ["close hollow"]
    shapes = [(shape, hollow) for _, shape, hollow, _ in VERDICTS.values()]
    assert len(set(shapes)) == len(shapes), "told apart without colour"


def test_stacked_parts_touch_each_other_and_rows_are_in_the_order_of_their_sums():
    chart = CHARTS["spent"]
    for name, shares in (("docker", 18 / 20), (LONG, 27.5 / 30.5)):
        first, second = list_boxes(find_row(chart, f"{name}: ")) or [None, None]
        assert (first[0], second[0]) == ("build", "push")
        assert first[1] + first[2] == pytest.approx(second[1], abs=0.2)
        assert first[2] / (first[2] + second[2]) == pytest.approx(shares, abs=0.01)
    words = list_words(chart)
    assert words.index("docker") < words.index(LONG)
    assert "20.0 s" in words and f"{LONG}: docker push 3.0 s" in list_tooltips(chart)


def test_busy_bars_show_the_time_the_command_took():
    chart = CHARTS["busy"]
    assert list_marks(find_row(chart, "docker: 20.0")) == ["mark"]
    assert "overlap" in chart.note and "stroke" in chart.note


def test_what_is_saved_lies_left_of_zero_and_what_is_paid_right_of_it():
    chart = CHARTS["balance"]
    (zero,) = [each for each in read_wide(chart).iter("path") if each.get("class") == "zero"]
    at = float(re.match(r"M([\d.]+)", zero.get("d"))[1])
    work, builder = list_boxes(find_row(chart, f"{LONG}: +7.0"))
    assert work[0] == "work" and work[1] + work[2] == pytest.approx(at, abs=0.2)
    assert builder[0] == "builder" and builder[1] == pytest.approx(at, abs=0.2)
    words = list_words(chart)
    assert words.index("inline-cache") < words.index(LONG), "in the order of what is left"
    assert "−6.0 s" in words


def test_entries_are_drawn_by_kind():
    chart = CHARTS["entries_by_kind"]
    assert f"{LONG}: 3 in all, n = 3" in list_tooltips(chart)
    assert [box[0] for box in list_boxes(find_row(chart, f"{LONG}: 3 in"))] == [
        "image",
        "base",
        "import",
    ]
    assert f"{LONG}: image 1, index 1 and attestation 1." in chart.alt


def test_lines_of_entries_differ_without_any_colour():
    paths = read_wide(CHARTS["entries_over_pushes"]).iter("path")
    assert {e.get("class") for e in paths if "series" in e.get("class")} == {
        "series s1",
        "series s2",
    }
    assert f"{LONG}: 6 entries after push 2" in list_tooltips(CHARTS["entries_over_pushes"])


def test_an_unknown_rate_is_written_as_unknown():
    null = [float("nan")]
    rates = {"strategy": ["docker"], "scenario": ["cold"], "n": [0], "median": null}
    chart = charts.hit_matrix(pd.DataFrame(rates | {"low": null, "high": null}))
    assert read_cells(chart)[1] == ["docker", "unknown"]
    assert "unknown" in chart.alt


def test_hits_of_branches_are_of_the_possible_ones_and_who_has_none_is_no_row():
    chart = CHARTS["shared_hits"]
    assert read_cells(chart) == [
        ["", "branch", "parallel"],
        ["registry-cache", "3 of 3", "1.5 of 5"],
    ]
    assert "none with docker" in chart.note
    assert charts.show_some(charts.shared_hits, SHARED.iloc[:0]).data == ""


def test_only_the_denominators_of_strategies_with_hits_are_drawn():
    chart = CHARTS["denominators"]
    assert "docker" not in list_words(chart)
    assert "0 % for docker" in chart.note
    assert len(list_marks(find_row(chart, "local-layer-cache"))) == 3


def test_empty_data_gives_an_empty_chart_not_an_error():
    runs = pick_comparable(make_runs({}))
    comparison = compare(runs)
    for chart in (
        charts.verdict_matrix(comparison),
        charts.differences(comparison),
        charts.run_seconds(runs, spread(runs, "seconds")),
        charts.spent(SPENT, scenario="base"),
        charts.balance(BALANCE, scenario="base"),
        charts.denominators(RATES, scenario="base"),
        charts.hit_matrix(spread(runs.assign(rate=1.0), "rate")),
        charts.shared_hits(SHARED.iloc[:0]),
        charts.entries_by_kind(ENTRIES.iloc[:0], kinds=KINDS),
        charts.entries_over_pushes(ENTRIES.iloc[:0]),
        charts.draw_answer([]),
    ):
        assert "<figcaption>" in charts.show(chart).data
        assert read_wide(chart) is not None


def test_axes_without_alt_text_are_not_shown():
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


def test_one_sentence_of_a_list_is_a_paragraph():
    assert charts.say(["a"]).data == "<p>a</p>"
    assert charts.say(["a", "b"]).data == "<ul><li>a</li><li>b</li></ul>"


def test_a_table_tells_money_in_cents_and_no_chance_as_none():
    columns = {"p": [0.0004, 0.031, None], "cost": [3.0, 0.5, None], "minutes": [2.6, 1.2, 3.0]}
    html = charts.table(pd.DataFrame(columns), 0, units={"cost": "USD", "minutes": "min"}).data
    cells = re.findall(r"<td>(.*?)</td>", html)
    assert cells == ["&lt; 0.001", "3.00", "3", "0.031", "0.50", "1", "–", "–", "3"]


def test_a_table_rounds_floats_and_shows_nulls_as_a_dash():
    frame = pd.DataFrame(
        {
            "name": pd.array(["a", None], "string"),
            "some_number": [-1.25, float("nan")],
            "count": pd.array([3, None], "Int64"),
        }
    )
    html = charts.table(frame).data
    cells = re.findall(r"<t[dh](?: class=.text.)?>(.*?)</t[dh]>", html)
    assert cells == ["name", "some number", "count", "a", "−1.2", "3", "–", "–", "–"]


def test_emulated_strategies_are_marked_where_the_frames_are():
    assert any("emulated" in each for each in list_words(charts.differences(compare(RUNS))))
    assert "emulated" in " ".join(mark_emulated(RUNS)["strategy"])


def test_every_strategy_and_kind_of_commit_of_ours_makes_a_light_chart():
    seconds = {
        name: {each: [20 + number, 21 + number, 19.5 + number] for each in SCENARIOS}
        for number, name in enumerate(load_strategies())
    }
    runs = pick_comparable(make_runs(seconds))
    comparison, many = compare(runs), len(seconds)
    drawn = (
        charts.verdict_matrix(comparison),
        charts.differences(comparison),
        charts.run_seconds(runs, spread(runs, "seconds")),
    )
    for chart in drawn:
        assert len(charts.show(chart).data) < 9_000 * many
        # 18 strategies take less than a screen
        assert chart.draw(FULL).height < 39 * many
        assert chart.draw(NARROW).height < 95 * many
    each = charts.show_each(charts.differences, comparison).data
    assert each.count("<figure") == len(SCENARIOS)


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
    series = charts.entries_over_pushes(entries).draw
    marks = [
        (group.items[0].shape, group.items[0].hollow)
        for group in series(WIDE).items
        if getattr(group, "title", "").endswith("push 1")
    ]
    assert len(set(marks)) == 7


def shine(colour):
    """The luminance of a colour from 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """The contrast of two colours, 1 to 21."""
    low, high = sorted((shine(one), shine(other)))
    return (high + 0.05) / (low + 0.05)


def test_parts_of_bars_are_told_apart_in_greyscale():
    sides = ["work", "base pull", "lazy pull", "builder", "cache import", "image export", "load"]
    for known in (ACTIVITIES, BUSY, KINDS, [*sides, "push", "cache export", "other"]):
        looks = {pick_look(each, list(known)) for each in known}
        for one in looks:
            for other in looks - {one}:
                a, b = FILLS[one], FILLS[other]
                assert a.hatch != b.hatch or contrast(a.light, b.light) > 1.25, (one, other)
                assert a.hatch != b.hatch or contrast(a.dark, b.dark) > 1.2, (one, other)


def test_an_activity_has_one_colour_wherever_it_is_drawn():
    assert pick_look("docker push", []) == pick_look("push", ["work", "push"]) == "push"
    assert pick_look("builder create", []) == pick_look("builder", []) == "builder"
    names = ["work", "new one", "another"]
    looks = [pick_look(each, names) for each in names]
    assert looks[0] == "work" and len(set(looks)) == 3


@pytest.mark.parametrize("scheme", [0, 1])
def test_texts_have_the_contrast_that_readers_need(scheme):
    def find(name):
        return re.findall(rf"--c-{name}:(?:var\(--{name},)?(#\w{{6}})", STYLE)[scheme]

    for name in ("ink", "faint", "faster", "slower"):
        assert contrast(find(name), find("paper")) >= 4.5, name
