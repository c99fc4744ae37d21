"""The answer in words: which strategy is fastest for which kind of commit, and at what price."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import records
from analysis.experiment import write_again
from analysis.measures.compare import EMULATED, MIN_ROUNDS, count_rarer_hosts, spread, times_by_host
from analysis.measures.money import BUILDS, COMPUTE, MIX, can_tell, find_best, read_mix
from analysis.measures.storage import first_pushes
from analysis.prose.limits import say_limits
from analysis.prose.month import say_mixes, say_month
from analysis.prose.seconds import say_builder_cost
from analysis.prose.storage import say_kinds
from analysis.prose.template import say
from analysis.results import Experiment, find_tied, to_experiment
from analysis.rows import list_records
from analysis.words import CLOSE, FASTER, SAME, SLOWER, UNTOLD, join_words
from analysis.workload import BASELINE, SOURCE, say_commit

# with fewer most differences are within what rounds differ among themselves
_ENOUGH_ROUNDS = 5


def headline(experiment: records.Experiment | str | Path, baseline: str = BASELINE) -> list[str]:
    """What to use for which mix of commits, in one paragraph; then, each in a paragraph: times with
    intervals and n by kind of commit, a month, builder cost, break-even, registry entries, limits.

    >>> sentences = analysis.headline("data/control")
    >>> sentences[0].split(":")[0]
    'Stay with docker'
    """
    measured = to_experiment(experiment)
    if measured.comparable.empty:
        return [say("headline.nothing", again=_write_again(measured))]
    advice = [
        _advise(measured.compare(baseline), baseline, _write_again(measured)),
        say_mixes(measured.mixes(baseline), baseline),
    ]
    found = [
        *_say_winners(measured, baseline),
        _say_hosts(measured),
        _say_usual_month(measured, baseline),
        say_builder_cost(measured.builder_costs()),
        *_say_pays(measured, baseline),
        _say_registry(measured),
        say_limits(measured.marked, measured.comparable, measured.facts),
    ]
    return [" ".join(filter(None, advice)), *filter(None, found)]


def _write_again(experiment: Experiment) -> str:
    """The command that builds enough rounds of an experiment."""
    return write_again(experiment.folder, experiment.facts, experiment.runs, _ENOUGH_ROUNDS)


def _advise(comparison: pd.DataFrame, baseline: str, again: str) -> str:
    """What to use, by what is told of the strategies that are not emulated; or to call `again`.

    Of those shown to be faster for some commits, the one that saves most in the usual mix.
    """
    real = comparison[~comparison["strategy"].str.endswith(EMULATED)]
    faster, slower = (real[real["verdict"] == verdict] for verdict in (FASTER, SLOWER))
    if real["verdict"].eq(UNTOLD).all():
        return say("headline.untold", rounds=MIN_ROUNDS, baseline=baseline, again=again)
    if faster.empty:
        name = "stay" if len(real) == len(comparison) else "stay_emulated"
        return say(f"headline.{name}", baseline=baseline, slower=_say_slower(slower))
    best, saved = find_best(real[real["strategy"].isin(faster["strategy"])])
    every = faster["strategy"].eq(best).sum() == comparison["scenario"].nunique() > 1
    commits = say("headline.every") if every else _say_commits(faster, best)
    facts = {"best": best, "saved": saved, "baseline": baseline, "commits": commits}
    if best in set(slower["strategy"]):
        name = "use_often" if saved > 0 else "use_there"
        return say(f"headline.{name}", slower=_say_commits(slower, best), **facts)
    return say("headline.use" if saved > 0 else "headline.use_some", **facts)


def _say_slower(slower: pd.DataFrame) -> str:
    """Which strategies are slower, for how many kinds of commit."""
    numbers = slower.groupby("strategy").size().sort_values(ascending=False)
    named = [say("headline.scenarios", strategy=name, number=n) for name, n in numbers.items()]
    return say("headline.slower_some" if named else "headline.slower_none", strategies=named)


def _say_commits(rows: pd.DataFrame, strategy: str) -> str:
    """The kinds of commit of a strategy's rows."""
    return join_words(map(say_commit, rows.loc[rows["strategy"] == strategy, "scenario"]))


def _say_winners(experiment: Experiment, baseline: str) -> list[str]:
    """A paragraph a scenario: which is fastest, by how much, and what can't be told."""
    medians = spread(experiment.comparable, "seconds").set_index("strategy")
    return [
        _say_winner(
            rows,
            find_tied(experiment, rows),
            baseline,
            medians[medians["scenario"].eq(str(scenario))],
        )
        for scenario, rows in experiment.compare(baseline).groupby("scenario", sort=False)
    ]


