"""Which strategy is faster than the baseline, scenario by scenario, as far as the rounds tell."""

from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.measures.spread import order_scenarios, pick_comparable, sort_rows

FEWEST, LEVEL = 3, 0.95
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


def compare(runs: pd.DataFrame, baseline: str = "docker", measure: str = "seconds") -> pd.DataFrame:
    """One row a strategy other than the baseline and scenario, in a history's order.

    strategy, scenario, n (rounds in which both have a run that may be compared), median (of the
    strategy in those), difference (mean of its value less the baseline's of the same round: below
    0 is faster), low, high (95 % interval), p (adjusted), verdict (faster, slower, too close to
    call, not enough runs: fewer than 3 rounds). `measure` is any column that should be small.

    Rounds are pairs, so what slows a whole round down cancels out. The interval is Student's for
    the mean of paired differences ("Student", Biometrika 6, 1908): exact for any n from 2 on when
    differences are normal; with so few rounds nothing better can be checked or bought. Asking of
    many strategies at once whether they differ finds by chance one that does, so within a
    scenario p is Holm's (Scandinavian Journal of Statistics 6, 1979), and the verdict is by p <
    0.05: an interval can lie clear of 0 and the verdict be "too close to call".
    """
    pairs = pair_rounds(pick_comparable(runs), baseline, measure)
    groups = pairs.groupby(["scenario", "strategy"], sort=False)
    rows = [{"scenario": s, "strategy": t} | judge_pairs(group) for (s, t), group in groups]
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "verdict"])
    table["p"] = table.groupby("scenario")["p"].transform(adjust_holm)
    return table.assign(verdict=give_verdict(table)).astype(COLUMNS)[list(COLUMNS)]


def pair_rounds(runs: pd.DataFrame, baseline: str, measure: str) -> pd.DataFrame:
    """strategy, scenario, round, value, difference (null when the baseline lacks the round)."""
    table = runs.groupby(["scenario", "strategy", "round"])[measure].median().rename("value")
    table = table.reset_index()
    base = table[table["strategy"] == baseline].drop(columns="strategy")
    others = table[table["strategy"] != baseline]
    pairs = others.merge(
        base, on=["scenario", "round"], how="left", suffixes=("", "_base"), validate="m:1"
    )
    pairs["difference"] = pairs["value"] - pairs["value_base"]
    return sort_rows(pairs, order_scenarios(runs))


def judge_pairs(pairs: pd.DataFrame) -> dict[str, float]:
    """n, median, difference, low, high, p (not adjusted) of a strategy's pairs."""
    known = pairs.dropna(subset=["difference"])
    difference, low, high, p = estimate_mean(known["difference"].to_numpy())
    median = known["value"].median()
    return {
        "n": len(known),
        "median": median,
        "difference": difference,
        "low": low,
        "high": high,
        "p": p,
    }


def estimate_mean(values: np.ndarray) -> tuple[float, float, float, float]:
    """Mean, the ends of its interval, and p of its being 0, by Student's t; null when unknown."""
    n = len(values)
    if n < FEWEST:
        return values.mean() if n else np.nan, np.nan, np.nan, np.nan
    mean, error = values.mean(), values.std(ddof=1) / sqrt(n)
    half = stdtrit(n - 1, (1 + LEVEL) / 2) * error
    p = 2 * stdtr(n - 1, -abs(mean) / error) if error else float(mean == 0)
    return mean, mean - half, mean + half, p


def adjust_holm(p: pd.Series) -> pd.Series:
    """Holm's adjusted p values; null stays null and does not count."""
    known = p.dropna().sort_values(kind="stable")
    factors = np.arange(len(known), 0, -1)
    return (known * factors).cummax().clip(upper=1).reindex(p.index)


def give_verdict(table: pd.DataFrame) -> np.ndarray:
    """The verdict in words, of columns p and difference."""
    told = table["p"].lt(1 - LEVEL).to_numpy()
    choices = [table["p"].isna(), told & table["difference"].lt(0), told]
    return np.select(choices, ["not enough runs", "faster", "slower"], "too close to call")
