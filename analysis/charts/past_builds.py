"""Charts of a history of builds: minutes, trends, missing layers, and caches over idle gaps."""

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.canvas import (
    COLOURS,
    DARK,
    DASHES,
    FAINT,
    INK,
    LINE,
    MARKERS,
    finish,
    grow,
    label_rows,
    make_axes,
    put_legend,
)
from analysis.charts.labels import make_label
from analysis.charts.times import describe_stack, draw_stack
from analysis.rows import list_rows
from analysis.words import say_seconds, say_share

# more lines or groups than this can't be told apart
_PROJECTS, LAYERS = 4, 10
_SHIFT_OF_PROJECTS = 0.2
# where the program of a RUN is stored says less than what it does
_PROGRAM = re.compile(r"^RUN /\S*/(?=\S)")
_LONGEST, _PART = 52, 32
_MEASURES = {
    "seconds": ("Do builds take longer?", 1.0, "seconds after provisioning"),
    "rate": ("Does the cache keep giving?", 100.0, "layers from a cache, in %"),
}


def phase_bars(minutes: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of phase_minutes' rows: a project's minutes by phase, all builds together."""
    rows = minutes.rename(columns={"project": "strategy"})
    return _draw_spent(
        rows, "phase", "minutes", "Where do the minutes go?",
        "minutes of all builds by phase (n builds)", "min", ax,
    )  # fmt: skip


def history_spent(means: pd.DataFrame, *, busy: bool = False, ax: Axes | None = None) -> Axes:
    """Bars of history_overheads' rows, or with `busy` of history_busy's: mean seconds a build."""
    title = "What keeps docker build busy?" if busy else "What does a build spend its time on?"
    note = "mean busy seconds a build, which overlap" if busy else "mean seconds a build"
    return _draw_spent(means, "activity", "seconds", title, f"{note} (n builds)", "s", ax)


def _draw_spent(
    rows: pd.DataFrame, part: str, value: str, title: str, note: str, unit: str, ax: Axes | None
) -> Axes:
    """Stacked bars, a row a project, each with its end and n."""
    names = rows["strategy"].unique().tolist()
    axes = make_axes(ax, grow(len(names), 0.45, 1.9))
    ends = draw_stack(axes, rows, part, value)
    n = rows.groupby("strategy")["n"].max()
    for y, name in enumerate(names):
        text = f"  {ends[name]:.1f} {unit}, n={n[name]}"
        axes.text(ends[name], y, text, va="center", fontsize=8, color=INK)
    axes.margins(x=0.2)
    said = describe_stack(rows, part, value)
    return finish(axes, title, x=note, alt=f"Stacked bars, {note}. {said}")


def trend_lines(trend: pd.DataFrame, *, measure: str = "seconds", ax: Axes | None = None) -> Axes:
    """A line a project of trend's rows of a measure: the median, with quartiles where n > 1."""
    rows = _pick_projects(trend[trend["measure"].eq(measure)])
    title, factor, unit = _MEASURES[measure]
    every = rows["every"].iloc[0] if len(rows) else "build"
    axes = make_axes(ax, 3.7)
    for number, (project, group) in enumerate(rows.groupby("project", sort=False)):
        _draw_trend(axes, group, factor, number, f"{project} (n = {group['n'].sum()} builds)")
    axes.set_ylim(bottom=0 if measure == "seconds" else -4)
    axes.figure.autofmt_xdate(rotation=30)
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    put_legend(axes, columns=1)
    note = "each build" if every == "build" else f"median of each {every}, bar: its quartiles"
    said = " ".join(_describe_trend(rows, factor))
    return finish(
        axes,
        title,
        x=f"begin of the {every} in UTC; {note}",
        y=unit,
        alt=f"Lines over time, {unit}, {note}. {said or 'No build is known well enough.'}",
    )


def _draw_trend(axes: Axes, rows: pd.DataFrame, factor: float, number: int, label: str) -> None:
    """One line of trend_lines."""
    colour = COLOURS[DARK[number % 5]]
    middle = factor * rows["median"]
    several = rows["n"].gt(1).any()
    spread = [middle - factor * rows["lower"], factor * rows["upper"] - middle] if several else None
    axes.errorbar(rows["period"], middle, yerr=spread, fmt=MARKERS[number % 8], color=colour,
                  linestyle=DASHES[number % 5], linewidth=1.2, markersize=4.5, elinewidth=1,
                  capsize=2.5, markeredgecolor=INK, markeredgewidth=0.4, label=label)  # fmt: skip


def _describe_trend(rows: pd.DataFrame, factor: float) -> Iterable[str]:
    """Where each line begins and ends."""
    for project, group in rows.groupby("project", sort=False):
        first, last = group.iloc[0], group.iloc[-1]
        yield (
            f"{project}, {group['n'].sum()} builds: {factor * first['median']:.1f} on "
            f"{first['period']:%Y-%m-%d} to {factor * last['median']:.1f} on "
            f"{last['period']:%Y-%m-%d}."
        )


def _pick_projects(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the projects with the most builds."""
    column = "n" if "n" in rows else "builds"
    most = rows.groupby("project")[column].sum().nlargest(_PROJECTS).index
    return rows[rows["project"].isin(most)]


def missing_bars(steps: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of missing_steps' first rows: seconds that a layer took, and what might be saved."""
    rows = steps.dropna(subset=["seconds"]).head(LAYERS)
    axes = make_axes(ax, grow(len(rows), 0.7, 1.5))
    several = rows["project"].nunique() > 1
    label_rows(axes, [_name_bar(row, several) for row in list_rows(rows)], lines=4)
    places = range(len(rows))
    could = rows["could_save"].fillna(0.0)
    axes.barh(places, could, height=0.5, facecolor=COLOURS[1], edgecolor=INK, linewidth=0.6,
              hatch="//", label="made before: a cache could save it at most")  # fmt: skip
    axes.barh(places, rows["seconds"] - could, left=could, height=0.5, facecolor="white",
              edgecolor=INK, linewidth=0.6, label="made anew, or not known")  # fmt: skip
    for y, row in zip(places, list_rows(rows), strict=True):
        text = f"  {say_seconds(row.seconds)}, ran in {row.ran} of {row.builds}"
        axes.text(row.seconds, y, text, va="center", fontsize=8, color=INK)
    axes.margins(x=0.42)
    axes.set_xlim(left=0)
    put_legend(axes, columns=1)
    return finish(
        axes,
        "Which missing layers cost the most?",
        x="seconds of all builds; ran in so many of the docker builds that have the layer",
        alt=f"Bars of seconds by layer. {_describe_missing(rows)}",
    )


def _name_bar(row: Any, several: bool) -> str:
    """The label of a layer: its project and stage where they tell it apart."""
    parts = (row.project if several else "", row.stage)
    before = ": ".join(make_label(part, _PART) for part in parts if part)
    layer = _PROGRAM.sub("RUN …/", row.layer)
    layer = make_label(layer, _LONGEST)
    return f"{before}: {layer}" if before else layer


def _describe_missing(rows: pd.DataFrame) -> str:
    """Each bar in words."""
    return " ".join(
        f"{_name_bar(row, True)}: {say_seconds(row.seconds)}, at most "
        f"{say_seconds(row.could_save)} to save."
        for row in list_rows(rows)
    )


def gap_points(gaps: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """A point a project and idle gap of hits_over_gap's rows: the share with its interval."""
    rows = _pick_projects(gaps[gaps["builds"].gt(0)])
    order = rows.sort_values("to_minutes")["gap"].unique().tolist()
    axes = make_axes(ax, 3.6)
    for number, (project, group) in enumerate(rows.groupby("project", sort=False)):
        _draw_gaps(axes, group, [order.index(gap) for gap in group["gap"]], number, str(project))
    axes.set_xticks(range(len(order)), order)
    axes.set_xlim(-0.6, max(len(order), 1) - 0.2)
    # room for the counts above
    axes.set_ylim(-4, 130)
    axes.set_yticks(range(0, 101, 20))
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    axes.axhline(0, color=FAINT, linewidth=0.6)
    put_legend(axes, columns=1)
    said = " ".join(
        f"{row.project}, {row.gap}: {row.used} of {row.builds} ({say_share(row.share)})."
        for row in list_rows(rows)
    )
    return finish(
        axes,
        "Is the cache of the host still there when the next build comes?",
        x="idle gap: time since the project's build before ended; bar: 95 % interval",
        y="builds that used it, in %",
        alt=f"Points of shares by idle gap. {said or 'No build tells.'}",
    )


def _draw_gaps(axes: Axes, rows: pd.DataFrame, places: list[int], number: int, label: str) -> None:
    """One project of gap_points, a little beside the others."""
    at = [place + _SHIFT_OF_PROJECTS * number for place in places]
    share = 100 * rows["share"]
    spread = [share - 100 * rows["low"], 100 * rows["high"] - share]
    axes.errorbar(at, share, yerr=spread, fmt=MARKERS[number % 8], color=COLOURS[DARK[number % 5]],
                  linestyle="", elinewidth=1.4, capsize=3, markersize=6, markeredgecolor=INK,
                  label=label)  # fmt: skip
    for x, row in zip(at, list_rows(rows), strict=True):
        text = f"{row.used} of {row.builds}"
        axes.text(x, 100 * row.high + 3, text, fontsize=7, color=INK, rotation=90, ha="center",
                  va="bottom")  # fmt: skip
