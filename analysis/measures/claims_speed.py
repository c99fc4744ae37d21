"""The seed's memos on what caches and builders cost and save."""

import gzip
import re
from pathlib import Path

import pandas as pd

from analysis.measures.breakeven import break_even
from analysis.measures.evidence import (
    FAILS,
    HOLDS,
    ONLY_IF,
    UNCLEAR,
    Evidence,
    Finding,
)
from analysis.measures.overheads import builder_costs
from analysis.measures.words import (
    count_words,
    join_words,
    say_commit,
    say_difference,
    say_range,
    say_seconds,
    say_share,
)

VERDICTS = ("faster", "slower", "too close to call", "not enough runs")
# from this share of a build on, what creating a builder takes is not negligible
NOTABLE = 0.05
# buildx's words, until 0.9 and since
REFUSAL = re.compile(
    rb"ERROR: [^\n]*Cache export [^\n]*not supported for (?:the )?docker driver[^\n]*"
)


def local_cache_rare(evidence: Evidence) -> Finding:
    """How often a build with LOCAL_DOCKER_LAYER_CACHE found layers of an earlier one."""
    runs = evidence.comparable[evidence.comparable["strategy"].str.startswith("local-layer-cache")]
    warm = evidence.hits[
        evidence.hits["run"].isin(runs["run"]) & evidence.hits["scenario"].ne("cold")
    ]
    known = warm.dropna(subset=["hits"])
    if known.empty:
        return Finding(UNCLEAR, "no build after a first one was measured")
    found = known["hits"].gt(0)
    used = known["host_empty"].eq(False).fillna(False)
    numbers = (
        f"{found.sum()} of {count_words(len(known), 'build')} after the first had hits: "
        f"{found[used].sum()} of {used.sum()} on a host that had built before, "
        f"{found[~used].sum()} of {(~used).sum()} on an empty one"
    )
    runs = evidence.comparable[evidence.comparable["run"].isin(known["run"])]
    if known["emulated"].any():
        more = "; emulated by a pool of kept hosts: how often AWS returns to a host is not measured"
        return Finding(UNCLEAR, numbers + more, runs)
    return Finding(HOLDS if found.mean() < 0.5 else FAILS, numbers, runs)


def cache_costs(evidence: Evidence) -> Finding:
    """Whether an external cache has hits, and costs more than they save."""
    exports = evidence.experiment.logs.builds.query("cache_export == 'ok'")
    names = evidence.comparable.loc[evidence.comparable["log"].isin(exports["log"]), "strategy"]
    runs = evidence.runs_of(names.unique())
    runs = runs[runs["scenario"] != "cold"]
    hits = evidence.hits[evidence.hits["run"].isin(runs["run"])]
    rows = evidence.comparison[evidence.comparison["strategy"].isin(runs["strategy"])]
    rows = rows[rows["scenario"] != "cold"]
    if hits["hits"].isna().all():
        return Finding(UNCLEAR, "no build with an external cache from an earlier one was measured")
    if not hits["hits"].gt(0).any():
        return Finding(FAILS, f"no hit in {count_words(len(runs), 'build')}", runs)
    numbers = f"hits in {hits['hits'].gt(0).sum()} of {count_words(len(hits), 'build')}; "
    numbers += say_rows(rows, evidence.baseline) + say_break_even(evidence, rows)
    return Finding(judge_slower(rows), numbers, runs)


def say_break_even(evidence: Evidence, rows: pd.DataFrame) -> str:
    """From how much work on it would pay where it has most hits; '' when unknown."""
    table = break_even(evidence.runs, evidence.experiment.logs.steps, evidence.baseline)
    table = table[table["strategy"].isin(rows["strategy"]) & table["scenario"].ne("cold")]
    if table.empty:
        return ""
    best = table.loc[table["saved"].idxmax()]
    return (
        f"; with hits for {say_share(best['saved'])} of the work ({say_commit(best['scenario'])}) "
        f"it pays from {say_seconds(best['pays_from'])} of work on, here it is "
        f"{say_seconds(best['work'])}"
    )


