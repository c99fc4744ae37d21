"""Scenes as SVG: text as text, colours by class, a tooltip on each group, no ids and no scripts."""

from collections.abc import Iterable
from html import escape

from analysis.charts.labels import say_name
from analysis.charts.scene import Box, Dots, Group, Item, Line, Mark, Scene, Word
from analysis.charts.shapes import hatch_lines, outline
from analysis.charts.style import STYLE, pick_tone

# from the middle of a text to its base line, in pixels
_BASE = 4.5


def write_inline(scene: Scene, kind: str, alt: str) -> str:
    """A scene as an SVG element for an HTML page, of the class `kind`."""
    return f'<svg class="{kind}" {_state_size(scene)} {_state_alt(alt)}>{_write(scene.items)}</svg>'


def write_file(scene: Scene, alt: str) -> str:
    """A scene as an SVG file of its own, with its style."""
    size = f'width="{_say(scene.width)}" height="{_say(scene.height)}" {_state_size(scene)}'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" {size} {_state_alt(alt)}>'
    return f"{start}<style>{STYLE}</style>{_write(scene.items)}</svg>\n"


def _state_size(scene: Scene) -> str:
    """The attribute that makes a pixel of a scene one of its own, however wide it is shown."""
    return f'viewBox="0 0 {_say(scene.width)} {_say(scene.height)}"'


def _state_alt(alt: str) -> str:
    """The attributes that let a picture be read aloud."""
    return f'role="img" aria-label="{escape(alt)}"'


def _write(items: Iterable[Item]) -> str:
    """Items one after the other."""
    return "".join(map(_write_item, items))


def _write_item(item: Item) -> str:
    """One item as an element."""
    if isinstance(item, Group):
        moved = f' transform="translate({_say(item.right)} {_say(item.down)})"'
        move = moved if item.right or item.down else ""
        title = f"<title>{escape(say_name(item.title), quote=False)}</title>" if item.title else ""
        return f"<g{move}>{title}{_write(item.items)}</g>"
    if isinstance(item, Box):
        return _write_box(item)
    if isinstance(item, Line):
        return f'<path class="{item.look}" d="{_say_path(item.points)}"/>'
    if isinstance(item, Mark):
        return _write_mark(item)
    if isinstance(item, Dots):
        return _write_dots(item)
    return _write_word(item)


def _write_box(box: Box) -> str:
    """A rectangle, and over it its hatch."""
    at = f'x="{_say(box.x)}" y="{_say(box.y)}"'
    size = f'width="{_say(max(box.width, 0))}" height="{_say(box.height)}"'
    shown = f'<rect class="{box.look}" {at} {size}/>'
    lines = "".join(_say_path(each) for each in hatch_lines(box))
    return f'{shown}<path class="{pick_tone(box.look)}" d="{lines}"/>' if lines else shown


def _write_mark(mark: Mark) -> str:
    """A sign, of a hollow one the outline."""
    look = f"{mark.look} hollow" if mark.hollow else mark.look
    points = outline(mark)
    if points:
        return f'<path class="{look}" d="{_say_path(points)}Z"/>'
    at = f'cx="{_say(mark.x)}" cy="{_say(mark.y)}" r="{_say(mark.size)}"'
    return f'<circle class="{look}" {at}/>'


def _write_dots(dots: Dots) -> str:
    """Round signs as ends of lines without length: the shortest way to write many."""
    path = "".join(f"M{_say(x)} {_say(y)}h0" for x, y in dots.points)
    width = _say(2 * dots.size)
    return f'<path class="{dots.look} dots" stroke-width="{width}" d="{path}"/>'


def _write_word(word: Word) -> str:
    """A text."""
    look = f' class="{word.look}"' if word.look else ""
    anchor = "" if word.anchor == "start" else f' text-anchor="{word.anchor}"'
    at = f'x="{_say(word.x)}" y="{_say(word.y + _BASE)}"'
    return f"<text {at}{look}{anchor}>{escape(say_name(word.text), quote=False)}</text>"


def _say_path(points: Iterable[tuple[float, float]]) -> str:
    """A path from point to point."""
    return "M" + "L".join(f"{_say(x)} {_say(y)}" for x, y in points)


def _say(value: float) -> str:
    """A number of pixels with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
