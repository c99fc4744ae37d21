"""One report on the builds that a project already has."""

from pathlib import Path
from typing import Any

from analysis.logs import show_path
from analysis.reports.notebooks import HISTORY, read_title, run_notebook
from analysis.reports.pages import Site, render_page
from analysis.reports.site import name_page, write_html


def make_history_report(source: str, folder: str | Path = "reports", **parameters: Any) -> Path:
    """The written page of the history notebook with these parameters; ReportError if it fails."""
    notebook = run_notebook(HISTORY, {"source": source} | parameters)
    folder, file, title = Path(folder), name_page(HISTORY), read_title(HISTORY)
    site = Site({file: title.partition(":")[0]}, f"Builds of {show_path(source)}.")
    folder.mkdir(parents=True, exist_ok=True)
    write_html(folder / file, render_page(notebook, title, file, site))
    return folder / file
