"""Runs as an array of cells: a value by scenario, strategy and round."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.measures.compare.estimates import Array, Flags
from analysis.measures.compare.runs import order_scenarios


class Cells(NamedTuple):
    """values [scenario, strategy, round], null where there is none; the baseline comes first.

    there: whether any run of that scenario and strategy is among the runs.
    """

    scenarios: list[str]
    strategies: list[str]
    values: Array
    there: Flags


def tabulate(runs: pd.DataFrame, baseline: str, measure: str) -> Cells:
    """The medians of a measure's runs, of every round; a baseline that is missing has nulls."""
    runs = runs.dropna(subset=["scenario", "strategy", "round"])
    scenarios, names = order_scenarios(runs), sorted(set(runs["strategy"]) - {baseline})
    strategies = [baseline, *names]
    rounds, at_round = np.unique(runs["round"].to_numpy(), return_inverse=True)
    places = (
        pd.Index(scenarios).get_indexer(pd.Index(runs["scenario"])),
        pd.Index(strategies).get_indexer(pd.Index(runs["strategy"])),
        at_round,
    )
    values = np.full((len(scenarios), len(strategies), len(rounds)), np.nan)
    measured = runs[measure].to_numpy(dtype="float64", na_value=np.nan)
    cell = np.ravel_multi_index(places, values.shape) if len(runs) else np.array([], dtype=int)
    if len(np.unique(cell)) < len(cell):
        medians = pd.Series(measured).groupby(cell).median()
        cell, measured = medians.index.to_numpy(), medians.to_numpy()
    values.reshape(-1)[cell] = measured
    there = np.zeros(values.shape[:2], dtype=bool)
    there[places[:2]] = True
    return Cells(scenarios, strategies, values, there)
