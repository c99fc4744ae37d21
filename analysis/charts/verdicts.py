"""How verdicts look and what is said of them: the same in every chart and table."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.charts.keys import Key
from analysis.charts.rows import Dot, Span
from analysis.charts.style import VERDICTS
from analysis.languages import translate
from analysis.measures.compare import EMULATED
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import FASTER, SLOWER, join_ends, join_sentences, say_difference, say_unit

EMULATED_HEADING = "emulated, not AWS"


def is_emulated(name: str) -> bool:
    """Whether a strategy's name says that the lab only stands in for what it does."""
    return name.endswith(EMULATED)


def drop_mark(name: str) -> str:
    """A strategy's name without the mark of the emulated."""
    return name.removesuffix(EMULATED).rstrip() or name


def list_verdicts(verdicts: pd.Series) -> tuple[Key, ...]:
    """The marks of the verdicts that occur, each with its words."""
    there = set(verdicts.dropna())
    return tuple(
        Key(f"{sign} {translate(verdict)}", look, shape, hollow)
        for verdict, (look, shape, hollow, sign) in VERDICTS.items()
        if verdict in there
    )


def draw_difference(row: Any, size: float = 5.0) -> tuple[Span | Dot, ...]:
    """The mark of a row's difference over its interval; nothing where it is unknown."""
    if pd.isna(row.difference):
        return ()
    look, shape, hollow, _ = VERDICTS[row.verdict]
    dot = Dot(row.difference, look, shape, hollow, size)
    return (dot,) if pd.isna(row.low) else (Span(row.low, row.high, f"{look} bold"), dot)


def say_value(row: Any, unit: str = "") -> str:
    """`▼ −6.6`, with the verdict's sign; a dash where it is unknown."""
    if pd.isna(row.difference):
        return "–"
    sign, number = VERDICTS[row.verdict][3], say_signed(row.difference)
    return f"{sign} {say_unit(number, unit)}"


def say_signed(value: float) -> str:
    """A number with its sign, a real minus among them."""
    text = f"{value:+.1f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def say_row(row: Any) -> str:
    """A row in words: name, difference, interval, n and verdict."""
    said = say_difference(row.difference, row.low, row.high, row.n)
    return tell(
        "{name}: {said}, {verdict}", name=row.strategy, said=said, verdict=translate(row.verdict)
    )


def describe_verdicts(rows: pd.DataFrame) -> Iterator[str]:
    """`faster a (−2.1 s)` for each verdict among some rows; names alone if not told."""
    for verdict in VERDICTS:
        found = rows[rows["verdict"] == verdict]
        if found.empty:
            continue
        if verdict in (FASTER, SLOWER):
            found = found.sort_values("difference")
            names = [
                f"{r.strategy} ({say_unit(say_signed(r.difference), 's')})"
                for r in list_rows(found)
            ]
        else:
            names = found["strategy"].tolist()
        yield tell(
            "{verdict} {names}", verdict=translate(verdict), names=join_ends(names, "strategy")
        )


def describe_scenarios(comparison: pd.DataFrame) -> str:
    """What a comparison tells, in words: by scenario who is faster, slower, and who not told."""
    return join_sentences(
        tell("{name}: {said}.", name=scenario, said=tell("; ").join(describe_verdicts(rows)))
        for scenario, rows in comparison.groupby("scenario", sort=False)
    )


def order_strategies(values: pd.Series) -> list[str]:
    """The names in the index by their value, the least first; emulated ones behind the others."""
    names = values.sort_values(na_position="last", kind="stable").index.tolist()
    return [n for n in names if not is_emulated(n)] + [n for n in names if is_emulated(n)]
