"""An answer in Markdown: its sentences and one table, as the README shows it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.answers import Answer
from analysis.prose import (
    say_answer,
    say_difference_cell,
    say_legend,
    say_seconds_cell,
    tabulate_commits,
)

# how many strategies the table shows beside the baseline and the best emulated one
_SHOWN = 6
# of more kinds of commit the most frequent
_KINDS = 8


def write_answer(found: Answer, more: Sequence[str] = ()) -> str:
    """The advice, a table of the nearest strategies by kind of commit, and the other sentences.

    `more`: sentences that stand before these; empty ones are none.
    """
    advice, *lines = say_answer(found)
    table = write_table(*_tabulate(found)) if found.strategies and found.commits else ""
    listed = "".join(f"- {line}\n" for line in filter(None, [*more, *lines[1:]]))
    grounds = f"{lines[0]}\n" if lines else ""
    parts = [
        f"**{advice.removesuffix('.')}**.\n",
        grounds,
        table,
        f"{say_legend(found)}\n" if table else "",
        listed,
    ]
    return "\n".join(filter(None, parts))


def _tabulate(found: Answer) -> tuple[list[str], list[list[str]]]:
    """(head, rows) of the table: the baseline, the nearest strategies, the best emulated one."""
    table = tabulate_commits(found, _SHOWN)
    frequent = sorted(table.rows, key=lambda name: -found.mix.get(name, 0))[:_KINDS]
    kinds = [name for name in table.rows if name in frequent]
    columns = [[cell.text for cell in table.rows[name]] for name in kinds]
    first, *others = zip(*columns, strict=True)
    rows = [[f"`{found.baseline}` takes", *first, say_seconds_cell(found.seconds_from).text]]
    for each, cells in zip(table.strategies, others, strict=True):
        rows.append([_name(each, found), *cells, say_difference_cell(each).text])
    return ["strategy", *kinds, "the mix"], rows


def _name(row: Mapping[str, Any], found: Answer) -> str:
    """A strategy's name: bold if advised, set apart if emulated."""
    name = row["strategy"]
    if row["emulated"]:
        return f"*{name}, emulated*"
    return f"**{name}**" if name == found.strategy else name


def write_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    ruler = f"|{'---|' * len(head)}\n"
    first, *lines = (f"| {' | '.join(row)} |\n" for row in [head, *rows])
    return "".join([first, ruler, *lines])
