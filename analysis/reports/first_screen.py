"""The first screen of a report: an answer in words, one chart and one small table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis import charts, prose
from analysis.answers import Answer
from analysis.prose import Card, Cell
from analysis.prose.template import say
from analysis.words import FASTER, SLOWER
from analysis.workload import say_commit

# strategies beside the baseline, and kinds of commit, that a small table has
_STRATEGIES, _KINDS = 3, 8
_CLASSES = {FASTER: "faster", SLOWER: "slower", "": "own"}
# a kind of commit, what it is, and its cells
Row = tuple[str, str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class FirstScreen:
    """What the first screen of a report shows; `heads` and the cells of `rows` and `more` are

    (text, class), `again` is a sentence cut around its command, `figure` is HTML, all else is text.
    """

    title: str
    advice: str
    measured: str
    lead: Sequence[str]
    again: tuple[str, str, str] | None = None
    cards: Sequence[Card] = ()
    figure: str = ""
    heads: Sequence[tuple[str, str]] = ()
    rows: Sequence[Row] = ()
    more: Sequence[Row] = ()
    unknown: Sequence[str] = ()
    words: dict[str, str] | None = None


def make_first_screen(found: Answer) -> FirstScreen:
    """The first screen of an answer."""
    heads, rows = _tabulate(found)
    # a page has no use for a table without a baseline, nor for a chart without a difference
    built = any(each["seconds"] is not None for each in found.commits if _is_own(found, each))
    rows = rows if built else []
    drawn = any(each["difference"] is not None for each in found.strategies)
    return FirstScreen(
        title=prose.say_title(found),
        advice=prose.say_advice(found),
        measured=prose.say_measured(found),
        lead=prose.say_lead(found),
        again=prose.split_again(found),
        cards=prose.list_cards(found),
        figure=_draw(found) if drawn else "",
        heads=heads,
        rows=rows[:_KINDS],
        more=rows[_KINDS:],
        unknown=prose.list_unknown(found),
        words={
            "by_kind": say("first.by_kind"),
            "against": say("first.against", baseline=found.baseline),
            "more_rows": say("first.more_rows", rows=len(rows) - _KINDS),
        },
    )


def _is_own(found: Answer, row: Mapping[str, Any]) -> bool:
    """Whether a row is one of the baseline's."""
    return bool(row["strategy"] == found.baseline)


def _draw(found: Answer) -> str:
    """The chart of all strategies for the mix."""
    chart = charts.draw_answer(found.strategies, baseline=found.baseline)
    return str(charts.show(chart).data)


def _tabulate(found: Answer) -> tuple[list[tuple[str, str]], list[Row]]:
    """(heads, rows) of strategies by kind of commit: the most frequent first.

    The advised strategy and the emulated one are shown on a phone, too.
    """
    table = prose.tabulate_commits(found, _STRATEGIES)
    first = {found.strategy, found.emulated["strategy"] if found.emulated else None}
    classes = ["" if each["strategy"] in first else "wide" for each in table.strategies]
    heads = [(found.baseline, "")]
    for each, name in zip(table.strategies, classes, strict=True):
        kind = "first.emulated_head" if each["emulated"] else "first.head"
        heads.append((say(kind, strategy=each["strategy"]), name))
    kinds = sorted(table.rows, key=lambda name: -found.mix.get(name, 0))
    widths = ["", *classes]
    rows: list[Row] = [
        (_say_share(found, kind), say_commit(kind), _dress(table.rows[kind], widths))
        for kind in kinds
    ]
    return heads, rows


def _say_share(found: Answer, kind: str) -> str:
    """A kind of commit with its share of the mix."""
    share = found.mix.get(kind)
    return say("first.kind", kind=kind, share=share) if share else kind


def _dress(cells: Sequence[Cell], widths: Sequence[str]) -> list[tuple[str, str]]:
    """(text, class) of each cell: by its verdict, and whether a phone has room for it."""
    return [
        (cell.text, f"{_CLASSES.get(cell.verdict, 'close')} {width}".strip())
        for cell, width in zip(cells, widths, strict=True)
    ]
