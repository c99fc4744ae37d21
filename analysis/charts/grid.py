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
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import (
    join_sentences,
    join_words,
    say_n,
    say_range,
    say_seconds,
    say_unit,
)
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
        Plane(
            (("", series),),
            span(x),
            span(y),
            (
                tell("seconds of work in the Dockerfile"),
                tell("seconds more (+) or less (−) than {baseline}", baseline=baseline),
            ),
            300.0,
            zero=True,
        ),
        tell("From how much work on does the cache pay?"),
        tell(
            "{strategies}; bar: 95 % interval, {n}; large sign on the dashed line: break-even, "
            "filled as measured, hollow as predicted",
            strategies=join_words(checked["strategy"].dropna().unique()),
            n=say_n(checked["n"]),
        ),
        tell(
            "Lines of the difference to {baseline} in seconds over seconds of work. {said}",
            baseline=baseline,
            said=join_sentences(_describe_lines(checked)),
        ),
        ax,
    )


def _draw_line(name: str, rows: pd.DataFrame) -> Series:
    """A link's differences, with its break-evens on the line of none."""
    known = rows.dropna(subset=["work", "difference"])
    points = tuple((row.work, row.difference) for row in list_rows(known))
    titles = tuple(
        tell(
            "{name}: {difference} s at {work:.1f} s of work (n = {n})",
            name=name,
            difference=say_signed(row.difference),
            work=row.work,
            n=row.n,
        )
        for row in list_rows(known)
    )
    bounded = known.dropna(subset=["low", "high"])
    spans = tuple((row.work, row.low, row.high) for row in list_rows(bounded))
    signs = [
        Sign(
            each,
            0.0,
            hollow=what != "measured",
            title=tell(
                "{name}: break-even at {each}, {what}",
                name=name,
                each=say_seconds(each),
                what=translate(what),
            ),
        )
        for what in ("predicted", "measured")
        for each in rows[what].head(1).dropna()
    ]
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
            tell(
                "{difference} s at {work:.1f} s (n = {n})",
                difference=say_signed(row.difference),
                work=row.work,
                n=row.n,
            )
            for row in list_rows(rows.dropna(subset=["work", "difference"]))
        )
        yield tell(
            "{name}: {names}; measured break-even {measured}.",
            name=name,
            names=join_words(points),
            measured=_say_measured(rows),
        )


def _say_measured(rows: pd.DataFrame) -> str:
    """`16.2 s (15.1 to 17.3 s)`, of a series' rows; unknown when it is."""
    first = rows.iloc[0]
    text = say_seconds(first["measured"])
    if pd.isna(first["measured_low"]):
        return text
    ends = say_range(first["measured_low"], first["measured_high"])
    return tell("{number} ({ends})", number=text, ends=ends)


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
    keys = (
        Key(translate(_MEASURED), "mark", "o"),
        Key(translate(_PREDICTED), "mark", "d", hollow=True),
    )
    return finish(
        Rows(
            tuple(drawn),
            *span(checked[columns].to_numpy(dtype="float64").ravel()),
            unit="s",
            keys=keys,
        ),
        tell("How far are predicted break-evens from measured ones?"),
        tell(
            "seconds of work from which on the cache pays, {n} a point; bars: intervals, 95"
            " % as measured, 90 % as predicted",
            n=say_n(checked["n"]),
        ),
        tell(
            "Break-even in seconds of work. {said}",
            said=join_sentences(_describe_predictions(checked)),
        ),
        ax,
    )


def _draw_pair(name: str, row: pd.Series) -> list[Row]:
    """The rows of a link: as measured, or why it is not, and as predicted if it is."""
    rows = []
    if pd.isna(row["measured"]):
        rows.append(Row(tell("not measured: {reason}", reason=row["reason"]), looks=("k",)))
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
    title = tell(
        "{name}, {what}: {number} ({ends})",
        name=name,
        what=translate(what),
        number=say_seconds(dot.at),
        ends=say_range(*ends),
    )
    return Row(
        translate(what), ((*bounds, dot),), (say_unit(f"{dot.at:.1f}", "s"),), titles=(title,)
    )


def _describe_predictions(checked: pd.DataFrame) -> Iterator[str]:
    """Each series' measured break-even and its prediction, in words."""
    for name, rows in _list_series(checked):
        predicted = say_seconds(rows["predicted"].iloc[0])
        yield tell(
            "{name}: measured {measured}, predicted {predicted}.",
            name=name,
            measured=_say_measured(rows),
            predicted=predicted,
        )


# the names these charts once had
sweep_lines, sweep_predictions = grid_lines, grid_predictions
