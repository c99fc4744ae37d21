"""A chart of months: the minutes that a mix of commits comes to, and what they cost."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.canvas import COLOURS, INK, finish, grow, label_rows, make_axes
from analysis.charts.labels import make_label
from analysis.charts.times import VERDICTS
from analysis.rows import list_rows
from analysis.words import join_words
from analysis.workload import BASELINE

# characters of a strategy's name beside its bar
_LACKS = 24


def month_minutes(
    months: pd.DataFrame, *, baseline: str = BASELINE, ax: Axes | None = None
) -> Axes:
    """A bar a strategy of month's rows, with the bill and whether the difference is told."""
    axes = make_axes(ax, grow(len(months), 0.34, 1.6))
    label_rows(axes, months["strategy"].tolist())
    for y, row in enumerate(list_rows(months)):
        width = 0 if pd.isna(row.minutes) else row.minutes
        axes.barh(y, width, height=0.62, facecolor=COLOURS[0], edgecolor=INK, linewidth=0.6)
        axes.text(width, y, f"  {_say_bar(row)}", va="center", fontsize=8, color=INK)
    # room for what is written behind the longest bar
    axes.set_xlim(0, 1.7 * months["minutes"].max() if months["n"].any() else 1)
    signs = "   ".join(f"{sign} {verdict}" for verdict, (sign, _) in VERDICTS.items())
    return finish(
        axes,
        "What do the commits of a month come to?",
        x=f"minutes a month (mean of n rounds), USD; sign: against {baseline}\n{signs}",
        alt=f"Bars of minutes a month by strategy, the fewest first. {_describe_months(months)}",
    )


def _say_bar(row: Any) -> str:
    """`▼ 123 min, 3.00 USD, n=3`, or what an unknown one lacks."""
    if row.n == 0:
        return f"unknown: no valid build of {make_label(row.lacks, _LACKS)}"
    sign = "" if pd.isna(row.verdict) else f"{VERDICTS[row.verdict][0]} "
    cost = "price unknown" if pd.isna(row.cost) else f"{row.cost:.2f} USD"
    return f"{sign}{row.minutes:.0f} min, {cost}, n={row.n}"


def _describe_months(months: pd.DataFrame) -> str:
    """The strategies with the fewest and the most minutes, and those that are unknown."""
    known, unknown = months[months["n"].gt(0)], months[months["n"].eq(0)]
    ends = known.iloc[[0, -1]] if len(known) > 1 else known
    parts = [f"{row.strategy} {row.minutes:.0f} (n = {row.n})" for row in list_rows(ends)]
    text = f"From {' to '.join(parts)}." if parts else "None is known."
    return f"{text} Unknown: {join_words(unknown['strategy'])}." if len(unknown) else text
