"""Pages and their tables as files, each whole or as it was before."""

from collections.abc import Mapping
from pathlib import Path

from analysis.records import replace_file, writing_errors
from analysis.reports.parts import TABLES


def name_page(notebook: Path) -> str:
    """The file of a notebook's report."""
    return f"{notebook.stem}.html"


def write_html(path: Path, html: str) -> None:
    """Write a page in UTF-8, as it says; a lone surrogate, which JSON can name, as a ?."""
    write_text(path, html)


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8 in place of the file before. RecordError on a full disk."""
    replace_file(path, text.encode("utf-8", "replace"), synced=False)


def make_folder(folder: Path) -> None:
    """Make a folder with those above it. RecordError on a full disk."""
    with writing_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_tables(folder: Path, page: str, tables: Mapping[str, str]) -> None:
    """Write the tables of a page, file -> CSV, beside it; those of an earlier call go."""
    there = folder / TABLES
    for old in there.glob(f"{Path(page).stem}.*.csv"):
        old.unlink()
    if tables:
        make_folder(there)
    for name, text in tables.items():
        write_text(there / name, text)
