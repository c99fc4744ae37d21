"""What signs of a chart mean, above it, in as many lines as it takes."""

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.charts.labels import say_name
from analysis.charts.scene import Box, Item, Line, Mark, Word, measure, wrap

_SWATCH, _LINE, _SPACE = 16.0, 20.0, 16.0


@dataclass(frozen=True)
class Key:
    """A sign and its meaning: a box of a look, a mark where a shape is given, or a dashed line."""

    text: str
    look: str
    shape: str = ""
    hollow: bool = False
    line: str = ""
    hatch: str = ""


def draw_keys(keys: Iterable[Key], width: float) -> tuple[list[Item], float]:
    """The signs with their meanings side by side, and how high they are together."""
    items: list[Item] = []
    x, y = 0.0, _LINE / 2
    for key in keys:
        swatch = _SWATCH * (2 if key.line else 1)
        lines = wrap(say_name(key.text), width - swatch - 5)
        taken = swatch + 5 + max(map(measure, lines))
        if x and x + taken > width:
            x, y = 0.0, y + _LINE
        items += _draw_sign(key, x, y, swatch)
        for number, line in enumerate(lines):
            y += _LINE if number else 0
            items.append(Word(x + swatch + 5, y, line))
        x += taken + _SPACE
    return items, y + _LINE / 2 + 4 if items else 0.0


def _draw_sign(key: Key, x: float, y: float, width: float) -> list[Item]:
    """The sign itself."""
    if not key.shape and not key.line:
        return [Box(x, y - 6, width, 12, key.look, key.hatch)]
    line = [Line(((x, y), (x + width, y)), f"series {key.line}")] if key.line else []
    mark = [Mark(x + width / 2, y, key.shape, key.look, key.hollow)] if key.shape else []
    return [*line, *mark]
