"""Figures, and how notebooks show them, sentences and tables: safe HTML, an alt text for each."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from io import BytesIO
from textwrap import fill
from typing import Any

import pandas as pd
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.labels import fill_label, make_label, show_as_text
from analysis.redaction import redact
from analysis.visible import shorten, show_line, show_signs

_WIDTH, _DPI, _CSS_DPI = 6.6, 150, 100
# characters of a note below the axes that fit beside the names of strategies
NOTE = 66
# characters of an alt text
_LONGEST = 1400
# characters of a cell of a table, and of a line above a column of a grid
_CELL, _COLUMN = 300, 16
# characters of a line of a legend, and of a title
_LEGEND, _TITLE = 92, 50
INK, FAINT, LINE = "#1b1f24", "#57606a", "#c4ccd4"
# Okabe and Ito's colours, and three of Tol's, which the colour-blind tell apart; hatches do so in
# greyscale
COLOURS = (
    "#56b4e9",
    "#e69f00",
    "#009e73",
    "#f0e442",
    "#cc79a7",
    "#0072b2",
    "#d55e00",
    "#999999",
    "#88ccee",
    "#ddcc77",
    "#ffffff",
)
HATCHES = ("", "//", "..", "\\\\", "xx", "--", "++", "oo")
# of lines: colours that stand out on white, and dashes
DARK = (5, 6, 2, 4, 7)
DASHES = ("-", "--", ":", "-.", (0, (6, 1, 1, 1, 1, 1)))
# a part of a bar that is shorter, in seconds or entries, would be a mere line
VISIBLE = 0.05
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def make_axes(ax: Axes | None, height: float) -> Axes:
    """`ax`, or the axes of a new figure of that height in inches."""
    if ax is not None:
        return ax
    return Figure(figsize=(_WIDTH, height), layout="constrained").subplots()


def finish(axes: Axes, title: str, x: str = "", y: str = "", alt: str = "") -> Axes:
    """The axes with title, axis labels, little ink and an alt text."""
    note = "\n".join(fill_label(part, NOTE, 3) for part in x.split("\n"))
    # matplotlib takes dollars for mathematics where it wraps
    title, dollars = make_label(title, 2 * NOTE), "$" in title
    axes.set_title(
        fill(title, _TITLE) if dollars else title,
        loc="left", fontsize=11, fontweight="bold", color=INK, wrap=not dollars,
    )  # fmt: skip
    axes.set_xlabel(note, color=FAINT, fontsize=8.5)
    axes.set_ylabel(make_label(y), color=FAINT, fontsize=8.5)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, labelsize=9, colors=INK)
    show_as_text(_find_figure(axes))
    describe(axes, alt)
    return axes


def describe(axes: Axes, alt: str) -> None:
    """Give a chart the text that stands for it where it can't be seen, its middle left out

    where it is longer than anyone would have read to them.
    """
    # matplotlib knows no alt text: the figure carries it to where it is shown
    said = show_line(redact(cut_middle(alt.split(". "))))
    _find_figure(axes).alt = said  # type: ignore[attr-defined]


def _find_figure(axes: Axes) -> Figure:
    """The figure that axes lie in."""
    figure = axes.get_figure(root=True)
    assert figure is not None, "axes are made with their figure"
    return figure


def cut_middle(sentences: list[str]) -> str:
    """Sentences as one text of _LONGEST characters at most: of more, the first and the last."""
    left, right = 0, len(sentences)
    length = 0
    for number in range(len(sentences)):
        at = left if number % 2 == 0 else right - 1
        length += len(sentences[at]) + 2
        if length > _LONGEST:
            break
        left, right = (left + 1, right) if number % 2 == 0 else (left, right - 1)
    if left == right:
        return ". ".join(sentences)
    return ". ".join([*sentences[:left], f"{right - left} more are left out", *sentences[right:]])


def show(axes: Axes) -> HTML:
    """The chart's figure as HTML with its alt text; ValueError when it has none."""
    figure = _find_figure(axes)
    alt = getattr(figure, "alt", "")
    if not alt:
        raise ValueError("A chart without alt text: give it one with describe(axes, text).")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI, facecolor="white")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    width = round(figure.get_figwidth() * _CSS_DPI)
    return HTML(
        f'<figure><img src="data:image/png;base64,{data}" width="{width}" '
        f'alt="{escape(alt)}"></figure>'
    )


def show_each(draw: Callable[..., Axes], *frames: pd.DataFrame, **settings: Any) -> HTML:
    """A chart's figure for each kind of commit in turn, of frames with a column scenario."""
    figures = (
        show(draw(*(frame[frame["scenario"] == name] for frame in frames), **settings))
        for name in frames[0]["scenario"].unique()
    )
    return HTML("".join(figure.data for figure in figures))


