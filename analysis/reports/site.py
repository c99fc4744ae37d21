"""A set of reports from an experiment: a page for each analysis notebook, and an index."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

from analysis.answers import Answer, answer, answer_sizes
from analysis.errors import AnalysisError, RecordError, ReportError
from analysis.languages import speaking, translate
from analysis.prose.template import tell
from analysis.redaction import redact
from analysis.reports.first_screen import make_first_screen
from analysis.reports.made import Made, list_language, note_made
from analysis.reports.navigation import HISTORY_PAGE, INDEX, update_navigation
from analysis.reports.notebooks import (
    HISTORY,
    choose_engine,
    list_analyses,
    read_title,
    run_notebook,
    say_opening,
    say_stopped,
)
from analysis.reports.pages import Page, Site, load_templates, render_index, render_page
from analysis.reports.proofs import RUNS_PAGE, RUNS_TABLE, Proofs, order_runs, write_runs
from analysis.reports.provenance import describe_source, list_problems, summarise_source
from analysis.reports.run_pages import write_run_pages
from analysis.reports.writing import make_folder, name_page, write_html, write_tables, write_text
from analysis.reports.yours import list_sizes, list_yours
from analysis.results import Experiment, lend_experiment, read_grid, to_experiment
from analysis.shipped import shorten
from analysis.store import count_cores, run_jobs

_ANSWER = "answer.json"
# of the package's names, those that notebooks use
_CALLED = ("charts", "claims", "measures", "prose")
_DATA = {RUNS_TABLE: "runs (CSV)", _ANSWER: "answer (JSON)"}
# what the package brings: a grid, which says how far sliders may be moved, and other projects
_GRID, _PROJECTS = "data/sweep", "data/contexts"
# what _list_more gives
_More = dict[str, Any]


def make_reports(
    experiment: Experiment | str | Path = "data/lab",
    folder: str | Path = "reports",
    notebooks: Sequence[Path] | None = None,
    runs: bool = False,
    language: str = "",
) -> Path:
    """Write a page a notebook, index.html and their data into `folder`; the index's path.

    The data: answer.json, runs.csv, and in tables/ each table as CSV. `runs`: also a page for each
    run, and runs.html, which lists them. The notebooks run at the same time. One that fails
    leaves the others as they are: it is told in the index, and in the ReportError raised at the
    end. `language`: of the pages, else the process's (analysis.languages). RecordError without an
    experiment, UnknownName of a language that there is not.
    """
    with speaking(language):
        return _make_reports(experiment, Path(folder), notebooks, runs)


def _make_reports(
    experiment: Experiment | str | Path,
    folder: Path,
    notebooks: Sequence[Path] | None,
    runs: bool,
) -> Path:
    """make_reports in the language of this process."""
    data = to_experiment(experiment)
    notebooks = list_analyses() if notebooks is None else notebooks
    titles = {path: read_title(path) for path in notebooks}
    first = make_first_screen(found := answer(data))
    make_folder(folder)
    site = Site(
        _list_files(titles, folder, runs),
        summarise_source(data),
        first.title,
        Proofs(order_runs(data.runs), runs, _find_way(folder, data.folder)),
        _note_made(data.folder, folder, runs),
        {file: translate(name) for file, name in _DATA.items()},
    )
    name = str(data.folder if isinstance(experiment, Experiment) else experiment)
    make = partial(_make_page, name, site, folder, choose_engine())
    pages, more = _make_pages(data, titles, make, partial(_list_more, data, found))
    tables: dict[str, str] = {}
    told = describe_source(data), list_problems(data)
    write_html(folder / INDEX, render_index(site, first, pages, *told, tables, **more))
    write_tables(folder, INDEX, tables)
    write_text(folder / _ANSWER, f"{redact(found.to_json())}\n")
    _write_runs(data, site, folder)
    update_navigation(folder, site.files, HISTORY_PAGE)
    if failed := [page.problem for page in pages if page.problem]:
        raise ReportError("\n".join([*failed, f"{folder / INDEX} is made of the other reports."]))
    return folder / INDEX


def _list_files(titles: Mapping[Path, str], folder: Path, runs: bool) -> dict[str, str]:
    """File -> name of the pages that all pages lead to; that on past builds where there is one."""
    files = {INDEX: tell("Overview")} | {
        name_page(path): title.partition(translate(":"))[0] for path, title in titles.items()
    }
    if (folder / HISTORY_PAGE).is_file():
        files[HISTORY_PAGE] = read_title(HISTORY).partition(translate(":"))[0]
    return files | ({RUNS_PAGE: tell("Runs")} if runs else {})


def _find_way(folder: Path, experiment: Path) -> str:
    """The way from the pages to the experiment; '' when it leads out of the current folder.

    Then it would tell of the machine, and a reader who was sent the pages would not have it.
    """
    here = Path.cwd()
    if not all(each.resolve().is_relative_to(here) for each in (folder, experiment)):
        return ""
    return quote(Path(os.path.relpath(experiment.resolve(), folder.resolve())).as_posix())


def _note_made(experiment: Path, folder: Path, runs: bool) -> Made:
    """When and by which command these pages are made."""
    command = ("codebuild-cache", "report", shorten(experiment), "--out", folder)
    return note_made(*command, *(["--runs"] if runs else []), *list_language())


def _make_pages(
    data: Experiment,
    titles: Mapping[Path, str],
    make: "partial[Page]",
    find_more: Callable[[], _More],
) -> tuple[list[Page], _More]:
    """The page of each notebook, in their order, and what the index shows beneath the answer.

    Each is made in a process of its own, which finds what is loaded, read and computed here, and
    nothing of the others'.
    """
    _load_shared()
    # the last ones take longest
    jobs: list[Callable[[], Any]] = [find_more]
    jobs += [partial(make, path, title) for path, title in [*titles.items()][::-1]]
    with lend_experiment(data):
        more, *made = run_jobs(jobs, count_cores())
    stopped = (
        Page(name_page(path), title, problem=say_stopped(path)) for path, title in titles.items()
    )
    pages = [page or lost for page, lost in zip(reversed(made), stopped, strict=True)]
    return pages, more or find_more()


def _load_shared() -> None:
    """Load what the cells of notebooks call, and the templates of pages."""
    package = import_module("analysis")
    for name in _CALLED:
        # claims is a function there, all others are rooms
        room = getattr(package, name)
        for each in getattr(room, "__all__", ()):
            getattr(room, each)
    load_templates()


def _make_page(
    experiment: str, site: Site, folder: Path, engine: str | None, notebook: Path, title: str
) -> Page:
    """The written page of a notebook, or what kept it from being made."""
    file, tables = name_page(notebook), dict[str, str]()
    # what an earlier call made is of other data
    (folder / file).unlink(missing_ok=True)
    try:
        executed = run_notebook(notebook, {"experiment": experiment}, engine=engine)
        html = render_page(executed, title, file, site, tables)
        write_html(folder / file, html)
        write_tables(folder, file, tables)
    except Exception as error:
        return Page(file, title, problem=_explain(notebook, error))
    return Page(file, title, html)


def _list_more(data: Experiment, found: Answer) -> _More:
    """What the index shows beneath the answer: `yours` (list_yours') and `sizes` (list_sizes')."""
    grid, projects = _read_others(_GRID), _read_others(_PROJECTS)
    sizes = list_sizes(answer_sizes(data, [*projects, *grid]), found)
    return {"yours": list_yours(data, found, grid), "sizes": sizes}


def _read_others(folder: str) -> list[Experiment]:
    """The experiments that the package brings in a folder, none where it is not there."""
    try:
        return read_grid(folder)
    except RecordError:
        return []


def _explain(notebook: Path, error: Exception) -> str:
    """Why a notebook has no page, and what to do; an error of ours says both itself."""
    if isinstance(error, AnalysisError):
        return str(error)
    return (
        f"{notebook.name} could not be run ({type(error).__name__}: {error}): see whether "
        f"{say_opening(notebook)} can open it."
    )


def _write_runs(data: Experiment, site: Site, folder: Path) -> None:
    """Write the table of runs, and their pages where those are asked for."""
    assert site.proofs is not None, "the pages are linked to runs"
    text = write_runs(site.proofs.runs, data.folder)
    write_text(folder / RUNS_TABLE, text)
    (folder / RUNS_PAGE).unlink(missing_ok=True)
    if site.proofs.pages:
        write_run_pages(data, site, folder)
