"""The answer in words: which strategy is fastest for which kind of commit, and at what price."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from analysis import records
from analysis.experiment import write_again
from analysis.measures.compare import EMULATED, FEWEST, count_luck, spread
from analysis.measures.money import (
    BUILDS,
    COMPUTE,
    MIX,
    can_tell,
    read_mix,
)
from analysis.measures.storage import first_pushes
from analysis.prose.limits import say_limits
from analysis.prose.month import say_mixes, say_month
from analysis.prose.seconds import say_builder_cost
from analysis.prose.storage import say_kinds
from analysis.results import Experiment, to_experiment
from analysis.words import (
    CLOSE,
    FASTER,
    SLOWER,
    UNTOLD,
    join_ends,
    join_words,
    say_range,
    say_seconds,
    say_sentence,
    say_share,
)
from analysis.workload import BASELINE, SOURCE, say_commit

# with fewer most differences are within what rounds differ among themselves
ENOUGH_ROUNDS = 5


def headline(experiment: records.Experiment | str | Path, baseline: str = BASELINE) -> list[str]:
    """What to use for which mix of commits, in one paragraph; then, each in a sentence: times with
    intervals and n by kind of commit, a month, builder cost, break-even, registry entries, limits.

    >>> sentences = analysis.headline("data/control")
    >>> sentences[0].split(":")[0]
    'Stay with docker'
    """
    measured = to_experiment(experiment)
    if measured.comparable.empty:
        return [f"No build can be compared yet: record some with {say_again(measured)}."]
    advice = [
        advise(measured.compare(baseline), baseline, say_again(measured)),
        say_mixes(measured.mixes(baseline), baseline),
    ]
    found = [
        *say_winners(measured, baseline),
        say_luck(measured),
        say_usual_month(measured, baseline),
        say_builder_cost(measured.builder_costs()),
        *say_pays(measured, baseline),
        say_registry(measured),
        say_limits(measured.marked, measured.comparable),
    ]
    first = " ".join(say_sentence(sentence) for sentence in advice if sentence)
    return [first, *(say_sentence(sentence) for sentence in found if sentence)]


def say_again(experiment: Experiment) -> str:
    """The command that builds enough rounds of an experiment."""
    return write_again(experiment.folder, experiment.facts, experiment.runs, ENOUGH_ROUNDS)


def advise(comparison: pd.DataFrame, baseline: str, again: str) -> str:
    """What to use, by what is told of the strategies that are not emulated; or to call `again`.

    Of those shown to be faster for some commits, the one that saves most in the usual mix.
    """
    real = comparison[~comparison["strategy"].str.endswith(EMULATED)]
    faster, slower = (real[real["verdict"] == verdict] for verdict in (FASTER, SLOWER))
    if real["verdict"].eq(UNTOLD).all():
        return (
            f"nothing can be told yet: no strategy has {FEWEST} rounds in common with {baseline}; "
            f"record more with {again}"
        )
    if faster.empty:
        apart = ", emulated ones apart," if len(real) < len(comparison) else ""
        return (
            f"stay with {baseline}: no other strategy{apart} is shown to be faster "
            f"{say_slower(slower)}"
        )
    best, saved = find_best(real[real["strategy"].isin(faster["strategy"])])
    every = faster["strategy"].eq(best).sum() == comparison["scenario"].nunique() > 1
    commits = "every kind of commit" if every else say_commits(faster, best)
    mean = f"takes {say_seconds(saved)} less in the mean of the usual commits, and "
    gain = f"it {mean if saved > 0 else ''}is faster for {commits}"
    if best in set(slower["strategy"]):
        return (
            f"use {best} where that is the rule: {gain}, but slower for {say_commits(slower, best)}"
        )
    return f"use {best} instead of {baseline}: {gain}, and not shown to be slower for any"


def find_best(comparison: pd.DataFrame) -> tuple[str, float]:
    """The strategy that saves most when weighed by the usual mix of commits, and how much."""
    mix = read_mix(MIX)
    # what was measured of it: a mix that was not measured weighs all alike
    known = comparison["scenario"].map(mix).astype("float64")
    shares = known.fillna(0) if known.notna().any() else known.fillna(1)
    weighed = comparison["difference"].mul(shares).groupby(comparison["strategy"]).sum()
    means = weighed.div(shares.groupby(comparison["strategy"]).sum())
    return means.idxmin(), -means.min()


def say_slower(slower: pd.DataFrame) -> str:
    """Which strategies are slower, for how many kinds of commit."""
    if slower.empty:
        return "nor slower; what differs is within what rounds differ among themselves"
    numbers = slower.groupby("strategy").size().sort_values(ascending=False)
    named = (f"{name} ({n})" for name, n in numbers.items())
    return f"for any kind of commit, and slower for some are {join_words(named)}"


def say_commits(rows: pd.DataFrame, strategy: str) -> str:
    """The kinds of commit of a strategy's rows."""
    scenarios = rows.loc[rows["strategy"] == strategy, "scenario"]
    return join_words(say_commit(scenario) for scenario in scenarios)


