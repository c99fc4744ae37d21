"""The HTML tables of frames made fit for reading: aligned, labelled, in boxes that scroll."""

import re
from itertools import count

from analysis.languages import translate
from analysis.prose.template import tell

_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t([dh])( [^>]*)?>(.*?)</t[dh]>", re.DOTALL)
# pandas puts a style sheet of its own before each frame, and the index's name into a second row
_FRAME_STYLE = re.compile(r"<style scoped[^>]*>.*?</style>", re.DOTALL)
_NAMED_INDEX = re.compile(
    r"<tr\b[^>]*>\s*<th></th>(?P<columns>(?:\s*<th>[^<]*</th>)+)\s*</tr>"
    r"\s*<tr>\s*<th>(?P<name>[^<]+)</th>(?:\s*<th></th>)+\s*</tr>"
)
# what pandas writes, and what a reader sees there
_ABSENT = dict.fromkeys(["NaN", "NaT", "nan", "None", "&lt;NA&gt;"], "–")
_WORDS = _ABSENT | {"True": "yes", "False": "no"}
# a table of more columns than this is printed small
_MANY = 9
# more characters than this are broken into lines
_LONG = 40
# tags of chips and small print, which take no room
_TAG = re.compile(r"</?(?:span|small)[^>]*>")
_EMPTY_BODY = re.compile(r"(<tbody>)\s*(</tbody>)")
# a column is one of text when a value of it starts with a letter
_TEXT = re.compile(r"[^\W\d]")


def dress_tables(html: str) -> str:
    """`html` with each table numbered, its text columns marked, in a box that scrolls."""
    numbers = count(1)
    html = _FRAME_STYLE.sub("", html)
    return _TABLE.sub(lambda match: _box_table(match[0], next(numbers)), html)


def _box_table(table: str, number: int) -> str:
    """A table in a box that scrolls, also by keyboard."""
    table = _NAMED_INDEX.sub(r"<tr><th>\g<name></th>\g<columns></tr>", table)
    table = _EMPTY_BODY.sub(rf"\1<tr><td>{translate('none')}</td></tr>\2", table)
    table = _mark_cells(table.replace(' border="1"', "", 1))
    many = ' data-columns="many"' if len(_name_columns(table)) > _MANY else ""
    named = f'role="region" aria-label="{tell("Table {number}", number=number)}"'
    return f'<div class="scroll" {named} tabindex="0"{many}>{table}</div>'


def _mark_cells(table: str) -> str:
    """A table whose header cells say of what, and whose text columns have a class.

    One with long texts has the class wordy and its column's name in each cell: where there is
    no room for columns, its rows can be shown as lists.
    """
    head = HEAD.search(table)
    split = head.end() if head else 0
    classes = _classify_columns(table[split:])
    wordy = "text long" in classes.values()
    labels = _name_columns(table[:split]) if wordy else {}
    body = _ROW.sub(lambda match: _mark_row(match[0], "row", classes, labels), table[split:])
    table = _ROW.sub(lambda match: _mark_row(match[0], "col", classes, {}), table[:split]) + body
    return _state_roles(table) if wordy else table


def _state_roles(table: str) -> str:
    """A wordy table: shown as lists, it is still one of rows and cells to a screen reader."""
    roles = {"tr": "row", "td": "cell", "tbody": "rowgroup", "thead": "rowgroup"}
    for tag, role in roles.items():
        table = re.sub(rf"<{tag}\b", f'<{tag} role="{role}"', table)
    table = table.replace(' scope="row"', ' scope="row" role="rowheader"')
    table = table.replace(' scope="col"', ' scope="col" role="columnheader"')
    return re.sub(r'<table(?: class="[^"]*")?', '<table class="wordy" role="table"', table, count=1)


def _name_columns(head: str) -> dict[int, str]:
    """Column, counted from the right -> what the last row of a table's head says of it."""
    rows = _ROW.findall(head)
    return dict(enumerate(cell[2] for cell in reversed(_CELL.findall(rows[-1])))) if rows else {}


def _classify_columns(body: str) -> dict[int, str]:
    """Column -> "text" or "text long", counted from the right: on the left, cells may span rows."""
    classes: dict[int, str] = {}
    for row in _ROW.findall(body):
        for place, (_, _, content) in enumerate(reversed(_CELL.findall(row))):
            content = _TAG.sub("", content).strip()
            if len(content) > _LONG:
                classes[place] = "text long"
            elif _TEXT.match(content) and content not in _ABSENT:
                classes.setdefault(place, "text")
    return classes


def _mark_row(row: str, scope: str, classes: dict[int, str], labels: dict[int, str]) -> str:
    """A row with the scope of its header cells, the classes and the labels of its cells."""
    places = iter(range(len(_CELL.findall(row)) - 1, -1, -1))

    def mark(match: re.Match[str]) -> str:
        place = next(places)
        return _mark_cell(match, scope, classes.get(place, ""), labels.get(place, ""))

    return _CELL.sub(mark, row)


def _mark_cell(match: re.Match[str], scope: str, name: str, label: str) -> str:
    """One cell in a reader's words; a header cell without a word heads nothing."""
    kind, attributes = match[1], match[2] or ""
    content = translate(_WORDS[match[3]]) if match[3] in _WORDS else match[3]
    kind = kind if content.strip() else "d"
    attributes += f' scope="{scope}"' if kind == "h" and "scope=" not in attributes else ""
    attributes = attributes.replace(' class="text"', "") if name else attributes
    attributes += f' class="{name}"' if name and "class=" not in attributes else ""
    attributes += f' data-label="{label}"' if label and '"' not in label else ""
    return f"<t{kind}{attributes}>{content}</t{kind}>"
