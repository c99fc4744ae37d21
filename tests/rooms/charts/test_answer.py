"""The chart of an answer: every strategy for one mix, at any number of them, in any order."""

import pandas as pd
import pytest
from pictures import find_row, list_marks, list_tooltips, list_words, read_scenes, read_wide

from analysis import answer, charts, compare_mix, read_experiment
from analysis.charts.scene import NARROW, WIDE


def row(strategy, difference, low, high, verdict, n=6, emulated=False):
    """A row as an Answer holds it."""
    seconds = None if difference is None else 22.0 + difference
    return {
        "strategy": strategy, "emulated": emulated, "n": n, "seconds": seconds,
        "difference": difference, "low": low, "high": high, "verdict": verdict,
    }  # fmt: skip


DOCKER = row("docker", None, None, None, None) | {"seconds": 21.9}
ROWS = [
    row("docker-server", -18.9, -19.9, -18.0, "faster", emulated=True),
    row("containerd-store", -6.6, -7.5, -5.7, "faster"),
    DOCKER,
    row("inline-cache", -1.1, -2.1, 0.0, "can't tell yet"),
    row("s3-cache", 13.0, 11.9, 14.1, "slower"),
    row("buildx-load", 0.2, None, None, "not enough runs", n=2),
    row("lacking", None, None, None, "not enough runs", n=0),
]


def test_rows_are_in_order_with_the_baseline_among_them_and_emulated_ones_apart():
    words = list_words(charts.draw_answer(ROWS))
    names = [each for each in words if each in {"lacking", *(r["strategy"] for r in ROWS)}]
    assert names == [
        "containerd-store", "inline-cache", "docker", "buildx-load", "s3-cache", "lacking",
        "docker-server",
    ]  # fmt: skip
    assert words.index("emulated, not AWS") < words.index("docker-server")
    assert words[words.index("docker") + 1] == "21.9 s"
    assert words[words.index("lacking") + 1] == "unknown"
    assert "◀ faster than docker" in words and "slower ▶" in words


def test_faster_slower_and_not_told_differ_in_shape_filling_and_sign():
    chart = charts.draw_answer(ROWS)
    assert list_marks(find_row(chart, "containerd-store")) == ["faster"]
    assert list_marks(find_row(chart, "s3-cache")) == ["slower"]
    assert list_marks(find_row(chart, "inline-cache")) == ["close hollow"]
    words = list_words(chart)
    assert {"▼ −6.6 s", "▲ +13.0 s", "~ −1.1 s", "? +0.2 s"} <= set(words)
    assert "s3-cache: +13.0 s [11.9 to 14.1 s, n = 6], slower" in list_tooltips(chart)
    # no interval is drawn where there is none
    assert not [e for e in find_row(chart, "buildx-load").iter("path") if "bold" in e.get("class")]


def test_a_bar_is_where_its_interval_is():
    chart = charts.draw_answer(ROWS)
    (zero,) = [e for e in read_wide(chart).iter("path") if e.get("class") == "zero"]
    at_zero = float(zero.get("d")[1:].split()[0])
    (bar,) = [e for e in find_row(chart, "s3-cache").iter("path") if "bold" in e.get("class")]
    start, end = (float(each.split()[0]) for each in bar.get("d")[1:].split("L"))
    (mark,) = [e for e in find_row(chart, "s3-cache").iter("path") if "Z" in e.get("d")]
    centre = float(mark.get("d")[1:].split()[0])
    assert (end - at_zero) / (start - at_zero) == pytest.approx(14.1 / 11.9, rel=0.01)
    assert (centre - at_zero) / (start - at_zero) == pytest.approx(13.0 / 11.9, rel=0.01)


def test_the_alt_text_tells_who_is_faster_and_slower():
    alt = charts.draw_answer(ROWS).alt
    assert alt.startswith(
        "Seconds a build against docker, for the mix. faster docker-server (−18.9"
    )
    assert "slower s3-cache (+13.0 s)" in alt and "can't tell yet inline-cache" in alt


def test_thirty_strategies_have_a_row_each_and_fewer_may_be_asked_for():
    many = [DOCKER, *(row(f"s-{n:02}", n - 9.0, n - 10.0, n - 8.0, "slower") for n in range(30))]
    whole = charts.draw_answer(many)
    assert len([each for each in list_words(whole) if each.startswith("s-")]) == 30
    for width, screens in ((WIDE, 1), (NARROW, 1.7)):
        assert whole.draw(width).height < screens * 900
    few = charts.draw_answer(many, most=8)
    words = [each for each in list_words(few) if each.startswith(("s-", "docker"))]
    assert words == [*(f"s-{n:02}" for n in range(7)), "docker"]
    assert few.note.endswith("; 23 slower strategies not shown")


def test_an_answer_and_a_frame_of_compare_mix_are_drawn_alike():
    recorded = read_experiment("data/control")
    found = answer(recorded, "source 100")
    drawn = charts.draw_answer(found.strategies, baseline=found.baseline)
    table = compare_mix(recorded.runs, {"source": 1.0})
    others = [each["strategy"] for each in found.strategies if each["strategy"] != "docker"]
    for chart in (drawn, charts.draw_answer(table)):
        assert set(others) <= set(list_words(chart))
    assert charts.draw_answer(pd.DataFrame(found.strategies)).alt == drawn.alt


def test_a_long_name_keeps_room_for_the_marks_and_is_whole_in_its_tooltip():
    name = "a-strategy-of-the-team-with-a-very-long-name-indeed-no-provenance-at-all"
    chart = charts.draw_answer([DOCKER, row(name, 1.0, 0.5, 1.5, "slower")], title="Mine")
    assert chart.title == "Mine"
    assert any(each.startswith(name) for each in list_tooltips(chart))
    assert [each for each in list_words(chart) if " … " in each]
    assert len(read_scenes(chart)) == 3, "also for half a page"
    for scene in read_scenes(chart):
        marks = [e for e in scene.iter("path") if "Z" in e.get("d")]
        xs = [float(e.get("d")[1:].split()[0]) for e in marks]
        assert max(xs) - min(xs) > 60
