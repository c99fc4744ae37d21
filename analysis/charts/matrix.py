"""Tables whose cells are coloured by what they say: HTML in a page, a scene for a picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from analysis.charts.labels import say_name
from analysis.charts.scene import Box, Group, Item, Scene, Word, fit, measure
from analysis.charts.verdicts import EMULATED_HEADING, is_emulated
from analysis.languages import translate

_ROW, _NAMES = 26.0, 0.34
# percent of a colour in a cell: the least and the most
_PALE, _FULL = 10, 42


@dataclass(frozen=True)
class Cell:
    """A cell's text, its class and tooltip; `size` from 0 to 1 is how much of its colour it has."""

    text: str
    look: str = ""
    size: float = 0.0
    title: str = ""


_Line = tuple[str, tuple[Cell, ...]]


def group_rows(rows: Iterable[_Line]) -> tuple[_Line, ...]:
    """Rows, those of emulated strategies below the others under a heading of their own."""
    given = list(rows)
    emulated = [row for row in given if is_emulated(row[0])]
    heading = [(translate(EMULATED_HEADING), ())] if emulated else []
    return (*(row for row in given if row not in emulated), *heading, *emulated)


@dataclass(frozen=True)
class Matrix:
    """Rows of cells below heads; a row without cells is a heading."""

    heads: tuple[str, ...]
    rows: tuple[_Line, ...]

    def write(self) -> str:
        """The table as HTML."""
        heads = "".join(f'<th scope="col">{_write(each)}</th>' for each in self.heads)
        body = "".join(self._write_row(name, cells) for name, cells in self.rows)
        return (
            f'<table class="matrix"><thead><tr><td></td>{heads}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )

    def _write_row(self, name: str, cells: tuple[Cell, ...]) -> str:
        """A row, or a heading of those below it."""
        if not cells:
            empty = "<td></td>" * len(self.heads)
            return f'<tr><th scope="row"><em>{_write(name)}</em></th>{empty}</tr>'
        return f'<tr><th scope="row">{_write(name)}</th>{"".join(map(_write_cell, cells))}</tr>'

    def __call__(self, width: float) -> Scene:
        """The table as a scene, which is as wide as its columns need."""
        widest = max((measure(say_name(name)) for name, _ in self.rows), default=0.0)
        names = min(widest, _NAMES * width) + 4
        each = (width - names) / max(len(self.heads), 1)
        items: list[Item] = [
            Word(names + (n + 0.5) * each, _ROW / 2, fit(say_name(head), each), "b", "middle")
            for n, head in enumerate(self.heads)
        ]
        for number, (name, cells) in enumerate(self.rows, start=1):
            row: list[Item] = [
                Word(0, _ROW / 2, fit(say_name(name), names - 4 if cells else width))
            ]
            for n, cell in enumerate(cells):
                row += _draw_cell(cell, names + n * each, each)
            items.append(Group(tuple(row), down=number * _ROW))
        return Scene(width, (len(self.rows) + 1) * _ROW, tuple(items))


def _draw_cell(cell: Cell, x: float, width: float) -> list[Item]:
    """A cell of a scene."""
    wash = {"faster": "faster-wash", "slower": "slower-wash", "hits": "import"}.get(cell.look)
    share = cell.size if cell.look == "hits" else 1.0
    box = [Box(x + 1, 1, (width - 2) * share, _ROW - 2, wash)] if wash else []
    return [*box, Word(x + width / 2, _ROW / 2, fit(cell.text, width - 4), "", "middle")]


def _write_cell(cell: Cell) -> str:
    """A cell as HTML."""
    look = f' class="{cell.look}"' if cell.look else ""
    percent = round(_PALE + (_FULL - _PALE) * min(cell.size, 1.0)) if cell.size else 0
    size = f' style="--size:{percent}%"' if cell.look in ("faster", "slower", "hits") else ""
    title = f' title="{_write(cell.title)}"' if cell.title else ""
    return f"<td{look}{size}{title}>{_write(cell.text)}</td>"


def _write(text: str) -> str:
    """Text as HTML that shows it as it is."""
    return escape(say_name(text))
