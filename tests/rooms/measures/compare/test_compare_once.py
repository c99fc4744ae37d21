"""How often a headline compares, counted where comparisons are made."""

from collections import Counter
from pathlib import Path

import pytest

from analysis import charts, claims, headline, read_experiment
from analysis.measures.compare import comparison

LAB = Path(__file__).parents[4] / "data" / "lab"


@pytest.fixture
def compared(monkeypatch):
    """baseline, measure, scenarios and values of each comparison that is made, by their number."""
    calls, tabulate = Counter(), comparison.tabulate

    def counted(runs, baseline, measure, by):
        values = tuple(runs[measure])
        calls[baseline, measure, tuple(runs["scenario"].unique()), hash(values)] += 1
        return tabulate(runs, baseline, measure, by)

    monkeypatch.setattr(comparison, "tabulate", counted)
    return calls


def count_seconds(calls, baseline):
    """How often seconds were compared by kind of commit; a mix is one more comparison."""
    kinds = {key: number for key, number in calls.items() if key[2] != ("mix",)}
    return sum(number for key, number in kinds.items() if key[:2] == (baseline, "seconds"))


def test_a_headline_compares_the_runs_with_a_baseline_once(compared):
    experiment = read_experiment(LAB, store="off")
    said = headline(experiment)
    assert count_seconds(compared, "docker") == 1
    assert set(compared.values()) == {1}, "no comparison is made twice"
    # what the pages' cells and the overview ask of it costs no further comparison
    made = compared.total()
    assert headline(experiment) == said
    claims(experiment)
    charts.verdict_matrix(experiment.compare(), baseline="docker")
    experiment.break_even()
    experiment.month()
    assert compared.total() == made
    headline(experiment, "registry-cache")
    assert count_seconds(compared, "registry-cache") == 1
    assert count_seconds(compared, "docker") == 1
