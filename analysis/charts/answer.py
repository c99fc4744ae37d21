"""The chart of an answer: all strategies for one mix of commits."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.canvas import FAINT, INK, finish, grow, label_rows, make_axes
from analysis.rows import list_rows
from analysis.words import FASTER, SLOWER, join_words
from analysis.workload import BASELINE

_COLUMNS = ("strategy", "emulated", "n", "difference", "low", "high", "verdict")
_TITLE = "Seconds a build of the mix, against {baseline}"


def draw_answer(
    rows: Sequence[Mapping[str, Any]],
    *,
    baseline: str = BASELINE,
    title: str = _TITLE,
    ax: Axes | None = None,
) -> Axes:
    """Points with 95 % intervals around the baseline, of an answer's strategies; emulated last."""
    table = pd.DataFrame(rows, columns=list(_COLUMNS)).dropna(subset=["difference"])
    table = table[table["strategy"].ne(baseline)].sort_values(["emulated", "difference"])
    names = table["strategy"] + table["emulated"].map({True: " (emulated)", False: ""})
    axes = make_axes(ax, grow(len(table), 0.25, 1.2))
    label_rows(axes, names.tolist())
    for y, row in enumerate(list_rows(table)):
        told = row.verdict in (FASTER, SLOWER)
        axes.plot([row.low, row.high], [y, y], color=INK, linewidth=1.4)
        axes.plot(row.difference, y, "o", color=INK, markerfacecolor=INK if told else "white")
    axes.axvline(0, color=FAINT, linewidth=1, linestyle="--")
    said = (f"{name} {each:+.1f} s" for name, each in zip(names, table["difference"], strict=True))
    return finish(
        axes,
        title.format(baseline=baseline),
        x="seconds more (+) or less (−); bar: 95 % interval; filled: faster or slower",
        alt=f"Points of seconds against {baseline}, with intervals: {join_words(said)}.",
    )
