"""Charts of a grid: differences over the work, and break-even as predicted and as measured."""

from collections.abc import Iterator
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
from analysis.charts.labels import fill_label
from analysis.charts.times import at_side
from analysis.rows import list_rows
from analysis.words import join_words, say_n, say_range, say_seconds
from analysis.workload import BASELINE

_SERIES = ["link", "strategy"]
# characters of a reason that fit beside the names of links
_REASON = 80


def grid_lines(checked: pd.DataFrame, *, baseline: str = BASELINE, ax: Axes | None = None) -> Axes:
    """Differences over the work, a line a link, of check_break_even's rows.

    A bar is an interval; on the line of no difference a filled sign marks the break-even that
    was measured, hollow ones those that a model predicted.
    """
    axes = make_axes(ax, 4.6)
    axes.axhline(0, color=FAINT, linewidth=1, zorder=1)
    for number, (name, rows) in enumerate(_list_series(checked)):
        look: dict[str, Any] = {"color": COLOURS[DARK[number % 5]], "marker": MARKERS[number % 8]}
        axes.plot(rows["work"], rows["difference"], linestyle=DASHES[number % 5], markersize=5,
                  label=name, **look)  # fmt: skip
        axes.vlines(rows["work"], rows["low"], rows["high"], color=look["color"], linewidth=1.2)
        predicted = rows["predicted"]
        axes.plot(predicted, 0 * predicted, linestyle="", markersize=9, markerfacecolor="white",
                  markeredgecolor=INK, zorder=3, **look)  # fmt: skip
        axes.plot(rows["measured"].head(1), [0], linestyle="", markersize=9, markeredgecolor=INK,
                  zorder=4, **look)  # fmt: skip
    axes.grid(color=LINE, linewidth=0.5)
    put_legend(axes)
    return finish(
        axes,
        "From how much work on does the cache pay?",
        x=f"seconds of work in the Dockerfile; bar: 95 % interval, {say_n(checked['n'])}\n"
        "large sign at 0: break-even, filled as measured, hollow as predicted",
        y=f"seconds more (+) or less (−) than {baseline}",
        alt=f"Lines of the difference to {baseline} in seconds over seconds of work. "
        f"{' '.join(_describe_lines(checked))}",
    )


def _list_series(checked: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name, rows) of each link and strategy; the strategy is named where there are several."""
    several = checked["strategy"].nunique() > 1
    for (link, strategy), rows in checked.groupby(_SERIES, sort=False):
        yield f"{link}: {strategy}" if several else str(link), rows


def _describe_lines(checked: pd.DataFrame) -> Iterator[str]:
    """Each series' differences by work, and its break-even, in words."""
    for name, rows in _list_series(checked):
        points = (
            f"{row.difference:+.1f} s at {row.work:.1f} s (n = {row.n})".replace("-", "−")
            for row in list_rows(rows.dropna(subset=["work", "difference"]))
        )
        yield f"{name}: {join_words(points)}; measured break-even {_say_measured(rows)}."


def _say_measured(rows: pd.DataFrame) -> str:
    """`16.2 s (15.1 to 17.3 s)`, of a series' rows; unknown when it is."""
    first = rows.iloc[0]
    text = say_seconds(first["measured"])
    if pd.isna(first["measured_low"]):
        return text
    return f"{text} ({say_range(first['measured_low'], first['measured_high'])})"


def grid_predictions(checked: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Measured break-even and each prediction with intervals, a row a link, of the same rows."""
    series = list(_list_series(checked))
    axes = make_axes(ax, grow(len(series), 0.85, 1.5))
    label_rows(axes, [name for name, _ in series])
    axes.margins(x=0.15)
    for y, (_, rows) in enumerate(series):
        _draw_measured(axes, y - 0.26, rows.iloc[0])
        _draw_predicted(axes, y + 0.1, rows.iloc[0])
    axes.plot([], [], "o", color=INK, label="measured by the whole grid")
    axes.plot(
        [],
        [],
        "D",
        color=INK,
        markerfacecolor="white",
        label="predicted by a model fitted to the other links",
    )
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    put_legend(axes, columns=2)
    return finish(
        axes,
        "Break-even: as predicted and as measured",
        x=f"seconds of work from which on the cache pays, {say_n(checked['n'])} a point\n"
        "bars: intervals, 95 % as measured, 90 % as predicted",
        alt=f"Break-even in seconds of work. {' '.join(_describe_predictions(checked))}",
    )


def _draw_measured(axes: Axes, y: float, row: pd.Series) -> None:
    """A dot with its interval, or why there is none."""
    if pd.isna(row["measured"]):
        text = fill_label(f"not measured: {row['reason']}", _REASON, 3)
        axes.text(0.02, y, text, va="center", fontsize=7.5, **at_side(axes))
        return
    axes.plot([row["measured_low"], row["measured_high"]], [y, y], color=INK, linewidth=2.2)
    axes.plot(row["measured"], y, "o", color=INK, markersize=7)
    _write_beside(axes, row["measured"], y, f"{row['measured']:.1f} s")


def _draw_predicted(axes: Axes, y: float, row: pd.Series) -> None:
    """A hollow sign with its interval; nothing where nothing was predicted."""
    if pd.isna(row["predicted"]):
        return
    axes.plot([row["predicted_low"], row["predicted_high"]], [y, y], color=INK, linewidth=0.8)
    axes.plot(row["predicted"], y, "D", color=INK, markerfacecolor="white", markersize=5.5)
    _write_beside(axes, row["predicted"], y, f"{row['predicted']:.1f} s")


def _write_beside(axes: Axes, x: float, y: float, text: str) -> None:
    """A small text above the right of a sign."""
    axes.annotate(text, (x, y), (6, 2), textcoords="offset points", fontsize=7, color=INK)


def _describe_predictions(checked: pd.DataFrame) -> Iterator[str]:
    """Each series' measured break-even, its predictions and their errors, in words."""
    for name, rows in _list_series(checked):
        predicted = say_seconds(rows["predicted"].iloc[0])
        yield f"{name}: measured {_say_measured(rows)}, predicted {predicted}."


# the names these charts once had
sweep_lines, sweep_predictions = grid_lines, grid_predictions
