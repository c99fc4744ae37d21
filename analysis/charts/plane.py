"""Charts of lines over two axes, in one panel or in several one below the other."""

from dataclasses import dataclass
from itertools import pairwise

from analysis.charts.axis import Axis, list_ticks, say_tick
from analysis.charts.keys import Key, draw_keys
from analysis.charts.labels import say_name
from analysis.charts.scene import Group, Item, Line, Mark, Point, Scene, Word, fit, measure, wrap
from analysis.charts.style import SERIES, SHAPES

# pixels: the line of numbers below, between levels, between series at one place
_NUMBERS, _LEVEL, _ASIDE = 24.0, 40.0, 5.0


@dataclass(frozen=True)
class Sign:
    """A mark of a series' shape, but larger, beside its points."""

    x: float
    y: float
    hollow: bool = False
    size: float = 7.0
    title: str = ""


@dataclass(frozen=True)
class Series:
    """Points with tooltips, joined by a line where `joined`, in steps where `steps`.

    spans: (x, low, high) of intervals · signs: marks beside the points.
    """

    name: str
    points: tuple[Point, ...]
    titles: tuple[str, ...] = ()
    spans: tuple[tuple[float, float, float], ...] = ()
    signs: tuple[Sign, ...] = ()
    joined: bool = True
    steps: bool = False

    @property
    def moves(self) -> bool:
        """Whether it stands beside other series, for all intervals to be seen."""
        return bool(self.spans) and self.joined


@dataclass(frozen=True)
class Plane:
    """Panels of series on one pair of axes; x and y: (low, high).

    ticks: (place, text) along x instead of numbers · labels: of x, below, and of y, above ·
    whole: y counts.
    """

    panels: tuple[tuple[str, tuple[Series, ...]], ...]
    x: tuple[float, float]
    y: tuple[float, float]
    labels: tuple[str, str]
    height: float = 230.0
    ticks: tuple[tuple[float, str], ...] | None = None
    keys: bool = True
    zero: bool = False
    whole: bool = False

    def __call__(self, width: float) -> Scene:
        """The scene of the panels at a width in pixels."""
        names = [each.name for _, series in self.panels for each in series]
        keys, top = draw_keys(_list_keys(names) if self.keys else (), width)
        items: list[Item] = [*keys, Word(0, top + 8, self.labels[1], "k")]
        top += 20
        for title, series in self.panels:
            if title:
                items.append(Word(0, top + 9, fit(say_name(title), width), "b"))
                top += 20
            items += _draw_panel(self, series, width, top)
            top += self.height
        across = self._across(width)
        items += _draw_numbers(self, across, top)
        for line in wrap(self.labels[0], width):
            items.append(Word(0, top + _NUMBERS + 8, line, "k"))
            top += 18
        return Scene(width, top + _NUMBERS, tuple(items))

    def _across(self, width: float) -> Axis:
        """The axis along x."""
        left = 8 + max((measure(say_tick(each)) for each in self._levels()), default=0.0)
        return Axis(*self.x, left, width - left - self._aside())

    def _aside(self) -> float:
        """How far the last of several series with intervals stands beside its place."""
        moved = (n for _, series in self.panels for n, each in enumerate(series) if each.moves)
        return _ASIDE * max(moved, default=0)

    def _levels(self) -> list[float]:
        """The numbers along y."""
        return list_ticks(*self.y, self.height, _LEVEL, self.whole)


def _list_keys(names: list[str]) -> tuple[Key, ...]:
    """A line and a mark for each name, in the looks that the series have."""
    return tuple(
        Key(name, "mark", shape=SHAPES[n % len(SHAPES)], hollow=n >= len(SHAPES),
            line=SERIES[n % len(SERIES)])
        for n, name in enumerate(dict.fromkeys(names))
    )  # fmt: skip


def _draw_panel(plane: Plane, series: tuple[Series, ...], width: float, top: float) -> list[Item]:
    """The grid of a panel and its series."""
    across = plane._across(width)
    up = Axis(*plane.y, top, plane.height, down=True)
    left, right = across.start, across.start + across.length
    items: list[Item] = []
    for value in plane._levels():
        y = up.place(value)
        items.append(Line(((left, y), (right, y)), "grid"))
        items.append(Word(left - 6, y, say_tick(value), "k", "end"))
    if plane.zero:
        items.append(Line(((left, up.place(0)), (right, up.place(0))), "zero"))
    for number, each in enumerate(series):
        items += _draw_series(each, number, across, up)
    return items


def _draw_series(series: Series, number: int, across: Axis, up: Axis) -> list[Item]:
    """A line, its intervals and its marks, each with its tooltip."""
    dash, shape = SERIES[number % len(SERIES)], SHAPES[number % len(SHAPES)]
    hollow = number >= len(SHAPES)
    aside = _ASIDE * number if series.moves else 0.0
    points = [(across.place(x) + aside, up.place(y)) for x, y in series.points]
    items: list[Item] = []
    if series.joined and len(points) > 1:
        line = _make_steps(points) if series.steps else points
        items.append(Line(tuple(line), f"series {dash}"))
    for x, low, high in series.spans:
        at = across.place(x) + aside
        items.append(Line(((at, up.place(low)), (at, up.place(high))), "series"))
    titles = series.titles or ("",) * len(points)
    for (x, y), title in zip(points, titles, strict=True):
        items.append(Group((Mark(x, y, shape, "mark", hollow, 4.0),), title or series.name))
    for sign in series.signs:
        x, y = across.place(sign.x), up.place(sign.y)
        mark = Mark(x, y, shape, "mark", sign.hollow, sign.size)
        items.append(Group((mark,), sign.title))
    return items


def _make_steps(points: list[Point]) -> list[Point]:
    """The line of points whose height holds from the one before on."""
    line = points[:1]
    for (_, before), (x, y) in pairwise(points):
        line += [(line[-1][0], y), (x, y)] if before != y else [(x, y)]
    return line


def _draw_numbers(plane: Plane, across: Axis, top: float) -> list[Item]:
    """Numbers or words along x, those that have room."""
    ticks = plane.ticks
    if ticks is None:
        ticks = tuple((each, say_tick(each)) for each in list_ticks(*plane.x, across.length))
    items: list[Item] = []
    last = -1.0
    for value, text in ticks:
        half = measure(text) / 2
        x = min(max(across.place(value), half), across.start + across.length - half)
        if x - half > last:
            items.append(Word(x, top + 11, text, "k", "middle"))
            last = x + half + 6
    return items
