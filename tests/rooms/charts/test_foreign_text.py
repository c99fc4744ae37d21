"""Every chart with names that are more than text: drawn as written, readable, as text."""

import random
import re
import warnings
from html import unescape

import pandas as pd
import pytest
from hostile import HOSTILE, make_names
from matplotlib.figure import Figure
from matplotlib.text import Text
from measured import make_runs
from pictures import list_tooltips, list_words, read_cells, read_scenes

from analysis import charts
from analysis.charts.fonts import _draw, show_as_text
from analysis.charts.labels import LABEL, clean, make_label
from analysis.charts.scene import measure
from analysis.measures.compare import compare, pick_comparable, spread
from analysis.registry import KINDS

SEED = random.randrange(1_000_000)
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]"
)
SPENT = pd.DataFrame(
    {"strategy": ["a", "a", "b", "b"], "scenario": "source", "n": 3,
     "activity": ["docker build", "docker push"] * 2, "seconds": [18.0, 2.0, 27.5, 3.0]}
)  # fmt: skip
TOOK = pd.DataFrame({"strategy": ["a", "b"], "seconds": [19.0, 22.0]})
RATES = pd.DataFrame(
    {"strategy": ["a", "b"], "scenario": "source", "denominator": "layers", "n": 3,
     "rate": [0.0, 0.5]}
)  # fmt: skip
ENTRIES = pd.DataFrame(
    {"strategy": ["a", "a", "b", "b"], "pushes": [1, 2] * 2, "n": 3, "entries": [1, 2, 3, 6]}
).assign(**dict.fromkeys(KINDS, 1))


def rename(frame, *names):
    """A frame whose strategies are called that."""
    old = list(dict.fromkeys(frame["strategy"]))
    return frame.assign(strategy=frame["strategy"].map(dict(zip(old, names, strict=True))))


def draw_all(first, second):
    """Every chart that names strategies, activities, projects or steps, with these names."""
    seconds = {"cold": [20.0, 21.0, 22.0], "source": [20.0, 20.5, 21.0]}
    runs = pick_comparable(make_runs({"docker": seconds, first: seconds, second: seconds}))
    comparison = compare(runs)
    spent = rename(SPENT, first, second).replace({"activity": {"docker push": second}})
    projects = pd.DataFrame(
        {"project": [first, second], "phase": [second, "BUILD"], "minutes": [3.0, 4.0], "n": 2}
    )
    months = pd.DataFrame(
        {"strategy": [first, second], "minutes": [90.0, None], "cost": [1.0, None], "n": [3, 0],
         "verdict": ["faster", None], "lacks": [None, first]}
    )  # fmt: skip
    gaps = pd.DataFrame(
        {"project": [first, second], "gap": ["< 5 min", second], "to_minutes": [5, 9],
         "builds": 4, "used": 2, "share": 0.5, "low": 0.2, "high": 0.8}
    )  # fmt: skip
    missing = pd.DataFrame(
        {"project": [first, second], "stage": [second, ""], "layer": [f"RUN {first}", second],
         "seconds": [9.0, 3.0], "could_save": [2.0, None], "ran": 2, "builds": 3}
    )  # fmt: skip
    steps = pd.DataFrame(
        {"label": [first, second], "note": [second, first], "step": [0, 1], "seconds": [3.0, 2.0],
         "started": [0.0, 3.0], "completed": [3.0, 5.0], "spans": [((0.0, 3.0),), ((3.0, 5.0),)],
         "critical": [((0.0, 3.0),), ()], "kind": "layer", "status": [None, "cached"],
         "activity": [second, "work"], "run": first}
    )  # fmt: skip
    return {
        "verdict_matrix": charts.verdict_matrix(comparison, baseline=first),
        "differences": charts.differences(comparison, baseline=first),
        "run_seconds": charts.run_seconds(runs, spread(runs, "seconds")),
        "hit_matrix": charts.hit_matrix(spread(runs.assign(rate=0.5), "rate")),
        "spent": charts.spent(spent, scenario="source"),
        "busy": charts.spent(spent, scenario="source", elapsed=rename(TOOK, first, second)),
        "denominators": charts.denominators(rename(RATES, first, second), scenario="source"),
        "entries_by_kind": charts.entries_by_kind(rename(ENTRIES, first, second), kinds=KINDS),
        "entries_over_pushes": charts.entries_over_pushes(rename(ENTRIES, first, second)),
        "balance": charts.balance(
            spent.assign(difference=[3.0, -2.0, 1.0, 4.0]), scenario="source", baseline=first
        ),
        "phase_bars": charts.phase_bars(projects),
        "month_minutes": charts.month_minutes(months, baseline=second),
        "gap_points": charts.gap_points(gaps),
        "missing_bars": charts.missing_bars(missing),
        "timeline": charts.timeline(steps, run=first),
        "timelines": charts.timelines(steps, steps.assign(run=second)),
        "draw_answer": charts.draw_answer(comparison.assign(seconds=20.0), baseline=first),
    }


