"""Charts of shares and numbers: hit rates, and entries in the registry."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.keys import Key
from analysis.charts.matrix import Cell, Matrix, group_rows
from analysis.charts.picture import Drawn, finish
from analysis.charts.plane import Plane, Series
from analysis.charts.rows import Dot, Row, Rows
from analysis.charts.stacks import describe_stack, draw_stack
from analysis.charts.style import SHAPES
from analysis.charts.verdicts import order_strategies
from analysis.rows import list_rows
from analysis.words import join_words, say_n, say_share
from analysis.workload import pick_scenario, say_commit


def hit_matrix(rates: pd.DataFrame, *, ax: Any = None) -> Drawn:
    """Rows of spread(hits, "rate") as a table: kinds of commit across, most hits first."""
    scenarios = rates["scenario"].unique().tolist()
    order = rates.groupby("strategy", sort=False)["median"].sum()
    found = {(row.strategy, row.scenario): row for row in list_rows(rates)}
    table = Matrix(
        tuple(scenarios),
        group_rows(
            (name, tuple(_make_cell(found.get((name, each))) for each in scenarios))
            for name in order_strategies(-order)
        ),
    )
    return finish(
        table,
        "How much of the Dockerfile comes from a cache?",
        "layers from a cache, in % of all layers but FROM: median (lowest to highest) of "
        f"{say_n(rates['n'])} runs",
        f"Table of layer hit rates, runs n. {_describe_rates(rates)}",
        ax,
        table.write(),
    )


def _make_cell(row: Any) -> Cell:
    """A cell of hit_matrix: the more hits, the more of its colour."""
    if row is None:
        return Cell("–", "close")
    share = 0.0 if pd.isna(row.median) else float(row.median)
    title = f"{row.strategy}, {row.scenario}: {_say_rate(row)}, n = {row.n}"
    return Cell(_say_rate(row), "hits" if share else "close", share, title)


def _describe_rates(rates: pd.DataFrame) -> str:
    """Each strategy's rates by scenario, those that never had a hit by name alone."""
    never = rates.groupby("strategy", sort=False)["high"].max().eq(0)
    said = [
        f"{name}: {', '.join(f'{r.scenario} {_say_rate(r)}, n = {r.n}' for r in list_rows(rows))}."
        for name, rows in rates.groupby("strategy", sort=False)
        if not never[name]
    ]
    if never.any():
        said.append(f"0 % everywhere: {join_words(never.index[never])}.")
    return " ".join(said)


def _say_rate(row: Any) -> str:
    """`45 %`, with the lowest and highest where they differ."""
    if row.low == row.high or pd.isna(row.low):
        return say_share(row.median)
    return f"{say_share(row.median)} ({100 * row.low:.0f}–{100 * row.high:.0f})"


def denominators(rates: pd.DataFrame, *, scenario: str, ax: Any = None) -> Drawn:
    """Rows of rates_by_denominator in a scenario: a mark a denominator, a row a strategy.

    Strategies without any hit are named in the note alone.
    """
    rows = pick_scenario(rates, scenario)
    names = rows["denominator"].unique().tolist()
    most = rows.groupby("strategy")["rate"].max().sort_values(ascending=False, kind="stable")
    without = most.index[most.eq(0)].tolist()
    drawn = tuple(
        _draw_rates(str(name), rows[rows["strategy"].eq(name)], names)
        for name in most.index
        if name not in without
    )
    said = (
        f"{name}: {', '.join(f'{r.denominator} {say_share(r.rate)}' for r in list_rows(group))}."
        for name, group in rows.groupby("strategy", sort=False)
    )
    keys = tuple(Key(str(each), "mark", SHAPES[n % 5], n > 0) for n, each in enumerate(names))
    rest = f"; 0 % for {join_words(without)}" if without else ""
    return finish(
        Rows(drawn, 0.0, 100.0, unit="%", keys=keys),
        f"One log, three hit rates: {say_commit(scenario)}",
        f"cached, in % of the denominator (median, {say_n(rows['n'])}){rest}",
        f"Hit rates by denominator, {say_commit(scenario)}. {' '.join(said)}",
        ax,
    )


def _draw_rates(name: str, rows: pd.DataFrame, names: list[str]) -> Row:
    """A strategy's rates, one mark each."""
    known = rows.dropna(subset=["rate"])
    dots = []
    for row in list_rows(known):
        number = names.index(row.denominator)
        dots.append(Dot(100 * row.rate, "mark", SHAPES[number % len(SHAPES)], number > 0))
    said = ", ".join(f"{row.denominator} {say_share(row.rate)}" for row in list_rows(known))
    return Row(name, (tuple(dots),), titles=(f"{name}: {said}",))


def entries_by_kind(
    entries: pd.DataFrame, *, kinds: Sequence[str], pushes: int = 1, ax: Any = None
) -> Drawn:
    """Bars of a repository's entries after some pushes, by kind, of entries_per_push's rows."""
    rows = entries[entries["pushes"].eq(pushes)]
    long = rows.melt(["strategy", "n"], list(kinds), "kind", "number").dropna(subset=["number"])
    long = long.astype({"number": "float64"})
    after = "one push" if pushes == 1 else f"{pushes} pushes"
    return finish(
        draw_stack(long, "kind", "number", "", digits=0),
        f"What does {after} leave in the registry?",
        f"entries in the repository, median of {say_n(rows['n'])}",
        f"Bars of entries after {after}. {describe_stack(long, 'kind', 'number')}",
        ax,
    )


def entries_over_pushes(entries: pd.DataFrame, *, ax: Any = None) -> Drawn:
    """Lines of a repository's entries, push by push; columns strategy, pushes, entries, n."""
    rows = entries.astype({"pushes": "float64", "entries": "float64"})
    series, said = [], []
    for name, group in rows.groupby("strategy", sort=False):
        points = tuple(zip(group["pushes"].tolist(), group["entries"].tolist(), strict=True))
        titles = tuple(f"{name}: {y:.0f} entries after push {x:.0f}" for x, y in points)
        series.append(Series(str(name), points, titles))
        said.append(f"{name}: {', '.join(f'{each:.0f}' for each in group['entries'])}.")
    return finish(
        Plane((("", tuple(series)),), span(rows["pushes"], zero=False), span(rows["entries"]),
              ("pushes", f"entries (median, {say_n(entries['n'])})"),
              ticks=tuple((each, f"{each:.0f}") for each in sorted(rows["pushes"].unique()))),
        "How does the repository grow?",
        "",
        f"Lines of entries after each push. {' '.join(said)}",
        ax,
    )  # fmt: skip
