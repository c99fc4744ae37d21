"""Where the seconds of a build go, in words."""

import pandas as pd

from analysis.measures.seconds import with_cache_overhead
from analysis.words import count_words, join_words, say_range, say_seconds, say_sentence, say_share
from analysis.workload import BASELINE, pick_scenario, say_commit

# less does not matter in a sentence
WORTH_SAYING = 0.5


def say_spent(means: pd.DataFrame, scenario: str) -> list[str]:
    """The quickest and the slowest strategy of a scenario, and what most of their time is."""
    rows = pick_scenario(means, scenario)
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


def say_path(overhead: pd.DataFrame, scenario: str) -> list[str]:
    """How much of the overhead decides the time in a scenario, of overhead_on_path's rows."""
    rows = with_cache_overhead(overhead)
    rows = rows[rows["scenario"] == scenario].sort_values("on_path", ascending=False)
    if rows.empty:
        return [f"No build of {say_commit(scenario)} has a timeline with a cache's overhead."]
    parts = (
        f"{say_seconds(row.on_path)} of {row.strategy}'s {say_seconds(row.docker_build)} "
        f"(n = {row.n})"
        for row in rows.itertuples()
    )
    hidden = say_share(1 - rows["on_path"].sum() / rows[["busy", "on_path"]].max(axis=1).sum())
    return [
        f"Overhead of a cache or a builder of its own decides {join_words(parts)} in docker build, "
        f"for {say_commit(scenario)}.",
        "All of that overhead makes the build longer: none is hidden beside other steps."
        if hidden == "0 %"
        else f"{hidden} of that overhead is hidden: it runs beside steps that take longer.",
    ]


def say_unread(problems: pd.DataFrame) -> str:
    """Which builds' records could not be read, of the problems of read_timelines."""
    if problems.empty:
        return "The record of every build shown could be read."
    reasons = join_words(reason.rstrip(".") for reason in problems["reason"].head(3))
    more = "" if len(problems) <= 3 else f", and {len(problems) - 3} more"
    return f"Left out for want of a record: {reasons}{more}."


def say_balance(table: pd.DataFrame, scenario: str, baseline: str = BASELINE) -> list[str]:
    """Each strategy in a scenario: what it saves, what it pays, and what is left; least first."""
    rows = pick_scenario(table, scenario)
    if rows.empty:
        return [f"Nothing can be set against {baseline} for {say_commit(scenario)}."]
    net = rows.groupby("strategy")["difference"].sum().sort_values(kind="stable")
    return [
        say_one(name, rows[rows["strategy"] == name], net[name], baseline) for name in net.index
    ]


def say_one(name: str, rows: pd.DataFrame, net: float, baseline: str) -> str:
    """`a (n = 6) saves 8.1 s (work 8.1 s) and pays 9.0 s (builder 9.0 s): 0.9 s more than b.`"""
    saved = rows[rows["difference"] <= -WORTH_SAYING].sort_values("difference")
    paid = rows[rows["difference"] >= WORTH_SAYING].sort_values("difference", ascending=False)
    way = "more" if net > 0 else "less"
    return (
        f"{name} (n = {rows['n'].max()}) {say_side('saves', saved)} and {say_side('pays', paid)}: "
        f"{say_seconds(abs(net))} {way} than {baseline} in all."
    )


def say_side(verb: str, rows: pd.DataFrame) -> str:
    """`saves 8.1 s (work 8.1 s)`, `saves nothing of note`."""
    if rows.empty:
        return f"{verb} nothing of note"
    parts = (f"{row.activity} {say_seconds(abs(row.difference))}" for row in rows.itertuples())
    return f"{verb} {say_seconds(abs(rows['difference'].sum()))} ({join_words(parts)})"
