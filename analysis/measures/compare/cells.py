"""Runs as an array of cells: a value by report, scenario, strategy and round."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.measures.compare.estimates import Array, Flags
from analysis.measures.compare.order import rank_places
from analysis.measures.compare.runs import order_scenarios


class Cells(NamedTuple):
    """values [report, scenario, strategy, round], null where there is none; the baseline is first.

    there: whether any run of that report, scenario and strategy is among the runs; places: of each
    value in its round, from 0 to 1 by its start, null where that is unknown.
    """

    reports: list[object]
    scenarios: list[str]
    strategies: list[str]
    values: Array
    there: Flags
    places: Array


def tabulate(runs: pd.DataFrame, baseline: str, measure: str, by: str | None) -> Cells:
    """The medians of a measure's runs, of every round; a baseline that is missing has nulls.

    `by`: the column that tells reports apart; null: all is one.
    """
    runs = runs[runs[["scenario", "strategy", "round"]].notna().all(axis="columns")]
    reports, at_report = (
        (np.zeros(1), np.zeros(len(runs), dtype=int))
        if by is None
        else np.unique(runs[by].to_numpy(), return_inverse=True)
    )
    names = {name: runs[name].to_numpy(dtype=object) for name in ("scenario", "strategy")}
    scenarios = order_scenarios(runs)
    strategies = [baseline, *sorted({*names["strategy"]} - {baseline})]
    rounds, at_round = np.unique(runs["round"].to_numpy(), return_inverse=True)
    places = (
        at_report,
        _place(names["scenario"], scenarios),
        _place(names["strategy"], strategies),
        at_round,
    )
    shape = (len(reports), len(scenarios), len(strategies), len(rounds))
    there = np.zeros(shape[:3], dtype=bool)
    there[places[:3]] = True
    values = _fill(runs[measure].to_numpy(dtype="float64", na_value=np.nan), places, shape)
    round_of = (at_report, places[1], at_round)
    ranks = rank_places(runs, round_of, (shape[0], shape[1], shape[3]))
    return Cells(
        reports.tolist(), scenarios, strategies, values, there, _fill(ranks, places, shape)
    )


def _place(names: np.ndarray, order: list[str]) -> np.ndarray:
    """Where each name stands in an order."""
    places = {name: place for place, name in enumerate(order)}
    return np.fromiter((places[name] for name in names), dtype=int, count=len(names))


def _fill(measured: Array, places: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> Array:
    """An array of the values at their places, their median where there are several."""
    values = np.full(shape, np.nan)
    cell = np.ravel_multi_index(places, shape) if len(measured) else np.array([], dtype=int)
    if len(np.unique(cell)) < len(cell):
        medians = pd.Series(measured).groupby(cell).median()
        values.reshape(-1)[medians.index.to_numpy()] = medians.to_numpy()
    else:
        values.reshape(-1)[cell] = measured
    return values
