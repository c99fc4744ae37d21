"""The chart of a balance: what a strategy saves to the left, what it pays to the right."""

import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.canvas import (
    FAINT,
    INK,
    VISIBLE,
    finish,
    grow,
    label_rows,
    make_axes,
    put_legend,
)
from analysis.charts.times import pick_style
from analysis.rows import list_rows
from analysis.words import join_words
from analysis.workload import BASELINE, pick_scenario, say_commit


def balance(
    table: pd.DataFrame, *, scenario: str, baseline: str = BASELINE, ax: Axes | None = None
) -> Axes:
    """Bars of balance's rows of a scenario around the baseline, and a line for what is left."""
    rows = pick_scenario(table, scenario)
    net = rows.groupby("strategy")["difference"].sum().sort_values(kind="stable")
    names = net.index.tolist()
    axes = make_axes(ax, grow(len(names), 0.36, 1.9))
    label_rows(axes, names)
    _draw_sides(axes, rows, names)
    n = rows.groupby("strategy")["n"].max()
    right = rows[rows["difference"] > 0].groupby("strategy")["difference"].sum()
    for y, name in enumerate(names):
        axes.plot([net[name]] * 2, [y - 0.45, y + 0.45], color=INK, linewidth=3)
        text = f"  {sign(net[name])} s, n={n[name]}"
        axes.text(right.get(name, 0.0), y, text, va="center", fontsize=8, color=INK)
    axes.axvline(0, color=FAINT, linewidth=1)
    axes.margins(x=0.16)
    put_legend(axes)
    said = " ".join(describe(name, rows[rows["strategy"] == name], net[name]) for name in names)
    return finish(
        axes,
        f"What each strategy saves and pays against {baseline}: {say_commit(scenario)}",
        x="seconds less (left) or more (right), mean of n rounds; line: all of it together",
        alt=f"Seconds saved and paid against {baseline}, {say_commit(scenario)}. {said}",
    )


def _draw_sides(axes: Axes, rows: pd.DataFrame, names: list[str]) -> None:
    """Stacked bars, an activity in one style; what is saved and what is paid apart."""
    ends = {(name, sign): 0.0 for name in names for sign in (False, True)}
    for number, (activity, group) in enumerate(rows.groupby("activity", sort=False)):
        label: str | None = str(activity)
        for row in list_rows(group):
            if abs(row.difference) < VISIBLE:
                continue
            side = row.strategy, row.difference > 0
            style = pick_style(number) | {"edgecolor": INK, "linewidth": 0.6}
            at = names.index(row.strategy)
            axes.barh(at, row.difference, left=ends[side], height=0.62, label=label, **style)
            ends[side] += row.difference
            label = None


def describe(name: str, rows: pd.DataFrame, net: float) -> str:
    """A strategy's bars in words."""
    parts = (
        f"{row.activity} {sign(row.difference)}"
        for row in list_rows(rows)
        if abs(row.difference) >= VISIBLE
    )
    return f"{name} {sign(net)} s: {join_words(parts)}."


def sign(value: float) -> str:
    """A number with its sign, a real minus among them."""
    return f"{value:+.1f}".replace("-", "−")
