"""One report on the builds that a project already has."""

from functools import partial
from pathlib import Path
from typing import Any

from analysis.errors import ReportError
from analysis.languages import speaking, translate
from analysis.logs import show_path
from analysis.prose.template import tell
from analysis.reports.made import list_language, note_made
from analysis.reports.navigation import HISTORY_PAGE, read_navigation, update_navigation
from analysis.reports.notebooks import (
    HISTORY,
    NotebookFailed,
    choose_engine,
    read_title,
    run_notebook,
    say_stopped,
)
from analysis.reports.pages import Site, load_templates, render_page
from analysis.reports.writing import make_folder, write_html, write_tables
from analysis.store import run_jobs


def make_history_report(
    source: str, folder: str | Path = "reports", language: str = "", **parameters: Any
) -> Path:
    """The written page of the history notebook with these parameters; ReportError if it fails.

    Its tables are written beside it as CSV, and a set of reports in the folder gets a link to it.
    `language`: as of make_reports.
    """
    with speaking(language):
        return _make_report(source, Path(folder), parameters)


def _make_report(source: str, folder: Path, parameters: dict[str, Any]) -> Path:
    """make_history_report in the language of this process."""
    title = read_title(HISTORY)
    files = read_navigation(folder) | {HISTORY_PAGE: title.partition(translate(":"))[0]}
    shown = Path(source) if Path(source).is_absolute() else source
    made = note_made("codebuild-cache", "history", shown, "--out", folder, *list_language())
    site = Site(files, tell("Builds of {path}.", path=show_path(source)), made=made)
    load_templates()
    (found,) = run_jobs([partial(_render, {"source": source} | parameters, title, site)], 1)
    if found is None:
        raise NotebookFailed(say_stopped(HISTORY), "DeadKernelError")
    if isinstance(found, NotebookFailed):
        raise ReportError(found.reason) if found.reason else found
    html, tables = found
    make_folder(folder)
    write_html(folder / HISTORY_PAGE, html)
    write_tables(folder, HISTORY_PAGE, tables)
    update_navigation(folder, files, *(each for each in files if each != HISTORY_PAGE))
    return folder / HISTORY_PAGE


def _render(
    parameters: dict[str, Any], title: str, site: Site
) -> tuple[str, dict[str, str]] | NotebookFailed:
    """(the page, its tables), or why there is none."""
    tables: dict[str, str] = {}
    try:
        notebook = run_notebook(HISTORY, parameters, engine=choose_engine())
    except NotebookFailed as error:
        return error
    return render_page(notebook, title, HISTORY_PAGE, site, tables), tables
