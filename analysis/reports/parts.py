"""Headings, tables and figures of a page made findable: an anchor and a caption for each, its

contents, and tables as CSV.
"""

import csv
import io
import re
from collections.abc import Iterator, MutableMapping
from html import escape, unescape
from itertools import count
from urllib.parse import quote

from analysis.prose.template import tell
from analysis.redaction import redact
from analysis.reports.proofs import Proofs, link_rows
from analysis.rows import guard_formula
from analysis.visible import show_signs

TABLES = "tables"
# a table of so many bytes is also in its page
_SMALL = 4000
_FEWEST_CONTENTS = 3
_PART = re.compile(
    r"<h(?P<level>[1-6])(?P<attributes>[^>]*)>(?P<words>.*?)</h(?P=level)>"
    r"|<summary\b[^>]*>(?P<summary>.*?)</summary>|</details>"
    r"|<figure\b.*?</figure>|<div class=\"scroll\".*?</table></div>",
    re.DOTALL,
)
_TAG = re.compile(r"<[^>]*>")
_NO_WORD = re.compile(r"[\W_]+")
_CAPTION = re.compile(r"<(caption|figcaption)\b[^>]*>(.*?)</\1>", re.DOTALL)
_STRONG = re.compile(r"<strong>(.*?)</strong>", re.DOTALL)
# of a table whose runs are not those of the experiment
_UNLINKED = ' data-linked="no"'
_DATA = re.compile(r' data-csv="([^"]*)"')
_ROW = re.compile(r"<tr\b[^>]*>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.DOTALL)
_ID = re.compile(r'\bid="([^"]+)"')
# letters of an anchor, and of the file of a table
_LONGEST = 60


class Parts:
    """Marks the parts of one page, in their order; `tables` takes the file and text of each table.

    `stem`: what the names of those files begin with. Without `tables`, no file is linked.
    """

    def __init__(
        self,
        stem: str,
        proofs: Proofs | None = None,
        tables: MutableMapping[str, str] | None = None,
    ) -> None:
        self.stem, self.proofs, self.tables = stem, proofs, tables
        # what a table without a caption is called by; in what is folded, what folds it
        self.heading, self.outer = "", list[str]()
        self.used: set[str] = set()
        self.contents: list[tuple[str, str]] = []
        self.numbers = {"Table": count(1), "Figure": count(1)}

    def mark(self, html: str) -> str:
        """The HTML of a page's content with all that."""
        self.used.update(_ID.findall(html))
        return _PART.sub(self._mark_part, html)

    def _mark_part(self, match: re.Match[str]) -> str:
        if match["level"]:
            return self._mark_heading(match)
        if match["summary"] is not None:
            self.outer.append(self.heading)
            self.heading = _read_text(match["summary"])
            return match[0]
        if match[0] == "</details>":
            self.heading = self.outer.pop() if self.outer else self.heading
            return match[0]
        if match[0].startswith("<figure"):
            return self._mark_figure(match[0])
        return self._mark_table(match[0])

    def _mark_heading(self, match: re.Match[str]) -> str:
        """A heading with an anchor; those of the second level are the page's contents.

        The first level's is the page's own address.
        """
        words = match["words"]
        self.heading = _read_text(words)
        given = _ID.search(match["attributes"])
        if match["level"] == "1":
            return match[0]
        name = given[1] if given else self._name(self.heading)
        if match["level"] == "2":
            self.contents.append((name, self.heading))
        added = "" if given else f' id="{name}"'
        return f"<h{match['level']}{added}{match['attributes']}>{words}</h{match['level']}>"

    def _mark_figure(self, figure: str) -> str:
        """A figure with an anchor, a number and a caption; one that has an anchor as it is."""
        begin, sign, rest = figure.partition(">")
        if _ID.search(begin):
            return figure
        kind = "Table" if "<table" in figure and "<svg" not in figure else "Figure"
        words, rest = self._caption(kind, rest, "figcaption")
        name = self._name(f"{kind} {words}")
        rest, links = self._take_data(rest, words) if kind == "Table" else (rest, "")
        return f'{begin} id="{name}"{sign}{rest}{links}'

    def _mark_table(self, box: str) -> str:
        """A table in its box with an anchor, a number, a caption, its CSV and its runs."""
        words, box = self._caption("Table", box, "caption")
        name = self._name(f"table {words}")
        if self.proofs is not None and _UNLINKED not in box:
            box = link_rows(box, self.proofs)
        box, links = self._take_data(box.replace(_UNLINKED, "", 1), words)
        return box.replace("<div ", f'<div id="{name}" ', 1) + links

    def _caption(self, kind: str, html: str, tag: str) -> tuple[str, str]:
        """(what a caption says, the HTML with it and its number); the heading's words without."""
        said = tell(f"{kind} {{number}}.", number=next(self.numbers[kind]))
        number = f'<span class="number">{said}</span> '
        found = _CAPTION.search(html)
        if found is None:
            caption = f"<{tag}>{number}{escape(self.heading)}</{tag}>"
            at = html.find(">", html.find("<table")) + 1 if tag == "caption" else 0
            return self.heading, html[:at] + caption + html[at:]
        strong = _STRONG.search(found[2])
        at = found.start(2)
        return _read_text(strong[1] if strong else found[2]), html[:at] + number + html[at:]

    def _name(self, words: str) -> str:
        """An anchor of words that no other part has."""
        stem = _NO_WORD.sub("-", words.lower()).strip("-")[:_LONGEST].rstrip("-") or "part"
        name = next(each for each in _list_names(stem) if each not in self.used)
        self.used.add(name)
        return name

    def _take_data(self, html: str, words: str) -> tuple[str, str]:
        """(HTML without what its table holds in full, links to that as CSV)."""
        given = _DATA.search(html)
        text = unescape(given[1]) if given else _read_cells(html)
        html = _DATA.sub("", html, count=1)
        text = show_signs(redact(text))
        name = f"{self.stem}.{self._name(f'csv {words}').removeprefix('csv-')}.csv"
        links = []
        if self.tables is not None:
            self.tables[name] = text
            links.append(f'<a href="{TABLES}/{quote(name)}">CSV</a>')
        if len(text.encode("utf-8", "replace")) <= _SMALL:
            data = quote(text, errors="replace")
            link = f'<a download="{escape(name)}" href="data:text/csv;charset=utf-8,{data}">'
            links.append(f"{link}{tell('from this page') if links else 'CSV'}</a>")
        return html, f'\n<p class="data">{" · ".join(links)}</p>' if links else ""

    def list_contents(self) -> str:
        """The HTML of the page's contents; '' of a short page."""
        if len(self.contents) < _FEWEST_CONTENTS:
            return ""
        items = "".join(
            f'<li><a href="#{name}">{escape(words)}</a></li>' for name, words in self.contents
        )
        words = tell("On this page")
        return f'<details class="contents"><summary>{words}</summary><ul>{items}</ul></details>'


def _list_names(stem: str) -> Iterator[str]:
    """`stem`, `stem-2`, `stem-3`, …"""
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def _read_text(html: str) -> str:
    """What HTML says, in one line."""
    return " ".join(unescape(_TAG.sub("", html)).split())


def _read_cells(html: str) -> str:
    """A table as CSV, of its cells as they are shown; the last row of its head names columns."""
    head, _, body = html.partition("</thead>")
    rows = [[_read_text(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(body)]
    heads = [[_read_text(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(head)]
    width = max(map(len, [*rows, *heads]), default=0)
    file = io.StringIO()
    # where cells span rows, those on the left are missing
    filled = ([""] * (width - len(row)) + row for row in [*heads[-1:], *rows])
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([guard_formula(cell) for cell in row] for row in filled)
    return file.getvalue()
