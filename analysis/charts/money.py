"""A chart of months: the minutes that a mix of commits comes to, and what they cost."""

import math
from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.labels import make_label
from analysis.charts.picture import Drawn, finish
from analysis.charts.rows import Bar, Row, Rows
from analysis.charts.style import VERDICTS
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import join_words, list_words, say_n
from analysis.workload import BASELINE

# characters of the kinds of commit that a strategy lacks
_LACKS = 24


def month_minutes(months: pd.DataFrame, *, baseline: str = BASELINE, ax: Any = None) -> Drawn:
    """A bar a strategy of month's rows, with the bill and whether the difference is told."""
    known = months[months["n"].gt(0)]
    costs = known["cost"].dropna().unique() if known["cost"].notna().any() else [math.nan]
    same = _say_cost(costs[0]) if len(costs) == 1 else ""
    drawn = tuple(_draw_month(row, same) for row in list_rows(months))
    signs = list_words(f"{sign} {translate(verdict)}" for verdict, (*_, sign) in VERDICTS.items())
    bill = tell("; each: {same}", same=same) if same else ""
    return finish(
        Rows(drawn, *span(known["minutes"]), unit="min"),
        tell("What do the commits of a month come to?"),
        tell(
            "minutes a month, mean of {n} rounds{bill}; sign: against {baseline}, {signs}",
            n=say_n(known["n"]),
            bill=bill,
            baseline=baseline,
            signs=signs,
        ),
        tell(
            "Bars of minutes a month by strategy, the fewest first. {months}",
            months=_describe_months(months),
        ),
        ax,
    )


def _say_cost(cost: float) -> str:
    """`3.00 USD`, or that the price is unknown."""
    return tell("price unknown") if pd.isna(cost) else tell("{cost:.2f} USD", cost=cost)


def _draw_month(row: Any, same: str) -> Row:
    """A strategy's bar, its bill where it is another; of an unknown one what it lacks."""
    if row.n == 0:
        lacks = tell(
            "{strategy}: unknown, no valid build of {lacks}",
            strategy=row.strategy,
            lacks=make_label(row.lacks, _LACKS),
        )
        return Row(row.strategy, ((),), (tell("unknown"),), ("k",), (lacks,))
    look, *_, sign = ("", "") if pd.isna(row.verdict) else VERDICTS[row.verdict]
    cost = _say_cost(row.cost)
    said = tell("{sign} {minutes:.0f} min", sign=sign, minutes=row.minutes).strip() + (
        "" if cost == same else tell(", {cost}", cost=cost)
    )
    title = tell(
        "{strategy}: {minutes:.0f} min a month, {cost}, n = {n}",
        strategy=row.strategy,
        minutes=row.minutes,
        cost=cost,
        n=row.n,
    )
    return Row(row.strategy, ((Bar(0.0, row.minutes, "build"),),), (said,), (look,), (title,))


def _describe_months(months: pd.DataFrame) -> str:
    """The strategies with the fewest and the most minutes, and those that are unknown."""
    known, unknown = months[months["n"].gt(0)], months[months["n"].eq(0)]
    ends = known.iloc[[0, -1]] if len(known) > 1 else known
    parts = [
        tell("{name} {minutes:.0f} (n = {n})", name=row.strategy, minutes=row.minutes, n=row.n)
        for row in list_rows(ends)
    ]
    text = tell("From {said}.", said=tell(" to ").join(parts)) if parts else tell("None is known.")
    return (
        tell("{text} Unknown: {names}.", text=text, names=join_words(unknown["strategy"]))
        if len(unknown)
        else text
    )