def _say_winner(
    rows: pd.DataFrame, tied: Collection[str], baseline: str, medians: pd.DataFrame
) -> str:
    """Which is fastest in a scenario; `rows` are compare's of it, `medians` spread's."""
    scenario = rows["scenario"].iloc[0]
    medians = medians[medians["scenario"].eq(scenario)]
    if rows["verdict"].eq(UNTOLD).all():
        lowest = medians.nsmallest(1, "median").iloc[0]
        median = _say_median(lowest)
        return say("headline.too_few", scenario=scenario, strategy=lowest.name, median=median)
    usual = say(
        "headline.usual",
        baseline=baseline,
        median=_say_median(medians[medians.index == baseline].iloc[0]),
    )
    faster = rows[rows["verdict"] == FASTER].sort_values("difference")
    emulated = faster["strategy"].str.endswith(EMULATED)
    name = "none_faster" if faster.empty else "none_real"
    said = [
        *(_say_fastest("fastest", faster[~emulated], tied, baseline)
          or [say(f"headline.{name}", scenario=scenario, baseline=baseline)]),
        usual,
        *_say_fastest("emulated", faster[emulated], tied, baseline),
        *_say_rest(rows),
    ]  # fmt: skip
    return " ".join(said)


def _say_fastest(
    name: str, faster: pd.DataFrame, tied: Collection[str], baseline: str
) -> list[str]:
    """The first of some faster rows with its numbers, which are as fast, and the others."""
    if faster.empty:
        return []
    best, others = faster.iloc[0], faster.iloc[1:]
    facts = {"ends": (-best["high"], -best["low"]), "saved": -best["difference"]}
    said = [say(f"headline.{name}", baseline=baseline, **facts, **_pick(best))]
    alike = others["strategy"].isin(tied)
    said += _say_gains("tied", others[alike], baseline)
    return said + _say_gains("also", others[~alike], baseline)


def _pick(row: pd.Series) -> dict[str, Any]:
    """What is said of the best row."""
    return {name: row[name] for name in ("strategy", "scenario", "n", "median")}


def _say_gains(name: str, rows: pd.DataFrame, baseline: str = "") -> list[str]:
    """Strategies with what they differ by from the baseline, the least first; none of no rows."""
    rows = rows.assign(seconds=rows["difference"].abs()).sort_values("seconds")
    gains = [say("headline.gain", **row) for row in list_records(rows)]
    return [say(f"headline.{name}", gains=gains, baseline=baseline)] if gains else []


def _say_rest(rows: pd.DataFrame) -> list[str]:
    """The slower strategies with their differences, then the same, then those not told."""
    said = _say_gains("slower", rows[rows["verdict"] == SLOWER])
    for name, verdict in {"same": SAME, "close": CLOSE, "few": UNTOLD}.items():
        names = rows.loc[rows["verdict"] == verdict, "strategy"]
        said += [say(f"headline.{name}", strategies=names)] if len(names) else []
    return said


def _say_median(row: pd.Series) -> str:
    """`22.3 s (median; lowest to highest 21.0 to 24.1 s, n = 5)`, of a row of spread."""
    if row["n"] == 1:
        return say("headline.one", median=row["median"])
    ends = (row["low"], row["high"])
    return say("headline.median", median=row["median"], ends=ends, n=row["n"])


def _say_usual_month(experiment: Experiment, baseline: str) -> str:
    """What a month of the usual mix of commits saves; '' when the runs don't tell."""
    months = experiment.month(baseline=baseline)
    if not can_tell(months):
        return ""
    return say_month(months, read_mix(MIX), BUILDS, COMPUTE, baseline=baseline)


def _say_hosts(experiment: Experiment) -> str:
    """What a pool of kept hosts comes to where a build finds a used one, and where it does not."""
    runs = experiment.comparable
    names = count_rarer_hosts(runs).index.get_level_values(1)
    times = times_by_host(runs[runs["scenario"].eq(SOURCE.name)], names)
    said = [
        say(f"headline.{'on_empty' if row['host_empty'] else 'on_used'}",
            strategy=row["strategy"], median=_say_median(row))
        for _, row in times.iterrows()
    ]  # fmt: skip
    return say("headline.hosts", scenario=SOURCE.name, times=said) if said else ""


def _say_pays(experiment: Experiment, baseline: str) -> list[str]:
    """From how much work on each strategy with hits pays for a changed source file."""
    table = experiment.break_even(baseline)
    table = table[table["scenario"].eq(SOURCE.name) & ~table["strategy"].str.endswith(EMULATED)]
    table = table.dropna(subset=["pays_from"])
    return [_say_paying(row) for row in list_records(table.sort_values("pays_from"))]


def _say_paying(row: dict[str, Any]) -> str:
    """From how much work on one strategy pays, of a row of break_even."""
    ends = (row["pays_from_low"], row["pays_from_high"])
    bounds = say("headline.bounds", ends=ends) if pd.notna(ends[0]) else ""
    return say("headline.pays", bounds=bounds, **row)


def _say_registry(experiment: Experiment) -> str:
    """What one push leaves in the registry, by strategy; '' when unknown."""
    pushes = first_pushes(experiment.entries(), experiment.comparable)
    if pushes.empty:
        return ""
    left = pd.Series([say_kinds(row) for _, row in pushes.iterrows()], index=pushes.index)
    groups = pushes["strategy"].groupby(left, sort=False).unique()
    parts = [say("headline.left", kinds=kinds, strategies=each) for kinds, each in groups.items()]
    return say("headline.registry", parts="; ".join(parts))
