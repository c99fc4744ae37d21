"""The chart of an answer: every strategy against the baseline, for one mix of commits."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.picture import Drawn, finish
from analysis.charts.rows import Dot, Row, Rows
from analysis.charts.verdicts import (
    EMULATED_HEADING,
    describe_verdicts,
    draw_difference,
    drop_mark,
    is_emulated,
    list_verdicts,
    say_row,
    say_value,
)
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import count_words, say_n, say_seconds
from analysis.workload import BASELINE

_COLUMNS = ["strategy", "n", "seconds", "difference", "low", "high", "verdict"]


def _say_note(shown: pd.DataFrame, left: int) -> str:
    """What marks are, of how many rounds, and how many strategies are not shown."""
    n = say_n(shown["n"])
    known = shown["low"].notna().any()
    note = (
        tell("seconds a build, mean and 95 % interval, {n}", n=n)
        if known
        else tell("seconds a build, mean, {n}", n=n)
    )
    if not left:
        return note
    return tell("{note}; {more} not shown", note=note, more=count_words(left, "slower strategy"))


def _list_drawn(shown: pd.DataFrame, emulated: pd.DataFrame, baseline: str) -> list[Row]:
    """A row a strategy, those that are emulated below a heading of their own."""
    drawn = [_draw_row(row, baseline) for row in list_rows(shown)]
    if len(emulated):
        drawn += [Row(translate(EMULATED_HEADING), looks=("k",))]
        drawn += [_draw_row(row, baseline) for row in list_rows(emulated)]
    return drawn


def draw_answer(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]],
    *,
    baseline: str = BASELINE,
    most: int | None = None,
    title: str = "",
    ax: Any = None,
) -> Drawn:
    """A row a strategy, the quickest first, its difference to the baseline with the interval.

    `rows`: an Answer's strategies, or compare_mix's frame; emulated strategies stand below the
    others. Of more than `most` the quickest, and how many are left out is said.
    """
    table = _read_rows(rows, baseline)
    real, emulated = table[~table["emulated"]], table[table["emulated"]]
    shown = _pick(real, baseline, most)
    others = table[table["strategy"].ne(baseline)]
    seen = pd.concat([shown, emulated])
    low, high = span(seen[["difference", "low", "high"]].to_numpy(dtype="float64").ravel())
    return finish(
        Rows(
            tuple(_list_drawn(shown, emulated, baseline)),
            low,
            high,
            unit="s",
            zero=0.0,
            ends=(tell("faster than {baseline}", baseline=baseline), tell("slower")),
            keys=list_verdicts(seen.loc[seen["strategy"].ne(baseline), "verdict"]),
        ),
        title or tell("Which strategy is faster than {baseline} for the mix?", baseline=baseline),
        _say_note(others, len(real) - len(shown)),
        tell(
            "Seconds a build against {baseline}, for the mix. {said}.",
            baseline=baseline,
            said=tell("; ").join(describe_verdicts(others)),
        ),
        ax,
        more=("mid",),
    )


def _read_rows(rows: pd.DataFrame | Sequence[Mapping[str, Any]], baseline: str) -> pd.DataFrame:
    """The rows by seconds, with the column emulated and names without that mark."""
    given = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    table = given.reindex(columns=_COLUMNS)
    names = table["strategy"].astype("str")
    marked = names.map(is_emulated).astype(bool)
    if "emulated" in given:
        marked |= given["emulated"].astype("boolean").fillna(False).astype(bool)
    numbers = table[["seconds", "difference", "low", "high"]].astype("float64")
    table = table.assign(
        **numbers,
        n=table["n"].fillna(0).astype("int64"),
        strategy=names.map(drop_mark),
        emulated=marked,
    )
    # without its own seconds a strategy has its place by what it takes more or less
    place = table["difference"].mask(table["strategy"].eq(baseline), 0.0)
    order = place.sort_values(kind="stable", na_position="last").index
    return table.loc[order].reset_index(drop=True)


def _pick(real: pd.DataFrame, baseline: str, most: int | None) -> pd.DataFrame:
    """The quickest rows, and that of the baseline."""
    if most is None or len(real) <= most:
        return real
    kept = real.index.isin(real.index[: most - 1]) | real["strategy"].eq(baseline)
    return real[kept]


def _draw_row(row: Any, baseline: str) -> Row:
    """A strategy's row; the baseline's shows its own seconds."""
    if row.strategy == baseline:
        said = say_seconds(row.seconds)
        mark = Dot(0.0, "mark", "|")
        return Row(
            row.strategy,
            ((mark,),),
            (said,),
            ("b",),
            (tell("{baseline}: {said}, baseline", baseline=baseline, said=said),),
        )
    if pd.isna(row.difference):
        return Row(
            row.strategy,
            ((),),
            (tell("unknown"),),
            ("k",),
            (tell("{strategy}: unknown", strategy=row.strategy),),
        )
    look = draw_difference(row)[-1].look
    return Row(
        row.strategy, (draw_difference(row),), (say_value(row, "s"),), (look,), (say_row(row),)
    )
