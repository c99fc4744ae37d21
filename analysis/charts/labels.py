"""Foreign text in charts: shown as it is written, without secrets, and no longer than fits."""

import re
from functools import cache
from textwrap import fill

from matplotlib import font_manager
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.table import Cell
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, ScalarFormatter

from analysis.redaction import redact
from analysis.visible import escape_sign, shorten, show_line, show_signs

# characters of a row's label, in how many lines of it; of one word, and of any text in a chart
LABEL, _LINES, _WORD, _TEXT = 32, 2, 48, 600
_LONG_WORD = re.compile(rf"\S{{{_WORD + 1},}}")
# fonts for what the usual one lacks, where they are installed
_FALLBACKS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Source Han Sans",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans",
    "Malgun Gothic",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Noto Sans Symbols2",
    "Symbola",
)


def make_label(name: object, length: int = LABEL * _LINES) -> str:
    """A name as a label on one line: of a longer one the begin and the end."""
    return shorten(_draw(show_line(redact(str(name)))), length)


def fill_label(name: object, width: int = LABEL, lines: int = _LINES) -> str:
    """A name as a label in lines of so many characters."""
    return fill(make_label(name, width * lines), width)


def show_as_text(figure: Figure) -> None:
    """Make each text of a figure say what it says: no mathematics, no LaTeX, no hidden signs."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            _show_ticks(axis)
    # a cell of a table keeps its text to itself
    texts = [cell.get_text() for cell in figure.findobj(Cell)]
    for text in [*figure.findobj(Text), *texts]:
        assert isinstance(text, Text)
        text.set_parse_math(False)
        text.set_usetex(False)
        text.set_text(clean(text.get_text()))
        text.set_fontfamily(_list_families())


def clean(text: str) -> str:
    """What a chart may say of a text: its lines, no word and no text too long."""
    shown = _LONG_WORD.sub(lambda word: shorten(word[0], _WORD), _draw(show_signs(redact(text))))
    return shorten(shown.replace("\t", " "), _TEXT)


def _show_ticks(axis: Axis) -> None:
    """Let the labels of an axis be text: those given as they are, numbers without mathematics."""
    formatter = axis.get_major_formatter()
    if isinstance(axis.get_major_locator(), FixedLocator) and not isinstance(
        formatter, ScalarFormatter
    ):
        given = [formatter(place, at) for at, place in enumerate(axis.get_majorticklocs())]
        axis.set_ticklabels([clean(label) for label in given])
    elif isinstance(formatter, ScalarFormatter):
        formatter.set_useMathText(False)
    if axis.get_scale() in ("log", "symlog", "logit"):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())


def _draw(text: str) -> str:
    """`text` with what no font has as an escape: nobody could tell one box from another."""
    if text.isascii():
        return text
    return "".join(sign if _has_glyph(sign) else escape_sign(sign) for sign in text)


@cache
def _has_glyph(sign: str) -> bool:
    """Whether one of the fonts has a sign."""
    return sign.isspace() or any(font.get_char_index(ord(sign)) for font in _open_fonts())


@cache
def _list_families() -> list[str]:
    """The usual font, and those that are there for what it lacks."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _FALLBACKS if name in there)]


@cache
def _open_fonts() -> list[FT2Font]:
    """The fonts of these families."""
    paths = [font_manager.findfont(name, fallback_to_default=True) for name in _list_families()]
    return [font_manager.get_font(path) for path in paths]
