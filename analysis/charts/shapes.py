"""Outlines of marks, and the lines of hatches, as points in pixels."""

from analysis.charts.scene import Box, Mark, Point

# pixels between the lines of a hatch
_GAP = 7.0
_Segment = tuple[Point, Point]


def outline(mark: Mark) -> list[Point]:
    """The corners of a mark's shape; none for o, which is a circle."""
    x, y, r = mark.x, mark.y, mark.size
    corners = {
        "s": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
        "d": [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)],
        "^": [(0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
        "v": [(0, 1.15), (1.1, -0.85), (-1.1, -0.85)],
        "|": [(-0.25, -1.6), (0.25, -1.6), (0.25, 1.6), (-0.25, 1.6)],
        "o": [],
    }[mark.shape]
    return [(x + r * a, y + r * b) for a, b in corners]


def hatch_lines(box: Box) -> list[_Segment]:
    """The lines on a box of the hatch `box.hatch`, of the signs / \\ | - and x."""
    found: list[_Segment] = []
    for sign in box.hatch.replace("x", "/\\").replace("+", "|-"):
        if sign in "/\\":
            found += _slant(box, sign == "\\")
        elif sign == "|":
            places = _place(box.x, box.width)
            found += [((x, box.y), (x, box.y + box.height)) for x in places]
        else:
            places = _place(box.y, box.height)
            found += [((box.x, y), (box.x + box.width, y)) for y in places]
    return found


def _place(start: float, length: float) -> list[float]:
    """Places at equal distances on a length, none at its ends."""
    number = max(int(length // _GAP), 1)
    return [start + length * (each + 0.5) / number for each in range(number)]


def _slant(box: Box, down: bool) -> list[_Segment]:
    """Diagonals over a box, cut at its edges."""
    found: list[_Segment] = []
    for number in range(1, int((box.width + box.height) // _GAP) + 1):
        across = number * _GAP
        # from the left or lower edge up to the upper or right one
        start = (max(0.0, across - box.height), min(across, box.height))
        end = (min(across, box.width), max(0.0, across - box.width))
        ends = [(x, box.height - y if down else y) for x, y in (start, end)]
        (a, b), (c, d) = ends
        found.append(((box.x + a, box.y + b), (box.x + c, box.y + d)))
    return found
