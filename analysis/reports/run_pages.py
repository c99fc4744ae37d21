"""A page for each run: what was recorded of it, what its log tells, and the log itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.languages import translate, translate_value
from analysis.prose.template import tell
from analysis.reports.pages import Site, finish_html, render_template
from analysis.reports.parts import Parts
from analysis.reports.proofs import RUNS_FOLDER, RUNS_PAGE, name_group, name_run_page
from analysis.reports.run_log import Finder, read_excerpt, write_lines
from analysis.reports.writing import make_folder, write_html
from analysis.results import Experiment
from analysis.rows import list_records
from analysis.store import count_cores, run_jobs
from analysis.visible import shorten
from analysis.words import list_words, say_seconds
from analysis.workload import COLD_STARTS

_TITLE = "Every run"
# column of a table -> the frame's own, in the order of the page
_PHASES = ["phase", "status", "started", "seconds"]
_COMMANDS = ["phase", "command", "seconds", "exit_code"]
_STEPS = ["build", "step", "name", "target", "stage", "kind", "status", "seconds"]
_ENTRIES = ["kind", "tags", "bytes", "pushed", "digest", "children", "subject"]
_RECORDED = {
    "Strategy": "strategy",
    "Scenario": "scenario",
    "Round": "round",
    "Place": "place",
    "Link": "link",
    "Host": "host",
    "Order in its round": "order",
    "Started": "started",
    "Finished": "finished",
    "Docker": "engine",
    "buildx": "buildx",
    "BuildKit": "buildkit",
    "Storage": "storage_driver",
    "Repository": "repository",
}
# letters of a command or a step by which its line is found
_TOLD = 80
# a time, as far as a reader asks for it
_TIME = "%Y-%m-%d %H:%M:%S"
# letters of a cell
_CELL = 300
# a cell that names a line of the log
_LINE = re.compile(r">(L\d+)<")


def _draw_table(frame: pd.DataFrame) -> str:
    """A frame as a plain table; charts.table takes too long for thousands of them."""
    heads = "".join(f"<th>{escape(translate(str(name).replace('_', ' ')))}</th>" for name in frame)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_write_cell(value)}</td>' for value in row)}</tr>"
        for row in frame.itertuples(index=False, name=None)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _write_cell(value: Any) -> str:
    """A value as a cell shows it: seconds to hundredths, times to seconds, nulls as –."""
    if not _is_known(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return f"{value:{_TIME}}"
    return f"{value:.2f}" if isinstance(value, float) else escape(shorten(str(value), _CELL))


def write_run_pages(experiment: Experiment, site: Site, folder: Path) -> None:
    """Write a page for each run below `folder`, and the page that lists them.

    Runs are those of the site's proofs, in their order.
    """
    assert site.proofs is not None, "pages of runs are linked by proofs"
    runs = site.proofs.runs
    there = folder / RUNS_FOLDER
    make_folder(there)
    within = replace(site, proofs=replace(site.proofs, root="../"))
    tables = _Tables(experiment)
    rows, parts = list_records(runs), count_cores()
    jobs = [partial(_write_some, rows[part::parts], tables, within, there) for part in range(parts)]
    run_jobs(jobs, parts)
    write_html(folder / RUNS_PAGE, _render_list(runs, site))


def _write_some(
    rows: Sequence[Mapping[str, Any]], tables: "_Tables", site: Site, folder: Path
) -> None:
    """Write the pages of some runs."""
    for row in rows:
        write_html(folder / name_run_page(str(row["run"])), _render_run(row, tables, site))


class _Tables:
    """The frames of an experiment, each cut to one run."""

    def __init__(self, experiment: Experiment) -> None:
        logs = experiment.logs
        self.by_log = {
            name: dict(iter(getattr(logs, name).groupby("log", sort=False)))
            for name in ("phases", "commands", "builds", "steps")
        }
        self.none = {name: getattr(logs, name).head(0) for name in self.by_log}
        self.images = dict(iter(experiment.images.groupby("run", sort=False)))
        self.no_images = experiment.images.head(0)

    def of(self, name: str, log: str) -> pd.DataFrame:
        """The rows of one of the logs' frames."""
        return self.by_log[name].get(log, self.none[name])

    def entries(self, run: str) -> pd.DataFrame:
        """What the registry held after a run."""
        found = self.images.get(run, self.no_images)
        return found[[name for name in _ENTRIES if name in found]].assign(
            tags=[", ".join(each or ()) for each in found["tags"]],
            children=[len(each or ()) for each in found["children"]],
        )


def _render_run(row: Mapping[str, Any], tables: _Tables, site: Site) -> str:
    """The page of one run."""
    log = read_excerpt(Path(str(row["log"])))
    shown = {
        tell("Checks"): _draw_table(_list_checks(row, tables)),
        **_list_timed(row, tables, log.begin),
        tell("What the registry held afterwards"): _draw_table(tables.entries(row["run"])),
    }
    run = str(row["run"])
    html = render_template(
        "run.html.j2",
        title=run,
        site=site,
        summary=_say_run(row),
        judged=_say_judged(row),
        facts={
            translate(label): _say_fact(row[name])
            for label, name in _RECORDED.items()
            if _is_known(row[name])
        },
        tables=shown,
        log=log,
        path=f"{RUNS_FOLDER}/{run}/{Path(str(row['log'])).name}",
        begin=write_lines(log.begin),
        end=write_lines(log.end, log.first_of_end),
    )
    return _LINE.sub(r'><a href="#\1">\1</a><', finish_html(html, site, Parts(run)))


