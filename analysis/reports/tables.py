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
# more characters than this are broken into lines
LONG = 40
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
    """A table whose header cells say of what, and whose text columns have a class.

    One with long texts has the class wordy and its column's name in each cell: where there is
    no room for columns, its rows can be shown as lists.
    """
    head = HEAD.search(table)
    split = head.end() if head else 0
    classes = classify_columns(table[split:])
    wordy = "text long" in classes.values()
    labels = name_columns(table[:split]) if wordy else {}
    body = ROW.sub(lambda match: mark_row(match[0], "row", classes, labels), table[split:])
    table = ROW.sub(lambda match: mark_row(match[0], "col", classes, {}), table[:split]) + body
    return state_roles(table) if wordy else table


def state_roles(table: str) -> str:
    """A wordy table: shown as lists, it is still one of rows and cells to a screen reader."""
    roles = {"tr": "row", "td": "cell", "tbody": "rowgroup", "thead": "rowgroup"}
    for tag, role in roles.items():
        table = re.sub(rf"<{tag}\b", f'<{tag} role="{role}"', table)
    table = table.replace(' scope="row"', ' scope="row" role="rowheader"')
    table = table.replace(' scope="col"', ' scope="col" role="columnheader"')
    return re.sub(r'<table(?: class="[^"]*")?', '<table class="wordy" role="table"', table, count=1)


def name_columns(head: str) -> dict[int, str]:
    """Column, counted from the right -> what the last row of a table's head says of it."""
    rows = ROW.findall(head)
    return dict(enumerate(cell[2] for cell in reversed(CELL.findall(rows[-1])))) if rows else {}


def classify_columns(body: str) -> dict[int, str]:
    """Column -> "text" or "text long", counted from the right: on the left, cells may span rows."""
    classes: dict[int, str] = {}
    for row in ROW.findall(body):
        for place, (_, _, content) in enumerate(reversed(CELL.findall(row))):
            if len(content) > LONG:
                classes[place] = "text long"
            elif TEXT.match(content.strip()) and content not in ABSENT:
                classes.setdefault(place, "text")
    return classes


def mark_row(row: str, scope: str, classes: dict[int, str], labels: dict[int, str]) -> str:
    """A row with the scope of its header cells, the classes and the labels of its cells."""
    places = iter(range(len(CELL.findall(row)) - 1, -1, -1))

    def mark(match: re.Match[str]) -> str:
        place = next(places)
        return mark_cell(match, scope, classes.get(place, ""), labels.get(place, ""))

    return CELL.sub(mark, row)


def mark_cell(match: re.Match[str], scope: str, name: str, label: str) -> str:
    """One cell in a reader's words; a header cell without a word heads nothing."""
    kind, attributes = match[1], match[2] or ""
    content = WORDS.get(match[3], match[3])
    kind = kind if content.strip() else "d"
    attributes += f' scope="{scope}"' if kind == "h" and "scope=" not in attributes else ""
    attributes += f' class="{name}"' if name and "class=" not in attributes else ""
    attributes += f' data-label="{label}"' if label and '"' not in label else ""
    return f"<t{kind}{attributes}>{content}</t{kind}>"
