"""The chart of builds' steps: thick on the critical path, thin beside it, hits marked, in words."""

import pytest
from pictures import find_row, list_marks, list_tooltips, list_words, read_scenes
from records import BASE, BUILD, COPY, EXPORT, READ, RUN, record, vertex

from analysis import charts
from analysis.measures.seconds import mark_critical
from analysis.records import read_timeline

CACHE = vertex("k", "exporting cache to registry", (7.2, 8.0))
QUICK = vertex("q", "[internal] load .dockerignore", (0.01, 0.02))


def mark(*vertices, run="cached.source.01"):
    """The steps of a build of these."""
    return mark_critical(read_timeline([record(*vertices)]).assign(run=run), run)


def draw(*vertices):
    """The chart of a build of these steps."""
    return charts.timeline(mark(*vertices), run="cached.source.01")


def list_bars(group):
    """(class, height) of the bars in a row."""
    return [
        (each.get("class"), float(each.get("height")))
        for each in group.iter("rect")
        if each.get("class") != "row"
    ]


def test_bars_are_thick_on_the_path_and_thin_beside_it():
    chart = draw(READ, BASE, RUN, COPY, EXPORT, CACHE)
    (thin,) = list_bars(find_row(chart, "exporting cache to registry"))
    assert thin[0] == "cache" and thin[1] < 8
    bars = list_bars(find_row(chart, "RUN make"))
    assert {look for look, _ in bars} == {"work"} and max(high for _, high in bars) > 10
    assert "thick: on the critical path" in chart.note


def test_the_alt_text_tells_the_path_in_order():
    assert draw(READ, BASE, RUN, COPY, EXPORT, CACHE).alt == (
        "Timeline of docker build in cached.source.01, 8.2 s. On the critical path, in order: "
        "other steps 0.10 s, base pull 2.0 s, work 5.0 s, work 0.10 s and image export 1.0 s. "
        "Beside it: 1 step."
    )


def test_seconds_the_run_and_what_is_not_shown_are_said():
    chart = draw(READ, QUICK, BASE, RUN, COPY, EXPORT)
    assert "seconds" in chart.note
    assert "cached.source.01" in chart.note and "; 1 shorter step not shown" in chart.note
    assert "[internal] load .dockerignore" not in list_words(chart)
    assert "not shown" not in draw(READ, BASE).note


def test_two_builds_stand_on_one_clock_the_first_above_and_hits_are_marked():
    hit = vertex("c", "[2/3] RUN make", (2.1, 2.1), inputs="b", cached=True)
    before, after = mark(READ, BASE, RUN, COPY), mark(READ, BASE, hit, run="inline.source.01")
    chart = charts.timelines(before, after)
    words = list_words(chart)
    heads = [each for each in words if ".source.01: " in each]
    assert [each.partition(":")[0] for each in heads] == ["cached.source.01", "inline.source.01"]
    assert "hit" in words
    hits = [
        group for group in read_scenes(chart)[0].iter("g") if "mark hollow" in list_marks(group)
    ]
    assert hits
    assert "Timeline of docker build in cached.source.01" in chart.alt
    assert "Timeline of docker build in inline.source.01" in chart.alt
    assert charts.timelines(before, before).alt.count("Timeline of docker build") == 1
    assert charts.timelines(before, before[:0]).alt.endswith("has a record of its docker build.")


def test_names_are_cut_and_stay_in_one_line():
    long = vertex("x", "[build 2/2] RUN /usr/local/bin/tool --with many --words of text", (2.1, 3))
    base = vertex("b", f"[build 1/2] FROM base@sha256:{'0' * 64}", (0.1, 2.1))
    words = list_words(draw(READ, base, long))
    assert "build: FROM base" in words
    assert any(each.startswith("build: RUN tool --with") for each in words)


def test_of_very_many_steps_the_longest_are_shown():
    many = [vertex(str(n), f"[{n + 1}/99] RUN {n}", (n, n + 1 + n / 100)) for n in range(60)]
    chart = draw(*many)
    rows = [each for each in list_words(chart) if each.startswith("RUN ")]
    assert len(rows) == 30 and rows[-1] == "RUN 59"
    assert "; 30 shorter steps not shown" in chart.note
    assert len(chart.alt) < 1500 and "RUN 59: work" in " ".join(list_tooltips(chart))


@pytest.mark.parametrize("run", [None, "absent"])
def test_no_timeline_is_drawn_as_such(run):
    rows = read_timeline([BUILD]).assign(run="one")
    shown = charts.show(charts.timeline(mark_critical(rows, run), run=run))
    assert "An empty timeline" in shown.data
