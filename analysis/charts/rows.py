"""Charts of rows: names at the left or above, marks on a shared axis, values at the right."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil

from analysis.charts.axis import Axis, list_ticks, say_tick
from analysis.charts.keys import Key, draw_keys
from analysis.charts.labels import say_name
from analysis.charts.scene import (
    NARROW,
    WIDE,
    Box,
    Group,
    Item,
    Line,
    Mark,
    Scene,
    Word,
    fit,
    measure,
    wrap,
)
from analysis.charts.style import FILLS
from analysis.words import say_unit

# pixels: a row, its bar, a name above it, what is between panels
_ROW, _BAR, _THIN, _ABOVE, _BETWEEN = 24.0, 15.0, 5.0, 17.0, 14.0
# the share of names in a narrow column
_HALF = 0.45
# pixels of a panel at least, between parts below each other, and of a bar that can be seen
_LEAST, _APART, _HAIR = 96.0, 14.0, 1.6


@dataclass(frozen=True)
class Bar:
    """A bar from one value to another, a thin one where that is said."""

    start: float
    stop: float
    look: str
    title: str = ""
    thin: bool = False


@dataclass(frozen=True)
class Span:
    """A line from one value to another, such as an interval."""

    low: float
    high: float
    look: str


@dataclass(frozen=True)
class Dot:
    """A mark at a value."""

    at: float
    look: str
    shape: str = "o"
    hollow: bool = False
    size: float = 5.0
    title: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its name, and in each panel its signs, its value with that one's look, and a tooltip.

    A row without panels is a heading in the look that is given first.
    """

    name: str
    panels: tuple[tuple[Bar | Span | Dot, ...], ...] = ()
    values: tuple[str, ...] = ()
    looks: tuple[str, ...] = ("",)
    titles: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Rows:
    """Rows on one axis from `low` to `high`; with several panels, each has its title.

    unit: behind the last number of the axis · zero: a dashed line, and `ends` are the words at
    its left and right · above: names stand above their rows however wide the chart is · names: the
    share of the width that they may take at most · whole: the axis counts.
    """

    rows: tuple[Row, ...]
    low: float
    high: float
    panels: tuple[str, ...] = ("",)
    unit: str = ""
    zero: float | None = None
    ends: tuple[str, str] = ("", "")
    keys: tuple[Key, ...] = ()
    above: bool = False
    names: float = 0.36
    whole: bool = False

    def __call__(self, width: float) -> Scene:
        """The scene of the rows at a width in pixels: panels for which it is too small below."""
        scenes = [_Layout(each, width).draw() for each in self._split(width)]
        items: list[Item] = []
        down = 0.0
        for scene in scenes:
            items.append(Group(scene.items, down=down))
            down += scene.height + _APART
        return Scene(width, down - _APART, tuple(items) if len(items) > 1 else scenes[0].items)

    def _split(self, width: float) -> list["Rows"]:
        """The chart in parts whose panels have room for their titles side by side."""
        titles = [measure(say_name(each)) + 3 for each in self.panels]
        least = max(_LEAST + _BETWEEN, *titles)
        most = max(int((width - _Layout(self, width).names + _BETWEEN) // least), 1)
        parts = ceil(len(self.panels) / most)
        size = ceil(len(self.panels) / parts)
        return [
            replace(
                self,
                rows=tuple(_cut(row, start, start + size) for row in self.rows),
                panels=self.panels[start : start + size],
                keys=self.keys if not start else (),
            )
            for start in range(0, len(self.panels), size)
        ]


def _cut(row: Row, start: int, end: int) -> Row:
    """A row with some of its panels."""
    titles = row.titles[start:end] or row.titles
    return replace(row, panels=row.panels[start:end], values=row.values[start:end], titles=titles)


class _Layout:
    """Where everything is at one width."""

    def __init__(self, chart: Rows, width: float) -> None:
        self.chart, self.width = chart, width
        self.above = chart.above or width <= NARROW
        names = [measure(say_name(row.name)) for row in chart.rows if row.panels]
        share = chart.names if width >= WIDE else _HALF
        self.names = 0.0 if self.above else min(max(names, default=0.0), share * width) + 10
        one = len(chart.panels) == 1
        values = [measure(each) for row in chart.rows for each in row.values]
        # above a row there is room for one value, beside the marks of many panels for none
        self.valued = one or not self.above
        self.values = 0.0 if self.above else max(values, default=0.0) + 6
        room = width - self.names - _BETWEEN * (len(chart.panels) - 1)
        self.panel = room / len(chart.panels)

    def axis(self, number: int) -> Axis:
        """The axis of a panel."""
        start = self.names + number * (self.panel + _BETWEEN)
        return Axis(self.chart.low, self.chart.high, start, self.panel - self.values)

    def draw(self) -> Scene:
        """The scene: keys, heads, the axis' lines behind rows, its numbers below them."""
        keys, top = draw_keys(self.chart.keys, self.width)
        heads, top = self._draw_heads(top)
        rows: list[Item] = []
        y = top
        for row in self.chart.rows:
            drawn, height = self._draw_row(row) if row.panels else self._draw_heading(row)
            rows.append(Group(tuple(drawn), down=y))
            y += height
        axes = [item for n in range(len(self.chart.panels)) for item in self._draw_axis(n, top, y)]
        return Scene(self.width, y + 22, (*keys, *heads, *axes, *rows))

    def _draw_heads(self, top: float) -> tuple[list[Item], float]:
        """Titles of panels, and what is to the left and right of zero; where rows begin."""
        items: list[Item] = []
        room = self.panel + _BETWEEN
        lines = [wrap(say_name(each), room) if each else [] for each in self.chart.panels]
        most = max(map(len, lines))
        for number, each in enumerate(lines):
            start = self.axis(number).start
            items += [
                Word(
                    min(start, self.width - measure(line)),
                    top + 9 + 16 * (most - len(each) + at),
                    line,
                    "b",
                )
                for at, line in enumerate(each)
            ]
        top += 16 * most + (6 if most else 0)
        if any(self.chart.ends) and self.chart.zero is not None:
            zero = self.axis(0).place(self.chart.zero)
            items += _draw_ends(self.chart.ends, zero, top + 8, self.width)
            top += 20
        return items, top

    def _draw_heading(self, row: Row) -> tuple[list[Item], float]:
        """A heading from 0 down, and how high it is."""
        lines = wrap(say_name(row.name), self.width)
        look = row.looks[0] or "b"
        words = [Word(0, _ROW / 2 + 5 + 16 * n, line, look) for n, line in enumerate(lines)]
        return [*words], _ROW + 4 + 16 * (len(lines) - 1)

    def _draw_row(self, row: Row) -> tuple[list[Item], float]:
        """A row from 0 down, and how high it is."""
        height = _ROW + (_ABOVE if self.above else 0)
        middle = height - _ROW / 2 - (2 if self.above else 0)
        items: list[Item] = [*self._draw_name(row)]
        for number, signs in enumerate(row.panels):
            axis = self.axis(number)
            left = axis.start if number else 0.0
            cell: list[Item] = [Box(left, 0, axis.start + self.panel - left, height, "row")]
            cell += [_draw_sign(each, axis, middle) for each in signs]
            if self.valued and number < len(row.values):
                cell.append(self._draw_value(row, number, middle))
            items.append(Group(tuple(cell), _pick(row.titles, number)))
        return items, height

    def _draw_name(self, row: Row) -> list[Item]:
        """The name of a row, at its left or above it."""
        name = say_name(row.name)
        if not self.above:
            return [Word(self.names - 10, _ROW / 2, fit(name, self.names - 10), anchor="end")]
        beside = max((measure(each) for each in row.values), default=0.0) if self.valued else 0.0
        return [Word(0, _ABOVE / 2 + 2, fit(name, self.width - beside - 10))]

    def _draw_value(self, row: Row, number: int, middle: float) -> Word:
        """What a row comes to in a panel, at the right of it or in the line of the name."""
        right = self.axis(number).start + self.panel
        y = _ABOVE / 2 + 2 if self.above else middle
        return Word(right, y, row.values[number], _pick(row.looks, number), "end")

    def _draw_axis(self, number: int, top: float, bottom: float) -> list[Item]:
        """Lines and numbers of a panel's axis."""
        axis = self.axis(number)
        items: list[Item] = []
        ticks = list_ticks(axis.low, axis.high, axis.length, whole=self.chart.whole)
        taken = 0.0
        for value in ticks:
            x = axis.place(value)
            items.append(Line(((x, top), (x, bottom)), "grid"))
            text = say_unit(say_tick(value), self.chart.unit if value == ticks[-1] else "")
            half = measure(text) / 2
            at = min(max(x, half), self.width - half)
            if at - half >= taken:
                items.append(Word(at, bottom + 11, text, "k", "middle"))
                taken = at + half + 3
        if self.chart.zero is not None:
            x = axis.place(self.chart.zero)
            items.append(Line(((x, top), (x, bottom)), "zero"))
        return items


def _pick(texts: tuple[str, ...], number: int) -> str:
    """The text of a panel, the last one where there are fewer."""
    return texts[min(number, len(texts) - 1)]


def _draw_ends(ends: tuple[str, str], x: float, y: float, width: float) -> list[Item]:
    """The words at the left and the right of zero, moved as far as both need room."""
    right = f"{ends[1]} ▶"
    room = width - 16 - measure(right)
    left = f"◀ {fit(say_name(ends[0]), room - 20)}"
    x = max(min(x - 8, room), measure(left))
    return [Word(x, y, left, "k", "end"), Word(x + 16, y, right, "k")]


def _draw_sign(sign: Bar | Span | Dot, axis: Axis, y: float) -> Item:
    """A bar, line or mark at its place, in a group where it has a tooltip of its own."""
    if isinstance(sign, Span):
        ends = ((axis.place(sign.low), y), (axis.place(sign.high), y))
        return Line(ends, sign.look)
    if isinstance(sign, Dot):
        item: Item = Mark(axis.place(sign.at), y, sign.shape, sign.look, sign.hollow, sign.size)
    else:
        left, right = sorted((axis.place(sign.start), axis.place(sign.stop)))
        hatch = FILLS[sign.look].hatch if sign.look in FILLS else ""
        height = _THIN if sign.thin else _BAR
        item = Box(
            left,
            y - height / 2,
            max(right - left, _HAIR),
            height,
            sign.look,
            "" if sign.thin else hatch,
        )
    return Group((item,), sign.title) if sign.title else item


def list_keys(looks: Iterable[tuple[str, str]]) -> tuple[Key, ...]:
    """The keys of (name, look) of bars' parts."""
    return tuple(
        Key(name, look, hatch=FILLS[look].hatch if look in FILLS else "") for name, look in looks
    )
