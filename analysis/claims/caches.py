"""What the memo says of what caches give, and what they cost."""

from typing import Any

import pandas as pd

from analysis.claims.evidence import (
    FAILS,
    HOLDS,
    ONLY_IF,
    UNCLEAR,
    UNMEASURED,
    Evidence,
    Finding,
)
from analysis.languages import translate
from analysis.measures.caching import (
    LIFETIME,
    host_reuse,
    reuse_chance,
)
from analysis.measures.compare import EMULATED
from analysis.prose import (
    say_count,
    say_counted,
    say_landings,
    say_local_cache,
    say_outcome,
    say_public_logs,
)
from analysis.prose.template import tell
from analysis.records import read_public_logs
from analysis.rows import list_rows
from analysis.words import (
    FASTER,
    SLOWER,
    VERDICTS,
    count_words,
    join_words,
    list_words,
    say_range,
    say_seconds,
    say_share,
)
from analysis.workload import COLD_STARTS, POOL, say_commit

LOCAL = "local-layer-cache"
_UNMEASURED = "no build after a first one was measured"


def local_cache_idle(evidence: Evidence) -> Finding:
    """Whether a build with LOCAL_DOCKER_LAYER_CACHE finds layers where an earlier one made them."""
    known = _warm_builds(evidence)
    if known.empty:
        return Finding(UNCLEAR, translate(_UNMEASURED))
    found, used = known["hits"].gt(0), known["host_empty"].eq(False).fillna(False)
    numbers = tell(
        "hits in {count} on a host that had built before ({scenarios}), {others} on an empty one",
        count=say_count(int(found[used].sum()), int(used.sum()), "build"),
        scenarios=_say_scenarios(known[used]),
        others=say_outcome(int(found[~used].sum()), int((~used).sum()), "build"),
    )
    runs = evidence.comparable[evidence.comparable["run"].isin(known["run"])]
    if known["emulated"].any():
        return Finding(
            UNMEASURED,
            tell(
                "{local} There, {numbers}",
                local=say_local_cache(),
                numbers=numbers,
            ),
            runs,
        )
    return Finding(FAILS if found.any() else HOLDS, numbers, runs)


def local_cache_rare(evidence: Evidence) -> Finding:
    """How often a build with LOCAL_DOCKER_LAYER_CACHE found layers of an earlier one."""
    known = _warm_builds(evidence)
    if known.empty:
        return Finding(UNCLEAR, translate(_UNMEASURED))
    found = int(known["hits"].gt(0).sum())
    numbers = tell(
        "{count} after the first had hits", count=say_counted(found, len(known), "build")
    )
    runs = evidence.comparable[evidence.comparable["run"].isin(known["run"])]
    if known["emulated"].any():
        numbers = tell(
            "{local} There, {numbers}. {model}",
            local=say_local_cache(),
            numbers=numbers,
            model=_say_model(evidence),
        )
        return Finding(UNMEASURED, numbers, runs)
    return Finding(HOLDS if found * 2 < len(known) else FAILS, numbers, runs)


def _warm_builds(evidence: Evidence) -> pd.DataFrame:
    """The rows of hits of builds with a local layer cache after the first of a history."""
    runs = evidence.comparable[evidence.comparable["strategy"].str.startswith(LOCAL)]
    warm = evidence.hits["run"].isin(runs["run"]) & ~evidence.hits["scenario"].isin(COLD_STARTS)
    return evidence.hits[warm].dropna(subset=["hits"])


def _say_scenarios(rows: pd.DataFrame) -> str:
    """`unchanged 2 of 2, base 0 of 3`, of rows with hits."""
    found = rows["hits"].gt(0).groupby(rows["scenario"], sort=False)
    counts = (
        tell("{name} {hits} of {builds}", name=name, hits=hit.sum(), builds=len(hit))
        for name, hit in found
    )
    return list_words(counts) or translate("none")


def _say_model(evidence: Evidence) -> str:
    """What the pool did against the model, and what the model says of larger pools."""
    pool = evidence.experiment.facts.get("pool", POOL)
    runs = evidence.runs[evidence.runs["strategy"].str.startswith(LOCAL)]
    seen = say_landings(host_reuse(runs, evidence.hits, pool), pool)
    chances = (
        tell(
            "{chance} of {hosts} hosts with a build every {gap} min",
            chance=say_share(reuse_chance(gap, LIFETIME, hosts)),
            hosts=hosts,
            gap=gap,
        )
        for hosts, gap in ((4, 10), (16, 10), (16, 30))
    )
    model = join_words(chances)
    return tell(
        "{seen}. If hosts are kept for {lifetime:.0f} min, the model's chance is {model}. {public}",
        seen=seen,
        lifetime=LIFETIME,
        model=model,
        public=say_public_logs(read_public_logs()),
    )


def _cached_runs(evidence: Evidence) -> pd.DataFrame:
    """The comparable runs, after the first, of strategies that exported a cache whole.

    One inside the image is exported with it, and no step of a log shows that.
    """
    builds = evidence.experiment.logs.builds
    exports = builds.loc[builds["cache_export"] == "ok", "log"]
    exported = evidence.comparable["log"].isin(exports)
    inline = evidence.comparable["strategy"].isin(evidence.strategies_with("type=inline"))
    caching = evidence.comparable.loc[exported | inline, "strategy"]
    names = [name for name in caching.unique() if not name.endswith(EMULATED)]
    runs = evidence.runs_of(names)
    return runs[~runs["scenario"].isin(COLD_STARTS)]


