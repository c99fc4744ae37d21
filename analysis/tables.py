"""The HTML tables of frames made fit for reading: aligned, labelled, in boxes that scroll."""

import re
from itertools import count

TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
CELL = re.compile(r"<t([dh])( [^>]*)?>(.*?)</t[dh]>", re.DOTALL)
# pandas puts a style sheet of its own before each frame, and the index's name into a second row
FRAME_STYLE = re.compile(r"<style scoped[^>]*>.*?</style>", re.DOTALL)
NAMED_INDEX = re.compile(
    r"<tr\b[^>]*>\s*<th></th>(?P<columns>(?:\s*<th>[^<]*</th>)+)\s*</tr>"
    r"\s*<tr>\s*<th>(?P<name>[^<]+)</th>(?:\s*<th></th>)+\s*</tr>"
)
# what pandas writes, and what a reader sees there
ABSENT = dict.fromkeys(["NaN", "NaT", "nan", "None", "&lt;NA&gt;"], "–")
WORDS = ABSENT | {"True": "yes", "False": "no"}
EMPTY_BODY = re.compile(r"(<tbody>)\s*(</tbody>)")
# a column is one of text when a value of it starts with a letter
TEXT = re.compile(r"[^\W\d]")


def dress_tables(html: str) -> str:
    """`html` with each table numbered, its text columns marked, in a box that scrolls."""
    numbers = count(1)
    html = FRAME_STYLE.sub("", html)
    return TABLE.sub(lambda match: box_table(match[0], next(numbers)), html)


def box_table(table: str, number: int) -> str:
    """A table in a box that scrolls, also by keyboard."""
    table = NAMED_INDEX.sub(r"<tr><th>\g<name></th>\g<columns></tr>", table)
    table = EMPTY_BODY.sub(r"\1<tr><td>none</td></tr>\2", table)
    table = mark_cells(table.replace(' border="1"', "", 1))
    return (
        f'<div class="scroll" role="region" aria-label="Table {number}" tabindex="0">{table}</div>'
    )


def mark_cells(table: str) -> str:
    """A table whose header cells say of what, and whose text columns have the class text."""
    head = HEAD.search(table)
    split = head.end() if head else 0
    texts = text_columns(table[split:])
    return "".join(
        ROW.sub(lambda match, scope=scope: mark_row(match[0], scope, texts), part)
        for part, scope in ((table[:split], "col"), (table[split:], "row"))
    )


def text_columns(body: str) -> set[int]:
    """The columns that hold text, counted from the right: on the left, cells may span rows."""
    return {
        place
        for row in ROW.findall(body)
        for place, cell in enumerate(reversed(CELL.findall(row)))
        if TEXT.match(cell[2].strip()) and cell[2] not in ABSENT
    }


def mark_row(row: str, scope: str, texts: set[int]) -> str:
    """A row with the scope of its header cells and the class of its text cells."""
    places = iter(range(len(CELL.findall(row)) - 1, -1, -1))
    return CELL.sub(lambda match: mark_cell(match, scope, next(places) in texts), row)


def mark_cell(match: re.Match[str], scope: str, text: bool) -> str:
    """One cell in a reader's words; a header cell without a word heads nothing."""
    kind, attributes = match[1], match[2] or ""
    content = WORDS.get(match[3], match[3])
    kind = kind if content.strip() else "d"
    attributes += f' scope="{scope}"' if kind == "h" and "scope=" not in attributes else ""
    attributes += ' class="text"' if text and "class=" not in attributes else ""
    return f"<t{kind}{attributes}>{content}</t{kind}>"
