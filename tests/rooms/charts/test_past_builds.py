"""Charts of a history: units, n, alt texts, and that greyscale and long names do no harm."""

import pandas as pd
import pytest
from histories import LAYERS, after, build_log, write_folder

from analysis.charts.canvas import show
from analysis.charts.past_builds import LAYERS as MOST
from analysis.charts.past_builds import (
    gap_points,
    history_spent,
    missing_bars,
    phase_bars,
    trend_lines,
)
from analysis.measures.past import (
    history_busy,
    history_overheads,
    hits_over_gap,
    missing_steps,
    phase_minutes,
    trend,
)
from analysis.past_builds import read_history

DAY = 24 * 60


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """Builds of two projects over six weeks, four a week each."""
    folder = tmp_path_factory.mktemp("logs")
    for project, extra in (("app", 0), ("a-service-with-a-rather-long-name", 40)):
        logs = [
            build_log(after(week * 7 * DAY + day * DAY + 3 * day), seconds=20 + week + extra,
                      cached=LAYERS[: day % 3])
            for week in range(6)
            for day in range(4)
        ]  # fmt: skip
        write_folder(folder / project, *logs)
    return read_history(folder)


@pytest.fixture(scope="module")
def charts(history):
    return {
        "phases": phase_bars(phase_minutes(history)),
        "spent": history_spent(history_overheads(history)),
        "busy": history_spent(history_busy(history), busy=True),
        "seconds": trend_lines(trend(history), measure="seconds"),
        "rate": trend_lines(trend(history), measure="rate"),
        "missing": missing_bars(missing_steps(history)),
        "gaps": gap_points(hits_over_gap(history)),
    }


def read_texts(axes):
    return [text.get_text().strip() for text in axes.texts]


def test_every_chart_says_its_unit_and_question_and_nothing_is_cut_off(charts):
    units = {"phases": "minutes", "spent": "seconds", "busy": "seconds", "seconds": "seconds",
             "rate": "in %", "missing": "seconds", "gaps": "in %"}  # fmt: skip
    for name, axes in charts.items():
        labels = f"{axes.get_xlabel()} {axes.get_ylabel()}"
        assert units[name] in labels
        assert axes.get_title(loc="left").endswith("?")
        assert len(show(axes).data) > 10_000
        axes.figure.draw_without_rendering()
        box = axes.figure.get_tightbbox()
        assert box.x0 >= -0.02, name
        assert box.x1 <= axes.figure.get_figwidth() + 0.02, name


def test_bars_end_with_their_sum_and_n(charts):
    assert read_texts(charts["phases"])[0].endswith("min, n=24")
    assert read_texts(charts["spent"])[1].endswith("s, n=24")
    assert "mean busy seconds a build, which overlap" in charts["busy"].get_xlabel()


def test_a_trend_has_a_line_a_project_that_greyscale_tells_apart(charts):
    axes = charts["seconds"]
    lines = [bars.lines[0] for bars in axes.containers]
    assert [len(line.get_xdata()) for line in lines] == [6, 6]
    assert len({line.get_marker() for line in lines}) == 2
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == 2
    labels = [bars.get_label() for bars in axes.containers]
    assert labels == ["a-service-with-a-rather-long-name (n = 24 builds)", "app (n = 24 builds)"]
    assert "median of each week" in axes.get_xlabel().replace("\n", " ")
    assert "app, 24 builds: 20.1 on 2026-09-07 to 25.1 on 2026-10-12." in axes.figure.alt


def test_a_short_history_is_drawn_build_by_build(tmp_path):
    short = read_history(write_folder(tmp_path / "app", build_log(), build_log(after(9))))
    axes = trend_lines(trend(short))
    assert "each build" in axes.get_xlabel()


def test_the_most_expensive_layers_are_labelled_with_how_often_they_ran(charts, history):
    assert read_texts(charts["missing"])[0].endswith("ran in 12 of 24")
    assert "to save" in charts["missing"].figure.alt
    many = pd.concat([missing_steps(history)] * 9, ignore_index=True)
    assert len(read_texts(missing_bars(many))) == MOST


def test_a_long_instruction_is_cut_and_its_program_s_folder_left_out(history):
    rows = missing_steps(history).head(1).assign(layer="RUN /venv/bin/pip install " + "x" * 99)
    (label,) = [label.get_text() for label in missing_bars(rows).get_yticklabels()]
    assert "RUN …/pip" in label.replace("\n", " ")
    assert " …" in label and len(label) < 60


def test_gaps_are_in_order_with_counts(charts):
    names = [label.get_text() for label in charts["gaps"].get_xticklabels()]
    assert names == ["over 4 h"]
    assert read_texts(charts["gaps"]) == ["12 of 23", "12 of 23"]


def test_nothing_known_can_be_drawn(history):
    assert "No build" in trend_lines(trend(history)[:0]).figure.alt
    assert "No build tells" in gap_points(hits_over_gap(history)[:0]).figure.alt
    for axes in (
        phase_bars(phase_minutes(history)[:0]),
        missing_bars(missing_steps(history)[:0]),
        history_spent(history_overheads(history)[:0]),
    ):
        assert show(axes).data
