"""Texts of matplotlib's figures: no mathematics, no LaTeX, and no sign that no font has."""

from functools import cache

from matplotlib import font_manager
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.table import Cell
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, ScalarFormatter

from analysis.charts.labels import clean
from analysis.visible import escape_sign

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
        text.set_text(_draw(clean(text.get_text())))
        text.set_fontfamily(_list_families())


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
