"""The chart of one build's steps: dark on the critical path, hatched beside it, said in words."""

import pytest
from matplotlib.collections import PolyCollection
from records import BASE, BUILD, COPY, EXPORT, READ, RUN, record, vertex

from analysis import charts
from analysis.charts.waterfall import OFF_PATH, ON_PATH
from analysis.measures.seconds import mark_critical
from analysis.records import read_timeline

CACHE = vertex("k", "exporting cache to registry", (7.2, 8.0))
QUICK = vertex("q", "[internal] load .dockerignore", (0.01, 0.02))


def draw(*vertices):
    """The chart of a build of these steps."""
    rows = read_timeline([record(*vertices)]).assign(run="cached.source.01")
    return charts.timeline(mark_critical(rows, "cached.source.01"), run="cached.source.01")


def bars(axes):
    """(begin, end, hatch) of every bar."""
    found = []
    for each in axes.collections:
        assert isinstance(each, PolyCollection)
        for path in each.get_paths():
            box = path.get_extents()
            found.append((round(box.x0, 2), round(box.x1, 2), each.get_hatch()))
    return found


def test_bars_stand_where_steps_ran_and_differ_without_colour():
    found = bars(draw(READ, BASE, RUN, COPY, EXPORT, CACHE))
    assert (2.1, 7.1, None) in found
    assert (7.2, 8.2, None) in found
    assert (7.2, 8.0, None) not in found
    assert (7.2, 8.0, OFF_PATH["hatch"]) in found
    assert "hatch" not in ON_PATH


def test_the_alt_text_tells_the_path_in_order():
    alt = draw(READ, BASE, RUN, COPY, EXPORT, CACHE).figure.alt
    assert alt == (
        "Timeline of docker build in cached.source.01, 8.2 s. On the critical path, in order: "
        "other steps 0.10 s, base pull 2.0 s, work 5.0 s, work 0.10 s and image export 1.0 s. "
        "Beside it: 1 step."
    )


def test_seconds_the_run_and_what_is_not_shown_are_said():
    axes = draw(READ, QUICK, BASE, RUN, COPY, EXPORT)
    assert "seconds" in axes.get_xlabel()
    assert "cached.source.01; 1 shorter step not shown" in axes.get_xlabel()
    assert "[internal] load .dockerignore" not in [
        each.get_text() for each in axes.get_yticklabels()
    ]
    assert "not shown" not in draw(READ, BASE).get_xlabel()


def test_names_are_cut_and_stay_in_one_line():
    long = vertex("x", "[build 2/2] RUN /usr/local/bin/tool --with many --words of text", (2.1, 3))
    base = vertex("b", f"[build 1/2] FROM base@sha256:{'0' * 64}", (0.1, 2.1))
    labels = [each.get_text() for each in draw(READ, base, long).get_yticklabels()]
    assert labels[1] == "build: FROM base"
    assert labels[2].startswith("build: RUN tool --with")
    assert not any("\n" in label for label in labels[1:])


def test_of_very_many_steps_the_longest_are_shown():
    many = [vertex(str(n), f"[{n + 1}/99] RUN {n}", (n, n + 1 + n / 100)) for n in range(60)]
    axes = draw(*many)
    assert len(axes.get_yticks()) == 30
    assert axes.get_yticklabels()[-1].get_text() == "RUN 59"
    assert "; 30 shorter steps not shown" in axes.get_xlabel()
    assert len(axes.figure.alt) < 1500


@pytest.mark.parametrize("run", [None, "absent"])
def test_no_timeline_is_drawn_as_such(run):
    rows = read_timeline([BUILD]).assign(run="one")
    shown = charts.show(charts.timeline(mark_critical(rows, run), run=run))
    assert "An empty timeline" in shown.data
