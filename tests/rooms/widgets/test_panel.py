"""Controls in JupyterLab say what analysis.answer says; elsewhere the answer stands alone."""

import dataclasses
from pathlib import Path

import pytest
from ipywidgets import Output

from analysis import charts, prose, read_experiment
from analysis.answers import answer
from analysis.charts import TABLE_SCRIPT
from analysis.records import Speeds
from analysis.widgets.explorer import explore
from analysis.widgets.panel import Panel

SWEEP = Path(__file__).parents[3] / "data" / "sweep"
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def recorded():
    return read_experiment(SWEEP / "100mbit.8s")


@pytest.fixture(scope="module")
def panel(recorded):
    return Panel(recorded, answer(recorded), [read_experiment(SWEEP / "400mbit.24s")])


def advise(found):
    return charts.say(prose.say_advice(found)).data


def test_outside_of_jupyterlab_the_answer_stands_without_controls(recorded, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    shown = explore(recorded)._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    assert shown["text/html"].startswith(advise(answer(recorded)))


def test_in_jupyterlab_controls_are_shown_and_the_text_stays_for_pages(recorded, monkeypatch):
    text = explore(recorded)._repr_mimebundle_()["text/html"]
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/5-verdict.ipynb")
    shown = explore(recorded)._repr_mimebundle_()
    assert VIEW in shown
    assert shown["text/html"].startswith(text[:100])


def test_a_script_makes_tables_sort_that_no_other_cell_brings(panel):
    # what HTML of a widget holds is never run
    (output,) = (each for each in panel.children if isinstance(each, Output))
    (shown,) = output.outputs
    assert TABLE_SCRIPT in shown["data"]["text/html"]


def test_moving_the_mix_asks_for_that_mix(recorded, panel):
    before = {name: slider.value for name, slider in panel.mix.items()}
    for name, slider in panel.mix.items():
        slider.value = 100 if name == "cold" else 0
    assert panel.shown.value.startswith(advise(answer(recorded, {"cold": 100})))
    panel.mix["cold"].value = 0
    assert "no share above 0" in panel.shown.value
    for name, value in before.items():
        panel.mix[name].value = value
    assert panel.shown.value.startswith(advise(answer(recorded, before)))


def test_another_baseline_is_compared_with(recorded, panel):
    assert set(panel.baseline.options) == set(recorded.runs["strategy"])
    panel.baseline.value = "registry-cache"
    shares = {name: slider.value for name, slider in panel.mix.items() if slider.value}
    expected = answer(recorded, shares, "registry-cache")
    assert panel.shown.value.startswith(advise(expected))
    panel.baseline.value = "docker"


def test_the_link_moves_within_what_was_run(recorded, panel):
    low, high = (10**end for end in (panel.link.min, panel.link.max))
    assert 0 < low * 0.999 < panel.link.value < high
    panel.link.value = 2 * low
    shares = {name: slider.value for name, slider in panel.mix.items() if slider.value}
    speeds = Speeds(download_mbps=panel.link.value / 8)
    expected = answer(recorded, shares, speeds=speeds, others=panel.others)
    assert expected.calibrated
    assert panel.shown.value.startswith(advise(expected))
    panel.link.value = panel.start


def test_a_link_that_was_run_alone_has_no_slider(recorded):
    alone = Panel(recorded, answer(recorded))
    assert alone.link is None
    assert any("has no slider" in str(getattr(each, "value", "")) for each in alone.children)
    bare = dataclasses.replace(recorded, images=recorded.images.iloc[:0])
    assert Panel(bare, answer(bare)).link is None
