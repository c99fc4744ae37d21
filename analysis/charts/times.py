"""Charts of seconds: every run, differences to the baseline, and what the time is spent on."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.charts.canvas import (
    COLOURS,
    FAINT,
    HATCHES,
    INK,
    LINE,
    VISIBLE,
    finish,
    grow,
    label_rows,
    make_axes,
    make_grid,
    put_legend,
)
from analysis.charts.labels import fill_label
from analysis.rows import list_rows
from analysis.words import (
    CLOSE,
    FASTER,
    SAME,
    SLOWER,
    UNTOLD,
    join_ends,
    join_words,
    say_n,
    say_seconds,
)
from analysis.workload import BASELINE, pick_scenario, say_commit

# sign, colour of the cell: the sign alone tells in greyscale
VERDICTS = {
    FASTER: ("▼", "#a6cee3"),
    SLOWER: ("▲", "#fdbf8f"),
    SAME: ("=", "#d9d9d9"),
    CLOSE: ("~", "#ffffff"),
    UNTOLD: ("?", "#eeeeee"),
}
# marker, filled: shape and filling tell in greyscale
_MARKS = {
    FASTER: ("o", True),
    SLOWER: ("o", True),
    SAME: ("s", False),
    CLOSE: ("o", False),
    UNTOLD: ("o", False),
}


def verdict_matrix(
    comparison: pd.DataFrame, *, baseline: str = BASELINE, ax: Axes | None = None
) -> Axes:
    """compare's rows as a table: strategies down, the fastest first, kinds of commit across."""
    order = comparison.groupby("strategy")["difference"].mean().sort_values(na_position="last")
    strategies, scenarios = order.index.tolist(), comparison["scenario"].unique().tolist()
    axes = make_grid(ax, strategies, scenarios)
    for row in list_rows(comparison):
        _draw_verdict(axes, scenarios.index(row.scenario), strategies.index(row.strategy), row)
    signs = "   ".join(f"{sign} {verdict}" for verdict, (sign, _) in VERDICTS.items())
    return finish(
        axes,
        f"Which strategy is faster than {baseline}, and when?",
        x=f"seconds against {baseline}: mean, 95 % interval, rounds n\n{signs}",
        alt=f"Table of seconds against {baseline}. {_describe_differences(comparison)}",
    )


def _draw_verdict(axes: Axes, x: int, y: int, row: Any) -> None:
    """A cell of verdict_matrix."""
    sign, colour = VERDICTS[row.verdict]
    axes.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=colour, edgecolor=LINE))
    value = "–" if pd.isna(row.difference) else f"{row.difference:+.1f} s".replace("-", "−")
    bounds = "" if pd.isna(row.low) else f"{round(row.low)} to {round(row.high)}, "
    bounds = bounds.replace("-", "−")
    axes.text(x, y - 0.16, f"{sign} {value}", ha="center", va="center", fontsize=9.5, color=INK)
    axes.text(x, y + 0.24, f"{bounds}n={row.n}", ha="center", va="center", fontsize=6.6, color=INK)


def _describe_differences(comparison: pd.DataFrame) -> str:
    """What a comparison tells, in words: by scenario who is faster, slower, and who not told."""
    return " ".join(
        f"{scenario}: {'; '.join(_describe_verdicts(rows))}."
        for scenario, rows in comparison.groupby("scenario", sort=False)
    )


def _describe_verdicts(rows: pd.DataFrame) -> Iterator[str]:
    """`faster a (−2.1 s)` for each verdict among a scenario's rows; names alone if not told."""
    for verdict in VERDICTS:
        found = rows[rows["verdict"] == verdict]
        if found.empty:
            continue
        if verdict in (FASTER, SLOWER):
            found = found.sort_values("difference")
            names = [f"{row.strategy} ({row.difference:+.1f} s)" for row in list_rows(found)]
        else:
            names = found["strategy"].tolist()
        yield f"{verdict} {join_ends(names, 'strategy')}".replace("(-", "(−")


def differences(
    comparison: pd.DataFrame, *, baseline: str = BASELINE, ax: Axes | None = None
) -> Axes:
    """Points with intervals around the line of no difference, marked by their verdicts."""
    axes, places = _draw_groups(comparison, ax)
    for row in list_rows(comparison):
        y = places[row.scenario, row.strategy]
        axes.plot([row.low, row.high], [y, y], color=INK, linewidth=1.4, solid_capstyle="butt")
        marker, filled = _MARKS[row.verdict]
        axes.plot(row.difference, y, marker, color=INK, markerfacecolor=INK if filled else "white")
    axes.axvline(0, color=FAINT, linewidth=1, linestyle="--")
    return finish(
        axes,
        f"How sure is the difference to {baseline}?",
        x=f"seconds more (+) or less (−) than {baseline}; bar: 95 % interval, "
        f"{say_n(comparison['n'])}\n"
        "filled: faster or slower, all comparisons taken together; square: the same; "
        "hollow: can't tell yet",
        alt=f"Differences to {baseline} with intervals. {_describe_differences(comparison)}",
    )


