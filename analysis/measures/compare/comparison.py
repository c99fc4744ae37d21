"""Which strategy is faster than the baseline, scenario by scenario, as far as the rounds tell."""

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.errors import UnknownName
from analysis.measures.compare.runs import EMULATED, order_scenarios, pick_comparable, sort_rows
from analysis.measures.compare.variances import moderate
from analysis.records import takes
from analysis.words import CLOSE, FASTER, SLOWER, UNTOLD
from analysis.workload import BASELINE, COLD_STARTS

MIN_ROUNDS, _LEVEL = 3, 0.95
# builds of a pool of kept hosts are quick or not by which kind of host they land on, one that
# built before or an empty one: a mean of few of one kind says little of it
MIN_BUILDS_OF_EACH_HOST = 5
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
}


@takes(runs="strategy scenario round {measure} valid emulated expect started host host_empty")
def compare(
    runs: pd.DataFrame,
    baseline: str = BASELINE,
    measure: str = "seconds",
    rarer_hosts: pd.Series | None = None,
) -> pd.DataFrame:
    """One row a strategy other than the baseline and scenario, in a history's order.

    strategy, scenario, n (rounds in which both have a run that may be compared), median (of the
    strategy in those), difference (mean of its value less the baseline's of the same round: below
    0 is faster), low, high (95 % interval), p (adjusted), verdict (faster, slower, too close to
    call, not enough runs: fewer than 3 rounds, or with a pool of kept hosts fewer than 5 builds on
    a used host or 5 on an empty one). `measure` is any column that should be small.
    `rarer_hosts`: as count_rarer_hosts counts, where `runs` do not tell it.

    Rounds are pairs, so what slows a whole round down cancels out. The interval is that of the
    mean of paired differences by Smyth's moderated t (analysis.measures.variances): Student's,
    with each deviation drawn towards what is usual among all comparisons of the experiment, but
    those with a pool of kept hosts, which vary like no other: theirs is Student's own. Of many
    strategies compared at once, one looks different by chance: so within a scenario p is
    adjusted by Benjamini and Hochberg's method (Journal of the Royal Statistical Society B 57,
    1995), which lets at most 5 % of the verdicts that tell a difference be wrong. The verdict is
    by p < 0.05: an interval can lie clear of 0 and that be "too close to call".
    UnknownName for a baseline that is not among the runs; without the usual one nothing is told.

    >>> table = analysis.compare("data/control", baseline="docker")
    >>> table[["strategy", "scenario", "n", "verdict"]].head(2)
             strategy scenario  n            verdict
    0    docker-again     cold  6  too close to call
    1  registry-cache     cold  6             slower
    """
    check_baseline(runs, baseline)
    return compare_with(runs, baseline, measure, rarer_hosts)


def compare_with(
    runs: pd.DataFrame, baseline: str, measure: str, rarer_hosts: pd.Series | None = None
) -> pd.DataFrame:
    """compare's rows, with a baseline that need not be there: then none tells anything."""
    runs = pick_comparable(runs)
    if f"{baseline} {EMULATED}" in set(runs["strategy"]):
        baseline = f"{baseline} {EMULATED}"
    pairs = _summarise_pairs(pair_rounds(runs, baseline, measure))
    table = estimate(
        pairs,
        _find_rarer_hosts(
            pairs, count_rarer_hosts(runs) if rarer_hosts is None else rarer_hosts, baseline
        ),
    )
    table["p"] = table.groupby("scenario")["p"].transform(adjust)
    return table.assign(verdict=_give_verdict(table))[list(COLUMNS)].astype(COLUMNS)


def check_baseline(runs: pd.DataFrame, baseline: str) -> None:
    """UnknownName for a baseline that is not among the runs; the usual one may be missing."""
    names = runs["strategy"].dropna()
    there = set(names.str.removesuffix(f" {EMULATED}"))
    if there and baseline not in {*there, *names, BASELINE}:
        raise UnknownName("strategy among the runs", baseline, there)


