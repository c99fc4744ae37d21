"""What was recorded, in cells: a strategy and a scenario of an experiment, with what builds did."""

from collections.abc import Iterable
from dataclasses import asdict, fields

import numpy as np
import pandas as pd

from analysis.measures.compare import pick_comparable
from analysis.measures.model.amounts import Amounts, count_amounts
from analysis.measures.model.contexts import Known, read_known
from analysis.measures.model.recipes import list_recipes
from analysis.records import Experiment
from analysis.workload import BASELINE, COLD_STARTS, STORY_NAMES

AMOUNTS = tuple(each.name for each in fields(Amounts))
# of the host and the link: seconds a MB, MB/s, seconds
SPEEDS = ("pull", "export", "download", "upload", "trip", "restart", "boot_seconds")
# what says which cell it is, and what was measured in it
_CELL = {
    "context": "string",
    "link": "string",
    "strategy": "string",
    "scenario": "string",
    "n": "int64",
    "seconds": "float64",
    "deviation": "float64",
    "total_work": "float64",
    "unpack_mbps": "float64",
    "known": "bool",
}
_RESTART = r"\bdockerd\b"


def list_cells(
    experiments: Iterable[Experiment], baseline: str = BASELINE, found: bool = True
) -> pd.DataFrame:
    """_CELL, AMOUNTS, SPEEDS of every strategy and scenario; none of one whose context is unknown.

    n (runs), seconds (their median), deviation (of their logarithms), total_work (s, of all
    layers), unpack_mbps (median of what its logs tell), known (it is what the context is known by:
    the baseline's cold build). `found`: builds
    find what those before left.
    """
    tables = [_list_own(each, baseline, found) for each in experiments]
    columns = {**_CELL, **dict.fromkeys([*AMOUNTS, *SPEEDS], "float64")}
    if not tables:
        return pd.DataFrame(columns=[*columns]).astype(columns)
    return pd.concat(tables, ignore_index=True)[[*columns]].astype(columns)


def _list_own(experiment: Experiment, baseline: str, found: bool) -> pd.DataFrame:
    """The cells of one experiment."""
    known = read_known(experiment, baseline)
    columns = [*_CELL, *AMOUNTS, *SPEEDS]
    if known is None:
        return pd.DataFrame(columns=columns)
    runs = pick_comparable(experiment.runs)
    # what a story's last build finds, other branches may have replaced
    runs = runs[~runs["scenario"].isin(STORY_NAMES)]
    recipes = list_recipes(runs, experiment.logs)
    restarts = _time_restarts(runs, experiment)
    unpacking = runs["unpack_mbps"].median() if "unpack_mbps" in runs else np.nan
    rows = []
    for (strategy, scenario), group in runs.groupby(["strategy", "scenario"], sort=False):
        strategy, scenario = str(strategy), str(scenario)
        cold = scenario in COLD_STARTS
        amounts = count_amounts(known, recipes[strategy], scenario, found and not cold)
        seconds = group["seconds"].dropna()
        if seconds.empty:
            continue
        own = {
            "context": known.name,
            "link": known.link,
            "strategy": strategy,
            "scenario": scenario,
            "n": len(seconds),
            "seconds": float(seconds.median()),
            "deviation": float(np.log(seconds).std()) if len(seconds) > 1 else np.nan,
            "total_work": known.work,
            "unpack_mbps": unpacking,
            "known": cold and strategy == baseline,
            "restart": restarts.get(strategy, 0.0),
            "boot_seconds": np.nan,
        }
        rows.append(own | _list_speeds(known) | asdict(amounts))
    return pd.DataFrame(rows, columns=columns)


def _list_speeds(known: Known) -> dict[str, float]:
    """What a context's host and link do, by SPEEDS."""
    return {name: getattr(known, name) for name in ("pull", "export", "download", "upload", "trip")}


def _time_restarts(runs: pd.DataFrame, experiment: Experiment) -> dict[str, float]:
    """Strategy -> median seconds of the command that restarts its engine."""
    commands = experiment.logs.commands
    restarts = commands[commands["command"].str.contains(_RESTART).fillna(False)]
    rows = restarts[["log", "seconds"]].merge(runs[["log", "strategy"]], on="log")
    medians = rows.groupby("strategy")["seconds"].median().dropna()
    return {str(name): float(seconds) for name, seconds in medians.items()}


def name_group(context: str) -> str:
    """A context's name without its arguments: the same Dockerfile with other work is no new one."""
    return context.split(" ")[0]
