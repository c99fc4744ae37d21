"""What a history of builds shows at a glance: how many, how they ended, and what a cache gave."""

from collections import Counter

import pandas as pd

from analysis.measures.caching import add_rates, build_rates
from analysis.measures.compare import EMULATED, mean_by_activity, wilson
from analysis.measures.seconds import busy_map, overhead_map
from analysis.past_builds import PastBuilds, takes_history

ALL = "all builds"
# builds that did not end by themselves say nothing of how long one takes
_CUT = ("failed", "fault", "timed out", "stopped", "in progress")
_COUNTS = ["layers", "hits", "ran"]
# what became of a cache that a docker build asked for
_IMPORTS = {"imported": ["ok"], "import_lost": ["missing", "failed"], "no_import": ["none"]}
_SEEN = [
    "project",
    "builds",
    "with_hits",
    "low",
    "high",
    "median_rate",
    *_IMPORTS,
]


def as_runs(history: PastBuilds) -> pd.DataFrame:
    """The builds in the columns of an experiment's runs, the project for the strategy.

    run, strategy, scenario, round, emulated, valid, log, seconds, started · valid: it did not
    fail, nor was it cut short; where a log does not tell how its build ended, it counts.
    """
    builds = history.builds
    return pd.DataFrame(
        {
            "run": builds["id"],
            "strategy": name_projects(builds),
            "scenario": pd.Series(ALL, builds.index, dtype="string"),
            "round": range(1, len(builds) + 1),
            "emulated": builds["emulated"],
            "valid": ~builds["status"].isin(_CUT),
            "log": builds["log"],
            "seconds": builds["seconds"],
            "started": builds["started"],
        }
    )


def name_projects(builds: pd.DataFrame) -> pd.Series:
    """The project of each build, with "(emulated)" where the lab stands in for CodeBuild."""
    names = builds["project"].fillna("unknown")
    return names.where(~builds["emulated"], names + f" {EMULATED}").astype("string")


@takes_history
def history_hits(history: PastBuilds) -> pd.DataFrame:
    """A row a build whose log shows layers: id, project, started, layers, hits, ran, rate, ….

    The columns are those of hit_rates, summed over the docker builds of a build.
    """
    counts = build_rates(history.logs.steps).groupby("log", sort=False).sum(numeric_only=True)
    counts = counts.drop(columns=["build", "rate", "step_rate", "vertex_rate"]).reset_index()
    builds = history.builds.assign(project=name_projects(history.builds)).dropna(subset=["log"])
    table = builds[["id", "project", "started", "log"]].merge(counts, on="log", validate="1:1")
    return add_rates(table[table["layers"].gt(0)].reset_index(drop=True)).drop(columns="log")


@takes_history
def cache_seen(history: PastBuilds) -> pd.DataFrame:
    """What caches gave each project, a row a project.

    project, builds (whose log shows layers), with_hits (any layer from a cache), low, high (95 %
    interval of their share), median_rate (hits of all layers) · docker builds whose cache was
    imported, import_lost (missing or failed), no_import (none was asked for).
    """
    hits = history_hits(history).assign(hit=lambda rows: rows["hits"].gt(0))
    groups = hits.groupby("project", sort=False)
    table = groups.agg(
        builds=("id", "size"), with_hits=("hit", "sum"), median_rate=("rate", "median")
    ).reset_index()
    bounds = [wilson(*pair) for pair in zip(table["with_hits"], table["builds"], strict=True)]
    table[["low", "high"]] = pd.DataFrame(bounds, index=table.index, columns=["low", "high"])
    for name, numbers in _count_imports(history).items():
        table[name] = [numbers.get(project, 0) for project in table["project"]]
    return table.astype(dict.fromkeys(_IMPORTS, "int64"))[_SEEN]


def _count_imports(history: PastBuilds) -> dict[str, dict[str, int]]:
    """imported, import_lost, no_import -> project -> how many docker builds did so."""
    projects = pd.Series(name_projects(history.builds).to_numpy(), history.builds["id"])
    known = history.logs.builds["log"].map(projects).astype("string")
    outcome = history.logs.builds["cache_import"]
    return {
        name: dict(Counter(known[outcome.isin(outcomes)])) for name, outcomes in _IMPORTS.items()
    }


@takes_history
def history_overheads(history: PastBuilds) -> pd.DataFrame:
    """Mean seconds by activity, of overhead_map: strategy (the project), scenario, activity, n, …

    Of builds that did not fail and whose log tells their time.
    """
    runs = as_runs(history)
    return mean_by_activity(overhead_map(runs[runs["log"].notna()], history.logs)).dropna()


@takes_history
def history_busy(history: PastBuilds) -> pd.DataFrame:
    """Mean busy seconds inside docker build, of busy_map, in the columns of history_overheads.

    Of builds whose commands are timed; where none is, of all, without "no step explains".
    """
    runs = as_runs(history)
    busy = busy_map(runs[runs["log"].isin(history.logs.builds["log"])], history.logs)
    untimed = busy.loc[busy["seconds"].isna(), "run"]
    timed = busy[~busy["run"].isin(untimed)]
    return mean_by_activity(timed if len(timed) else busy.dropna(subset=["seconds"]))
