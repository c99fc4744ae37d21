"""An answer's strategies by kind of commit: which of them a small table shows, and its cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.answers import Answer
from analysis.words import CLOSE, FASTER, SAME, UNTOLD, say_unit

_SIGNS = {SAME: "=", CLOSE: "~", UNTOLD: "?"}


@dataclass(frozen=True)
class Cell:
    """What a cell says, and the verdict that it is of; '' of the baseline's own seconds."""

    text: str
    verdict: str = ""


@dataclass(frozen=True)
class CommitsTable:
    """`strategies`: rows of the answer's, beside the baseline. `rows`: scenario -> Cells, those

    of the baseline first; in the order in which they were built.
    """

    strategies: Sequence[Mapping[str, Any]]
    rows: Mapping[str, Sequence[Cell]]


def _list_shown(found: Answer, most: int) -> list[Mapping[str, Any]]:
    """The strategies that export a cache or are faster for some commits, the least seconds first.

    No more than `most`, beside the baseline; then the best emulated one.
    """
    names = {each["strategy"] for each in found.exports} | {found.strategy}
    names |= {each["strategy"] for each in found.commits if each.get("verdict") == FASTER}
    named = [each for each in found.strategies if each["strategy"] in names]
    others = [each for each in named if not each["emulated"] and each["strategy"] != found.baseline]
    best = found.emulated["strategy"] if found.emulated else None
    return others[:most] + [each for each in named if each["strategy"] == best]


def say_seconds_cell(seconds: float | None) -> Cell:
    """The seconds of the baseline."""
    return Cell("?" if seconds is None else say_unit(f"{seconds:.1f}", "s"))


def say_difference_cell(row: Mapping[str, Any] | None) -> Cell:
    """A difference where it is told, else the sign of its verdict."""
    if row is None or row["verdict"] in _SIGNS:
        verdict = row["verdict"] if row else UNTOLD
        return Cell(_SIGNS[verdict], verdict)
    return Cell(f"{row['difference']:+z.1f}".replace("-", "−"), row["verdict"])


def tabulate_commits(found: Answer, most: int) -> CommitsTable:
    """The baseline and `most` strategies, and the best emulated one, by kind of commit."""
    shown = _list_shown(found, most)
    rows = {(each["strategy"], each["scenario"]): each for each in found.commits}
    table = {}
    for kind in dict.fromkeys(each["scenario"] for each in found.commits):
        own = rows.get((found.baseline, kind), {}).get("seconds")
        cells = (say_difference_cell(rows.get((each["strategy"], kind))) for each in shown)
        table[str(kind)] = [say_seconds_cell(own), *cells]
    return CommitsTable(shown, table)
