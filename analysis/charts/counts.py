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
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import join_sentences, join_words, list_words, say_n, say_share
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
        tell("How much of the Dockerfile comes from a cache?"),
        tell(
            "layers from a cache, in % of all layers but FROM: median (lowest to highest) "
            "of {n} runs",
            n=say_n(rates["n"]),
        ),
        tell("Table of layer hit rates, runs n. {rates}", rates=_describe_rates(rates)),
        ax,
        table.write(),
    )


def _make_cell(row: Any) -> Cell:
    """A cell of hit_matrix: the more hits, the more of its colour."""
    if row is None:
        return Cell("–", "close")
    share = 0.0 if pd.isna(row.median) else float(row.median)
    title = tell(
        "{strategy}, {name}: {rate}, n = {n}",
        strategy=row.strategy,
        name=row.scenario,
        rate=_say_rate(row),
        n=row.n,
    )
    return Cell(_say_rate(row), "hits" if share else "close", share, title)


def _describe_rates(rates: pd.DataFrame) -> str:
    """Each strategy's rates by scenario, those that never had a hit by name alone."""
    never = rates.groupby("strategy", sort=False)["high"].max().eq(0)
    said = [
        tell(
            "{name}: {said}.", name=name, said=list_words(_say_scenario(r) for r in list_rows(rows))
        )
        for name, rows in rates.groupby("strategy", sort=False)
        if not never[name]
    ]
    if never.any():
        said.append(tell("0 % everywhere: {names}.", names=join_words(never.index[never])))
    return join_sentences(said)


def _say_scenario(row: Any) -> str:
    """`cold 45 %, n = 6`."""
    return tell("{name} {rate}, n = {n}", name=row.scenario, rate=_say_rate(row), n=row.n)


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
        tell("{name}: {said}.", name=name, said=_list_rates(group))
        for name, group in rows.groupby("strategy", sort=False)
    )
    keys = tuple(
        Key(translate(str(each)), "mark", SHAPES[n % 5], n > 0) for n, each in enumerate(names)
    )
    rest = tell("; 0 % for {names}", names=join_words(without)) if without else ""
    return finish(
        Rows(drawn, 0.0, 100.0, unit="%", keys=keys),
        tell("One log, three hit rates: {commit}", commit=say_commit(scenario)),
        tell("cached, in % of the denominator (median, {n}){rest}", n=say_n(rows["n"]), rest=rest),
        tell(
            "Hit rates by denominator, {commit}. {said}",
            commit=say_commit(scenario),
            said=join_sentences(said),
        ),
        ax,
    )


def _draw_rates(name: str, rows: pd.DataFrame, names: list[str]) -> Row:
    """A strategy's rates, one mark each."""
    known = rows.dropna(subset=["rate"])
    dots = []
    for row in list_rows(known):
        number = names.index(row.denominator)
        dots.append(Dot(100 * row.rate, "mark", SHAPES[number % len(SHAPES)], number > 0))
    return Row(name, (tuple(dots),), titles=(f"{name}: {_list_rates(known)}",))


def _list_rates(rows: pd.DataFrame) -> str:
    """`layers 45 %, vertices 60 %`."""
    return list_words(
        f"{translate(row.denominator)} {say_share(row.rate)}" for row in list_rows(rows)
    )


def entries_by_kind(
    entries: pd.DataFrame, *, kinds: Sequence[str], pushes: int = 1, ax: Any = None
) -> Drawn:
    """Bars of a repository's entries after some pushes, by kind, of entries_per_push's rows."""
    rows = entries[entries["pushes"].eq(pushes)]
    long = rows.melt(["strategy", "n"], list(kinds), "kind", "number").dropna(subset=["number"])
    long = long.astype({"number": "float64"})
    after = tell("one push") if pushes == 1 else tell("{pushes} pushes", pushes=pushes)
    return finish(
        draw_stack(long, "kind", "number", "", whole=True),
        tell("What does {after} leave in the registry?", after=after),
        tell("entries in the repository, median of {n}", n=say_n(rows["n"])),
        tell(
            "Bars of entries after {after}. {stack}",
            after=after,
            stack=describe_stack(long, "kind", "number", whole=True),
        ),
        ax,
    )


def entries_over_pushes(entries: pd.DataFrame, *, ax: Any = None) -> Drawn:
    """Lines of a repository's entries, push by push; columns strategy, pushes, entries, n."""
    rows = entries.astype({"pushes": "float64", "entries": "float64"})
    series, said = [], []
    for name, group in rows.groupby("strategy", sort=False):
        points = tuple(zip(group["pushes"].tolist(), group["entries"].tolist(), strict=True))
        titles = tuple(
            tell("{name}: {y:.0f} entries after push {x:.0f}", name=name, y=y, x=x)
            for x, y in points
        )
        series.append(Series(str(name), points, titles))
        numbers = list_words(f"{each:.0f}" for each in group["entries"])
        said.append(tell("{name}: {said}.", name=name, said=numbers))
    return finish(
        Plane(
            (("", tuple(series)),),
            span(rows["pushes"], zero=False),
            span(rows["entries"]),
            (tell("pushes"), tell("entries (median, {n})", n=say_n(entries["n"]))),
            ticks=tuple((each, f"{each:.0f}") for each in sorted(rows["pushes"].unique())),
            whole=True,
        ),
        tell("How does the repository grow?"),
        "",
        tell("Lines of entries after each push. {said}", said=join_sentences(said)),
        ax,
    )
