"""Scenes of many signs with less: what a page of hundreds of builds can still be sent with."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from analysis.charts.scene import Box, Dots, Group, Item, Mark

# what is there for a row's tooltip alone
_AREA = "row"


def lighten(items: Iterable[Item], tooltips: bool) -> tuple[Item, ...]:
    """The same signs without tooltips of single ones; `tooltips`: those of rows stay.

    Dots that are alike and next to each other become one item.
    """
    flat = [each for item in items for each in _open(item, tooltips)]
    parts = groupby(flat, _name_dot)
    return tuple(each for kind, same in parts for each in _join(kind, list(same)))


def _open(item: Item, tooltips: bool) -> Iterator[Item]:
    """A group with lighter items, of one around a single sign this sign; any other item as it is.

    An area that nothing is told of is left out.
    """
    if isinstance(item, Box) and item.look == _AREA and not tooltips:
        return
    if not isinstance(item, Group):
        yield item
    elif len(item.items) == 1 and isinstance(item.items[0], Mark) and not (item.right or item.down):
        yield item.items[0]
    else:
        title = item.title if tooltips else ""
        yield Group(lighten(item.items, tooltips), title, item.right, item.down)


def _name_dot(item: Item) -> tuple[str, float] | None:
    """Look and size of a round sign that is filled; null of all else."""
    if isinstance(item, Mark) and item.shape == "o" and not item.hollow:
        return item.look, item.size
    return None


def _join(kind: tuple[str, float] | None, items: list[Item]) -> list[Item]:
    """Several dots of a kind as one item, all else as it is."""
    if kind is None or len(items) == 1:
        return items
    return [Dots(tuple((dot.x, dot.y) for dot in items if isinstance(dot, Mark)), *kind)]
