"""Tables in JupyterLab: text left, numbers right, sorted by a click, as on a page."""

import os
import re
from itertools import cycle
from pathlib import Path

import pandas as pd

TABLE_SCRIPT = (Path(__file__).parent / "tables.js").read_text("utf-8")
# what a page's own style sheet says there
_STYLE = """
.jp-OutputArea table.dataframe :is(th, td) { text-align: right; vertical-align: top; }
.jp-OutputArea table.dataframe .text { text-align: left; white-space: normal; }
.jp-OutputArea table.dataframe :is(th, td):not(.text) { white-space: nowrap; }
.jp-OutputArea th .sort { font: inherit; color: inherit; background: none; border: 0; padding: 0;
  text-align: inherit; cursor: pointer; white-space: normal; }
.jp-OutputArea th[aria-sort=ascending] .sort::after { content: " \\25b2"; }
.jp-OutputArea th[aria-sort=descending] .sort::after { content: " \\25bc"; }
"""
_CELL = re.compile(r"<t([dh])>")
# a column is one of text when a value of it begins with a letter
_TEXT = re.compile(r"[^\W\d]")


def is_live() -> bool:
    """Whether a notebook is open in JupyterLab, whose server names it to the kernel it starts."""
    return bool(os.environ.get("JPY_SESSION_NAME"))


def mark_text(html: str, frame: pd.DataFrame) -> str:
    """A frame's HTML without its index, whose cells of columns of text have the class text."""
    texts = [bool(_TEXT.match(_find_first(frame.iloc[:, at]))) for at in range(frame.shape[1])]
    columns = cycle(texts or [False])
    return _CELL.sub(lambda cell: f'<t{cell[1]} class="text">' if next(columns) else cell[0], html)


def _find_first(column: pd.Series) -> str:
    """The first value that begins with a letter, '' without one."""
    texts = (str(value).strip() for value in column)
    return next((text for text in texts if _TEXT.match(text)), "")


def dress_live(html: str) -> str:
    """A table with what makes it sort and filter where a notebook is open; else as it is."""
    if not is_live():
        return html
    style = f'<style class="table-style">{_STYLE}</style>'
    return f'{html}{style}<script class="table-script">{TABLE_SCRIPT}</script>'
