"""Which strategy is faster than the baseline, scenario by scenario, as far as the rounds tell."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import UnknownName
from analysis.measures.compare.blocks import list_kinds
from analysis.measures.compare.cells import Cells, tabulate
from analysis.measures.compare.estimates import Array, take_median
from analysis.measures.compare.family import count_groups
from analysis.measures.compare.judging import Rule, find, judge
from analysis.measures.compare.levels import FALSE_REPORTS
from analysis.measures.compare.one_round import hangs_on_one
from analysis.measures.compare.order import take_out_order
from analysis.measures.compare.planning import MIN_ROUNDS, plan
from analysis.measures.compare.pools import count_rarer_hosts, find_rarer_hosts
from analysis.measures.compare.runs import EMULATED, keep_comparable, order_scenarios, sort_rows
from analysis.records import takes
from analysis.workload import BASELINE

# builds of a pool of kept hosts are quick or not by which kind of host they land on, one that
# built before or an empty one: a mean of few of one kind says little of it
MIN_BUILDS_OF_EACH_HOST = 5
# the share of the baseline's time within which strategies are the same
MARGIN = 0.05
COLUMNS = {
    "strategy": "string",
    "scenario": "string",
    "n": "int64",
    "median": "float64",
    "difference": "float64",
    "low": "float64",
    "high": "float64",
    "p": "float64",
    "verdict": "string",
    "detectable": "float64",
    "rounds_needed": "Int64",
    "one_round": "bool",
    "commits_needed": "Int64",
}


@takes(
    runs="strategy scenario round {measure} {by} valid emulated expect started host host_empty "
    "machine"
)
def compare(
    runs: pd.DataFrame,
    baseline: str = BASELINE,
    measure: str = "seconds",
    rarer_hosts: pd.Series | None = None,
    margin: float = MARGIN,
    level: float = FALSE_REPORTS,
    by: str | None = None,
) -> pd.DataFrame:
    """One row a strategy other than the baseline and scenario, in a history's order.

    strategy, scenario, n (rounds in which both have a comparable run), median (of the strategy in
    those), difference (its geometric mean less the baseline's: below 0 is faster), low, high (95 %
    interval of each comparison by itself), p (adjusted for all), verdict (faster, slower, the same,
    can't tell yet, not enough runs: fewer than 3 rounds, or with a pool of kept hosts fewer than 5
    builds on a used host or 5 on an empty one), detectable (the smallest saving that so many rounds
    tell in 80 % of experiments), rounds_needed (that would tell a true difference as large as this
    one or, if there is none, show "the same", in 80 %; null once it is told), one_round (whether
    the verdict is another without some round), commits_needed (of a history, for rounds_needed).
    `measure`: a column that should be small; with values of 0 or below means are plain.
    `rarer_hosts`: count_rarer_hosts'. `by`: a column, put first, that tells reports apart.

    What is estimated is the shift of a strategy's log seconds against the baseline's. Rounds are
    blocks, so that what slows a whole round down cancels out, and the place in a round, by
    `started`, is a covariate. The interval is Welch's, by the variances of both strategies in that
    scenario. At most `level` of reports tell a difference that is none: p is the largest of four
    (analysis.measures.compare.judging): Dunnett's over all comparisons and mixes by variances drawn
    towards the usual, Welch's by the strategy's own and by the baseline's, times a factor found by
    simulation, and Welch's alone. With a pool of kept hosts, or few strategies, rounds are pairs:
    Student's. "The same": two one-sided tests, each at `level`, show it to be less than `margin` of
    the baseline. UnknownName for one not among the runs; without the usual one nothing is told.

    >>> table = analysis.compare("data/control", baseline="docker")
    >>> table[["strategy", "scenario", "n", "verdict"]].head(2)
             strategy scenario  n          verdict
    0    docker-again     cold  6  can't tell yet
    1  registry-cache     cold  6           slower
    """
    check_baseline(runs, baseline)
    return compare_with(runs, baseline, measure, rarer_hosts, margin, level, by=by)


def compare_with(
    runs: pd.DataFrame,
    baseline: str,
    measure: str,
    rarer_hosts: pd.Series | None = None,
    margin: float = MARGIN,
    level: float = FALSE_REPORTS,
    groups: int = 0,
    by: str | None = None,
) -> pd.DataFrame:
    """compare's rows, with a baseline that need not be there: then none tells anything.

    With `groups` the runs are totals of a report that has as many: their means are plain, so that
    they add up, and their intervals hold for all strategies at once.
    """
    runs = keep_comparable(runs)
    baseline = name_baseline(runs, baseline)
    cells = tabulate(runs, baseline, measure, by)
    if not cells.there[..., 1:].any():
        return _frame_columns(cells, {}, by)
    counts = count_rarer_hosts(runs) if rarer_hosts is None else rarer_hosts
    if by is not None and (len(counts) or not cells.there.any(-1).all()):
        # reports that are not of one kind are judged one after the other
        tables = [
            compare_with(each, baseline, measure, None, margin, level, groups).assign(**{by: name})
            for name, each in runs.groupby(by)
        ]
        return pd.concat(tables, ignore_index=True)[[by, *COLUMNS]]
    known = cells.values[~np.isnan(cells.values)]
    rule = Rule(
        logs=not groups and bool((known > 0).all()),
        margin=margin,
        level=level,
        groups=groups or count_groups(len(cells.scenarios)),
        together=bool(groups),
    )
    table = _frame_columns(
        cells, _compare_cells(cells, find_rarer_hosts(cells, counts)[None], rule), by
    )
    return need_commits(table, list_kinds(runs))


def _frame_columns(cells: Cells, columns: dict[str, Array], by: str | None) -> pd.DataFrame:
    """The rows of comparisons that have a run, of arrays [report, scenario, strategy]."""
    at = np.nonzero(cells.there[..., 1:])
    names = {
        "strategy": np.array(cells.strategies[1:], dtype=object)[at[2]],
        "scenario": np.array(cells.scenarios, dtype=object)[at[1]],
    }
    rows = {name: values[at] for name, values in columns.items()}
    table = pd.DataFrame(names | rows, columns=list(COLUMNS)).astype(COLUMNS)
    if by is not None:
        table.insert(0, by, np.array(cells.reports)[at[0]])
    return table


def _compare_cells(cells: Cells, rarer: Array, rule: Rule) -> dict[str, NDArray[Any]]:
    """The columns of COLUMNS but the names, each an array [report, scenario, strategy]."""
    kept, raw = ~np.isnan(rarer), cells.values
    values = take_out_order(raw, cells.places, kept) if rule.logs else raw
    found = find(values, rule.logs, kept)
    n = found.estimates.n
    few = (n < MIN_ROUNDS) | (rarer < MIN_BUILDS_OF_EACH_HOST)
    verdicts = judge(found, rule, few)
    paired = np.where(np.isnan(raw[..., :1, :]), np.nan, raw[..., 1:, :])
    detectable, needed = plan(found, verdicts, rule)
    return {
        "n": n,
        "median": take_median(paired, -1)[..., 0],
        "difference": np.where(n > 0, found.estimates.difference, np.nan),
        "low": verdicts.low,
        "high": verdicts.high,
        "p": verdicts.p,
        "verdict": verdicts.words,
        "detectable": detectable,
        "rounds_needed": needed,
        "one_round": hangs_on_one(values, found, verdicts, rule, kept),
    }


def need_commits(table: pd.DataFrame, scenarios: Collection[str]) -> pd.DataFrame:
    """The rows of these scenarios with commits_needed for rounds_needed: commits are the blocks."""
    of_commits = table["scenario"].isin(list(scenarios))
    needed = table["rounds_needed"]
    return table.assign(
        rounds_needed=needed.mask(of_commits), commits_needed=needed.where(of_commits)
    )


def name_baseline(runs: pd.DataFrame, baseline: str) -> str:
    """The baseline as marked runs name it."""
    marked = f"{baseline} {EMULATED}"
    return marked if marked in runs["strategy"].unique() else baseline


def check_baseline(runs: pd.DataFrame, baseline: str) -> None:
    """UnknownName for a baseline that is not among the runs; the usual one may be missing."""
    names = {*runs["strategy"].dropna().unique()}
    there = {name.removesuffix(f" {EMULATED}") for name in names}
    if there and baseline not in {*there, *names, BASELINE}:
        raise UnknownName("strategy among the runs", baseline, there)


def pair_rounds(runs: pd.DataFrame, baseline: str, measure: str) -> pd.DataFrame:
    """strategy, scenario, round, value, difference (null when the baseline lacks the round)."""
    medians = runs.groupby(["scenario", "strategy", "round"])[measure].median()
    table = medians.rename("value").reset_index()
    base = table[table["strategy"] == baseline].drop(columns="strategy")
    others = table[table["strategy"] != baseline]
    pairs = others.merge(
        base, on=["scenario", "round"], how="left", suffixes=("", "_base"), validate="m:1"
    )
    pairs["difference"] = pairs["value"] - pairs["value_base"]
    return sort_rows(pairs, order_scenarios(runs))