def cache_works(evidence: Evidence) -> Finding:
    """Whether builds with an external cache have hits, and for which kinds of commit."""
    runs = _cached_runs(evidence)
    hits = runs[["run"]].merge(evidence.hits, on="run").dropna(subset=["hits"])
    if hits.empty:
        return Finding(
            UNCLEAR, tell("no build with an external cache from an earlier one was measured")
        )
    found = hits["hits"].gt(0).groupby(hits["scenario"], sort=False)
    parts = tell("; ").join(
        tell("{name} {count}", name=name, count=say_outcome(each.sum(), len(each), "build"))
        for name, each in found
    )
    count = say_count(int(hits["hits"].gt(0).sum()), len(hits), "build")
    numbers = tell("hits in {count}: {said}", count=count, said=parts)
    some = found.any()
    commits = join_words((say_commit(name) for name in some.index[some]), "or")
    verdict = HOLDS if some.all() else f"{ONLY_IF} {tell('the commit is {names}', names=commits)}"
    return Finding(verdict if some.any() else FAILS, numbers, runs)


def cache_costs(evidence: Evidence) -> Finding:
    """Whether an external cache costs these builds more than its hits save."""
    runs = _cached_runs(evidence)
    rows = evidence.comparison[evidence.comparison["strategy"].isin(runs["strategy"])]
    rows = rows[~rows["scenario"].isin(COLD_STARTS)]
    if rows.empty:
        return Finding(
            UNCLEAR, tell("no build with an external cache from an earlier one was measured")
        )
    pays = evidence.experiment.break_even(evidence.baseline)
    pays = pays[~pays["scenario"].isin(COLD_STARTS)]
    said = (
        tell(
            "{name}: {verdicts}{pays}",
            name=name,
            verdicts=say_verdicts(group),
            pays=_say_pays(pays[pays["strategy"] == name]),
        )
        for name, group in rows.groupby("strategy", sort=False)
    )
    work = pays.loc[pays["strategy"].isin(rows["strategy"]), "work"]
    here = (
        tell(" These builds have {median} of work.", median=say_seconds(work.median()))
        if len(work)
        else ""
    )
    numbers = tell(
        "against {baseline}, {said}.{here}",
        baseline=evidence.baseline,
        said=tell(". ").join(said),
        here=here,
    )
    return Finding(judge_slower(rows), numbers, runs)


def say_verdicts(rows: pd.DataFrame) -> str:
    """`slower in 3 and can't tell yet in 1 of 4 scenarios`, of compare's rows."""
    told = rows["verdict"].value_counts()
    verdicts = (
        tell("{verdict} in {number}", verdict=translate(verdict), number=told[verdict])
        for verdict in VERDICTS
        if verdict in told
    )
    return tell(
        "{verdicts} of {scenarios}",
        verdicts=join_words(verdicts),
        scenarios=count_words(len(rows), "scenario"),
    )


def _say_pays(rows: pd.DataFrame) -> str:
    """From how much work on a strategy pays, by kind of commit, of break_even's rows; '' for none
    within the work that was run.

    In seconds with 95 % intervals, at the hits that were seen.
    """
    rows = rows.dropna(subset=["pays_from"])
    parts = (
        tell(
            "{work} [{bounds}, n = {n}] with hits for {saved} ({scenario})",
            work=say_seconds(row.pays_from),
            bounds=_say_bounds(row),
            n=row.n,
            saved=say_share(row.saved),
            scenario=row.scenario,
        )
        for row in list_rows(rows)
    )
    return (
        tell(", pays from this much work on: {said}", said=list_words(parts)) if len(rows) else ""
    )


def _say_bounds(row: Any) -> str:
    """`10.1 to 15.4 s`, `no interval`, of a row of break_even."""
    if pd.isna(row.pays_from_low):
        return tell("no interval")
    return say_range(row.pays_from_low, row.pays_from_high)


def judge_slower(rows: pd.DataFrame) -> str:
    """Whether these strategies are slower than the baseline, by the verdicts of a comparison."""
    slower, faster = rows["verdict"].eq(SLOWER), rows["verdict"].eq(FASTER)
    if slower.any() and faster.any():
        return f"{ONLY_IF} {_say_slower_only(rows)}"
    if faster.any():
        return FAILS
    return HOLDS if slower.sum() * 2 > len(rows) else UNCLEAR


def _say_slower_only(rows: pd.DataFrame) -> str:
    """Where they are slower, of compare's rows with some that are faster.

    Kinds of commit where these tell slower rows from all others, else strategies that are never
    faster, and the kinds of commit for which the others are slower.
    """
    slower = rows["verdict"].eq(SLOWER)
    whole = slower.groupby(rows["scenario"], sort=False).transform("all")
    if whole.equals(slower):
        commits = rows.loc[slower, "scenario"].unique()
        return tell("the commit is {names}", names=join_words(map(say_commit, commits), "or"))
    names = rows["strategy"]
    never = slower & ~names.isin(names[rows["verdict"].eq(FASTER)])
    parts = [*names[never].unique()]
    for name, group in rows[slower & ~never].groupby("strategy", sort=False):
        parts.append(
            tell(
                "{name} for {names}",
                name=name,
                names=join_words(map(say_commit, group["scenario"]), "or"),
            )
        )
    return tell("it is done by {names}", names=join_words(parts, "or"))
