"""Tables in JupyterLab: text left, numbers right, sorted by a click, as on a page."""

import json
import os
import re
from itertools import cycle
from pathlib import Path

import pandas as pd

from analysis.prose.template import tell

TABLE_SCRIPT = (Path(__file__).parent / "tables.js").read_text("utf-8")
# what it says, which has these words itself
TABLE_WORDS = {
    "filter": "Rows with",
    "of": "of",
    "rows": "rows",
    "copy": "Copy",
    "copied": "Copied",
}
# what a page's own style sheet says there
_STYLE = """
.jp-OutputArea table:is(.dataframe, .matrix) :is(th, td) { text-align: right; vertical-align: top; }
.jp-OutputArea table.dataframe .text, .jp-OutputArea table.matrix th:first-child {
  text-align: left; white-space: normal; }
.jp-OutputArea table.dataframe td.text { min-width: 8em; }
.jp-OutputArea table.dataframe :is(th, td):not(.text) { white-space: nowrap; }
.jp-OutputArea th .sort { font: inherit; color: inherit; background: none; border: 0; padding: 0;
  text-align: inherit; cursor: pointer; white-space: normal; }
.jp-OutputArea .sort::after { content: "\\a0\\2195"; opacity: .6; font-weight: 400; }
.jp-OutputArea [aria-sort=ascending] .sort::after { content: "\\a0\\25b2"; opacity: 1; }
.jp-OutputArea [aria-sort=descending] .sort::after { content: "\\a0\\25bc"; opacity: 1; }
"""
# JupyterLab shows results when their cells have run, and a widget's anew when it is moved: each
# table is dressed once, whenever it comes
_WATCH = """(() => {
Object.assign(document.body.dataset, %s);
const dress = () => {
%s
};
dress();
if (window.tablesWatched) return;
window.tablesWatched = true;
let asked = 0;
new MutationObserver(() => {
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(dress);
}).observe(document.body, {childList: true, subtree: true});
})();"""
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
    """HTML whose tables sort and filter where a notebook is open; else as it is."""
    return f"{html}{write_dress()}" if is_live() and "<table" in html else html


def write_dress() -> str:
    """The style and the script that dress the tables of an open notebook, now and later ones."""
    style = f'<style class="table-style">{_STYLE}</style>'
    words = json.dumps({name: tell(text) for name, text in TABLE_WORDS.items()})
    script = _WATCH % (words, TABLE_SCRIPT)
    return f'{style}<script class="table-script">{script}</script>'
