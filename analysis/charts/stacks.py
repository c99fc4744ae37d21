"""Bars of parts on each other, each part in the look of what it is."""

from collections.abc import Mapping

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.rows import Bar, Dot, Row, Rows, list_keys
from analysis.charts.style import pick_looks
from analysis.charts.verdicts import order_strategies
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import join_sentences, join_words, say_unit

# a part of a bar that is shorter, in seconds or entries, would be a mere line
VISIBLE = 0.05


def draw_stack(
    rows: pd.DataFrame,
    part: str,
    value: str,
    unit: str,
    *,
    marks: Mapping[str, float] | None = None,
    name: str = "strategy",
    most_first: bool = False,
    whole: bool = False,
) -> Rows:
    """A bar for each `name`, in the order of its sum, which stands at its right.

    `marks`: name -> where a stroke crosses its bar. `whole`: bars count.
    """
    sums = rows.groupby(name, sort=False)[value].sum()
    order = sorted(sums.index, key=lambda each: -sums[each])
    order = order if most_first else order_strategies(sums)
    seen = rows[rows[value] >= VISIBLE]
    looks = pick_looks(seen[part].astype("str"))
    marks = {} if marks is None else marks
    ends = [*sums, *(marks[each] for each in sums.index if each in marks)]
    bars = (
        _draw_bar(
            str(each),
            seen[seen[name].eq(each)],
            (part, value, unit),
            looks,
            marks.get(each),
            _write(sums[each], whole),
            _count(rows, name, each),
            whole,
        )
        for each in order
    )
    keys = list_keys(looks.items())
    return Rows(tuple(bars), *span(ends), unit=unit, keys=keys, whole=whole)


def _write(value: float, whole: bool) -> str:
    """A number with one decimal place, without it where it counts and is no median in between."""
    return f"{value:.0f}" if whole and value == round(value) else f"{value:.1f}"


def _count(rows: pd.DataFrame, name: str, each: str) -> int:
    """The n of a bar."""
    return int(rows.loc[rows[name].eq(each), "n"].max())


def _draw_bar(
    name: str,
    rows: pd.DataFrame,
    columns: tuple[str, str, str],
    looks: Mapping[str, str],
    mark: float | None,
    total: str,
    n: int,
    whole: bool,
) -> Row:
    """One bar: its parts, each with a tooltip, and what it comes to."""
    part, value, unit = columns
    signs: list[Bar | Dot] = []
    end = 0.0
    for each in list_rows(rows):
        what, width = str(getattr(each, part)), float(getattr(each, value))
        said = say_unit(_write(width, whole), unit)
        signs.append(Bar(end, end + width, looks[what], _say_part(name, what, said)))
        end += width
    if mark is not None and pd.notna(mark):
        signs.append(Dot(mark, "mark", "|"))
    said = say_unit(total, unit)
    return Row(
        name,
        (tuple(signs),),
        (said,),
        titles=(tell("{name}: {said} in all, n = {n}", name=name, said=said, n=n),),
    )


def _say_part(name: str, what: str, number: str) -> str:
    """A part of a bar in words."""
    return tell("{name}: {what} {number}", name=name, what=translate(what), number=number)


def describe_stack(
    rows: pd.DataFrame, part: str, value: str, name: str = "strategy", whole: bool = False
) -> str:
    """Each bar in words, without the parts that can't be seen."""
    rows = rows[rows[value] >= VISIBLE]
    return join_sentences(
        tell(
            "{name}: {said}.",
            name=each,
            said=join_words(
                f"{translate(a)} {_write(v, whole)}" for a, v in zip(g[part], g[value], strict=True)
            ),
        )
        for each, g in rows.groupby(name, sort=False)
    )
