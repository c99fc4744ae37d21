"""ROUNDS=auto: rounds go on up to looks fixed beforehand, until every strategy is told."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from measured import make_runs

from analysis.errors import SettingError
from analysis.experiment import OPEN, Settings, read_settings, record_settings, run_looks
from analysis.experiment import looks as looks_module
from analysis.experiment.settings import Request, list_settings
from analysis.measures.compare import LOOKS, find_level, list_open
from analysis.results import read_experiment


def test_auto_is_a_number_of_rounds():
    assert read_settings({"rounds": "auto"}).rounds == OPEN == Settings(rounds="auto").rounds
    (rounds,) = [each for each in list_settings(Request) if each.name == "rounds"]
    assert rounds.form.write(OPEN) == "auto"
    with pytest.raises(SettingError, match="a whole number from 1 on, or auto"):
        read_settings({"rounds": "automatic"})


def test_the_levels_of_all_looks_add_up_to_the_whole():
    levels = [find_level(rounds) for rounds in LOOKS]
    assert sum(levels) == pytest.approx(0.05)
    assert min(levels) > 0.005
    # between two looks the level is that of the last, before the first that of the first
    assert find_level(LOOKS[1] + 1) == find_level(LOOKS[1])
    assert find_level(1) == find_level(LOOKS[0])


def measure(rounds, noise=0.1, seed=3):
    """Runs of a strategy that takes half as long, and of one that is no different."""
    rng = np.random.default_rng(seed)
    usual = {"docker": 20.0, "same": 20.0, "half": 10.0}
    return make_runs(
        {
            name: {"source": (value * np.exp(noise * rng.normal(size=rounds))).tolist()}
            for name, value in usual.items()
        }
    )


def run(monkeypatch, noise):
    """(rounds that were built, lines) of a run with this noise."""
    built, lines = [], []

    def build(settings):
        assert settings.looks == LOOKS
        built.append(settings.rounds)
        return settings.rounds

    def read(rounds):
        return SimpleNamespace(runs=measure(rounds, noise))

    monkeypatch.setattr(looks_module, "read_experiment", read)
    run_looks(build, Settings(rounds="auto"), ["docker", "same", "half"], lines.append)
    return built, lines


def test_rounds_go_on_until_all_is_told(monkeypatch):
    built, lines = run(monkeypatch, 0.001)
    assert built == [LOOKS[0]]
    assert "every strategy is told" in lines[-1]
    built, lines = run(monkeypatch, 0.02)
    assert 1 < len(built) < len(LOOKS)
    assert f"1 strategy can't be told yet; going on to {LOOKS[1]}" in lines[0]


def test_the_budget_ends_what_can_not_be_told(monkeypatch):
    built, lines = run(monkeypatch, 0.5)
    assert built == list(LOOKS)
    assert lines[-1].endswith("the budget is spent")


def test_a_mix_is_of_what_was_built():
    runs = measure(8, 0.02)
    assert list_open(runs, {"cold": 0.5, "source": 0.5}, 0.05) == []
    assert list_open(runs, {"cold": 1.0}, 0.05) == []
    assert "same" in list_open(measure(3, 0.2), {"source": 1.0}, 0.05)


def test_without_the_baseline_nothing_would_ever_be_told():
    with pytest.raises(SettingError, match="name docker among the strategies"):
        run_looks(print, Settings(rounds="auto"), ["registry-cache"], print)


def test_the_report_judges_by_the_looks_that_the_experiment_records(tmp_path):
    assert record_settings(Settings(looks=LOOKS))["looks"] == list(LOOKS)
    assert "looks" not in record_settings(Settings())
    (tmp_path / "runs").mkdir()
    for facts, level in (({}, 0.05), ({"looks": list(LOOKS)}, find_level(0)), ({"looks": 3}, 0.05)):
        (tmp_path / "experiment.json").write_text(json.dumps(facts))
        assert read_experiment(tmp_path).level == pytest.approx(level)