def list_said(chart):
    """All that a chart says: words, tooltips, cells, title, note and alt text."""
    cells = [cell for row in read_cells(chart) for cell in row]
    said = [chart.title, chart.note, chart.alt]
    return [*list_words(chart), *list_tooltips(chart), *cells, *said]


def test_every_chart_is_drawn_with_hostile_names():
    print(f"seed {SEED}")
    first, second = make_names(SEED, 2)
    for name, chart in draw_all(first, second).items():
        html = charts.show(chart).data
        assert not HIDDEN.search(html), name
        assert not re.search(r"<(?:script|img|h1)\b|\sonerror=\S+>", html), name
        for scene in read_scenes(chart):
            width = float(scene.get("viewBox").split()[2])
            for text in scene.iter("text"):
                assert measure(text.text or "") <= width + 1, (name, text.text)
        assert not any(HIDDEN.search(each) for each in list_said(chart)), name


def test_pictures_in_pixels_are_drawn_with_hostile_names():
    print(f"seed {SEED}")
    drawn = draw_all(*make_names(SEED, 2))
    for name in ("verdict_matrix", "balance", "entries_over_pushes"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure = drawn[name].figure
            figure.draw_without_rendering()
        said = [text for text in figure.findobj(Text) if re.search("[^\\W\\d]", text.get_text())]
        assert not any(text.get_parse_math() or text.get_usetex() for text in said), name
        assert not any(HIDDEN.search(text.get_text()) for text in said), name


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_says_what_was_written(text):
    label = make_label(text)
    assert "\n" not in label and len(label) <= LABEL
    if text.isascii() and text.isprintable() and len(text) < LABEL and "onerror" not in text:
        assert label == text
    assert not HIDDEN.search(label)


def test_dollars_stand_in_a_picture_as_they_do_in_a_log():
    chart = draw_all("cp $URL/$FILE", "wget ${A}_${B}")["spent"]
    assert {"cp $URL/$FILE", "wget ${A}_${B}"} <= set(list_words(chart))
    assert "$URL/$FILE" in chart.alt
    assert "mathjax_ignore" in charts.show(chart).data


def test_numbers_of_a_log_scale_and_what_is_drawn_beside_a_chart_are_text_too():
    figure = Figure()
    axes = figure.subplots()
    axes.loglog([1, 1000], [1, 1e6], label="$a^")
    axes.set_title("${A}_${B}")
    axes.annotate("$b_", (1, 1))
    axes.table([["$c_$d"]], rowLabels=["$e^"])
    figure.legend(title="$f^$g")
    show_as_text(figure)
    figure.draw_without_rendering()
    said = [text.get_text() for text in figure.findobj(Text)]
    assert {"$a^", "${A}_${B}", "$b_", "$f^$g"} <= set(said)
    assert not any("mathdefault" in each for each in said)
    assert "1000" in said


def test_hidden_signs_and_what_no_font_has_are_seen():
    assert clean("a\u202eb\x1b[31m") == "a\\u202eb\\x1b[31m"
    assert clean("\udc80") == "\\udc80"
    assert clean("📦") == "📦", "a browser has its fonts"
    assert _draw("📦") in ("📦", "\\U0001f4e6"), "matplotlib shows what its fonts have"
    assert len(clean("Z" + "\u0300" * 500)) < 30


def test_a_secret_in_a_name_is_in_no_chart_and_no_alt_text():
    name = "RUN NPM_TOKEN=8fj3kd02kd9s npm ci"
    for chart in draw_all(name, "docker run -e DB_PASS=8fj3kd02kd9s").values():
        assert "8fj3" not in charts.show(chart).data
        assert not any("8fj3" in each for each in list_said(chart))


def test_tables_and_sentences_are_text_to_jupyterlab_too():
    shown = charts.table(pd.DataFrame({"$a$ b": ["$\\alpha$ \u202e<b>", "PASSWORD=hunter2"]})).data
    said = charts.say("costs $5 or $6", ["\x1b[1m$x$"]).data
    for html in (shown, said):
        assert html.startswith(("<table", "<p", "<ul")) and "mathjax_ignore" in html
    assert "$\\alpha$ \\u202e&lt;b&gt;" in shown and "hunter2" not in shown
    assert "costs $5 or $6" in unescape(said) and "\\x1b[1m$x$" in said


def test_a_long_name_is_whole_in_a_table():
    name = "n" * 200
    assert name in charts.table(pd.DataFrame({"strategy": [name]})).data