def say_winners(experiment: Experiment, baseline: str) -> list[str]:
    """A sentence a scenario: which is fastest, by how much, and what can't be told."""
    medians = spread(experiment.comparable, "seconds").set_index(["scenario", "strategy"])
    found = []
    for scenario, rows in experiment.compare(baseline).groupby("scenario", sort=False):
        tied = find_tied(rows, experiment)
        found.append(say_winner(rows, tied, baseline, medians.loc[scenario]))
    return found


def find_tied(rows: pd.DataFrame, experiment: Experiment) -> set[str]:
    """The faster strategies that are not shown to be slower than the fastest of their kind.

    `rows` are compare's of one scenario; the emulated are a kind of their own.
    """
    tied: set[str] = set()
    faster = rows[rows["verdict"] == FASTER]
    for _, kind in faster.groupby(faster["strategy"].str.endswith(EMULATED)):
        best = kind.loc[kind["difference"].idxmin(), "strategy"]
        others = experiment.compare(best.removesuffix(f" {EMULATED}"))
        others = others[others["scenario"].eq(rows["scenario"].iloc[0])]
        behind = others.loc[others["verdict"] == SLOWER, "strategy"]
        tied |= set(kind["strategy"]) - {*behind, best}
    return tied


def say_winner(
    rows: pd.DataFrame, tied: Collection[str], baseline: str, medians: pd.DataFrame
) -> str:
    """Which is fastest in a scenario; `rows` are compare's of it, `medians` by strategy."""
    commit = say_commit(rows["scenario"].iloc[0])
    if rows["verdict"].eq(UNTOLD).all():
        return f"for {commit}: not enough runs; lowest so far is {say_lowest(medians)}"
    usual = f"{baseline} takes {say_median(medians.loc[baseline])}"
    faster = rows[rows["verdict"] == FASTER].sort_values("difference")
    emulated = faster["strategy"].str.endswith(EMULATED)
    real = faster[~emulated]
    if real.empty:
        none = "none" if faster.empty else "of those not emulated none"
        text = f"for {commit}, {none} is shown to beat {baseline}: {usual}"
    else:
        text = f"for {commit}, {say_fastest(real, tied, baseline)}; {usual}"
    if emulated.any():
        text += f"; of those emulated, {say_fastest(faster[emulated], tied, baseline)}"
    return text + say_rest(rows)


def say_fastest(faster: pd.DataFrame, tied: Collection[str], baseline: str) -> str:
    """The first of some faster rows with its numbers, which are as fast, and the others."""
    best, others = faster.iloc[0], faster.iloc[1:]
    alike = others["strategy"].isin(tied)
    text = (
        f"{best['strategy']} is fastest: {say_seconds(-best['difference'])} less than "
        f"{baseline} (95 % interval {say_range(-best['high'], -best['low'])}, n = {best['n']}), "
        f"{say_seconds(best['median'])} in the median"
    )
    text += f"; not told apart from it: {say_gains(others[alike])}" if alike.any() else ""
    rest = others[~alike]
    return text + (f"; also faster than {baseline}: {say_gains(rest)}" if len(rest) else "")


