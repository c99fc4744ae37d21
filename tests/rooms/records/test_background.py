"""What the benchmark of the verdicts found: read, said, and good enough."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import RecordError
from analysis.prose import list_simulation, say_simulation
from analysis.records.background import SIMULATION_COLUMNS, SIMULATION_SHARES, read_simulation

ROOT = Path(__file__).parents[3]


def test_the_recorded_simulation_reaches_what_the_report_promises():
    table = read_simulation()
    assert len(table) == len(table[["rounds", "noise", "setting"]].drop_duplicates()) == 48
    assert (table["experiments"] >= 2000).all()
    # three Monte Carlo errors are chance
    for name, least, most in (
        ("coverage", 0.94, 0.98),
        ("there", 0.94, 0.98),
        ("false", 0, 0.05),
        ("false alone", 0, 0.05),
        ("fastest 0", 0.93, 1),
        ("fastest 5", 0.93, 1),
        ("fastest 10", 0.93, 1),
        ("fastest 20", 0.93, 1),
        ("agree", 1, 1),
    ):
        assert (table[name] + 3 * table[f"{name} error"] >= least).all(), name
        assert (table[name] - 3 * table[f"{name} error"] <= most).all(), name
    plain = table[table["setting"].eq("plain") & table["noise"].eq(0.07)].set_index("rounds")
    assert plain.loc[[6, 10], "told"].ge(0.9).all()


def test_the_method_as_it_is_now_reaches_that_too():
    path = ROOT / "benchmarks" / "simulate_verdicts.py"
    spec = importlib.util.spec_from_file_location("simulate_verdicts", path)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    seed = 20261125
    print(f"seed {seed}")
    for setting in ("plain", "baseline x3"):
        found = benchmark.simulate(np.random.default_rng(seed), setting, 6, 0.07, 100)
        assert found["experiments"] == 100
        assert found["coverage"] > 0.92 and found["there"] > 0.88
        assert found["false"] < 0.12 and found["false alone"] < 0.12
        assert found["agree"] == 1 and found["fastest 20"] > 0.9
        assert found["told"] > (0.85 if setting == "plain" else 0.7)


def make_table(*rows):
    """A simulation of settings: rounds, coverage, false, told; the same for every other share."""
    table = pd.DataFrame(0.5, range(len(rows)), SIMULATION_COLUMNS).assign(setting="plain")
    table["noise"], table["experiments"] = 0.07, 10
    table[["rounds", "coverage", "false", "told"]] = rows
    return table.assign(**{"false alone": 0.0, "there": 0.9, "fastest 10": 0.4, "same": 0.1})


def test_the_worst_is_said():
    said = say_simulation(make_table([3, 0.955, 0.02, 0.3], [6, 0.97, 0.01, 0.9]))
    assert "In 2 settings of 10 simulated experiments each, of 3 to 6 rounds" in said
    assert "holds the truth in 95.5 % to 97.0 % of the comparisons." in said
    assert "noisier than all others, it does in 90.0 % or more" in said
    assert "At most 2.0 % of whole reports tell a false difference" in said
    assert "named fastest holds in 40.0 % or more" in said
    assert "a saving of 20 % is told in 30 % with 3 rounds and in 90 % with 6" in said


def test_shares_are_shown_with_their_errors():
    shown = list_simulation(make_table([3, 0.955, 0.02, 0.3]))
    assert shown.loc[0, "coverage"] == "95.5 ± 50.0"
    assert list(shown.columns)[4:] == list(SIMULATION_SHARES)


def test_a_file_that_is_missing_or_another_one_is_told(tmp_path):
    with pytest.raises(RecordError, match=r"none\.csv can't be read .*simulate_verdicts"):
        read_simulation(tmp_path / "none.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(RecordError, match="other columns"):
        read_simulation(tmp_path / "other.csv")
