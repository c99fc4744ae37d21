"""A chart as an object: shown in a page or JupyterLab as SVG or a table, kept as a file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from analysis.charts.labels import say_name
from analysis.charts.light import lighten
from analysis.charts.scene import FULL, MID, NARROW, TEXT, WIDE, Group, Item, Scene, Word, wrap
from analysis.charts.style import STYLE
from analysis.charts.svg import write_file, write_inline
from analysis.prose.template import tell
from analysis.redaction import redact
from analysis.visible import show_line, show_signs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# characters of an alt text, and pixels between lines of a title
_LONGEST, _LINE = 1400, TEXT * 1.45
# characters of a drawing of which a page holds no more than two, both light
_HEAVY = 80_000
# pixels around a picture of its own
_MARGIN = 12.0


@dataclass(frozen=True, repr=False)
class Chart:
    """A chart: `draw` gives its scene for a width in pixels, `alt` stands for it in words.

    title: its question or finding · note: units, intervals, n · html: what a page shows instead
    of the scene, as a table · more: the places it is drawn for besides a column of text and a
    phone, of full (all of a page) and mid (half of one). A notebook shows it as it is; `savefig`
    keeps it as SVG, PNG or what else matplotlib writes; `figure` is it as matplotlib's.
    """

    title: str
    note: str
    alt: str
    draw: Callable[[float], Scene]
    html: str = ""
    more: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Chart: {self.title}>"

    def _repr_html_(self) -> str:
        note = f"<span>{_write(self.note)}</span>" if self.note else ""
        caption = f"<figcaption><strong>{_write(self.title)}</strong>{note}</figcaption>"
        style = f'<style class="chart-style">{STYLE}</style>'
        # JupyterLab would look for formulas
        start = '<figure class="chart tex2jax_ignore mathjax_ignore">'
        return f"{start}{style}{caption}{self.html or self._write_both()}</figure>"

    def _write_both(self) -> str:
        """The chart for places of several widths, of which the style sheet shows one."""
        inline = write_inline(self.draw(WIDE), "wide", self.alt)
        if len(inline) > _HEAVY:
            return self._write_light()
        kinds = {"full": FULL, "wide": WIDE, "mid": MID, "narrow": NARROW}
        widths = {k: v for k, v in kinds.items() if k in ("wide", "narrow", *self.more)}
        return "".join(
            inline if kind == "wide" else write_inline(self.draw(width), kind, self.alt)
            for kind, width in widths.items()
        )

    def _write_light(self) -> str:
        """A heavy chart for the widest place and for a phone, which shows no tooltips."""
        kind, width = ("full", FULL) if "full" in self.more else ("wide", WIDE)
        drawn = ((kind, self.draw(width), True), ("narrow", self.draw(NARROW), False))
        return "".join(
            write_inline(replace(scene, items=lighten(scene.items, tips)), kind, self.alt)
            for kind, scene, tips in drawn
        )

    def _repr_svg_(self) -> str:
        return write_file(self._compose(), self.alt)

    def _compose(self) -> Scene:
        """The scene with title and note above it."""
        scene = self.draw(WIDE)
        words: list[Item] = []
        for text, look in ((self.title, "b"), (self.note, "k")):
            for line in wrap(show_line(redact(text)), WIDE) if text else ():
                words.append(Word(0, _LINE * (len(words) + 0.5), line, look))
        top = _LINE * len(words) + _MARGIN
        items = (Group(tuple(words)), Group(scene.items, down=top))
        size = (scene.width + 2 * _MARGIN, top + scene.height + 2 * _MARGIN)
        return Scene(*size, (Group(items, right=_MARGIN, down=_MARGIN),))

    @property
    def figure(self) -> "Figure":
        """The chart as a new figure of matplotlib's, which knows its `alt`."""
        from analysis.charts.figures import make_figure

        figure = make_figure(self._compose())
        figure.alt = self.alt  # type: ignore[attr-defined]
        return figure

    def get_figure(self, root: bool = False) -> "Figure":
        """The chart as a figure of matplotlib's, as its axes would give it."""
        return self.figure

    def get_title(self, loc: str = "left") -> str:
        """The title, as matplotlib's axes would give it."""
        return self.title

    def savefig(self, path: str | PathLike[str], **settings: Any) -> None:
        """Write the chart to a file, .svg or what matplotlib's savefig writes, in light colours."""
        if fspath(path).endswith(".svg"):
            with open(path, "w", encoding="utf-8", errors="replace") as file:
                file.write(self._repr_svg_())
            return
        looks: dict[str, Any] = {"facecolor": "white", "dpi": 150} | settings
        self.figure.savefig(path, **looks)

    def draw_on(self, axes: "Axes") -> "Axes":
        """The chart drawn on axes of matplotlib's, which it fills; these axes."""
        from analysis.charts.figures import draw_scene

        draw_scene(self.draw(WIDE), axes)
        axes.set_title(say_name(self.title), loc="left", parse_math=False)
        axes.get_figure(root=True).alt = self.alt  # type: ignore[union-attr]
        return axes


def _write(text: str) -> str:
    """Text as HTML that shows it as it is, to JupyterLab as well."""
    return escape(show_signs(redact(text)))


# a Chart, or the axes of matplotlib that were given
Drawn = Any


def finish(
    draw: Callable[[float], Scene],
    title: str,
    note: str,
    alt: str,
    ax: Any = None,
    html: str = "",
    more: tuple[str, ...] = (),
) -> Drawn:
    """A chart, or, with axes of matplotlib's, these with the chart drawn on them."""
    chart = Chart(say_name(title), say_name(note), describe_shortly(alt), draw, html, more)
    return chart if ax is None else chart.draw_on(ax)


def describe_shortly(text: str) -> str:
    """A text that stands for a chart, its middle left out where nobody would have it read."""
    return show_line(redact(cut_middle(text.split(tell(". ")))))


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
        return tell(". ").join(sentences)
    return tell(". ").join(
        [*sentences[:left], tell("{left} more are left out", left=right - left), *sentences[right:]]
    )
