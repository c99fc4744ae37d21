"""Pages and their tables as files."""

from collections.abc import Mapping
from pathlib import Path

from analysis.reports.parts import TABLES


def name_page(notebook: Path) -> str:
    """The file of a notebook's report."""
    return f"{notebook.stem}.html"


def write_html(path: Path, html: str) -> None:
    """Write a page in UTF-8, as it says; a lone surrogate, which JSON can name, as a ?."""
    path.write_text(html, encoding="utf-8", errors="replace")


def write_tables(folder: Path, page: str, tables: Mapping[str, str]) -> None:
    """Write the tables of a page, file -> CSV, beside it; those of an earlier call go."""
    there = folder / TABLES
    for old in there.glob(f"{Path(page).stem}.*.csv"):
        old.unlink()
    if tables:
        there.mkdir(exist_ok=True)
    for name, text in tables.items():
        (there / name).write_text(text, encoding="utf-8", errors="replace", newline="")