def run_seconds(runs: pd.DataFrame, spreads: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Each run a dot, the median a bar; `spreads` as of spread(runs, "seconds")."""
    axes, places = _draw_groups(spreads, ax)
    for row in list_rows(spreads):
        y = places[row.scenario, row.strategy]
        axes.text(1, y, f"n={row.n}", va="center", fontsize=8, **at_side(axes))
        axes.plot([row.median] * 2, [y - 0.38, y + 0.38], color=INK, linewidth=2.2)
    at = [places[pair] for pair in zip(runs["scenario"], runs["strategy"], strict=True)]
    axes.plot(runs["seconds"], at, "o", color=COLOURS[5], markersize=4.5, alpha=0.75, linestyle="")
    axes.set_xlim(left=0)
    return finish(
        axes,
        "How long does each build take?",
        x="elapsed seconds, without queueing and provisioning; dot: a run, bar: the median",
        alt=f"Seconds of every run by kind of commit and strategy. {_describe_medians(spreads)}",
    )


def _describe_medians(spreads: pd.DataFrame) -> str:
    """The strategies with the lowest and the highest median of each scenario."""
    return " ".join(
        f"{scenario}: from {_say_median(rows.nsmallest(1, 'median').iloc[0])} to "
        f"{_say_median(rows.nlargest(1, 'median').iloc[0])}."
        for scenario, rows in spreads.dropna(subset=["median"]).groupby("scenario", sort=False)
    )


def _say_median(row: pd.Series) -> str:
    """`docker with 21.7 s (n = 3)`."""
    return f"{row['strategy']} with {say_seconds(row['median'])} (n = {row['n']})"


def _draw_groups(rows: pd.DataFrame, ax: Axes | None) -> tuple[Axes, dict[tuple[str, str], float]]:
    """Axes with a row a strategy in groups by scenario, and the place of each row."""
    places: dict[tuple[str, str], float] = {}
    y = 0.0
    axes = make_axes(ax, grow(len(rows) + rows["scenario"].nunique(), 0.2, 1.2))
    for scenario, group in rows.groupby("scenario", sort=False):
        heading = say_commit(str(scenario))
        axes.text(0, y, heading, va="center", fontsize=9, fontweight="bold", **at_side(axes))
        for strategy in group["strategy"]:
            y += 1
            places[str(scenario), strategy] = y
            axes.axhline(y, color=LINE, linewidth=0.5, zorder=0)
        y += 1.2
    axes.set_yticks([*places.values()], [fill_label(strategy) for _, strategy in places])
    axes.set_ylim(y - 0.4, -0.7)
    return axes, places


def at_side(axes: Axes) -> dict[str, Any]:
    """How text is placed by rows, but across by shares of the axes' width."""
    return {"transform": axes.get_yaxis_transform(), "color": INK}


def spent(
    activities: pd.DataFrame,
    *,
    scenario: str,
    elapsed: pd.DataFrame | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Bars of mean seconds by activity in a scenario, of mean_by_activity's rows.

    With `elapsed` (strategy, seconds) the activities are busy times, which overlap, and a line
    marks the time that they took together.
    """
    rows = pick_scenario(activities, scenario)
    names = rows["strategy"].unique().tolist()
    axes = make_axes(ax, grow(len(names), 0.34, 1.7))
    ends = draw_stack(axes, rows, "activity", "seconds")
    n = rows.groupby("strategy")["n"].max()
    if elapsed is None:
        what, note = "What takes the time", "seconds (mean of n runs)"
    else:
        what = "What keeps docker build busy"
        note = "busy seconds, which overlap (mean of n runs); line: what the command took"
        took = dict(zip(elapsed["strategy"], elapsed["seconds"], strict=True))
        _draw_ends(axes, [took[name] for name in names])
    for y, name in enumerate(names):
        axes.text(
            ends[name], y, f"  {ends[name]:.1f} s, n={n[name]}", va="center", fontsize=8, color=INK
        )
    axes.margins(x=0.2)
    said = describe_stack(rows, "activity", "seconds")
    return finish(
        axes,
        f"{what}: {say_commit(scenario)}",
        x=note,
        alt=f"Stacked bars, {note}, {say_commit(scenario)}. {said}",
    )


def _draw_ends(axes: Axes, values: list[float]) -> None:
    """A thick line across each row at its value."""
    for y, value in enumerate(values):
        axes.plot([value] * 2, [y - 0.45, y + 0.45], color=INK, linewidth=3)


def draw_stack(axes: Axes, rows: pd.DataFrame, part: str, value: str) -> dict[str, float]:
    """Stacked bars, a row a strategy, each part in its style; strategy -> where its bar ends."""
    names = rows["strategy"].unique().tolist()
    label_rows(axes, names)
    ends = dict.fromkeys(names, 0.0)
    for number, (name, group) in enumerate(rows.groupby(part, sort=False)):
        seen = group[group[value] >= VISIBLE]
        if len(seen):
            style = pick_style(number) | {"edgecolor": INK, "linewidth": 0.6}
            at = [names.index(strategy) for strategy in seen["strategy"]]
            left = [ends[strategy] for strategy in seen["strategy"]]
            axes.barh(at, seen[value], left=left, height=0.62, label=str(name), **style)
        for strategy, width in zip(group["strategy"], group[value], strict=True):
            ends[strategy] += width
    put_legend(axes)
    return ends


def pick_style(number: int) -> dict[str, Any]:
    """Colour and hatch of the nth part, different for more parts than there are colours."""
    hatch = HATCHES[(number + number // len(COLOURS)) % len(HATCHES)]
    return {"facecolor": COLOURS[number % len(COLOURS)], "hatch": hatch}


def describe_stack(rows: pd.DataFrame, part: str, value: str) -> str:
    """Each bar in words, without the parts that can't be seen."""
    rows = rows[rows[value] >= VISIBLE]
    return " ".join(
        f"{name}: {join_words(f'{a} {v:.1f}' for a, v in zip(g[part], g[value], strict=True))}."
        for name, g in rows.groupby("strategy", sort=False)
    )
