"""Scenes on matplotlib's axes: for pictures in pixels, and for axes that somebody gives."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle

from analysis.charts.fonts import show_as_text
from analysis.charts.scene import TEXT, Box, Dots, Group, Item, Line, Mark, Scene, Word
from analysis.charts.shapes import hatch_lines, outline
from analysis.charts.style import SERIES, pick_colour, pick_tone

# pixels of a scene to an inch of a figure, and points to a pixel
_INCH, _POINTS = 100, 0.72
_DASHES = dict(zip(SERIES, ("-", "--", ":", "-.", (0, (9, 3))), strict=True))
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}
_WIDTHS = {"bold": 3.0, "grid": 0.8, "series": 1.6}


def make_figure(scene: Scene) -> Figure:
    """A figure that shows a scene and nothing else."""
    figure = Figure(figsize=(scene.width / _INCH, scene.height / _INCH))
    draw_scene(scene, figure.add_axes((0, 0, 1, 1)))
    return figure


def draw_scene(scene: Scene, axes: Axes) -> Axes:
    """A scene drawn on axes, which it fills."""
    axes.set_xlim(0, scene.width)
    axes.set_ylim(scene.height, 0)
    axes.set_axis_off()
    for item in _place(scene.items, 0.0, 0.0):
        _draw(axes, item)
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure), "axes are made with their figure"
    show_as_text(figure)
    return axes


def _place(items: Iterable[Item], right: float, down: float) -> Iterator[Item]:
    """The items in all groups, at the places to which these move them."""
    for item in items:
        if isinstance(item, Group):
            yield from _place(item.items, right + item.right, down + item.down)
        elif isinstance(item, Line | Dots):
            yield replace(item, points=tuple((x + right, y + down) for x, y in item.points))
        else:
            yield replace(item, x=item.x + right, y=item.y + down)


def _draw(axes: Axes, item: Item) -> None:
    """An item that is no group."""
    if isinstance(item, Box):
        _draw_box(axes, item)
    elif isinstance(item, Line):
        axes.add_line(Line2D(*zip(*item.points, strict=True), **_style_line(item.look)))
    elif isinstance(item, Mark):
        _draw_mark(axes, item)
    elif isinstance(item, Dots):
        for x, y in item.points:
            _draw_mark(axes, Mark(x, y, "o", item.look, size=item.size))
    elif isinstance(item, Word):
        _draw_word(axes, item)


def _draw_box(axes: Axes, box: Box) -> None:
    """A rectangle and its hatch."""
    if box.look == "row":
        return
    style: dict[str, Any] = {
        "facecolor": pick_colour(box.look),
        "edgecolor": "white",
        "linewidth": 0.6,
    }
    axes.add_patch(Rectangle((box.x, box.y), box.width, box.height, **style))
    tone = pick_colour(pick_tone(box.look))
    for start, end in hatch_lines(box):
        line = Line2D(*zip(start, end, strict=True), color=tone, linewidth=0.7, alpha=0.7)
        axes.add_line(line)


def _draw_mark(axes: Axes, mark: Mark) -> None:
    """A sign, of a hollow one the outline."""
    colour = pick_colour(mark.look.split()[0])
    style: dict[str, Any] = {"facecolor": "white" if mark.hollow else colour, "edgecolor": colour}
    style |= {"zorder": 3, "alpha": 0.45 if mark.look == "dot" else None}
    corners = outline(mark)
    shape = Polygon(corners, **style) if corners else Circle((mark.x, mark.y), mark.size, **style)
    axes.add_patch(shape)


def _draw_word(axes: Axes, word: Word) -> None:
    """A text in the pixels of its scene."""
    looks = word.look.split()
    colour = pick_colour(next(iter(looks), "ink"))
    axes.text(
        word.x, word.y, word.text, fontsize=TEXT * _POINTS, va="center", color=colour,
        ha=_ANCHORS[word.anchor],
        fontweight="bold" if {"b", "faster"} & set(looks) else "normal",
    )  # fmt: skip


def _style_line(look: str) -> dict[str, Any]:
    """Colour, width and dashes of a line."""
    looks = look.split()
    dashes = next((_DASHES[each] for each in looks if each in _DASHES), "-")
    width = next((_WIDTHS[each] for each in looks if each in _WIDTHS), 1.0)
    return {
        "color": pick_colour(looks[0]),
        "linewidth": width,
        "linestyle": "--" if "zero" in looks else dashes,
    }
