"""What a month of commits comes to, in words."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.measures.compare import EMULATED
from analysis.measures.money import can_tell, find_price
from analysis.prose.template import say, tell
from analysis.rows import list_records
from analysis.words import FASTER
from analysis.workload import BASELINE

# a difference that is shown as 0.00 USD
_CENT = 0.005


def say_months(
    months: pd.DataFrame,
    mix: Mapping[str, float],
    builds: int,
    compute: str,
    prices: pd.DataFrame,
    *,
    baseline: str = BASELINE,
    place: str | None = None,
) -> list[str]:
    """Sentences: what the mix comes to, of month's rows, what can't be told, and the price."""
    lacking = list_records(months[months["lacks"].notna()])
    names = [say("month.lacking", **row) for row in lacking]
    unknown = [say("month.unknown", strategies=names)] if names else []
    price = say_price(find_price(prices, compute, "minute"))
    return [
        say_month(months, mix, builds, compute, baseline=baseline, place=place),
        *unknown,
        price,
    ]


def say_month(
    months: pd.DataFrame,
    mix: Mapping[str, float],
    builds: int,
    compute: str,
    *,
    baseline: str = BASELINE,
    place: str | None = None,
) -> str:
    """Who saves how many minutes and how much money in a month, of month's rows.

    `place`: where the builds ran, as an answer has it.
    """
    where = say(f"month.place_{place or 'unknown'}")
    shares = [say("month.share", percent=100 * n, scenario=name) for name, n in mix.items()]
    start = say("month.start", where=where, builds=builds, shares=shares, compute=compute)
    if not can_tell(months):
        return say("month.untold", start=start, baseline=baseline)
    faster = months[months["verdict"].eq(FASTER)].sort_values("difference")
    emulated = faster["strategy"].str.endswith(EMULATED)
    told = pd.concat([faster[~emulated].head(1), faster[emulated]])
    name = "told" if not emulated.all() else "only_emulated" if len(told) else "none"
    parts = tell("; ").join(_say_saving(row, baseline) for row in list_records(told))
    return say(f"month.{name}", start=start, parts=parts, baseline=baseline)


def _say_saving(row: dict[str, Any], baseline: str) -> str:
    """The minutes and the money that a row of month saves."""
    minutes = {"minutes": -row["difference"], "low": -row["high"], "high": -row["low"]}
    facts = {"strategy": row["strategy"], "n": row["pairs"], "baseline": baseline}
    saves, cost = say("month.saves", **minutes, **facts), row["cost_difference"]
    if pd.isna(cost):
        return say("month.no_price", saves=saves)
    if abs(cost) < _CENT:
        return say("month.no_cents", saves=saves)
    name = "month.dearer" if cost > 0 else "month.cheaper"
    return say(name, saves=saves, usd=abs(cost), bounds=_say_bounds(row))


def _say_bounds(row: dict[str, Any]) -> str:
    """The 95 % interval of the money, as a size; '' when there is none."""
    if pd.isna(row["cost_low"]):
        return ""
    sign = 1 if row["cost_difference"] > 0 else -1
    low, high = sorted((sign * row["cost_low"], sign * row["cost_high"]))
    return say("month.bounds", low=low, high=high)


def say_price(price: pd.Series) -> str:
    """A row of prices in words, with place, date and source."""
    source = say("month.no_source") if pd.isna(price["source"]) else price["source"]
    name = "month.price_unknown" if pd.isna(price["usd"]) else "month.price"
    when = "" if pd.isna(price["date"]) else say("month.when", date=price["date"])
    facts = {str(column): value for column, value in price.items()}
    return say(name, when=when, **facts | {"source": source})
