"""Charts of a grid: differences over the work, and break-even as predicted and as measured."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.keys import Key
from analysis.charts.picture import Drawn, finish
from analysis.charts.plane import Plane, Series, Sign
from analysis.charts.rows import Dot, Row, Rows, Span
from analysis.charts.verdicts import say_signed
from analysis.rows import list_rows
from analysis.words import join_words, say_n, say_range, say_seconds
from analysis.workload import BASELINE

_SERIES = ["link", "strategy"]
_MEASURED, _PREDICTED = (
    "measured by the whole grid",
    "predicted by a model fitted to the other links",
)


def grid_lines(checked: pd.DataFrame, *, baseline: str = BASELINE, ax: Any = None) -> Drawn:
    """Differences over the work, a line a link, of check_break_even's rows.

    A bar is an interval; on the line of no difference a filled sign marks the break-even that
    was measured, a hollow one that which a model predicted.
    """
    series = tuple(_draw_line(name, rows) for name, rows in _list_series(checked))
    y = checked[["difference", "low", "high"]].to_numpy(dtype="float64").ravel()
    x = checked[["work", "measured", "predicted"]].to_numpy(dtype="float64").ravel()
    return finish(
        Plane((("", series),), span(x), span(y),
              ("seconds of work in the Dockerfile",
               f"seconds more (+) or less (−) than {baseline}"), 300.0, zero=True),
        "From how much work on does the cache pay?",
        f"bar: 95 % interval, {say_n(checked['n'])}; large sign on the dashed line: break-even, "
        "filled as measured, hollow as predicted",
        f"Lines of the difference to {baseline} in seconds over seconds of work. "
        f"{' '.join(_describe_lines(checked))}",
        ax,
    )  # fmt: skip


def _draw_line(name: str, rows: pd.DataFrame) -> Series:
    """A link's differences, with its break-evens on the line of none."""
    known = rows.dropna(subset=["work", "difference"])
    points = tuple((row.work, row.difference) for row in list_rows(known))
    titles = tuple(
        f"{name}: {say_signed(row.difference)} s at {row.work:.1f} s of work (n = {row.n})"
        for row in list_rows(known)
    )
    bounded = known.dropna(subset=["low", "high"])
    spans = tuple((row.work, row.low, row.high) for row in list_rows(bounded))
    signs = [
        Sign(each, 0.0, hollow=what != "measured",
             title=f"{name}: break-even at {say_seconds(each)}, {what}")
        for what in ("predicted", "measured")
        for each in rows[what].head(1).dropna()
    ]  # fmt: skip
    return Series(name, points, titles, spans, tuple(signs))


def _list_series(checked: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name, rows) of each link and strategy; the strategy is named where there are several."""
    several = checked["strategy"].nunique() > 1
    for (link, strategy), rows in checked.groupby(_SERIES, sort=False):
        yield f"{link}: {strategy}" if several else str(link), rows


def _describe_lines(checked: pd.DataFrame) -> Iterator[str]:
    """Each series' differences by work, and its break-even, in words."""
    for name, rows in _list_series(checked):
        points = (
            f"{say_signed(row.difference)} s at {row.work:.1f} s (n = {row.n})"
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


def grid_predictions(checked: pd.DataFrame, *, ax: Any = None) -> Drawn:
    """Measured break-even and its prediction with intervals, a group a link, of the same rows."""
    drawn = [
        row
        for name, rows in _list_series(checked)
        for row in (Row(name), *_draw_pair(name, rows.iloc[0]))
    ]
    columns = [
        f"{what}{end}" for what in ("measured", "predicted") for end in ("", "_low", "_high")
    ]
    keys = (Key(_MEASURED, "mark", "o"), Key(_PREDICTED, "mark", "d", hollow=True))
    return finish(
        Rows(tuple(drawn), *span(checked[columns].to_numpy(dtype="float64").ravel()), unit="s",
             keys=keys),
        "Break-even: as predicted and as measured",
        f"seconds of work from which on the cache pays, {say_n(checked['n'])} a point; bars: "
        "intervals, 95 % as measured, 90 % as predicted",
        f"Break-even in seconds of work. {' '.join(_describe_predictions(checked))}",
        ax,
    )  # fmt: skip


def _draw_pair(name: str, row: pd.Series) -> list[Row]:
    """The rows of a link: as measured, or why it is not, and as predicted if it is."""
    rows = []
    if pd.isna(row["measured"]):
        rows.append(Row(f"not measured: {row['reason']}", looks=("k",)))
    else:
        rows.append(_draw_break_even(name, "measured", row, Dot(row["measured"], "mark")))
    if pd.notna(row["predicted"]):
        dot = Dot(row["predicted"], "mark", "d", hollow=True)
        rows.append(_draw_break_even(name, "predicted", row, dot))
    return rows


def _draw_break_even(name: str, what: str, row: pd.Series, dot: Dot) -> Row:
    """A break-even with its interval."""
    ends = (row[f"{what}_low"], row[f"{what}_high"])
    bounds = () if any(map(pd.isna, ends)) else (Span(*ends, "series"),)
    title = f"{name}, {what}: {say_seconds(dot.at)} ({say_range(*ends)})"
    return Row(what, ((*bounds, dot),), (f"{dot.at:.1f} s",), titles=(title,))


def _describe_predictions(checked: pd.DataFrame) -> Iterator[str]:
    """Each series' measured break-even and its prediction, in words."""
    for name, rows in _list_series(checked):
        predicted = say_seconds(rows["predicted"].iloc[0])
        yield f"{name}: measured {_say_measured(rows)}, predicted {predicted}."


# the names these charts once had
sweep_lines, sweep_predictions = grid_lines, grid_predictions
