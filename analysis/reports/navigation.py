"""The navigation of pages that are written at different times into one folder."""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

from analysis.reports.pages import list_in_navigation
from analysis.reports.writing import write_text

INDEX, HISTORY_PAGE = "index.html", "history.html"
_LIST = re.compile(r'(<nav aria-label="[^"]*">)\s*<ul>.*?</ul>', re.DOTALL)
_ENTRY = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def read_navigation(folder: Path) -> dict[str, str]:
    """File -> name of the pages that the folder's index leads to; {} without an index."""
    path = folder / INDEX
    found = _LIST.search(path.read_text("utf-8", "replace")) if path.is_file() else None
    entries = _ENTRY.findall(found[0]) if found else []
    return {unescape(file): unescape(name) for file, name in entries}


def update_navigation(folder: Path, files: Mapping[str, str], *pages: str) -> None:
    """Have these pages of a folder, as far as they are there, lead to all these files."""
    for page in pages:
        path = folder / page
        if path.is_file():
            html = path.read_text("utf-8", "replace")
            entries = f"\n{list_in_navigation(files, page)}"
            found = _LIST.search(html)
            if found is not None:
                html = html[: found.end(1)] + entries + html[found.end() :]
                write_text(path, html)
