"""The table of claims, each linked to where it was measured."""

from collections.abc import Sequence

import pandas as pd
from IPython.display import HTML

from analysis.charts.canvas import write_text
from analysis.rows import list_rows

_FOUND = ("no.", "claim", "verdict", "numbers")
_WHERE = ("no.", "measured", "folders of the runs, in that of the experiment")


def memos(claims: pd.DataFrame) -> HTML:
    """Two tables of claims' rows, what was found and where; a row's number leads to the other's."""
    found, where = [], []
    for number, row in enumerate(list_rows(claims), start=1):
        texts = [write_text(each) for each in (row.claim, row.verdict, row.numbers)]
        found.append([_link_number(number, "claim", "runs"), *texts])
        folders = f"<code>{write_text(row.runs)}</code>"
        where.append([_link_number(number, "runs", "claim"), write_text(row.where), folders])
    return HTML(_draw_table(_FOUND, found) + _draw_table(_WHERE, where))


def _link_number(number: int, here: str, there: str) -> str:
    """A number that can be linked to as `here` and leads to the same number `there`."""
    return f'<a id="{here}-{number}" href="#{there}-{number}">{number}</a>'


def _draw_table(heads: Sequence[str], rows: list[list[str]]) -> str:
    """A table of cells that are HTML already."""
    # cells are cut off at so many characters else
    with pd.option_context("display.max_colwidth", None):
        return pd.DataFrame(rows, columns=list(heads)).to_html(index=False, border=0, escape=False)
