"""Executed notebooks as HTML pages: no code, one small script, nothing fetched from anywhere."""

import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter, TemplateExporter
from nbformat import NotebookNode

from analysis.charts import STYLE, TABLE_WORDS
from analysis.languages import get_language
from analysis.prose.template import say, tell
from analysis.redaction import redact
from analysis.reports.first_screen import FirstScreen
from analysis.reports.made import Made
from analysis.reports.notebooks import translate_prose
from analysis.reports.numbers import join_numbers
from analysis.reports.parts import Parts
from analysis.reports.proofs import Proofs, link_runs
from analysis.reports.scripts import add_script, drop_scripts
from analysis.reports.tables import dress_tables
from analysis.visible import show_signs

# what the index says around what it is given
_WORDS = ("unknown", "lost", "source", "left_out", "more", "record")
_TEMPLATES = Path(__file__).parent / "templates"
# each chart brings the style sheet that a page has once
_CHART_STYLE = re.compile(r'<style class="chart-style">.*?</style>', re.DOTALL)
_CONTENT = re.compile(r"<main\b.*</main>", re.DOTALL)
# where the frame of a page has a place for its contents
_CONTENTS = "<!-- contents -->"


@dataclass(frozen=True)
class Site:
    """What the pages of a set share: file -> name of each, where their numbers come from, and what

    they answer together; where each run is shown, how the set was made, and file -> what it holds
    of the data beside the pages.
    """

    files: Mapping[str, str]
    source: str
    answer: str = ""
    proofs: Proofs | None = None
    made: Made | None = None
    data: Mapping[str, str] = field(default_factory=dict)


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
    exporter.environment.globals |= {
        "chart_style": STYLE,
        "tell": tell,
        "language": get_language,
        "script_words": TABLE_WORDS,
    }
    return exporter


def render_page(
    notebook: NotebookNode,
    title: str,
    file: str,
    site: Site,
    tables: MutableMapping[str, str] | None = None,
) -> str:
    """An executed notebook as one HTML file; `tables` takes file -> CSV of each table on it."""
    translate_prose(notebook)
    resources = {"title": title, "here": file, "site": site}
    # the HTML exporter's own would parse what it has written, for what these pages don't have
    html, _ = TemplateExporter.from_notebook_node(_make_exporter(), notebook, resources)
    return finish_html(html, site, Parts(Path(file).stem, site.proofs, tables))


def render_index(
    site: Site,
    first: FirstScreen,
    pages: Sequence[Page],
    facts: Mapping[str, str],
    problems: Sequence[str],
    tables: MutableMapping[str, str] | None = None,
    yours: Mapping[str, Any] | None = None,
    sizes: Mapping[str, Any] | None = None,
) -> str:
    """The index of a set as one HTML file: the answer, and which pages could not be made.

    `facts` say where the numbers come from, `problems` what is left out. `tables` takes file ->
    CSV of each table on it; `yours` and `sizes` are what list_yours and list_sizes list.
    """
    html = render_template(
        "set.html.j2",
        site=site,
        first=first,
        words={name: say(f"first.{name}") for name in _WORDS},
        pages=pages,
        facts=facts,
        problems=problems,
        yours=yours,
        sizes=sizes,
    )
    return finish_html(html, site, Parts("index", site.proofs, tables))


def render_template(name: str, **facts: object) -> str:
    """The HTML of one of this package's templates, to be finished."""
    return str(_make_exporter().environment.get_template(name).render(**facts))


def list_in_navigation(files: Mapping[str, str], here: str) -> str:
    """The HTML of a navigation's list, as it is on the page `here`."""
    frame = _make_exporter().environment.get_template("frame.html.j2")
    return str(frame.module.list_pages(files, here))


def load_templates() -> None:
    """Have the templates loaded, for processes that are copies of this one."""
    for name in ("frame.html.j2", "set.html.j2"):
        _make_exporter().environment.get_template(name)


def finish_html(html: str, site: Site, parts: Parts) -> str:
    """HTML with its tables fit for reading, its parts named, each run linked to where it is shown;

    without secrets, its hidden signs to be seen, its numbers in one line, and its script at the
    end.
    """
    html = dress_tables(drop_scripts(_CHART_STYLE.sub("", html.replace("\r\n", "\n"))))
    content = _CONTENT.search(html)
    if content is not None:
        inner = parts.mark(content[0])
        inner = inner if site.proofs is None else link_runs(inner, site.proofs)
        html = html[: content.start()] + inner + html[content.end() :]
    html = redact(html.replace(_CONTENTS, parts.list_contents(), 1))
    return add_script(join_numbers(show_signs(html)))
