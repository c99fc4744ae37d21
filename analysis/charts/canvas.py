"""How notebooks show charts, sentences and tables: safe HTML, an alt text for each chart."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pandas as pd
from IPython.display import HTML

from analysis.charts.live import dress_live, mark_text
from analysis.charts.picture import Chart, Drawn, describe_shortly
from analysis.languages import translate, translate_value
from analysis.prose.template import tell
from analysis.redaction import redact
from analysis.rows import write_csv
from analysis.visible import shorten, show_signs
from analysis.words import say_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# characters of a cell of a table
_CELL = 300
# the column of chances, and the smallest that is told
_CHANCE, _LEAST = "p", 0.001
# unit -> decimal places, whatever the others of a table have
_CENTS = {"USD": 2}
# of pictures of others' axes: dots to an inch as they are drawn and as they are shown
_DPI, _CSS_DPI = 150, 100


def describe(axes: "Axes", alt: str) -> None:
    """Give axes of one's own the text that stands for them where they can't be seen."""
    # matplotlib knows no alt text: the figure carries it to where it is shown
    axes.get_figure(root=True).alt = describe_shortly(alt)  # type: ignore[union-attr]


def show(chart: "Chart | Axes") -> HTML:
    """A chart as HTML with its alt text, axes of one's own as a picture; ValueError without one."""
    if isinstance(chart, Chart):
        return HTML(dress_live(chart._repr_html_()))
    figure = chart.get_figure(root=True)
    alt = getattr(figure, "alt", "")
    if figure is None or not alt:
        raise ValueError("A chart without alt text: give it one with describe(axes, text).")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI, facecolor="white")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    width = round(figure.get_figwidth() * _CSS_DPI)
    return HTML(
        f'<figure><img src="data:image/png;base64,{data}" width="{width}" '
        f'alt="{escape(alt)}"></figure>'
    )


def show_each(draw: Callable[..., Drawn], *frames: pd.DataFrame, **settings: Any) -> HTML:
    """A chart's figure for each kind of commit in turn, of frames with a column scenario."""
    figures = (
        show(draw(*(frame[frame["scenario"] == name] for frame in frames), **settings))
        for name in frames[0]["scenario"].unique()
    )
    return HTML("".join(figure.data for figure in figures))


def show_some(draw: Callable[..., Drawn], frame: pd.DataFrame, **settings: Any) -> HTML:
    """A chart's figure of a frame; nothing where that has no row."""
    return show(draw(frame, **settings)) if len(frame) else HTML("")


def say(*sentences: str | Iterable[str]) -> HTML:
    """Sentences as a paragraph, an iterable of them as a list; nothing in them is markup."""
    return HTML("".join(_say_one(each) for each in sentences if each))


def _say_one(sentences: str | Iterable[str]) -> str:
    """One paragraph or list; a list of one sentence is a paragraph."""
    listed = [sentences] if isinstance(sentences, str) else list(sentences)
    if len(listed) == 1:
        return _keep_text(f"<p>{write_text(listed[0])}</p>")
    items = "".join(f"<li>{write_text(each)}</li>" for each in listed)
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
    caption: str = "",
    linked: bool = True,
) -> HTML:
    """A frame as a table without its index; nulls as –, floats with `digits` unless all whole.

    `names`: column -> another heading. `units`: column -> its unit: a share in % is shown as one,
    any other unit stands in the heading. `linked`: the rows are of the experiment that the page is
    about. What the frame holds is in the table as CSV, for a page to give it to its reader.
    """
    names, units = names or {}, units or {}
    heads = {name: _name_column(str(name), names, units) for name in frame}
    shown = _show_shares(frame, units)
    for name in shown.select_dtypes("float"):
        shown[name] = _say_numbers(shown[name], digits, units.get(str(name), ""))
    shown = shown.rename(columns=heads)
    shown = shown.astype(object).where(shown.notna(), "–").rename_axis(columns=None)
    # a name is whole in a table where a chart shows its ends
    with pd.option_context("display.max_colwidth", None):
        html = shown.map(_show_cell).to_html(index=False, border=0)
    html = _describe_table(mark_text(html, shown), write_csv(frame), caption, linked)
    return HTML(dress_live(html))


def some(frame: pd.DataFrame, **options: Any) -> HTML:
    """A frame as `table` shows it, with its options; nothing where it has no row."""
    return table(frame, **options) if len(frame) else HTML("")


def _describe_table(html: str, data: str, caption: str, linked: bool) -> str:
    """A table's HTML with its caption and its data, which JupyterLab takes for no formulas."""
    html = html.replace('class="', 'class="tex2jax_ignore mathjax_ignore ', 1)
    begin, sign, rest = html.partition(">")
    begin += "" if linked else ' data-linked="no"'
    words = f"<caption>{write_text(translate(caption))}</caption>" if caption else ""
    return f'{begin} data-csv="{escape(data)}"{sign}{words}{rest}'


def _name_column(name: str, names: Mapping[str, str], units: Mapping[str, str]) -> str:
    """A column's heading, with its unit unless its cells have it."""
    unit = units.get(name, "%")
    shown = translate(names.get(name, name).replace("_", " "))
    head = tell("{name} ({unit})", name=shown, unit=translate(unit))
    return str(_show_cell(shown if unit == "%" else head))


def _show_shares(frame: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """The frame with its shares as `27 %`; nulls stay."""
    shown = frame.copy(deep=False)
    for name in [each for each in frame if units.get(str(each)) == "%"]:
        shown[name] = [None if pd.isna(each) else say_share(each) for each in frame[name]]
    return shown


def _show_cell(value: Any) -> Any:
    """A value of a cell; text without secrets and hidden signs, of a long one the ends."""
    if not isinstance(value, str):
        return value
    return shorten(show_signs(redact(translate_value(value))), _CELL)


def _say_numbers(column: pd.Series, digits: int, unit: str) -> list[str | None]:
    """A column's numbers: money in cents, chances as such, others whole where all of them are."""
    if column.name == _CHANCE:
        small = column.lt(_LEAST).fillna(False)
        said = (_say_number(each, 3) for each in column)
        return [f"< {_LEAST}" if tiny else text for tiny, text in zip(small, said, strict=True)]
    known = column.dropna()
    whole = unit not in _CENTS and known.eq(known.round()).all()
    places = _CENTS.get(unit, 0 if whole else digits)
    return [_say_number(each, places) for each in column]


def _say_number(value: float, places: int) -> str | None:
    """A number with its decimal places and a real minus sign; null stays null."""
    return None if pd.isna(value) else f"{value:z.{places}f}".replace("-", "−")