def count_rarer_hosts(runs: pd.DataFrame) -> pd.Series:
    """Builds on the kind of host, used or empty, that fewer landed on, by scenario and strategy.

    Of strategies with a pool of kept hosts alone; a cold build is on an empty one by definition.
    """
    if "host" not in runs:
        return pd.Series(dtype="float64", index=pd.MultiIndex.from_arrays([[], []]))
    kept = runs["strategy"].isin(runs.loc[runs["host"] == "kept", "strategy"])
    runs = runs[kept & ~runs["scenario"].isin(COLD_STARTS)]
    kinds = pd.DataFrame(
        {"empty": runs["host_empty"].eq(True), "used": runs["host_empty"].eq(False)}
    )
    groups = kinds.fillna(False).astype("int64").groupby([runs["scenario"], runs["strategy"]])
    return groups.sum().min(axis="columns").astype("float64")


def _find_rarer_hosts(pairs: pd.DataFrame, rarer_hosts: pd.Series, baseline: str) -> pd.Series:
    """Builds on the rarer kind of host of each pair, or its baseline; null without a pool."""
    own, base = (
        rarer_hosts.reindex(pd.MultiIndex.from_arrays([pairs["scenario"], names])).to_numpy()
        for names in (pairs["strategy"], [baseline] * len(pairs))
    )
    return pd.Series(np.fmin(own, base), pairs.index)


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


def _summarise_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """scenario, strategy, n, median, difference (mean), deviation; n 0 where no round is paired."""
    keys = ["scenario", "strategy"]
    table = (
        pairs.dropna(subset=["difference"])
        .groupby(keys)
        .agg(
            n=("difference", "size"),
            median=("value", "median"),
            difference=("difference", "mean"),
            deviation=("difference", "std"),
        )
    )
    table = pairs[keys].drop_duplicates().join(table, on=keys)
    return table.fillna({"n": 0}).reset_index(drop=True)


def estimate(table: pd.DataFrame, rarer_hosts: pd.Series) -> pd.DataFrame:
    """`table` with low, high and p by the moderated t of n, difference and deviation.

    `rarer_hosts`: what _find_rarer_hosts finds; a row that has it is by Student's t alone.
    """
    pooled = rarer_hosts.notna()
    own = (table["n"] - 1).where(
        table["n"].ge(MIN_ROUNDS) & ~rarer_hosts.lt(MIN_BUILDS_OF_EACH_HOST)
    )
    deviation, degrees = moderate(table["deviation"].mask(pooled).to_numpy(), own.to_numpy())
    deviation, degrees = (
        np.where(pooled, table["deviation"], deviation),
        np.where(pooled, own, degrees),
    )
    error = deviation / np.sqrt(table["n"])
    half = stdtrit(degrees, (1 + _LEVEL) / 2) * error
    # differences that are all the same are 0 for sure, or not 0 for sure
    t = (table["difference"].abs() / error).fillna(0)
    p = (2 * stdtr(degrees, -t)).where(own.notna())
    return table.assign(low=table["difference"] - half, high=table["difference"] + half, p=p)


def adjust(p: pd.Series) -> pd.Series:
    """Benjamini and Hochberg's adjusted p values; null stays null and does not count."""
    known = p.dropna().sort_values(ascending=False, kind="stable")
    factors = len(known) / np.arange(len(known), 0, -1)
    return (known * factors).cummin().clip(upper=1).reindex(p.index)


def _give_verdict(table: pd.DataFrame) -> np.ndarray:
    """The verdict in words, of columns p and difference."""
    told = table["p"].lt(1 - _LEVEL).to_numpy()
    untold, less = table["p"].isna().to_numpy(), table["difference"].lt(0).to_numpy()
    words = [np.full(len(table), word) for word in (UNTOLD, FASTER, SLOWER)]
    return np.select([untold, told & less, told], words, CLOSE)
