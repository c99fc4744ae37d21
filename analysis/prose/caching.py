"""What a cache gave, and why layers missed, in words."""

import pandas as pd

from analysis.prose.intervals import say_counted
from analysis.words import count_words, join_words, say_sentence, say_share
from analysis.workload import POOL, say_commit


def say_hits(hits: pd.DataFrame) -> list[str]:
    """Who had hits at all, and how many where, of hits_by_run's rows."""
    rates = hits.groupby(["strategy", "scenario"], sort=False)["rate"].agg(["median", "count"])
    best = rates["median"].groupby("strategy", sort=False).max()
    never = best.index[best.eq(0)]
    found = [say_rates(name, rates.loc[name]) for name in best.index[best.gt(0)]]
    if len(never):
        found.append(f"no layer came from a cache with {join_words(never)}")
    return [say_sentence(text) for text in found or ["no build was found in any log"]]


def say_rates(name: str, rates: pd.DataFrame) -> str:
    """A strategy's median hit rates by scenario."""
    parts = (
        f"{say_share(row['median'])} for {say_commit(scenario)} (n = {row['count']:.0f})"
        for scenario, row in rates.iterrows()
        if row["median"] > 0
    )
    return f"layers come from a cache with {name}: {join_words(parts)}"


def say_misses(runs: pd.DataFrame, misses: pd.DataFrame) -> list[str]:
    """In how many of these runs the logs tell why layers missed, and the causes by their number."""
    rows = misses[misses["first"] & misses["run"].isin(runs["run"])]
    if rows.empty:
        return [f"No layer missed in {count_words(len(runs), 'run')}."]
    untold = rows.loc[rows["cause"].eq("unknown"), "run"].nunique()
    missed = rows["run"].nunique()
    counts = rows.groupby("cause")["run"].nunique().sort_values(ascending=False, kind="stable")
    parts = (f"{cause} ({count_words(number, 'run')})" for cause, number in counts.items())
    return [
        f"Layers missed in {missed} of {count_words(len(runs), 'run')}; the logs tell why in "
        f"{missed - untold} of them.",
        f"Where the misses began: {join_words(parts)}.",
    ]


def say_landings(seen: pd.DataFrame, pool: int = POOL) -> str:
    """How often builds came to a host that had built before, against the model's expectation."""
    builds = int(seen["builds"].sum())
    if not builds:
        return "no build after a first one was measured"
    expected = float((seen["expected"] * seen["builds"]).sum()) / builds
    return (
        f"{say_counted(int(seen['used'].sum()), builds, 'build')} after the first landed on a "
        f"host that had built before; a pool of {pool} makes that likely for {say_share(expected)}"
    )


def say_public_logs(table: pd.DataFrame) -> str:
    """What public logs tell of local caches, of read_public_logs' rows."""
    counts = table.set_index("agent")
    own, other = counts.loc["codebuild"], counts.loc["other"]
    return say_sentence(
        f"in public logs ({own['source']}, {own['date']:%Y-%m-%d}) a cache of the host was used in "
        f"{say_counted(int(own['used']), int(own['builds']), 'build')} on CodeBuild, and in "
        f"{say_counted(int(other['used']), int(other['builds']), 'build')} elsewhere"
    )
