"""From a number to its runs: links to where a run is shown, or to its row in the table of runs."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from analysis.languages import translate, translate_value
from analysis.rows import list_rows, write_csv
from analysis.workload import SCENARIOS

RUNS_TABLE, RUNS_PAGE, RUNS_FOLDER = "runs.csv", "runs.html", "runs"
_EMULATED = " (emulated)"
_TAG = re.compile(r"<(?:\"[^\"]*\"|'[^']*'|[^'\">])*>")
_NAME = re.compile(r"(?<![\w.-])[\w.-]*\.\d\d+(?![\w-])")
_WORD = re.compile(r"[\w-]+(?:\.[\w-]+)*")
# what a link may not stand in
_CLOSED = ("a", "h1", "svg", "style", "title", "button", "script")
_ROW = re.compile(r"<tr\b[^>]*>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"(<t[dh]\b[^>]*>)(.*?)(</t[dh]>)", re.DOTALL)
# what a chart draws of one run: a sign with a tooltip, or a text, that begins with its name
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_DRAWN = re.compile(
    rf"<g>(?P<sign><title>({_NAME.pattern}): [^<]*</title><[^<>]*/>)</g>"
    rf"|<text\b[^>]*>({_NAME.pattern}): [^<]*</text>"
)
_RUN_LINK = re.compile(r'<a href="run:([^"]*)">(.*?)</a>', re.DOTALL)
# letters of the name of a file
_LONGEST = 180
_UNSAFE = re.compile(r"[^\w.-]", re.ASCII)


@dataclass(frozen=True)
class Proofs:
    """The runs of an experiment as a set of pages shows them: `pages`, on a page each.

    `logs`: the way from the pages to the experiment's folder, '' where a reader has none.
    """

    runs: pd.DataFrame
    pages: bool = False
    logs: str = ""
    # from the page that is written to the others
    root: str = field(default="", kw_only=True)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Run -> its row in the table of runs; as a spreadsheet counts, the head is the first."""
        return {str(run): row for row, run in enumerate(self.runs["run"], start=2)}

    @cached_property
    def groups(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(strategy, scenario), and (strategy, '') for all of them -> first and last row."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for row, run in enumerate(list_rows(self.runs), start=2):
            for key in ((str(run.strategy), str(run.scenario)), (str(run.strategy), "")):
                found[key] = (found.get(key, (row, row))[0], row)
        return found

    def find_run(self, run: str) -> str:
        """The address of a run; '' for a name that is none."""
        if run not in self.rows:
            return ""
        if self.pages:
            return f"{self.root}{RUNS_FOLDER}/{quote(name_run_page(run))}"
        return f"{self.root}{RUNS_TABLE}#row={self.rows[run]}"

    def find_group(self, strategy: str, scenario: str = "") -> str:
        """The address of a strategy's runs, of one scenario or all; '' where there are none."""
        key = (
            strategy.removesuffix(translate_value(f"x{_EMULATED}")[1:]).removesuffix(_EMULATED),
            scenario,
        )
        if key not in self.groups:
            return ""
        if self.pages:
            return f"{self.root}{RUNS_PAGE}#{quote(name_group(*key))}"
        first, last = self.groups[key]
        return f"{self.root}{RUNS_TABLE}#row={first}-{last}"

    def find_log(self, run: str) -> str:
        """The address of a run's log on disk; '' where a reader has no way to it."""
        if not self.logs or self.pages or run not in self.rows:
            return ""
        return f"{self.root}{self.logs}/runs/{quote(run)}/build.log.gz"


def order_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Runs by strategy, scenario and round: those of one number are rows that follow each other."""
    place = runs["scenario"].map({name: at for at, name in enumerate(SCENARIOS)})
    keys = runs.assign(place=place.fillna(len(SCENARIOS)))
    order = keys.sort_values(["strategy", "place", "scenario", "round"], kind="stable").index
    return runs.loc[order].reset_index(drop=True)


def write_runs(runs: pd.DataFrame, folder: Path) -> str:
    """The table of runs as CSV, every column; paths are those in the experiment's `folder`."""
    shown = runs.copy()
    for name in ("log", "images", "history"):
        shown[name] = [_shorten(each, folder) for each in runs[name]]
    return write_csv(shown)


def _shorten(path: object, folder: Path) -> str | None:
    """A path in the experiment's folder; of one elsewhere its name."""
    if pd.isna(path):  # type: ignore[call-overload]
        return None
    found = Path(str(path))
    return found.relative_to(folder).as_posix() if found.is_relative_to(folder) else found.name


def name_run_page(run: str) -> str:
    """The file of a run's page."""
    return f"{_make_safe(run)}.html"


def name_group(strategy: str, scenario: str) -> str:
    """The anchor of a strategy's runs of a scenario."""
    return _make_safe(f"{strategy}.{scenario}" if scenario else strategy)


def _make_safe(name: str) -> str:
    """A name for files and anchors anywhere; of two different ones it is different."""
    safe = _UNSAFE.sub("_", name)[:_LONGEST]
    if safe == name:
        return name
    return f"{safe}-{blake2b(name.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"


def link_runs(html: str, proofs: Proofs) -> str:
    """HTML in which names of runs, and the rows of tables that are of runs, lead to these."""
    html = _RUN_LINK.sub(lambda match: _link(proofs.find_run(unescape(match[1])), match[2]), html)
    html = _SVG.sub(lambda svg: _link_chart(svg[0], proofs), html)
    return _link_names(html, proofs)


def _link_chart(svg: str, proofs: Proofs) -> str:
    """A chart whose signs and texts of single runs lead there: then it is no picture as a whole."""
    found = _DRAWN.sub(lambda part: _link_drawn(part, proofs), svg)
    return found if found == svg else found.replace(' role="img"', ' role="group"', 1)


def _link_drawn(part: re.Match[str], proofs: Proofs) -> str:
    """A part of a chart as a link; to signs, of which there are many, the keyboard does not go."""
    address = escape(proofs.find_run(part[2] or part[3]))
    if not address:
        return part[0]
    if part["sign"]:
        return f'<a href="{address}" tabindex="-1">{part["sign"]}</a>'
    return f'<a href="{address}">{part[0]}</a>'


def _link(address: str, html: str) -> str:
    """HTML as a link, or as it is without an address."""
    return f'<a href="{escape(address)}">{html}</a>' if address else html


def _link_names(html: str, proofs: Proofs) -> str:
    """HTML with a link on each run that a text names, and on strategies before their folders."""
    parts, at, closed, folders = [], 0, "", False
    for tag in _TAG.finditer(html):
        text = html[at : tag.start()]
        if text and not closed:
            if folders:
                text = _link_folders(text, proofs)
            elif "." in text:
                text = _NAME.sub(lambda name: _link_run(name[0], proofs), text)
        parts += [text, tag[0]]
        at = tag.end()
        name = tag[0][1:].lstrip("/").split(None, 1)[0].rstrip("/>").lower()
        if tag[0].startswith("</"):
            closed = "" if name == closed else closed
        elif not closed and name in _CLOSED:
            closed = name
        folders = tag[0] == "<code>" and html.startswith("runs/", at)
    return "".join([*parts, html[at:]])


def _link_run(name: str, proofs: Proofs) -> str:
    """A run's name with its links; another name as it is."""
    log = proofs.find_log(name)
    more = f" ({_link(log, translate('log'))})" if log else ""
    return _link(proofs.find_run(name), name) + more


def _link_folders(text: str, proofs: Proofs) -> str:
    """The folders of runs, as claims name them, with a link on each strategy or single run."""

    def link(word: re.Match[str]) -> str:
        strategy, _, scenario = word[0].rpartition(".")
        address = proofs.find_run(word[0]) or proofs.find_group(word[0])
        return _link(address or proofs.find_group(strategy, scenario), word[0])

    head, sign, rest = text.partition("runs/")
    return head + sign + _WORD.sub(link, rest)


def link_rows(table: str, proofs: Proofs) -> str:
    """A table whose rows lead to their runs: by columns strategy and scenario, else a first

    column that names strategies.
    """
    if 'rowspan="' in table:
        return table
    head, sign, body = table.partition("<tbody")
    rows = _ROW.findall(head)
    names = [_TAG.sub("", cell[1]).strip() for cell in _CELL.findall(rows[-1])] if rows else []
    strategy, scenario = translate("strategy"), translate("scenario")
    at = names.index(strategy) if strategy in names else 0
    what = names.index(scenario) if scenario in names else None
    if not sign or (at == 0 and names[:1] not in ([strategy], [""])):
        return table
    return head + sign + _ROW.sub(lambda row: _link_row(row[0], at, what, proofs), body)


def _link_row(row: str, at: int, what: int | None, proofs: Proofs) -> str:
    """A row whose cell of a strategy leads to its runs."""
    cells = list(_CELL.finditer(row))
    if len(cells) <= max(at, what or 0) or "<" in cells[at][2]:
        return row
    scenario = "" if what is None else unescape(cells[what][2])
    address = proofs.find_group(unescape(cells[at][2]), scenario)
    begin, end = cells[at].span(2)
    return row[:begin] + _link(address, cells[at][2]) + row[end:]
