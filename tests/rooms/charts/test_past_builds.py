"""Charts of a history: units, n, alt texts, panels and counts, and that long names do no harm."""

import pandas as pd
import pytest
from histories import LAYERS, after, build_log, write_folder
from pictures import list_tooltips, list_words, read_scenes

from analysis.charts.canvas import show
from analysis.charts.dates import list_days
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


def test_every_chart_says_its_unit_and_question(charts):
    units = {"phases": "minutes", "spent": "seconds", "busy": "seconds", "seconds": "seconds",
             "rate": "in %", "missing": "seconds", "gaps": "in %"}  # fmt: skip
    for name, chart in charts.items():
        assert units[name] in f"{chart.note} {list_words(chart)}"
        assert chart.title.endswith("?")
        assert read_scenes(chart)


def test_bars_end_with_their_sum_and_tell_n(charts):
    assert [each for each in list_words(charts["phases"]) if each.endswith(" min")]
    assert "builds: n=24" in charts["phases"].note
    assert any(each.startswith("app: ") and each.endswith("n = 24")
               for each in list_tooltips(charts["spent"]))  # fmt: skip
    assert "mean busy seconds a build, which overlap" in charts["busy"].note


def test_a_trend_has_a_panel_a_project_on_one_clock(charts):
    chart = charts["seconds"]
    words = list_words(chart)
    assert "a-service-with-a-rather-long-name (n = 24 builds)" in words
    assert "app (n = 24 builds)" in words
    assert words.count("2026-09-07") == 1, "the days are written once"
    lines = [e for e in read_scenes(chart)[0].iter("path") if "series s" in e.get("class")]
    assert len(lines) == 2
    assert "median of each week" in chart.note
    assert "app, 24 builds: 20.1 on 2026-09-07 to 25.1 on 2026-10-12." in chart.alt


def test_a_short_history_is_drawn_build_by_build_without_lines(tmp_path):
    short = read_history(write_folder(tmp_path / "app", build_log(), build_log(after(9))))
    chart = trend_lines(trend(short))
    assert "each build" in chart.note
    scene = read_scenes(chart)[0]
    assert not [e for e in scene.iter("path") if "series" in e.get("class")]
    assert len(list(scene.iter("circle"))) == 2


def test_the_most_expensive_layers_are_labelled_with_how_often_they_ran(charts, history):
    assert any(each.endswith(" s, 12 of 24") for each in list_words(charts["missing"]))
    assert any(each.endswith("ran in 12 of 24") for each in list_tooltips(charts["missing"]))
    assert "to save" in charts["missing"].alt
    many = pd.concat([missing_steps(history)] * 9, ignore_index=True)
    said = [each for each in list_words(missing_bars(many)) if " s, " in each]
    assert len(said) == MOST


def test_a_long_instruction_is_cut_and_its_program_s_folder_left_out(history):
    rows = missing_steps(history).head(1).assign(layer="RUN /venv/bin/pip install " + "x" * 99)
    (label,) = [each for each in list_words(missing_bars(rows)) if "RUN …/pip" in each]
    assert " … " in label and len(label) < 80
    assert any("x" * 99 in each for each in list_tooltips(missing_bars(rows)))


def test_gaps_have_a_row_each_with_counts(charts):
    words = list_words(charts["gaps"])
    assert [each for each in words if each == "over 4 h"] == ["over 4 h"] * 2
    assert [each for each in words if " of " in each] == ["12 of 23"] * 2


def test_nothing_known_can_be_drawn(history):
    assert "No build" in trend_lines(trend(history)[:0]).alt
    assert "No build tells" in gap_points(hits_over_gap(history)[:0]).alt
    for chart in (
        trend_lines(trend(history)[:0], measure="rate"),
        phase_bars(phase_minutes(history)[:0]),
        missing_bars(missing_steps(history)[:0]),
        history_spent(history_overheads(history)[:0]),
    ):
        assert show(chart).data


@pytest.mark.parametrize("seconds", [1, 600, 86_400, 30 * 86_400, 5 * 365 * 86_400])
def test_days_along_an_axis_are_few_and_round(seconds):
    start = 1_790_000_123.0
    ticks = list_days(start, start + seconds)
    assert 1 <= len(ticks) <= 8
    assert all(start <= place <= start + seconds for place, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks)