def _is_known(value: Any) -> bool:
    """Whether a value is no null."""
    return not (value is None or value is pd.NA or value is pd.NaT or value != value)


def _say_fact(value: Any) -> str:
    """A value as a text, times to seconds."""
    return f"{value:{_TIME}} UTC" if isinstance(value, pd.Timestamp) else str(value)


def _say_run(row: Mapping[str, Any]) -> str:
    """What was built, and how long it took."""
    place = tell("{place}, emulated", place=row["place"]) if row["emulated"] else row["place"]
    seconds = say_seconds(row["seconds"])
    return tell(
        "{strategy}, {scenario}, round {round}, {place}: {seconds}.",
        strategy=row["strategy"],
        scenario=row["scenario"],
        round=row["round"],
        place=place,
        seconds=seconds,
    )


def _say_judged(row: Mapping[str, Any]) -> str:
    """Whether it is compared."""
    if row["valid"]:
        return tell("It passed its checks.")
    return tell("It is not compared: {reason}.", reason=translate_value(row["invalid_reason"]))


def _list_checks(row: Mapping[str, Any], tables: _Tables) -> pd.DataFrame:
    """check, expected, found: what the validity of a run is judged by."""
    builds, steps = tables.of("builds", row["log"]), tables.of("steps", row["log"])
    layers = steps[steps["kind"].eq("layer")]
    hits = int(layers["status"].eq("cached").sum())
    checks = [
        (
            tell("end"),
            translate_value(row["expect"]),
            tell(
                "{status}, exit code {exit_code}",
                status=translate_value(row["status"]),
                exit_code=row["exit_code"],
            ),
        ),
        (tell("host empty before"), tell("of a fresh host"), _say_known(row["host_empty"])),
        (tell("cache import"), tell("as its commands ask"), _list_outcomes(builds["cache_import"])),
        (tell("cache export"), tell("as its commands ask"), _list_outcomes(builds["cache_export"])),
        (
            tell("layers from a cache"),
            tell("none of a cold build") if row["scenario"] in COLD_STARTS else "–",
            tell("{hits} of {layers}", hits=hits, layers=len(layers)),
        ),
        (tell("compared"), *[tell("yes")] * 2)
        if row["valid"]
        else (tell("compared"), tell("yes"), translate_value(str(row["invalid_reason"]))),
    ]
    return pd.DataFrame(checks, columns=["check", "expected", "found"])


def _say_known(value: Any) -> str:
    """yes, no, unknown."""
    return translate(("yes" if value else "no") if _is_known(value) else "unknown")


def _list_outcomes(column: pd.Series) -> str:
    """What docker builds of a log told, in their order."""
    known = dict.fromkeys(column.dropna().astype(str))
    return list_words(map(translate_value, known)) or tell("no docker build")


def _list_timed(row: Mapping[str, Any], tables: _Tables, lines: list[str]) -> dict[str, str]:
    """Heading -> table of phases, commands and steps, each row with its line of the log."""
    phases, commands, steps = (
        tables.of(name, row["log"]) for name in ("phases", "commands", "steps")
    )
    steps = steps.sort_values(["build", "step"], kind="stable")
    patterns = {
        "Phases": [f"Entering phase {_quote(phase)}" for phase in phases["phase"]],
        "Commands": [f"Running command {_quote(each)}" for each in commands["command"]],
        "Steps of docker builds": [
            f"(?:#{number} |Step {number}/).*{_quote(name)}"
            for number, name in zip(steps["step"], steps["name"], strict=True)
        ],
    }
    own = [name for name in _STEPS if name != "target" or steps[name].notna().any()]
    frames = (phases[_PHASES], commands[_COMMANDS], steps[own])
    return {
        translate(heading): _draw_table(_add_lines(frame, patterns[heading], lines))
        for heading, frame in zip(patterns, frames, strict=True)
    }


def _quote(text: object) -> str:
    """A pattern of the first line of a text."""
    return re.escape(str(text).split("\n", 1)[0][:_TOLD])


def _add_lines(frame: pd.DataFrame, patterns: list[str], lines: list[str]) -> pd.DataFrame:
    """A frame with the column `line`: where in the log each row is told of."""
    finder = Finder(lines)
    return frame.assign(line=[finder.find(pattern) for pattern in patterns])


def _render_list(runs: pd.DataFrame, site: Site) -> str:
    """The page that lists all runs, by strategy."""
    groups = [
        (name, name_group(str(name), ""), _list_rows(rows, site))
        for name, rows in runs.groupby("strategy", sort=False)
    ]
    html = render_template(
        "runs.html.j2", title=translate(_TITLE), site=site, here=RUNS_PAGE, groups=groups
    )
    return finish_html(html, site, Parts("runs"))


def _list_rows(runs: pd.DataFrame, site: Site) -> list[dict[str, Any]]:
    """What the list shows of each run; the first of a scenario has its anchor."""
    assert site.proofs is not None
    first = ~runs["scenario"].duplicated()
    return [
        row
        | {
            "anchor": name_group(str(row["strategy"]), str(row["scenario"])) if begins else "",
            "address": site.proofs.find_run(str(row["run"])),
            "started": f"{row['started']:%Y-%m-%d %H:%M:%S}",
            "seconds": say_seconds(row["seconds"]),
            "reason": translate_value(str(row["invalid_reason"]))
            if _is_known(row["invalid_reason"])
            else "",
        }
        for row, begins in zip(list_records(runs), first, strict=True)
    ]
