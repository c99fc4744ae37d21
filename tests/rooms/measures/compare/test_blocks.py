"""Rounds that were built on several machines or days: only what ran on one is compared."""

import numpy as np
import pandas as pd
import pytest
from measured import make_runs

from analysis.measures.compare import compare, compare_mix, find_smallest
from analysis.measures.compare.blocks import split_rounds

SEED, ROUNDS = 2026112951, 8


def make_report(rng, strategies=("docker", "b", "c"), noise=0.01):
    """Runs of strategies that are alike, each round with its own time."""
    values = {
        name: {"source": (20 * np.exp(noise * rng.normal(size=ROUNDS))).tolist()}
        for name in strategies
    }
    return make_runs(values)


def test_a_machine_twice_as_slow_makes_no_strategy_slower():
    print(f"seed {SEED}")
    runs = make_report(np.random.default_rng(SEED))
    # of half of the rounds, b was built on another machine, with a baseline of its own there
    late = runs["round"].gt(4)
    moved = late & runs["strategy"].eq("b")
    again = runs[late & runs["strategy"].eq("docker")]
    runs = pd.concat([runs, again], ignore_index=True)
    there = moved.reindex(runs.index, fill_value=True)
    runs = runs.assign(machine=np.where(there, "two", "one"))
    runs.loc[there, "seconds"] *= 2
    row = compare(runs).set_index("strategy").loc["b"]
    assert (row["n"], row["verdict"]) == (ROUNDS, "the same")
    mixed = compare_mix(runs, {"source": 1.0}).set_index("strategy").loc["b"]
    assert mixed["n"] == ROUNDS
    assert abs(mixed["difference"]) < 1
    # taken for one machine, they are anything but the same
    assert compare(runs.drop(columns="machine")).set_index("strategy").loc["b", "low"] > 0


def test_a_round_that_goes_on_the_next_day_is_two():
    runs = make_report(np.random.default_rng(SEED))
    begin = pd.Timestamp("2026-11-01T22:00Z")
    starts = [begin + pd.Timedelta(minutes=number) for number in range(len(runs))]
    runs = runs.sort_values(["round", "strategy"], ignore_index=True).assign(started=starts)
    assert split_rounds(runs) is runs
    night = pd.Timedelta(hours=9)
    # of the third round, docker was built on the next day, and b and c without it
    last = runs.index >= 2 * 3 + 2
    runs["started"] = runs["started"].where(~last, runs["started"] + night)
    counts = compare(runs).set_index("strategy")["n"]
    assert counts.to_dict() == {"b": ROUNDS - 1, "c": ROUNDS - 1}


@pytest.mark.parametrize(
    ("number", "rounds", "noise"), [(18, 6, 0.07), (18, 3, 0.04), (3, 6, 0.07)]
)
def test_a_plan_tells_what_the_comparison_then_does(number, rounds, noise):
    print(f"seed {SEED}")
    rng = np.random.default_rng(SEED)
    names = ("docker", *(f"s{each:02d}" for each in range(number - 1)))
    scenarios = ("cold", "source", "unchanged", "base")
    tables = []
    for _ in range(12):
        runs = {
            name: {
                each: (20 * np.exp(noise * rng.normal(size=rounds))).tolist() for each in scenarios
            }
            for name in names
        }
        tables.append(compare(make_runs(runs))["detectable"] / 20)
    seen = float(pd.concat(tables).median())
    planned = find_smallest(rounds, number, len(scenarios), noise)
    assert planned == pytest.approx(seen, rel=0.15)
    assert find_smallest(2, number, 4, noise) is None
