"""A set of reports from an experiment: a page for each analysis notebook, and an index."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from nbformat import NotebookNode

from analysis.answers import answer
from analysis.errors import AnalysisError, ReportError
from analysis.redaction import redact
from analysis.reports.first_screen import make_first_screen
from analysis.reports.notebooks import list_analyses, read_title, run_notebook, say_opening
from analysis.reports.pages import Page, Site, render_index, render_page
from analysis.reports.provenance import describe_source, list_problems, summarise_source
from analysis.results import Experiment, to_experiment

_ANSWER = "answer.json"


def make_reports(
    experiment: Experiment | str | Path = "data/lab",
    folder: str | Path = "reports",
    notebooks: Sequence[Path] | None = None,
) -> Path:
    """Write a page a notebook, index.html and the answer as answer.json into `folder`; the index.

    The notebooks run at the same time. One that fails leaves the others as they are: it is told
    in the index, and in the ReportError raised at the end. RecordError without an experiment.
    """
    data, folder = to_experiment(experiment), Path(folder)
    notebooks = list_analyses() if notebooks is None else notebooks
    titles = {path: read_title(path) for path in notebooks}
    files = {"index.html": "Overview"} | {
        name_page(path): title.partition(":")[0] for path, title in titles.items()
    }
    found = answer(data)
    first = make_first_screen(found)
    site = Site(files, summarise_source(data), first.title)
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        path: _make_page(path, titles[path], site, folder, future)
        for path, future in _run_all(
            notebooks, str(data.folder if isinstance(experiment, Experiment) else experiment)
        )
    }
    pages = [made[path] for path in notebooks]
    index = folder / "index.html"
    html = render_index(site, first, pages, describe_source(data), list_problems(data))
    write_html(index, html)
    (folder / _ANSWER).write_text(f"{redact(found.to_json())}\n", encoding="utf-8")
    failed = [page.problem for page in pages if page.problem]
    if failed:
        raise ReportError("\n".join([*failed, f"{index} is made of the other reports."]))
    return index


def name_page(notebook: Path) -> str:
    """The file of a notebook's report."""
    return f"{notebook.stem}.html"


def _run_all(
    notebooks: Sequence[Path], experiment: str
) -> Iterator[tuple[Path, Future[NotebookNode]]]:
    """Each notebook with its finished execution, in the order in which they finish."""
    # a thread only waits for a kernel, which is a process
    with ThreadPoolExecutor(max(1, len(notebooks))) as pool:
        parameters = {"experiment": experiment}
        futures = {pool.submit(run_notebook, path, parameters): path for path in notebooks}
        for future in as_completed(futures):
            yield futures[future], future


def _make_page(
    notebook: Path, title: str, site: Site, folder: Path, future: Future[NotebookNode]
) -> Page:
    """The written page of an executed notebook, or what kept it from being made."""
    file = name_page(notebook)
    try:
        html = render_page(future.result(), title, file, site)
    except Exception as error:
        # what an earlier call made is of other data
        (folder / file).unlink(missing_ok=True)
        return Page(file, title, problem=_explain(notebook, error))
    write_html(folder / file, html)
    return Page(file, title, html)


def _explain(notebook: Path, error: Exception) -> str:
    """Why a notebook has no page, and what to do; an error of ours says both itself."""
    if isinstance(error, AnalysisError):
        return str(error)
    return (
        f"{notebook.name} could not be run ({type(error).__name__}: {error}): see whether "
        f"{say_opening(notebook)} can open it."
    )


def write_html(path: Path, html: str) -> None:
    """Write a page in UTF-8, as it says; a lone surrogate, which JSON can name, as a ?."""
    path.write_text(html, encoding="utf-8", errors="replace")
