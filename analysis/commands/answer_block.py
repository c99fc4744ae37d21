"""An answer in Markdown: its sentences and one table, as the README shows it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.answers import Answer
from analysis.prose import say_answer, say_legend
from analysis.words import CLOSE, FASTER, SAME, UNTOLD

# how many strategies the table shows beside the baseline and the best emulated one
_SHOWN = 6
_SIGNS = {SAME: "=", CLOSE: "~", UNTOLD: "?"}


def write_answer(found: Answer) -> str:
    """The advice, a table of the nearest strategies by kind of commit, and the other sentences."""
    advice, *lines = say_answer(found)
    table = write_table(*_tabulate(found)) if found.strategies and found.commits else ""
    listed = "".join(f"- {line}\n" for line in lines[1:])
    grounds = f"{lines[0]}\n" if lines else ""
    parts = [f"**{advice}**\n", grounds, table, f"{say_legend(found)}\n" if table else "", listed]
    return "\n".join(filter(None, parts))


def _tabulate(found: Answer) -> tuple[list[str], list[list[str]]]:
    """(head, rows) of the table: the baseline, the nearest strategies, the best emulated one."""
    scenarios = list(dict.fromkeys(each["scenario"] for each in found.commits))
    shown = _choose(found)
    rows = {(each["strategy"], each["scenario"]): each for each in found.commits}
    first = [_say_whole(rows.get((found.baseline, name), {}).get("seconds")) for name in scenarios]
    table = [[f"`{found.baseline}` takes", *first, _say_whole(found.seconds_from)]]
    for each in shown:
        cells = [rows.get((each["strategy"], name)) for name in scenarios]
        table.append([_name(each, found), *map(_say_cell, [*cells, each])])
    return ["strategy", *scenarios, "the mix"], table


def _choose(found: Answer) -> list[Mapping[str, Any]]:
    """The strategies that export a cache or are faster for some commits, the least seconds first.

    No more than _SHOWN; then the best emulated one.
    """
    names = {each["strategy"] for each in found.exports}
    names |= {each["strategy"] for each in found.commits if each.get("verdict") == FASTER}
    named = [each for each in found.strategies if each["strategy"] in {*names, found.strategy}]
    real = [each for each in named if not each["emulated"]]
    best = found.emulated["strategy"] if found.emulated else None
    others = [each for each in real if each["strategy"] != found.baseline]
    return others[:_SHOWN] + [each for each in named if each["strategy"] == best]


def _name(row: Mapping[str, Any], found: Answer) -> str:
    """A strategy's name: bold if advised, set apart if emulated."""
    name = row["strategy"]
    if row["emulated"]:
        return f"*{name}, emulated*"
    return f"**{name}**" if name == found.strategy else name


def _say_whole(seconds: float | None) -> str:
    return "?" if seconds is None else f"{seconds:.1f} s"


def _say_cell(row: Mapping[str, Any] | None) -> str:
    """A difference where it is told, else the sign of its verdict."""
    if row is None or row["verdict"] in _SIGNS:
        return _SIGNS[row["verdict"] if row else UNTOLD]
    return f"{row['difference']:+.1f}".replace("-", "−")


def write_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    ruler = f"|{'---|' * len(head)}\n"
    first, *lines = (f"| {' | '.join(row)} |\n" for row in [head, *rows])
    return "".join([first, ruler, *lines])
