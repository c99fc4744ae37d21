"""Executed notebooks as HTML pages: no code, no script, and nothing fetched from anywhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from analysis.redaction import redact
from analysis.reports.tables import dress_tables
from analysis.visible import show_signs

# the page whose first picture answers the question of a set
_ANSWER = "5-verdict.html"
_TEMPLATES = Path(__file__).parent / "templates"
_CONTENT = re.compile(r"<main\b.*</main>", re.DOTALL)
_FIGURE = re.compile(r"<figure\b.*?</figure>", re.DOTALL)
_PARAGRAPH = re.compile(r"<p(?: class=\"tex2jax_ignore mathjax_ignore\")?>(.*?)</p>", re.DOTALL)


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

    @property
    def summary(self) -> str:
        """The HTML of the page's first paragraph, '' without one."""
        match = _PARAGRAPH.search(self.content)
        return match[1] if match else ""

    @property
    def figure(self) -> str:
        """The HTML of the page's first figure, '' without one."""
        match = _FIGURE.search(self.content)
        return match[0] if match else ""

    @property
    def content(self) -> str:
        """The HTML between the page's navigation and its footer."""
        match = _CONTENT.search(self.html)
        return match[0] if match else ""


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
    return exporter


def render_page(notebook: NotebookNode, title: str, file: str, site: Site) -> str:
    """An executed notebook as one HTML file."""
    resources = {"title": title, "here": file, "site": site}
    html, _ = _make_exporter().from_notebook_node(notebook, resources)
    return _finish_html(html)


def render_index(
    title: str,
    site: Site,
    pages: Sequence[Page],
    lines: Sequence[str],
    facts: Mapping[str, str],
    problems: Sequence[str],
) -> str:
    """The index of a set as one HTML file, with the first picture of the page that answers it.

    `lines`: the answer's sentences, its advice and its grounds first.
    """
    answers = [page.figure for page in pages if page.file == _ANSWER]
    template = _make_exporter().environment.get_template("set.html.j2")
    html = template.render(
        title=title,
        site=site,
        pages=pages,
        lines=lines,
        figure="".join(answers),
        facts=facts,
        problems=problems,
    )
    return _finish_html(html)


def _finish_html(html: str) -> str:
    """HTML with its tables fit for reading, without secrets, its hidden signs to be seen."""
    return show_signs(redact(dress_tables(html.replace("\r\n", "\n"))))
