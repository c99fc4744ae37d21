"""What a chart consists of: marks and words at places in pixels, whoever draws them."""

import re
import unicodedata
from dataclasses import dataclass

from analysis.visible import shorten

# pixels of text, which is as high in every chart, and of what a chart is drawn for: a page's text,
# a phone, half a page, all of a page
TEXT, WIDE, NARROW, MID, FULL = 13.0, 640.0, 350.0, 450.0, 940.0
# widths of signs in ems of a wide sans-serif font, so that no other needs more room
_THIN, _BROAD = set("iljtfrI.,:;|!'()[]{}/\\ -`"), set("mwMW@%—…▼▲")
# what a line is not broken in: a word, and a sign that stands for itself with what may begin or
# end no line
_WIDE, _OPEN = "\u3041-\u9fff", "（「『【〈"
_SHUT = "、。，．：；！？）」』】〉ー〜・ゃゅょっャュョッ"
_PART = re.compile(rf" ?[{_OPEN}]*(?:[{_WIDE}]|[^ {_WIDE}{_OPEN}{_SHUT}]+)[{_SHUT}]*|.")
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle; `look` says its colour, `hatch` the lines on it."""

    x: float
    y: float
    width: float
    height: float
    look: str
    hatch: str = ""


@dataclass(frozen=True)
class Line:
    """A line through points."""

    points: tuple[Point, ...]
    look: str


@dataclass(frozen=True)
class Mark:
    """A sign around a point: o, s, d, v or ^, and | for a stroke."""

    x: float
    y: float
    shape: str
    look: str
    hollow: bool = False
    size: float = 5.0


@dataclass(frozen=True)
class Dots:
    """Filled round signs around points, all alike; `size` is half of what one is wide."""

    points: tuple[Point, ...]
    look: str
    size: float


@dataclass(frozen=True)
class Word:
    """A text on one line, `y` its middle; anchor: start, middle or end."""

    x: float
    y: float
    text: str
    look: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Group:
    """Items that belong together, moved as a whole, with a tooltip."""

    items: tuple["Item", ...]
    title: str = ""
    right: float = 0.0
    down: float = 0.0


Item = Box | Line | Mark | Dots | Word | Group


@dataclass(frozen=True)
class Scene:
    """All items of a chart of so many pixels."""

    width: float
    height: float
    items: tuple[Item, ...]


def measure(text: str) -> float:
    """The pixels that a text takes in most fonts, at most."""
    return TEXT * sum(map(_measure_sign, text))


def _measure_sign(sign: str) -> float:
    """The width of a sign in ems."""
    if sign in _THIN:
        return 0.4
    if sign in _BROAD or sign > "\u1100":
        return 1.05 if unicodedata.east_asian_width(sign) in "WF" else 0.98
    return 0.7 if sign.isupper() else 0.63


def fit(text: str, width: float) -> str:
    """A text that takes at most so many pixels: of a longer one the begin and the end."""
    taken = measure(text)
    if taken <= width:
        return text
    length = max(int(len(text) * width / taken), 5)
    while length > 5 and measure(shorten(text, length)) > width:
        length -= 1
    return shorten(text, length)


def wrap(text: str, width: float) -> list[str]:
    """A text in lines of at most so many pixels, broken between words, or Japanese signs."""
    lines = [""]
    for part in _PART.findall(" ".join(text.split())):
        longer = f"{lines[-1]}{part}".strip()
        if lines[-1] and measure(longer) > width:
            lines.append(part.strip())
        else:
            lines[-1] = longer
    return [fit(line, width) for line in lines]
