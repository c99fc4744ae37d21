"""A chart of one docker build: when each step ran, and which of them decided when it ended."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from analysis.charts.canvas import COLOURS, INK, LINE, VISIBLE, finish, grow, label_rows, make_axes
from analysis.charts.labels import make_label
from analysis.rows import list_rows
from analysis.words import count_words, join_words, say_seconds

# a shorter step would be a mere line; more steps would be a wall
MOST = 30
# characters of a note beside the bars
_NOTE = 34
ON_PATH: dict[str, Any] = {"facecolor": COLOURS[5], "edgecolor": INK, "linewidth": 0.6}
OFF_PATH: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": INK,
    "linewidth": 0.6,
    "hatch": "///",
}
_Spans = tuple[tuple[float, float], ...]


def timeline(rows: pd.DataFrame, *, run: str | None, ax: Axes | None = None) -> Axes:
    """A row a step of mark_critical's rows, its bars where it was active: dark on the path.

    The longest MOST of those that can be seen; the note says how many are left out.
    """
    shown = rows[rows["seconds"] >= VISIBLE].nlargest(MOST, "seconds").sort_values("step")
    axes = make_axes(ax, grow(len(shown), 0.3, 1.7))
    label_rows(axes, shown["label"].tolist())
    end = rows["completed"].max() if len(shown) else 1.0
    for y, row in enumerate(list_rows(shown)):
        _draw_spans(axes, y, row.spans, OFF_PATH)
        _draw_spans(axes, y, row.critical, ON_PATH)
        _put_note(axes, y, row, end)
    axes.set_xlim(0, end)
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)
    handles = [
        Patch(**ON_PATH, label="on the critical path"),
        Patch(**OFF_PATH, label="beside it"),
    ]
    axes.figure.legend(handles=handles, loc="outside lower left", frameon=False, ncols=2,
                       fontsize=9)  # fmt: skip
    return finish(
        axes,
        "When did it happen?",
        x=f"seconds since docker build began, in one run\n{run}{_say_unseen(rows, shown)}",
        alt=_describe_steps(shown, run, end),
    )


def _draw_spans(axes: Axes, y: int, spans: _Spans, style: dict[str, Any]) -> None:
    """The times at which a step was active."""
    axes.broken_barh([(start, stop - start) for start, stop in spans], (y - 0.3, 0.6), **style)


def _put_note(axes: Axes, y: int, row: Any, end: float) -> None:
    """What a step did, beside its bars where there is more room."""
    left = row.started > end - row.completed
    x, side = (row.started, "right") if left else (row.completed, "left")
    axes.annotate(make_label(row.note, _NOTE), (x, y), xytext=(-4 if left else 4, 0),
                  textcoords="offset points", ha=side, va="center", fontsize=8,
                  color=INK)  # fmt: skip


def _say_unseen(rows: pd.DataFrame, shown: pd.DataFrame) -> str:
    """How many steps the chart leaves out; '' when none."""
    left = len(rows) - len(shown)
    return f"; {count_words(left, 'shorter step')} not shown" if left else ""


def _describe_steps(shown: pd.DataFrame, run: str | None, end: float) -> str:
    """What the chart tells, in words: what the end of the build waited for, in order."""
    if shown.empty:
        return "An empty timeline: no run of this kind has a record of its docker build."
    on = shown[[bool(spans) for spans in shown["critical"]]].sort_values("started")
    beside = count_words(len(shown) - len(on), "step")
    return (
        f"Timeline of docker build in {run}, {say_seconds(end)}. On the critical path, in order: "
        f"{join_words(on['note'])}. Beside it: {beside}."
    )
