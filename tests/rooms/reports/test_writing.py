import re

import pytest

from analysis.errors import RecordError
from analysis.reports.writing import make_folder, write_html, write_tables


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
