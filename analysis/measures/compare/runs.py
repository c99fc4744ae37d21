"""How the runs of a strategy spread: their number, median, lowest and highest."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.measures.compare.blocks import split_rounds
from analysis.records import Need, takes

RUN = ["run", "strategy", "scenario", "round", "emulated", "valid"]
EMULATED = "(emulated)"
_BY = ("strategy", "scenario")


@takes(runs="strategy scenario valid emulated expect started machine")
def pick_comparable(runs: pd.DataFrame) -> pd.DataFrame:
    """The valid runs of strategies that are to succeed, marked, in the order of a history.

    A round that was built on several machines, or days, has a number for each.
    """
    kept = keep_comparable(runs)
    return sort_rows(kept, order_scenarios(kept))


def keep_comparable(runs: pd.DataFrame) -> pd.DataFrame:
    """pick_comparable's runs, in the order that they come in."""
    return split_rounds(mark_emulated(runs[runs["valid"] & runs["expect"].ne("failed")]))


@takes(runs="run strategy scenario valid emulated expect started invalid_reason")
def left_out(runs: pd.DataFrame) -> pd.DataFrame:
    """strategy, reason, runs (number): the runs that pick_comparable leaves out, and why."""
    out = runs[~runs["run"].isin(pick_comparable(runs)["run"])]
    reason = out["invalid_reason"].where(~out["valid"], "it fails, as it is expected to")
    table = out.assign(reason=reason.astype("string")).groupby(["strategy", "reason"])
    return table.size().rename("runs").reset_index()


@takes(runs="strategy emulated")
def mark_emulated(runs: pd.DataFrame) -> pd.DataFrame:
    """`runs` with "(emulated)" behind the name of each strategy that the lab only stands in for."""
    if not runs["emulated"].any() and runs["strategy"].dtype == "string":
        return runs
    plain = ~runs["emulated"] | runs["strategy"].str.endswith(EMULATED)
    names = runs["strategy"].where(plain, runs["strategy"] + f" {EMULATED}")
    return runs.assign(strategy=names.astype("string"))


def order_scenarios(runs: pd.DataFrame) -> list[str]:
    """The scenarios in the order in which a history runs through them."""
    return runs.sort_values("started", kind="stable")["scenario"].unique().tolist()


def sort_rows(frame: pd.DataFrame, scenarios: Sequence[str]) -> pd.DataFrame:
    """Rows by scenario, in the order given, then strategy."""
    place = frame["scenario"].map({name: place for place, name in enumerate(scenarios)})
    keys = pd.DataFrame({"place": place.astype("float64"), "strategy": frame["strategy"]})
    order = keys.reset_index(drop=True).sort_values(["place", "strategy"], kind="stable").index
    return frame.iloc[order].reset_index(drop=True)


@takes(frame=Need("{by} {column}", lambda experiment: experiment.runs))
def spread(frame: pd.DataFrame, column: str, by: Sequence[str] = _BY) -> pd.DataFrame:
    """`by`, then n, median, low, high (the lowest and highest) of a column's known values."""
    groups = frame.groupby(list(by), sort=False)[column]
    types = {"n": "int64"} | dict.fromkeys(["median", "low", "high"], "float64")
    table = pd.DataFrame(groups.agg(n="count", median="median", low="min", high="max"))
    return table.astype(types).reset_index()


@takes(runs="place host queue_seconds provisioning_seconds")
def waits(runs: pd.DataFrame) -> pd.DataFrame:
    """wait (queue, provisioning), place, host, n, median, low, high: seconds before builds begin.

    No row of what was never measured: the lab has no queue.
    """
    names = ["queue", "provisioning"]
    tables = [spread(runs, f"{name}_seconds", ["place", "host"]) for name in names]
    table = pd.concat(tables, keys=names, names=["wait"]).reset_index(level="wait")
    return table[table["n"] > 0].reset_index(drop=True)


@takes(activities="strategy scenario activity seconds valid")
def mean_by_activity(activities: pd.DataFrame) -> pd.DataFrame:
    """strategy, scenario, activity, n, seconds: means over the valid runs with a known value.

    Means, not medians: only they add up to the mean of the whole.
    """
    valid = activities[activities["valid"]]
    groups = valid.groupby(["strategy", "scenario", "activity"], sort=False)["seconds"]
    return groups.agg(n="count", seconds="mean").reset_index()


@takes(frame="strategy {columns}")
def merge_alike(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """`frame` with strategies whose rows are the same in these columns under one joined name."""
    shapes = {
        name: tuple(map(tuple, group[list(columns)].astype(str).to_numpy()))
        for name, group in frame.groupby("strategy", sort=False)
    }
    names: dict[tuple[Any, ...], list[str]] = {}
    for name, shape in shapes.items():
        names.setdefault(shape, []).append(str(name))
    first = frame[frame["strategy"].isin([each[0] for each in names.values()])]
    joined = {each[0]: ", ".join(each) for each in names.values()}
    return first.assign(strategy=first["strategy"].map(joined).astype("string"))
