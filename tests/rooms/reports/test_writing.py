"""What is written on a full disk: told, and what was there before stays."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from analysis.errors import RecordError
from analysis.reports.in_process import IN_PROCESS
from analysis.reports.notebooks import run_notebook, write_notebooks
from analysis.reports.writing import make_folder, write_html, write_tables
from analysis.store import run_jobs


def test_a_full_disk_leaves_each_page_and_table_as_it_was(small_disk):
    page = small_disk / "reports" / "index.html"
    make_folder(page.parent)
    write_html(page, "<p>before</p>")
    with pytest.raises(RecordError, match=r"^The disk that holds .*reports is full \(.*\): remove"):
        write_html(page, 100_000 * "x")
    with pytest.raises(RecordError, match="is full"):
        write_tables(page.parent, "index.html", {"index.a.csv": 100_000 * "1,2\n"})
    assert page.read_text() == "<p>before</p>"
    assert [path.name for path in small_disk.rglob("*") if path.is_file()] == ["index.html"]
    write_html(page, "<p>after</p>")
    assert page.read_text() == "<p>after</p>"


@pytest.mark.parametrize("length", [100_000, 45_000], ids=["while it runs", "as it is redacted"])
def test_a_full_disk_leaves_no_notebook_with_secrets(small_disk, tmp_path, length):
    cells = [new_code_cell(f"print('NPM_TOKEN=8fj3kd02kd9s', {length} * 'x')")]
    python = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": python})
    (tmp_path / "trial.ipynb").write_text(writes(notebook))

    def execute():
        try:
            output = small_disk / "kept" / "out.ipynb"
            return run_notebook(tmp_path / "trial.ipynb", {}, output, engine=IN_PROCESS)
        except RecordError as error:
            return error

    (told,) = run_jobs([execute], 1)
    assert isinstance(told, RecordError)
    assert str(told).startswith("The disk that holds ") and "kept is full" in str(told)
    assert not [path for path in small_disk.rglob("*") if path.is_file()]


def test_notebooks_that_do_not_fit_on_a_disk_are_told_and_each_is_whole(small_disk):
    (small_disk / "others").write_bytes(bytes(44_000))
    with pytest.raises(RecordError, match=r"^The disk that holds .*kept is full"):
        write_notebooks(small_disk / "kept")
    written = list((small_disk / "kept").iterdir())
    assert written and {path.suffix for path in written} == {".ipynb"}
    assert all(path.read_text().endswith("}\n") for path in written)
