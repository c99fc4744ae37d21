"""What a cache gave, and why layers missed, in words."""

from typing import Any

import pandas as pd

from analysis.measures.caching import compare_references, summarise_misses, summarise_reuse
from analysis.measures.compare import EMULATED, spread
from analysis.prose.intervals import say_counted
from analysis.prose.template import say
from analysis.rows import list_records
from analysis.words import join_sentences, say_sentence
from analysis.workload import POOL

# as many kinds of commit as a sentence names: all, or of more the first
_ALL, _NAMED = 3, 2
# what runs builds on CodeBuild with a local layer cache
_MEASURES = (
    "make experiment PLACE=codebuild EXPERIMENT=runs/codebuild "
    "STRATEGIES=docker,local-layer-cache ROUNDS=6"
)
# what records how branches share a cache
_RECORDS = (
    "make experiment SCENARIOS=branch,main-after-branch,parallel "
    "STRATEGIES=registry-cache,registry-cache-branches,registry-cache-main"
)


def say_hits(hits: pd.DataFrame) -> list[str]:
    """Who had hits at all, and how many where, of hits_by_run's rows."""
    rates = spread(hits, "rate")
    best = rates.groupby("strategy", sort=False)["median"].max()
    never = best.index[best.eq(0)]
    found = [_say_rates(name, rates[rates["strategy"] == name]) for name in best.index[best.gt(0)]]
    found += [say("caching.never", strategies=never)] if len(never) else []
    return found or [say("caching.no_build")]


def _say_rates(name: str, rates: pd.DataFrame) -> str:
    """A strategy's median hit rates by scenario."""
    return say("caching.rates", strategy=name, rates=_list_rates(rates, name))


def _list_rates(rates: pd.DataFrame, name: str) -> list[str]:
    """`55 % for a changed source file (6 of 6 builds)` of each scenario with hits."""
    rows = list_records(rates[rates["strategy"].eq(name) & rates["median"].gt(0)])
    return [say(f"caching.rate{'_alike' * (row['low'] == row['high'])}", **row) for row in rows]


def say_best_hits(hits: pd.DataFrame) -> str:
    """Who of those not emulated gets most from a cache, and how much, of hits_by_run's rows."""
    rates = spread(hits, "rate")
    rates = rates[~rates["strategy"].str.endswith(EMULATED)]
    shapes = {
        str(name): tuple(rows["median"].fillna(0.0))
        for name, rows in rates.groupby("strategy", sort=False)
    }
    best = max(shapes, key=lambda name: sum(shapes[name]), default="")
    if not any(shapes.get(best, ())):
        return say("caching.never", strategies=[*shapes]) if shapes else say("caching.no_build")
    names = [name for name, shape in shapes.items() if shape == shapes[best]]
    listed = _list_rates(rates, best)
    if len(listed) <= _ALL:
        return say("caching.most", strategies=names, rates=listed)
    rest = len(listed) - _NAMED
    return say("caching.most_of_many", strategies=names, rates=listed[:_NAMED], rest=rest)


def say_layers(scenario: str) -> str:
    """What layer_hits' table counts."""
    return say("caching.layers", scenario=scenario)


def say_misses(runs: pd.DataFrame, misses: pd.DataFrame) -> list[str]:
    """In how many of these runs the logs tell why layers missed, and the causes by their number."""
    facts = summarise_misses(runs, misses)
    causes = facts.pop("causes")
    if not causes:
        return [say("caching.no_miss", **facts)]
    named = [say("caching.cause", cause=cause, runs=number) for cause, number in causes.items()]
    return [say("caching.told", **facts), say("caching.causes", causes=named)]


def say_cache_mounts(mounts: pd.DataFrame) -> list[str]:
    """Which strategies keep cache mounts, and what their steps take without; of cache_mounts' rows.

    Nothing where no step has one.
    """
    if mounts.empty:
        return []
    kept = mounts.groupby("strategy", sort=True)["carries"].any()
    sides = {"kept": kept.index[kept], "lost": kept.index[~kept]}
    rows = list_records(mounts.dropna(subset=["more"]).drop_duplicates("instruction"))
    costs = [say("caching.mount_cost", **row, with_it=row["seconds"] - row["more"]) for row in rows]
    return [say(f"caching.mounts{'' if len(sides['kept']) else '_lost'}", **sides), *costs]


def say_references(shared: pd.DataFrame) -> str:
    """What one reference for all branches loses and others give back, of shared_references' rows.

    How to record it where nothing was; nothing where no strategy was built with others' references.
    """
    if shared.empty:
        return say("caching.no_branch", command=_RECORDS)
    said = []
    # others may have been built for fewer scenarios: each sum is of those that both were built for
    keys = ["strategy", "commits", "possible", "lost"]
    for _, rows in compare_references(shared).groupby(keys, sort=False):
        facts = list_records(rows)
        lost = facts[0]["lost"] > 0
        said.append(say(f"caching.one_reference{'' if lost else '_kept'}", **facts[0]))
        said += [_say_back(each) for each in facts if lost]
    return join_sentences([*said, *([say("caching.branch_commits")] if said else [])])


def _say_back(row: dict[str, Any]) -> str:
    """What references of another choice give back of the hits that one for all loses."""
    name = {"fallback": "fallback", "main alone": "main_alone"}[row["choice"]]
    return say(f"caching.{name}{'' if row['back'] > 0 else '_none'}", **row)


def say_untold_targets(untold: pd.DataFrame) -> list[str]:
    """Which targets are left out of the tables, and why; of untold_targets' rows."""
    if untold.empty:
        return []
    if untold["runs"].nunique() == 1:
        names = untold["target"].tolist()
        told = [say("caching.untold_alike", targets=names, runs=untold["runs"].iloc[0])]
    else:
        told = [say("caching.untold_target", **row) for row in list_records(untold)]
    return [say("caching.untold_targets", targets=told)]


def say_local_cache() -> str:
    """That AWS's own cache on build hosts was not measured, what would, and what stands in."""
    return say("caching.local_cache", command=_MEASURES)


def say_host_reuse(seen: pd.DataFrame, pool: int = POOL) -> str:
    """say_landings as a sentence."""
    return say_sentence(say_landings(seen, pool))


def say_landings(seen: pd.DataFrame, pool: int = POOL) -> str:
    """How often builds came to a host that had built before, and how often a model expects it.

    A part of a sentence, of host_reuse's rows.
    """
    facts = summarise_reuse(seen)
    if not facts["builds"]:
        return say("caching.no_reuse")
    used = say_counted(facts["used"], facts["builds"], "build")
    return say("caching.reuse", used=used, pool=pool, expected=facts["expected"])


def say_public_logs(table: pd.DataFrame) -> str:
    """What public logs tell of local caches, of read_public_logs' rows."""
    counts = table.set_index("agent")
    own, other = (
        say_counted(counts["used"][agent], counts["builds"][agent], "build")
        for agent in ("codebuild", "other")
    )
    facts = counts.loc["codebuild"]
    where = {"source": facts["source"], "date": facts["date"]}
    return say("caching.public", own=own, other=other, **where)
