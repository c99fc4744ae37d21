"""Whether a cache of the build host was seen, by how long the project had not built before."""

import math
from typing import Any

import pandas as pd

from analysis.measures.caching import local_hits
from analysis.measures.compare import wilson
from analysis.measures.past.overview import name_projects
from analysis.past_builds import PastBuilds, takes_history

# minutes: users report that hosts are kept for 5 to 60
_EDGES = (0, 2, 5, 10, 15, 30, 60, 240, math.inf)
COLUMNS = {
    "project": "string",
    "gap": "string",
    "from_minutes": "float64",
    "to_minutes": "float64",
    "builds": "int64",
    "used": "int64",
    "share": "float64",
    "low": "float64",
    "high": "float64",
    "unclear": "int64",
}


@takes_history
def host_caches(history: PastBuilds) -> pd.DataFrame:
    """A row a build whose log shows layers: id, project, minutes, used.

    minutes: since the project's build before ended; null for the first and where unknown. used:
    whether layers came from a cache of the host itself; null where another one was asked, which
    may have given them.
    """
    logs = history.logs
    found = local_hits(logs).merge(logs.builds, on=["log", "build"], validate="1:1")
    asked = found["cache_import"].isin(["ok"]) | _asks_legacy(found, logs.commands)
    found["unclear"] = found["local"].isna() | asked
    found["local"] = found["local"].fillna(False)
    by_log = found.groupby("log").agg(used=("local", "any"), unclear=("unclear", "any"))
    used = by_log["used"].astype("boolean").mask(by_log["unclear"])
    builds = history.builds.assign(
        project=name_projects(history.builds), minutes=history.builds["idle_gap"] / 60
    )
    table = builds[["id", "project", "minutes", "log"]]
    return table.join(used.rename("used"), on="log", how="inner").drop(columns="log")


def _asks_legacy(builds: pd.DataFrame, commands: pd.DataFrame) -> pd.Series:
    """Whether it is a build of the legacy builder with --cache-from, whose log says no more."""
    named = commands[commands["command"].fillna("").str.contains("--cache-from", regex=False)]
    pairs = pd.MultiIndex.from_frame(named[["log", "number"]])
    own = pd.MultiIndex.from_frame(builds[["log", "command"]].fillna({"command": -1}))
    return builds["builder"].isin(["legacy"]) & own.isin(pairs)


@takes_history
def hits_over_gap(history: PastBuilds) -> pd.DataFrame:
    """How often the host's own cache was seen, by minutes since the project's build before.

    project, gap (in words), from_minutes, to_minutes, builds (that tell), used, share, low, high
    (95 % interval), unclear (builds with another cache, which do not tell). A row a project and
    gap that occurs.
    """
    caches = host_caches(history).dropna(subset=["minutes"])
    rows = []
    for project, group in caches.groupby("project", sort=False):
        for low, high in zip((-math.inf, *_EDGES), _EDGES, strict=False):
            here = group[group["minutes"].ge(low) & group["minutes"].lt(high)]
            if len(here):
                rows.append((project, *_count_used(here["used"], low, high)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _count_used(used: pd.Series, low: float, high: float) -> tuple[Any, ...]:
    """A row of hits_over_gap."""
    told, seen = int(used.notna().sum()), int(used.sum())
    share = seen / told if told else math.nan
    unclear = len(used) - told
    return name_gap(low, high), low, high, told, seen, share, *wilson(seen, told), unclear


def name_gap(low: float, high: float) -> str:
    """`5 to 10 min`, `over 4 h`; `overlapping` where the build before had not ended."""
    if high <= 0:
        return "overlapping"
    if math.isinf(high):
        return f"over {low / 60:.0f} h"
    return f"{low:.0f} to {high:.0f} min" if high <= 60 else f"{low / 60:.0f} to {high / 60:.0f} h"
