"""How likely a build lands on a host that built before: a model, what was seen, what logs show.

What a local layer cache can hand back, it hands back on such a host only. CodeBuild's log never
says which host a build got, nor are its pool and how long a host is kept documented.
"""

from collections.abc import Sequence

import pandas as pd

from analysis.logs import Logs
from analysis.measures.caching.hits import build_rates, hits_by_run
from analysis.measures.compare import order_scenarios
from analysis.records import Experiment, Need, takes
from analysis.rows import join_rows
from analysis.workload import POOL

_POOLS = (1, 2, 4, 8, 16)
# minutes: users report that hosts are kept for 5 to 60
LIFETIME = 30.0
_RECENT = 30
_ROUNDING = 1e-9
_SEEN = ["scenario", "before", "builds", "used", "hits", "expected"]
LOCAL = {
    "log": "string",
    "build": "int64",
    "codebuild": "bool",
    "hits": "int64",
    "local": "boolean",
}


def reuse_chance(gap: float, lifetime: float, pool: int, before: int | None = None) -> float:
    """The chance that the next build lands on a host that built before and was kept.

    Builds arrive every `gap` minutes, each on one of `pool` equally likely hosts, and a host is
    kept for `lifetime` minutes after its last build. So k = floor(lifetime / gap) builds are not
    too old to matter, or `before` if there were only so many, and each went elsewhere with
    chance 1 - 1/pool: exactly 1 - (1 - 1/pool)**k.
    """
    recent = int(lifetime / gap + _ROUNDING) if gap > 0 else None
    known = [number for number in (recent, before) if number is not None]
    if not known:
        return 1.0
    return 1 - (1 - 1 / pool) ** min(known)


# the name it had first
landing_chance = reuse_chance


def reuse_chances(
    lifetime: float = LIFETIME, pools: Sequence[int] = _POOLS, gaps: Sequence[float] = ()
) -> pd.DataFrame:
    """pool, gap (minutes), lifetime (minutes), chance: a row a pool and gap, the shortest first.

    Without `gaps` those at which the chance changes, lifetime / k: it is the same from one to
    the next, so that the chance of a gap is that of the row with the next gap that is as long.
    """
    gaps = sorted(gaps) or [lifetime / k for k in range(_RECENT, 0, -1)] + [lifetime * 1.25]
    rows = [(p, gap, lifetime, reuse_chance(gap, lifetime, p)) for p in pools for gap in gaps]
    return pd.DataFrame(rows, columns=["pool", "gap", "lifetime", "chance"])


# the name it had first
landing_chances = reuse_chances


@takes(chances="gap pool chance")
def widen_chances(chances: pd.DataFrame) -> pd.DataFrame:
    """idle gap (minutes), then a column a pool with the chances in %, of reuse_chances' rows."""
    wide = chances.assign(percent=100 * chances["chance"]).dropna(subset=["gap", "pool"])
    wide = wide.pivot(index="gap", columns="pool", values="percent")
    names = {pool: f"pool of {pool}" for pool in wide.columns}
    wide = wide.rename(columns=names).rename_axis(columns=None)
    return wide.rename_axis("minutes between builds").reset_index()


def _pick_kept(experiment: Experiment) -> pd.DataFrame:
    """The runs on a pool of kept hosts."""
    return experiment.runs[experiment.runs["host"].eq("kept")]


@takes(
    runs=Need("run strategy scenario round started host_empty", _pick_kept),
    hits=Need("run scenario valid hits", hits_by_run),
)
def host_reuse(runs: pd.DataFrame, hits: pd.DataFrame, pool: int = POOL) -> pd.DataFrame:
    """What a pool of kept hosts did: a row a scenario and place in a history but the first.

    scenario, before (builds of the history by then), builds (seen, over the rounds), used (those
    on a host that had built before), hits (those with any layer from a cache), expected (used of
    a build, by reuse_chance: hosts of the lab are kept for all of a history). `runs` are those
    of one strategy with such a pool, valid or not; `hits` hits_by_run's.
    """
    order = runs.sort_values(["started", "run"], kind="stable")
    before = order.groupby(["strategy", "round"]).cumcount()
    table = order[["run", "host_empty"]].assign(before=before)
    table = join_rows(table, hits[["run", "scenario", "valid", "hits"]], ["run"])
    known = table[table["before"].gt(0) & table["valid"]].dropna(subset=["hits", "host_empty"])
    known = known.assign(used=~known["host_empty"].astype(bool), hit=known["hits"].gt(0))
    groups = known.groupby(["scenario", "before"], sort=False)
    seen = groups.agg(builds=("run", "size"), used=("used", "sum"), hits=("hit", "sum"))
    seen = seen.reset_index()
    seen["expected"] = [reuse_chance(0, LIFETIME, pool, int(n)) for n in seen["before"]]
    place = {name: number for number, name in enumerate(order_scenarios(runs))}
    return seen.sort_values(
        ["before", "scenario"],
        key=lambda values: values.map(place) if values.name == "scenario" else values,
        ignore_index=True,
    )[_SEEN]


# the name it had first
landings = host_reuse


@takes(logs="")
def local_hits(logs: Logs) -> pd.DataFrame:
    """Whether the cache of the machine itself was used: a row a docker build that shows layers.

    log, build, codebuild (the log is one of its agent), hits (layers from a cache), local (true:
    hits, and no other cache was imported; null: hits, and another was or may have been, by
    `--cache-from`). Layers that no build before made here can't hit, so hits of this kind say
    that it ran on a host that had built before.
    """
    table = join_rows(build_rates(logs.steps), logs.builds, ["log", "build"])
    table = table[table["layers"].gt(0)]
    naming = logs.commands["command"].str.contains("--cache-from", regex=False).eq(True)
    texts = pd.MultiIndex.from_frame(logs.commands.loc[naming, ["log", "number"]].dropna())
    own = pd.MultiIndex.from_frame(table[["log", "command"]].fillna({"command": -1}))
    legacy = table["builder"].isin(["legacy"]) & own.isin(texts)
    other = table["cache_import"].isin(["ok"]) | legacy
    hit = table["hits"].gt(0).astype("boolean")
    agents = logs.phases["log"].unique()
    columns = {"codebuild": table["log"].isin(agents), "local": hit.mask(hit & other)}
    return table.assign(**columns)[list(LOCAL)].astype(LOCAL).reset_index(drop=True)
