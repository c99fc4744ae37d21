"""What a history of builds shows at a glance: how many, how they ended, and what a cache gave."""

import pandas as pd

from analysis.measures.caching import add_rates, hit_rates
from analysis.measures.compare import EMULATED, mean_by_activity, say_interval, spread, wilson
from analysis.measures.seconds import busy_map, overhead_map
from analysis.past_builds import PastBuilds
from analysis.words import count_words, join_words, say_seconds, say_share

ALL = "all builds"
# builds that did not end by themselves say nothing of how long one takes
CUT = ("failed", "fault", "timed out", "stopped", "in progress")
COUNTS = ["layers", "hits", "ran"]
SEEN = [
    "project",
    "builds",
    "with_hits",
    "low",
    "high",
    "median_rate",
    "imported",
    "import_lost",
    "no_import",
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
            "valid": ~builds["status"].isin(CUT),
            "log": builds["log"],
            "seconds": builds["seconds"],
            "started": builds["started"],
        }
    )


def name_projects(builds: pd.DataFrame) -> pd.Series:
    """The project of each build, with "(emulated)" where the lab stands in for CodeBuild."""
    names = builds["project"].fillna("unknown")
    return names.where(~builds["emulated"], names + f" {EMULATED}").astype("string")


def history_hits(history: PastBuilds) -> pd.DataFrame:
    """A row a build whose log shows layers: id, project, started, layers, hits, ran, rate, ….

    The columns are those of hit_rates, summed over the docker builds of a build.
    """
    counts = hit_rates(history.logs.steps).groupby("log", sort=False).sum(numeric_only=True)
    counts = counts.drop(columns=["build", "rate", "step_rate", "vertex_rate"]).reset_index()
    builds = history.builds.assign(project=name_projects(history.builds))
    table = builds[["id", "project", "started", "log"]].merge(counts, on="log", validate="1:1")
    return add_rates(table[table["layers"].gt(0)].reset_index(drop=True)).drop(columns="log")


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
    return table.join(count_imports(history), on="project")[SEEN]


def count_imports(history: PastBuilds) -> pd.DataFrame:
    """project (index), imported, import_lost, no_import: how many docker builds did what."""
    projects = pd.Series(name_projects(history.builds).to_numpy(), history.builds["id"])
    known = history.logs.builds.assign(project=history.logs.builds["log"].map(projects))
    outcome = known["cache_import"]
    flags = {
        "imported": outcome.eq("ok"),
        "import_lost": outcome.isin(["missing", "failed"]),
        "no_import": outcome.eq("none"),
    }
    counts = pd.DataFrame(flags).fillna(False).astype("int64")
    return counts.groupby(known["project"]).sum()


def history_overheads(history: PastBuilds) -> pd.DataFrame:
    """Mean seconds by activity, of overhead_map: strategy (the project), scenario, activity, n, …

    Of builds that did not fail and whose log tells their time.
    """
    runs = as_runs(history)
    return mean_by_activity(overhead_map(runs[runs["log"].notna()], history.logs)).dropna()


def history_busy(history: PastBuilds) -> pd.DataFrame:
    """Mean busy seconds inside docker build, of busy_map, in the columns of history_overheads.

    Of builds whose commands are timed; where none is, of all, without "no step explains".
    """
    runs = as_runs(history)
    busy = busy_map(runs[runs["log"].isin(history.logs.builds["log"])], history.logs)
    untimed = busy.loc[busy["seconds"].isna(), "run"]
    timed = busy[~busy["run"].isin(untimed)]
    return mean_by_activity(timed if len(timed) else busy.dropna(subset=["seconds"]))


def say_history(history: PastBuilds) -> list[str]:
    """What was read: how many builds of what, from when to when, how they ended, how long."""
    builds = history.builds
    projects = name_projects(builds).unique().tolist()
    of = join_words(projects) if len(projects) <= 4 else count_words(len(projects), "project")
    times = builds["started"].dropna()
    days = dict.fromkeys(f"{each:%Y-%m-%d}" for each in times.agg(["min", "max"]))
    when = f", {' to '.join(days)}" if len(times) else ", at times not known"
    ends = builds["status"].fillna("unknown").value_counts(sort=True)
    said = join_words(f"{number} {status}" for status, number in ends.items())
    read = int(builds["log"].notna().sum())
    return [
        f"{count_words(len(builds), 'build')} of {of}{when}: {said}.",
        f"{count_words(read, 'log')} read, {count_words(len(builds) - read, 'build')} without one.",
        *say_lengths(history),
    ]


def say_lengths(history: PastBuilds) -> list[str]:
    """How long a build of each project takes, in the median, of those that did not fail."""
    runs = as_runs(history)
    table = spread(runs[runs["valid"]], "seconds", ["strategy"])
    return [
        f"A build of {row.strategy} takes {say_seconds(row.median)} after provisioning (median, "
        f"{row.low:.1f} to {say_seconds(row.high)}, n = {row.n})."
        for row in table[table["n"].gt(0)].itertuples()
    ]


def say_cache_seen(seen: pd.DataFrame) -> list[str]:
    """What caches gave, of cache_seen's rows."""
    if seen.empty:
        return ["No docker build with layers was found in any log."]
    return [
        f"{row.project}: {row.with_hits} of {count_words(row.builds, 'build')} had a layer from a "
        f"cache ({say_interval(row.with_hits, row.builds)}); the median build got "
        f"{say_share(row.median_rate)} of its layers from one.{say_lost(row)}"
        for row in seen.itertuples()
    ]


def say_lost(row: tuple) -> str:
    """That imports were lost, where any was."""
    if not row.import_lost:
        return ""
    asked = row.imported + row.import_lost
    return f" {row.import_lost} of {asked} imports found no cache or could not read it."
