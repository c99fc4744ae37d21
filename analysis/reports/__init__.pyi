from .history import make_history_report
from .notebooks import (
    BUILD,
    HISTORY,
    NotebookFailed,
    list_analyses,
    read_title,
    run_notebook,
    write_notebooks,
)
from .pages import Site, render_page
from .site import make_reports
from .tables import dress_tables
from .writing import name_page, write_html

__all__ = [
    "BUILD",
    "HISTORY",
    "NotebookFailed",
    "Site",
    "dress_tables",
    "list_analyses",
    "make_history_report",
    "make_reports",
    "name_page",
    "read_title",
    "render_page",
    "run_notebook",
    "write_html",
    "write_notebooks",
]
