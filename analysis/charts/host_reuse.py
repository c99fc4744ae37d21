"""A chart of a model: how likely a build lands on a host that built before."""

from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.picture import Drawn, finish
from analysis.charts.plane import Plane, Series
from analysis.rows import list_rows
from analysis.words import say_share


def landing_lines(chances: pd.DataFrame, *, ax: Any = None) -> Drawn:
    """A line a pool of landing_chances' rows: chance over the gap between builds.

    What holds at a gap holds for shorter ones, down to the next gap.
    """
    series = [
        Series(
            _say_pool(pool), tuple(_list_points(rows)), tuple(_say_points(pool, rows)), steps=True
        )
        for pool, rows in chances.groupby("pool", sort=False)
    ]
    lifetime = chances["lifetime"].max()
    kept = f"a host is kept for {lifetime:.0f} minutes after its last one"
    return finish(
        Plane((("", tuple(series)),), span(chances["gap"]), (0.0, 100.0),
              ("minutes between builds", "chance in % (model)")),
        "How likely does a build land on a host that built before?",
        kept,
        f"Lines of a model, chance by minutes between builds, hosts kept for {lifetime:.0f} "
        f"minutes. {_describe_chances(chances)}",
        ax,
    )  # fmt: skip


def _list_points(rows: pd.DataFrame) -> list[tuple[float, float]]:
    """(minutes, percent) of a pool's rows."""
    return [(float(row.gap), 100 * float(row.chance)) for row in list_rows(rows)]


def _say_points(pool: Any, rows: pd.DataFrame) -> list[str]:
    """The tooltip of each point."""
    return [
        f"{_say_pool(pool)}: {say_share(row.chance)} every {row.gap:.0f} min"
        for row in list_rows(rows)
    ]


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
