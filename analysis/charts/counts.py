"""Charts of shares and numbers: hit rates, and entries in the registry."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.charts.canvas import (
    COLOURS,
    DASHES,
    INK,
    LINE,
    MARKERS,
    NOTE,
    finish,
    grow,
    label_rows,
    make_axes,
    make_grid,
    put_legend,
)
from analysis.charts.labels import fill_label
from analysis.charts.times import describe_stack, draw_stack
from analysis.rows import list_rows
from analysis.words import join_words, say_n, say_share
from analysis.workload import pick_scenario, say_commit


def hit_matrix(rates: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Rows of spread(hits, "rate") as a table: strategies down, kinds of commit across."""
    strategies = rates["strategy"].unique().tolist()
    scenarios = rates["scenario"].unique().tolist()
    axes = make_grid(ax, strategies, scenarios)
    for row in list_rows(rates):
        _draw_rate(axes, scenarios.index(row.scenario), strategies.index(row.strategy), row)
    return finish(
        axes,
        "How much of the Dockerfile comes from a cache?",
        x="layers from a cache, in % of all layers but FROM: median (lowest to highest), runs n",
        alt=f"Table of layer hit rates, runs n. {_describe_rates(rates)}",
    )


def _describe_rates(rates: pd.DataFrame) -> str:
    """Each strategy's rates by scenario, those that never had a hit by name alone."""
    never = rates.groupby("strategy", sort=False)["high"].max().eq(0)
    said = [
        f"{name}: {', '.join(f'{r.scenario} {_say_rate(r)}, n = {r.n}' for r in list_rows(rows))}."
        for name, rows in rates.groupby("strategy", sort=False)
        if not never[name]
    ]
    if never.any():
        said.append(f"0 % everywhere: {join_words(never.index[never])}.")
    return " ".join(said)


def _draw_rate(axes: Axes, x: int, y: int, row: Any) -> None:
    """A cell of hit_matrix: the fuller its bar, the more hits."""
    axes.add_patch(Rectangle((x - 0.48, y - 0.45), 0.96, 0.9, facecolor="white", edgecolor=LINE))
    share = 0 if pd.isna(row.median) else row.median
    axes.add_patch(Rectangle((x - 0.48, y - 0.45), 0.96 * share, 0.9, facecolor="#a6cee3"))
    axes.text(x, y, f"{_say_rate(row)}\nn={row.n}", ha="center", va="center", fontsize=8, color=INK)


def _say_rate(row: Any) -> str:
    """`45 %`, with the lowest and highest where they differ."""
    if row.low == row.high or pd.isna(row.low):
        return say_share(row.median)
    return f"{say_share(row.median)} ({100 * row.low:.0f}–{100 * row.high:.0f})"


def denominators(rates: pd.DataFrame, *, scenario: str, ax: Axes | None = None) -> Axes:
    """Rows of rates_by_denominator in a scenario: a marker a denominator, a row a strategy."""
    rows = pick_scenario(rates, scenario)
    names = rows["strategy"].unique().tolist()
    axes = make_axes(ax, grow(len(names), 0.3, 1.3))
    label_rows(axes, names)
    for number, (denominator, group) in enumerate(rows.groupby("denominator", sort=False)):
        at = [names.index(name) + (number - 1) * 0.18 for name in group["strategy"]]
        axes.plot(100 * group["rate"], at, MARKERS[number], color=COLOURS[(5, 6, 2)[number % 3]],
                  markersize=7, markeredgecolor=INK, label=denominator)  # fmt: skip
    axes.set_xlim(-4, 104)
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    put_legend(axes)
    said = (
        f"{name}: {', '.join(f'{r.denominator} {say_share(r.rate)}' for r in list_rows(group))}."
        for name, group in rows.groupby("strategy", sort=False)
    )
    return finish(
        axes,
        f"One log, three hit rates: {say_commit(scenario)}",
        x=f"cached, in % of the denominator (median, {say_n(rows['n'])})",
        alt=f"Hit rates by denominator, {say_commit(scenario)}. {' '.join(said)}",
    )


def entries_by_kind(
    entries: pd.DataFrame, *, kinds: Sequence[str], pushes: int = 1, ax: Axes | None = None
) -> Axes:
    """Bars of a repository's entries after some pushes, by kind, of entries_per_push's rows."""
    rows = entries[entries["pushes"].eq(pushes)]
    long = rows.melt(["strategy", "n"], list(kinds), "kind", "number").dropna(subset=["number"])
    axes = make_axes(ax, grow(rows["strategy"].nunique(), 0.34, 1.5))
    ends = draw_stack(axes, long.astype({"number": "float64"}), "kind", "number")
    for y, (name, n) in enumerate(zip(rows["strategy"], rows["n"], strict=True)):
        axes.text(ends[name], y, f"  {ends[name]:.0f}, n={n}", va="center", fontsize=8, color=INK)
    axes.locator_params(axis="x", integer=True)
    axes.margins(x=0.15)
    after = "one push" if pushes == 1 else f"{pushes} pushes"
    return finish(
        axes,
        f"What does {after} leave in the registry?",
        x="entries in the repository (median)",
        alt=f"Bars of entries after {after}. {describe_stack(long, 'kind', 'number')}",
    )


def entries_over_pushes(entries: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Lines of a repository's entries, push by push; columns strategy, pushes, entries, n."""
    names = entries["strategy"].unique()
    lines = sum(len(fill_label(name, NOTE).split("\n")) for name in names)
    axes = make_axes(ax, grow(lines, 0.19, 3.4))
    said = []
    for number, (name, group) in enumerate(entries.groupby("strategy", sort=False)):
        axes.plot(group["pushes"].astype(float), group["entries"].astype(float),
                  linestyle=DASHES[number % 5], marker=MARKERS[number % 8],
                  color=COLOURS[(5, 6, 2, 4, 1, 0, 7)[number % 7]], label=name)  # fmt: skip
        said.append(f"{name}: {', '.join(f'{each:.0f}' for each in group['entries'])}.")
    axes.locator_params(integer=True)
    axes.set_ylim(bottom=0)
    axes.grid(color=LINE, linewidth=0.5)
    put_legend(axes, columns=1)
    return finish(
        axes,
        "How does the repository grow?",
        x="pushes",
        y=f"entries (median, {say_n(entries['n'])})",
        alt=f"Lines of entries after each push. {' '.join(said)}",
    )
