"""Sentences that say what frames of measures show, for the prose of notebooks."""

import pandas as pd

from analysis.words import count_words, join_words, say_range, say_seconds, say_sentence, say_share
from analysis.workload import say_commit


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


def say_spent(means: pd.DataFrame, scenario: str) -> list[str]:
    """The quickest and the slowest strategy of a scenario, and what most of their time is."""
    rows = means[means["scenario"] == scenario]
    totals = rows.groupby("strategy", sort=False)["seconds"].sum().sort_values()
    if totals.empty:
        return [f"No build of {say_commit(scenario)} was measured."]
    ends = dict.fromkeys([totals.index[0], totals.index[-1]])
    return [say_largest(name, rows[rows["strategy"] == name], scenario) for name in ends]


def say_largest(name: str, rows: pd.DataFrame, scenario: str) -> str:
    """A strategy's time, its two largest parts and their shares."""
    total = rows["seconds"].sum()
    largest = rows.nlargest(2, "seconds")
    parts = (
        f"{row.activity} {say_seconds(row.seconds)} ({say_share(row.seconds / total)})"
        for row in largest.itertuples()
    )
    return (
        f"{name} takes {say_seconds(total)} for {say_commit(scenario)} (mean, "
        f"n = {rows['n'].max()}): {join_words(parts)}."
    )


def say_overhead(busy: pd.DataFrame, scenario: str) -> list[str]:
    """What docker build does besides work in a scenario, by strategy."""
    rows = busy[busy["scenario"].eq(scenario) & busy["seconds"].notna()]
    table = rows.pivot(index="strategy", columns="activity", values="seconds")
    return [say_burden(name, row) for name, row in table.iterrows()]


def say_burden(name: str, row: pd.Series) -> str:
    """One strategy's work and its largest burdens."""
    rest = row.drop("work")
    burdens = rest[rest >= 0.5].nlargest(3)
    named = (f"{what} {say_seconds(seconds)}" for what, seconds in burdens.items())
    return (
        f"{name}: {say_seconds(row['work'])} of work, {say_seconds(rest.sum())} of anything else"
        + (f", most of it {join_words(named)}." if len(burdens) else ".")
    )


def say_builder_cost(costs: pd.DataFrame) -> str:
    """What a new builder costs, of builder_costs' rows; '' when none was made."""
    known = costs.dropna(subset=["share"])
    if known.empty:
        return ""
    seconds, share = known["seconds"], known["share"]
    return say_sentence(
        f"a new builder costs {say_seconds(seconds.median())} (median, "
        f"{say_range(seconds.min(), seconds.max())}, n = {len(known)}): "
        f"{say_share(share.median())} of the build; pulling BuildKit's image is "
        f"{say_seconds(known['pull_seconds'].median())} of that"
    )


def say_unexplained(busy: pd.DataFrame) -> str:
    """How many seconds of docker build no step explains, of busy_map's rows."""
    rows = busy[busy["activity"].eq("no step explains")].dropna(subset=["seconds"])
    if rows.empty:
        return "No log holds both a build and its command's time."
    worst = rows.loc[rows["seconds"].idxmax()]
    return (
        f"No step explains {say_seconds(rows['seconds'].median())} of docker build in the median "
        f"of {count_words(len(rows), 'run')}, {say_seconds(worst['seconds'])} in the worst "
        f"({worst['run']})."
    )


def say_growth(entries: pd.DataFrame) -> list[str]:
    """What all pushes of a history leave, the most entries first, of entries_per_push's rows."""
    last = entries[entries["pushes"].gt(0)].groupby("strategy", sort=False).tail(1)
    numbers = ["entries", "pushes", "untagged", "n"]
    groups = last.groupby(numbers, sort=False)["strategy"].agg(join_words).reset_index()
    order = groups.sort_values("entries", ascending=False, kind="stable")
    return [
        f"{count_words(int(row.entries), 'entry')} after {count_words(int(row.pushes), 'push')}, "
        f"{row.untagged:.0f} of them untagged, with {row.strategy} (median, n = {row.n})."
        for row in order.itertuples()
    ]


def say_store(runs: pd.DataFrame) -> list[str]:
    """What histories have in an S3 store at their end, a strategy a sentence; none without one."""
    known = runs[runs["valid"] & runs["store_objects"].notna()].sort_values("started")
    last = known.groupby(["strategy", "round"]).tail(1)
    return [
        f"{name} keeps its cache in a bucket, not in the registry: "
        f"{count_words(int(rows['store_objects'].median()), 'object')} of "
        f"{rows['store_bytes'].median() / 1e6:.0f} MB after the last build of a history (median, "
        f"n = {len(rows)}); nothing there expires by itself."
        for name, rows in last.groupby("strategy")
    ]


def say_rollbacks(table: pd.DataFrame, number: int) -> str:
    """Where the two readings of ECR's rules differ, of keep_newest's rows."""
    wide = table.pivot(index="strategy", columns="reading", values="builds_kept")
    differ = wide[wide.nunique(axis=1) > 1]
    if differ.empty:
        return f"“Keep the newest {number}” keeps the same builds under both readings."
    parts = (
        f"{join_words((f'{kept} if {reading}' for reading, kept in row.items()), 'or')} of {name}"
        for name, row in differ.iterrows()
    )
    return (
        f"“Keep the newest {number}” keeps this many builds: {'; '.join(parts)}. "
        "Of the others it keeps the same under both readings."
    )
