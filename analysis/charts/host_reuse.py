"""A chart of a model: how likely a build lands on a host that built before."""

from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.picture import Drawn, finish
from analysis.charts.plane import Plane, Series
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import count_words, join_sentences, list_words, say_percent, say_share


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
    kept = tell("a host is kept for {lifetime:.0f} minutes after its last one", lifetime=lifetime)
    return finish(
        Plane(
            (("", tuple(series)),),
            span(chances["gap"]),
            (0.0, 100.0),
            (tell("minutes between builds"), tell("chance in % (model)")),
        ),
        tell("How likely does a build land on a host that built before?"),
        kept,
        tell(
            "Lines of a model, chance by minutes between builds, hosts kept for "
            "{lifetime:.0f} minutes. {chances}",
            lifetime=lifetime,
            chances=_describe_chances(chances),
        ),
        ax,
    )


def _list_points(rows: pd.DataFrame) -> list[tuple[float, float]]:
    """(minutes, percent) of a pool's rows."""
    return [(float(row.gap), 100 * float(row.chance)) for row in list_rows(rows)]


def _say_points(pool: Any, rows: pd.DataFrame) -> list[str]:
    """The tooltip of each point."""
    return [
        tell(
            "{pool}: {chance} every {gap:.0f} min",
            pool=_say_pool(pool),
            chance=say_share(row.chance),
            gap=row.gap,
        )
        for row in list_rows(rows)
    ]


def _say_pool(pool: Any) -> str:
    """`1 host`, `4 hosts`, of a number."""
    return count_words(pool, "host")


def _describe_chances(chances: pd.DataFrame) -> str:
    """Each pool's chances for the shortest and the longest gap that has one, and where it ends."""
    said = []
    for pool, rows in chances.groupby("pool", sort=False):
        some = rows[rows["chance"] > 0]
        ends = some.iloc[[0, -1]] if len(some) > 1 else some
        parts = (
            tell("{chance} every {gap:.0f} min", chance=say_share(row.chance), gap=row.gap)
            for row in list_rows(ends)
        )
        chances_said = list_words(parts) or say_percent(0)
        said.append(tell("{name}: {said}.", name=_say_pool(pool), said=chances_said))
    return tell("{said} 0 % when builds are further apart.", said=join_sentences(said))
