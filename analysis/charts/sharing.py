"""Hits that branches lose where they share a cache, as a table of kinds of commit."""

from typing import Any

import pandas as pd

from analysis.charts.matrix import Cell, Matrix, group_rows
from analysis.charts.picture import Drawn, finish
from analysis.charts.verdicts import order_strategies
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import join_few, join_sentences, list_words, say_n


def shared_hits(shared: pd.DataFrame, *, ax: Any = None) -> Drawn:
    """Rows of shared_references as a table: kinds of commit across, the fewest lost hits first.

    Strategies that never had a hit are named in the note alone.
    """
    groups = shared.groupby("strategy", sort=False)
    most = groups["hits"].max()
    never = most.index[most.eq(0)]
    rows = shared[~shared["strategy"].isin(never)]
    scenarios = shared["scenario"].unique().tolist()
    found = {(row.strategy, row.scenario): row for row in list_rows(rows)}
    table = Matrix(
        tuple(scenarios),
        group_rows(
            (name, tuple(_make_cell(found.get((name, each))) for each in scenarios))
            for name in order_strategies(rows.groupby("strategy", sort=False)["lost"].sum())
        ),
    )
    names = join_few(list(never))
    rest = tell("; none with {names}", names=names) if len(never) else ""
    said = (
        tell("{name}: {said}.", name=name, said=list_words(map(_say_hits, list_rows(group))))
        for name, group in rows.groupby("strategy", sort=False)
    )
    return finish(
        table,
        tell("What do branches lose that share a cache?"),
        tell(
            "layers from a cache, of those possible: median of {n} runs{rest}",
            n=say_n(shared["n"]),
            rest=rest,
        ),
        tell("Table of hits, of those possible, runs n. {said}", said=join_sentences(said)),
        ax,
        table.write(),
    )


def _make_cell(row: Any) -> Cell:
    """`1 of 5`: the more of the possible hits, the more of its colour."""
    if row is None:
        return Cell("–", "close")
    share = float(row.hits / row.possible) if row.possible else 0.0
    title = f"{row.strategy}, {_say_hits(row)}"
    return Cell(_say_share(row), "hits" if share else "close", share, title)


def _say_share(row: Any) -> str:
    """`1 of 5`, of a row of shared_references."""
    return tell("{hits:g} of {possible:g}", hits=row.hits, possible=row.possible)


def _say_hits(row: Any) -> str:
    """`parallel 1 of 5, n = 3`."""
    return tell("{name} {rate}, n = {n}", name=row.scenario, rate=_say_share(row), n=row.n)
