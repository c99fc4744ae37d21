"""Executed notebooks as HTML pages: no code, no script, and nothing fetched from anywhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from analysis.charts import STYLE
from analysis.prose.template import say
from analysis.redaction import redact
from analysis.reports.first_screen import FirstScreen
from analysis.reports.tables import dress_tables
from analysis.visible import show_signs

# what the index says around what it is given
_WORDS = ("signs", "unknown", "pages", "lost", "source", "left_out", "more")
_TEMPLATES = Path(__file__).parent / "templates"
# each chart brings the style sheet that a page has once
_CHART_STYLE = re.compile(r'<style class="chart-style">.*?</style>', re.DOTALL)


@dataclass(frozen=True)
class Site:
    """What the pages of a set share: file -> name of each, where their numbers come from, and what

    they answer together.
    """

    files: Mapping[str, str]
    source: str
    answer: str = ""


@dataclass(frozen=True)
class Page:
    """A report for the index; `problem` says why it could not be made."""

    file: str
    title: str
    html: str = ""
    problem: str = ""


@cache
def _make_exporter() -> HTMLExporter:
    """nbconvert's exporter with the template of this package."""
    exporter = HTMLExporter(
        template_name="report",
        extra_template_basedirs=[str(_TEMPLATES)],
        exclude_input=True,
        exclude_anchor_links=True,
    )
    # the colours of code, which the pages do not show
    exporter.register_preprocessor("nbconvert.preprocessors.CSSHTMLHeaderPreprocessor", False)
    exporter.environment.globals["chart_style"] = STYLE
    return exporter


def render_page(notebook: NotebookNode, title: str, file: str, site: Site) -> str:
    """An executed notebook as one HTML file."""
    resources = {"title": title, "here": file, "site": site}
    html, _ = _make_exporter().from_notebook_node(notebook, resources)
    return _finish_html(html)


def render_index(
    site: Site,
    first: FirstScreen,
    pages: Sequence[Page],
    facts: Mapping[str, str],
    problems: Sequence[str],
) -> str:
    """The index of a set as one HTML file: the answer first, then the way to the pages.

    `facts` say where the numbers come from, `problems` what is left out.
    """
    template = _make_exporter().environment.get_template("set.html.j2")
    html = template.render(
        site=site,
        first=first,
        words={name: say(f"first.{name}") for name in _WORDS},
        pages=pages,
        facts=facts,
        problems=problems,
    )
    return _finish_html(html)


def _finish_html(html: str) -> str:
    """HTML with its tables fit for reading, without secrets, its hidden signs to be seen."""
    return show_signs(redact(dress_tables(_CHART_STYLE.sub("", html.replace("\r\n", "\n")))))