def say_rows(rows: pd.DataFrame, baseline: str) -> str:
    """Each strategy of a comparison: in how many scenarios what is told, and all differences."""
    said = (say_strategy(name, group) for name, group in rows.groupby("strategy"))
    return f"against {baseline}, mean [95 % interval]: {'; '.join(said)}"


def say_strategy(name: str, rows: pd.DataFrame) -> str:
    """`a, of 5 scenarios: slower in 4 and … (cold +5.1 s [3.2 to 7.0 s, n = 3], …)`."""
    told = rows["verdict"].value_counts()
    verdicts = (f"{verdict} in {told[verdict]}" for verdict in VERDICTS if verdict in told)
    numbers = (
        f"{row.scenario} {say_difference(row.difference, row.low, row.high, row.n)}"
        for row in rows.itertuples()
    )
    count = count_words(len(rows), "scenario")
    return f"{name}, of {count}: {join_words(verdicts)} ({', '.join(numbers)})"


def judge_slower(rows: pd.DataFrame) -> str:
    """Whether these strategies are slower than the baseline, by the verdicts of a comparison."""
    slower, faster = rows["verdict"].eq("slower"), rows["verdict"].eq("faster")
    if slower.any() and faster.any():
        commits = [say_commit(each) for each in rows.loc[slower & ~faster, "scenario"].unique()]
        return f"{ONLY_IF} the commit is {join_words(commits, 'or')}"
    if faster.any():
        return FAILS
    return HOLDS if slower.sum() * 2 > len(rows) else UNCLEAR


def builder_costly(evidence: Evidence) -> Finding:
    """Whether creating and booting a builder is a notable share of the build."""
    costs = builder_costs(evidence.comparable, evidence.experiment.logs).dropna(subset=["share"])
    if costs.empty:
        return Finding(UNCLEAR, "no build that creates a builder was measured")
    seconds, share = costs["seconds"], costs["share"]
    numbers = (
        f"{say_seconds(seconds.median())} (median, {say_range(seconds.min(), seconds.max())}, "
        f"n = {len(costs)}), {say_share(share.median())} of the build "
        f"({say_share(share.min())} to {say_share(share.max())}), of which "
        f"{say_seconds(costs['pull_seconds'].median())} pull BuildKit's image"
    )
    verdict = HOLDS if share.min() >= NOTABLE else FAILS if share.max() < NOTABLE else UNCLEAR
    return Finding(verdict, numbers, evidence.runs[evidence.runs["run"].isin(costs["run"])])


def default_better(evidence: Evidence) -> Finding:
    """Whether a new builder without an external cache is slower than the default one."""
    made = evidence.strategies_with("buildx create")
    names = [name for name in made if "--cache-to" not in evidence.text[name]]
    rows = evidence.comparison[evidence.comparison["strategy"].isin(names)]
    if rows.empty:
        return Finding(UNCLEAR, "no build with a new builder and no cache was measured")
    return Finding(judge_slower(rows), say_rows(rows, evidence.baseline), evidence.runs_of(names))


def cache_to_fails(evidence: Evidence) -> Finding:
    """Whether --cache-to on the docker driver is refused, in buildx's own words."""
    runs = evidence.runs[
        evidence.runs["valid"] & evidence.runs["strategy"].eq("docker-driver-cache-to")
    ]
    if runs.empty:
        return Finding(UNCLEAR, "no build with --cache-to on the docker driver was measured")
    words = [find_refusal(Path(log)) for log in runs["log"]]
    refused = [
        word
        for word, status in zip(words, runs["status"], strict=True)
        if word and status == "failed"
    ]
    numbers = f"{len(refused)} of {count_words(len(runs), 'build')} refused"
    numbers += f": “{refused[0]}”" if refused else ""
    numbers += f"; storage driver {join_words(runs['storage_driver'].dropna().unique())}"
    return Finding(HOLDS if len(refused) == len(runs) else FAILS, numbers, runs)


def find_refusal(log: Path) -> str | None:
    """The line with which buildx refuses to export a cache, null without one."""
    try:
        data = log.read_bytes()
        found = REFUSAL.search(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    except (OSError, EOFError):
        return None
    return found[0].decode("utf-8", "replace").strip() if found else None
