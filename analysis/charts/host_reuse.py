"""A chart of a model: how likely a build lands on a host that built before."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.canvas import (
    COLOURS,
    DARK,
    DASHES,
    LINE,
    MARKERS,
    finish,
    make_axes,
    put_legend,
)
from analysis.rows import list_rows
from analysis.words import say_share


def landing_lines(chances: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """A line a pool of landing_chances' rows: chance over the gap between builds."""
    axes = make_axes(ax, 3.9)
    for number, (pool, rows) in enumerate(chances.groupby("pool", sort=False)):
        # what holds at a gap holds for shorter ones, down to the next gap
        axes.plot(rows["gap"], 100 * rows["chance"], drawstyle="steps-pre",
                  linestyle=DASHES[number % 5], color=COLOURS[DARK[number % 5]],
                  marker=MARKERS[number % 8], markersize=5, label=_say_pool(pool))  # fmt: skip
    axes.set_xlim(left=0)
    axes.set_ylim(-3, 103)
    axes.grid(color=LINE, linewidth=0.5)
    put_legend(axes, columns=5)
    lifetime = chances["lifetime"].max()
    return finish(
        axes,
        "How likely does a build land on a host that built before?",
        x=f"minutes between builds; a host is kept for {lifetime:.0f} minutes after its last one",
        y="chance in % (model)",
        alt=f"Lines of a model, chance by minutes between builds, hosts kept for {lifetime:.0f} "
        f"minutes. {_describe_chances(chances)}",
    )


def _say_pool(pool: Any) -> str:
    """`1 host`, `4 hosts`, of a number."""
    return f"{pool} host" if pool == 1 else f"{pool} hosts"


def _describe_chances(chances: pd.DataFrame) -> str:
    """Each pool's chances for the shortest and the longest gap that has one, and where it ends."""
    said = []
    for pool, rows in chances.groupby("pool", sort=False):
        some = rows[rows["chance"] > 0]
        ends = some.iloc[[0, -1]] if len(some) > 1 else some
        parts = (f"{say_share(row.chance)} every {row.gap:.0f} min" for row in list_rows(ends))
        said.append(f"{_say_pool(pool)}: {', '.join(parts) or '0 %'}.")
    return f"{' '.join(said)} 0 % when builds are further apart."
