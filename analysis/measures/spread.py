"""How the runs of a strategy spread: their number, median, lowest and highest."""

from collections.abc import Sequence

import pandas as pd

RUN = ["run", "strategy", "scenario", "round", "emulated", "valid"]
BY = ("strategy", "scenario")


def pick_comparable(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that may be compared: valid ones of strategies that are to succeed."""
    return runs[runs["valid"] & runs["expect"].ne("failed")]


def left_out(runs: pd.DataFrame) -> pd.DataFrame:
    """strategy, reason, runs (number): the runs that pick_comparable leaves out, and why."""
    out = runs.loc[~runs.index.isin(pick_comparable(runs).index)]
    reason = out["invalid_reason"].where(~out["valid"], "it fails, as it is expected to")
    table = out.assign(reason=reason.astype("string")).groupby(["strategy", "reason"])
    return table.size().rename("runs").reset_index()


def mark_emulated(runs: pd.DataFrame) -> pd.DataFrame:
    """`runs` with "(emulated)" behind the name of each strategy that the lab only stands in for."""
    names = runs["strategy"].where(~runs["emulated"], runs["strategy"] + " (emulated)")
    return runs.assign(strategy=names.astype("string"))


def order_scenarios(runs: pd.DataFrame) -> list[str]:
    """The scenarios in the order in which a history runs through them."""
    return runs.sort_values("started", kind="stable")["scenario"].unique().tolist()


def sort_rows(frame: pd.DataFrame, scenarios: Sequence[str]) -> pd.DataFrame:
    """Rows by scenario, in the order given, then strategy."""
    place = frame["scenario"].map({name: place for place, name in enumerate(scenarios)})
    rows = frame.assign(place=place.astype("float64"))
    rows = rows.sort_values(["place", "strategy"], kind="stable", ignore_index=True)
    return rows.drop(columns="place")


def spread(frame: pd.DataFrame, column: str, by: Sequence[str] = BY) -> pd.DataFrame:
    """`by`, then n, median, low, high (the lowest and highest) of a column's known values."""
    groups = frame.groupby(list(by), sort=False)[column]
    table = groups.agg(n="count", median="median", low="min", high="max")
    return table.astype({"n": "int64"} | dict.fromkeys(["median", "low", "high"], "float64")).reset_index()


def mean_by_activity(activities: pd.DataFrame) -> pd.DataFrame:
    """strategy, scenario, activity, n, seconds: means over the valid runs with a known value.

    Means, not medians: only they add up to the mean of the whole.
    """
    valid = activities[activities["valid"]]
    groups = valid.groupby(["strategy", "scenario", "activity"], sort=False)["seconds"]
    return groups.agg(n="count", seconds="mean").reset_index()
