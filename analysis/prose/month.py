"""Sentences that say what a month of commits comes to."""

from collections.abc import Mapping

import pandas as pd

from analysis.measures.compare import EMULATED
from analysis.measures.money import can_tell, find_price
from analysis.words import FASTER, count_words, join_words, say_range, say_seconds
from analysis.workload import BASELINE

# a difference that is shown as 0.00 USD
CENT = 0.005


def say_months(
    months: pd.DataFrame,
    mix: Mapping[str, float],
    builds: int,
    compute: str,
    prices: pd.DataFrame,
    *,
    baseline: str = BASELINE,
) -> list[str]:
    """Sentences: what the mix comes to, of month's rows, what can't be told, and the price."""
    lacking = months[months["lacks"].notna()]
    parts = (f"{row.strategy} ({row.lacks})" for row in lacking.itertuples())
    unknown = [f"Unknown for want of valid builds: {join_words(parts)}."] if len(lacking) else []
    price = say_price(find_price(prices, compute, "minute"))
    return [say_month(months, mix, builds, compute, baseline=baseline), *unknown, price]


def say_month(
    months: pd.DataFrame,
    mix: Mapping[str, float],
    builds: int,
    compute: str,
    *,
    baseline: str = BASELINE,
) -> str:
    """Who saves how many minutes and how much money in a month, of month's rows."""
    shares = join_words(f"{100 * share:.3g} % {scenario}" for scenario, share in mix.items())
    start = f"For a month of {count_words(builds, 'build')} ({shares}) on {compute}"
    if not can_tell(months):
        return f"{start}: not enough runs to tell who saves anything over {baseline}."
    faster = months[months["verdict"].eq(FASTER)].sort_values("difference")
    emulated = faster["strategy"].str.endswith(EMULATED)
    told = pd.concat([faster[~emulated].head(1), faster[emulated]])
    parts = [f"{row.strategy} {say_saving(row, baseline)}" for row in told.itertuples()]
    if emulated.all():
        those = "of those not emulated, none" if len(faster) else "no strategy"
        parts.insert(0, f"{those} is shown to save time over {baseline}")
    return f"{start}, {'; '.join(parts)}."


def say_saving(row: tuple, baseline: str) -> str:
    """The minutes and the money that a row of month saves."""
    bounds = f"{-row.high:.0f} to {-row.low:.0f}".replace("-", "−")
    text = (
        f"saves {-row.difference:.0f} minutes over {baseline} (95 % interval {bounds}, "
        f"n = {row.pairs})"
    )
    if pd.isna(row.cost_difference):
        return f"{text}; the price is unknown"
    if abs(row.cost_difference) < CENT:
        return f"{text} and nothing on the bill, where each build counts in whole minutes"
    money = f"{abs(row.cost_difference):.2f} USD{say_bounds(row)}"
    return f"{text}, but costs {money} more" if row.cost_difference > 0 else f"{text} and {money}"


def say_bounds(row: tuple) -> str:
    """The 95 % interval of the money, as a size; '' when there is none."""
    if pd.isna(row.cost_low):
        return ""
    sign = 1 if row.cost_difference > 0 else -1
    low, high = sorted((sign * row.cost_low, sign * row.cost_high))
    return f" ({low:.2f} to {high:.2f})".replace("-", "−")


def say_price(price: pd.Series) -> str:
    """A row of prices in words, with place, date and source."""
    cost = "unknown" if pd.isna(price["usd"]) else f"{price['usd']:g} USD"
    source = "no source given" if pd.isna(price["source"]) else price["source"]
    when = "" if pd.isna(price["date"]) else f", {price['date']:%Y-%m-%d}"
    return (
        f"The price of a {price['unit']} of {price['item']} is {cost} "
        f"({price['region']}{when}; {source})."
    )


def say_mixes(table: pd.DataFrame, baseline: str = BASELINE) -> str:
    """One paragraph of compare_mixes' rows: for each mix what to use; '' when nothing is told."""
    if not can_tell(table):
        return ""
    groups = table[~table["strategy"].str.endswith(EMULATED)].groupby("mix", sort=False)
    parts = (say_mix(name, rows, baseline) for name, rows in groups)
    return f"by what a project's builds are of, against {baseline}: {'; '.join(parts)}"


def say_mix(name: str, rows: pd.DataFrame, baseline: str) -> str:
    """What to use for one mix, of those that are not emulated."""
    start = f"{name} ({rows['shares'].iloc[0]} %)"
    faster = rows[rows["verdict"] == FASTER]
    if faster.empty:
        return f"{start}: {baseline}, none is shown to be faster"
    best = faster.loc[faster["difference"].idxmin()]
    share = -best["difference"] / (best["seconds"] - best["difference"])
    return (
        f"{start}: {best['strategy']}, {say_seconds(-best['difference'])} a build less "
        f"({100 * share:.0f} %; 95 % interval {say_range(-best['high'], -best['low'])}, "
        f"n = {best['n']})"
    )
