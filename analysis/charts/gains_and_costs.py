"""The chart of a balance: what a strategy saves to the left, what it pays to the right."""

from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.picture import Drawn, finish
from analysis.charts.rows import Bar, Dot, Row, Rows, list_keys
from analysis.charts.stacks import VISIBLE
from analysis.charts.style import pick_looks
from analysis.charts.verdicts import order_strategies, say_signed
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import join_sentences, join_words, say_n, say_unit
from analysis.workload import BASELINE, pick_scenario, say_commit


def balance(
    table: pd.DataFrame, *, scenario: str, baseline: str = BASELINE, ax: Any = None
) -> Drawn:
    """Bars of balance's rows of a scenario around the baseline, and a stroke for what is left."""
    rows = pick_scenario(table, scenario)
    net = rows.groupby("strategy")["difference"].sum()
    seen = rows[rows["difference"].abs() >= VISIBLE]
    looks = pick_looks(seen["activity"].astype("str"))
    drawn = tuple(
        _draw_bar(str(name), seen[seen["strategy"].eq(name)], net[name], looks)
        for name in order_strategies(net)
    )
    ends = seen["difference"].groupby([seen["strategy"], seen["difference"].gt(0)]).sum()
    facts = {"baseline": baseline, "commit": say_commit(scenario)}
    said = join_sentences(
        _describe(str(name), rows[rows["strategy"].eq(name)], net[name]) for name in net.index
    )
    return finish(
        Rows(
            drawn,
            *span(ends),
            unit="s",
            zero=0.0,
            ends=(tell("saved against {baseline}", baseline=baseline), tell("paid")),
            keys=list_keys(looks.items()),
        ),
        tell("What does each strategy save and pay for {commit}, against {baseline}?", **facts),
        tell(
            "seconds, mean of {n} rounds; stroke and number: all of it together", n=say_n(rows["n"])
        ),
        tell("Seconds saved and paid against {baseline}, {commit}. {said}", said=said, **facts),
        ax,
    )


def _draw_bar(name: str, rows: pd.DataFrame, net: float, looks: dict[str, str]) -> Row:
    """A strategy's parts, saved ones to the left of 0 and paid ones to the right."""
    ends = {False: 0.0, True: 0.0}
    signs: list[Bar | Dot] = []
    for row in list_rows(rows):
        side = row.difference > 0
        number = say_unit(say_signed(row.difference), "s")
        title = tell(
            "{name}: {what} {number}", name=name, what=translate(row.activity), number=number
        )
        start, ends[side] = ends[side], ends[side] + row.difference
        signs.append(Bar(start, ends[side], looks[str(row.activity)], title))
    signs.append(Dot(net, "mark", "|"))
    said = say_unit(say_signed(net), "s")
    return Row(
        name,
        (tuple(signs),),
        (said,),
        ("b",),
        (tell("{name}: {said} in all", name=name, said=said),),
    )


def _describe(name: str, rows: pd.DataFrame, net: float) -> str:
    """A strategy's bars in words."""
    parts = (
        f"{translate(row.activity)} {say_signed(row.difference)}"
        for row in list_rows(rows)
        if abs(row.difference) >= VISIBLE
    )
    number, said = say_unit(say_signed(net), "s"), join_words(parts)
    return tell("{name} {number}: {said}.", name=name, number=number, said=said)