def say(*sentences: str | Iterable[str]) -> HTML:
    """Sentences as a paragraph, an iterable of them as a list; nothing in them is markup."""
    return HTML("".join(_say_one(each) for each in sentences if each))


def _say_one(sentences: str | Iterable[str]) -> str:
    """One paragraph or list."""
    if isinstance(sentences, str):
        return _keep_text(f"<p>{write_text(sentences)}</p>")
    items = "".join(f"<li>{write_text(each)}</li>" for each in sentences)
    return _keep_text(f"<ul>{items}</ul>")


def write_text(text: str) -> str:
    """Text as HTML that shows it as it is."""
    return escape(show_signs(redact(text)))


def _keep_text(html: str) -> str:
    """HTML whose first element tells JupyterLab, where needed, to look for no formulas in it."""
    if "$" not in html and "\\" not in html:
        return html
    return re.sub(r"^<(\w+)", r'<\1 class="tex2jax_ignore mathjax_ignore"', html, count=1)


def table(
    frame: pd.DataFrame,
    digits: int = 1,
    *,
    names: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> HTML:
    """A frame as a table without its index; nulls as –, floats with `digits` unless all whole.

    `names`: column -> another heading. `units`: column -> its unit: a share in % is shown as one,
    any other unit stands in the heading.
    """
    names, units = names or {}, units or {}
    heads = {name: _name_column(str(name), names, units) for name in frame}
    shown = _show_shares(frame, units).rename(columns=heads)
    for name in shown.select_dtypes("float"):
        known = shown[name].dropna()
        places = 0 if known.eq(known.round()).all() else digits
        shown[name] = [_say_number(value, places) for value in shown[name]]
    shown = shown.astype(object).where(shown.notna(), "–").rename_axis(columns=None)
    # a name is whole in a table where a chart shows its ends
    with pd.option_context("display.max_colwidth", None):
        html = shown.map(_show_cell).to_html(index=False, border=0)
    return HTML(html.replace('class="', 'class="tex2jax_ignore mathjax_ignore ', 1))


def _name_column(name: str, names: Mapping[str, str], units: Mapping[str, str]) -> str:
    """A column's heading, with its unit unless its cells have it."""
    unit = units.get(name, "%")
    shown = names.get(name, name).replace("_", " ")
    return str(_show_cell(shown if unit == "%" else f"{shown} ({unit})"))


def _show_shares(frame: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """The frame with its shares as `27 %`; nulls stay."""
    shown = frame.copy(deep=False)
    for name in [each for each in frame if units.get(str(each)) == "%"]:
        shown[name] = [None if pd.isna(each) else f"{100 * each:.0f} %" for each in frame[name]]
    return shown


def _show_cell(value: Any) -> Any:
    """A value of a cell; text without secrets and hidden signs, of a long one the ends."""
    return shorten(show_signs(redact(value)), _CELL) if isinstance(value, str) else value


def _say_number(value: float, places: int) -> str | None:
    """A number with its decimal places and a real minus sign; null stays null."""
    return None if pd.isna(value) else f"{value:.{places}f}".replace("-", "−")


def grow(rows: int, each: float = 0.3, rest: float = 1.1) -> float:
    """The height in inches of a chart with this number of rows."""
    return max(rows, 1) * each + rest


def make_grid(ax: Axes | None, rows: Sequence[str], columns: Sequence[str]) -> Axes:
    """Axes for a table of cells around whole numbers, columns labelled above, rows at the left."""
    axes = make_axes(ax, grow(len(rows), 0.42, 1.5))
    axes.set_xticks(range(len(columns)), [fill_label(each, _COLUMN) for each in columns])
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, max(len(columns), 1) - 0.5)
    label_rows(axes, rows)
    axes.spines["bottom"].set_visible(False)
    return axes


def label_rows(axes: Axes, labels: Sequence[str], lines: int = 2) -> None:
    """A row for each label, the first at the top; long labels in so many lines, or cut."""
    axes.set_yticks(range(len(labels)), [fill_label(label, lines=lines) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)


def put_legend(axes: Axes, columns: int = 4) -> None:
    """A legend below the axes, if there is anything to explain."""
    handles, labels = axes.get_legend_handles_labels()
    labels = [fill_label(label, NOTE) for label in labels]
    longest = max((len(line) for label in labels for line in label.split("\n")), default=1)
    if handles:
        axes.figure.legend(
            handles,
            labels,
            loc="outside lower left",
            frameon=False,
            fontsize=9,
            # beside a label there is its sign
            ncols=max(1, min(columns, _LEGEND // (longest + 5))),
            handlelength=1.6,
            columnspacing=1.2,
        )