def say_gains(rows: pd.DataFrame) -> str:
    """Strategies with what they differ by from the baseline, the least first; of many the ends."""
    rows = rows.sort_values("difference", key=abs)
    named = [f"{row.strategy} by {say_seconds(abs(row.difference))}" for row in rows.itertuples()]
    return join_ends(named, "strategy")


def say_median(row: pd.Series) -> str:
    """`22.3 s (median; lowest to highest 21.0 to 24.1 s, n = 5)`, of a row of spread."""
    if row["n"] == 1:
        return f"{say_seconds(row['median'])} (n = 1)"
    bounds = say_range(row["low"], row["high"])
    return f"{say_seconds(row['median'])} (median; lowest to highest {bounds}, n = {row['n']:.0f})"


def say_lowest(medians: pd.DataFrame) -> str:
    """The strategy with the lowest median, and that median."""
    lowest = medians["median"].idxmin()
    return f"{lowest} with {say_median(medians.loc[lowest])}"


def say_rest(rows: pd.DataFrame) -> str:
    """The slower strategies with their differences, then those not told apart; begins with ;"""
    parts = []
    slower = rows[rows["verdict"] == SLOWER]
    if len(slower):
        parts.append(f"; slower: {say_gains(slower)}")
    for verdict in (CLOSE, UNTOLD):
        names = rows.loc[rows["verdict"] == verdict, "strategy"]
        parts += [f"; {verdict}: {join_words(names)}"] if len(names) else []
    return "".join(parts)


def say_usual_month(experiment: Experiment, baseline: str) -> str:
    """What a month of the usual mix of commits saves; '' when the runs don't tell."""
    months = experiment.month(baseline=baseline)
    if not can_tell(months):
        return ""
    return say_month(months, read_mix(MIX), BUILDS, COMPUTE, baseline=baseline)


def say_luck(experiment: Experiment) -> str:
    """What a pool of kept hosts comes to where a build finds a used one, and where it does not."""
    names = count_luck(experiment.comparable).index.get_level_values(1)
    runs = experiment.comparable[experiment.comparable["strategy"].isin(names)]
    runs = runs[runs["scenario"].eq(SOURCE.name)].dropna(subset=["host_empty", "seconds"])
    times = spread(runs, "seconds", ["strategy", "host_empty"])
    said = [
        f"{say_median(row)} with {row['strategy']} "
        f"{'on an empty host' if row['host_empty'] else 'on a host that had built before'}"
        for _, row in times.sort_values(["strategy", "median"]).iterrows()
    ]
    luck = f"a changed source file takes {join_words(said)}"
    return f"{luck}: which of its hosts a build lands on is luck" if said else ""


def say_pays(experiment: Experiment, baseline: str) -> list[str]:
    """From how much work on each strategy with hits pays for a changed source file."""
    table = experiment.break_even(baseline)
    table = table[table["scenario"].eq(SOURCE.name) & ~table["strategy"].str.endswith(EMULATED)]
    return [say_paying(row) for row in table.sort_values("pays_from").itertuples()]


def say_paying(row: tuple) -> str:
    """From how much work on one strategy pays, of a row of break_even."""
    bounds = ""
    if pd.notna(row.pays_from_low):
        bounds = f"95 % interval {say_range(row.pays_from_low, row.pays_from_high)}, "
    return (
        f"from about {say_seconds(row.pays_from)} of work in the Dockerfile on, {row.strategy} "
        f"would pay for {say_commit(SOURCE.name)} ({bounds}hits for {say_share(row.saved)} of the "
        f"work, n = {row.n}); here it is {say_seconds(row.work)}"
    )


def say_registry(experiment: Experiment) -> str:
    """What one push leaves in the registry, by strategy; '' when unknown."""
    pushes = first_pushes(experiment.entries(), experiment.comparable)
    if pushes.empty:
        return ""
    left = pd.Series([say_kinds(row) for _, row in pushes.iterrows()], index=pushes.index)
    groups = pushes["strategy"].groupby(left, sort=False).unique()
    parts = (f"{kinds} with {join_words(names)}" for kinds, names in groups.items())
    return f"one push leaves {'; '.join(parts)}"
