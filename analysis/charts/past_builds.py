"""Charts of a history of builds: minutes, trends, missing layers, and caches over idle gaps."""

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.dates import list_days
from analysis.charts.labels import make_label
from analysis.charts.picture import Drawn, finish
from analysis.charts.plane import Plane, Series
from analysis.charts.rows import Bar, Dot, Row, Rows, Span, list_keys
from analysis.charts.stacks import describe_stack, draw_stack
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import join_sentences, say_n, say_seconds, say_share

# more lines or groups than this can't be told apart
_PROJECTS, LAYERS = 4, 10
# where the program of a RUN is stored says less than what it does
_PROGRAM = re.compile(r"^RUN /\S*/(?=\S)")
_LONGEST, _PART = 72, 32
_MEASURES = {
    "seconds": ("Do builds take longer?", 1.0, "seconds after provisioning"),
    "rate": ("Does the cache keep giving?", 100.0, "layers from a cache, in %"),
}
_SAVED, _ANEW = "made before: the most a cache could save", "made anew, or not known"


def phase_bars(minutes: pd.DataFrame, *, ax: Any = None) -> Drawn:
    """Bars of phase_minutes' rows: a project's minutes by phase, all builds together."""
    rows = minutes.rename(columns={"project": "strategy"})
    return _draw_spent(
        rows,
        "phase",
        "minutes",
        tell("Where do the minutes go?"),
        tell("minutes of all builds by phase"),
        "min",
        ax,
    )


def history_spent(means: pd.DataFrame, *, busy: bool = False, ax: Any = None) -> Drawn:
    """Bars of history_overheads' rows, or with `busy` of history_busy's: mean seconds a build."""
    title = (
        tell("What keeps docker build busy?")
        if busy
        else tell("What does a build spend its time on?")
    )
    note = (
        tell("mean busy seconds a build, which overlap") if busy else tell("mean seconds a build")
    )
    return _draw_spent(means, "activity", "seconds", title, note, "s", ax)


def _draw_spent(
    rows: pd.DataFrame, part: str, value: str, title: str, note: str, unit: str, ax: Any
) -> Drawn:
    """Stacked bars, a row a project, the one with the most first."""
    stack = draw_stack(rows, part, value, unit, most_first=True)
    said = describe_stack(rows, part, value)
    n = say_n(rows.groupby("strategy")["n"].max())
    return finish(
        stack,
        title,
        tell("{note}; builds: {n}", note=note, n=n),
        tell("Stacked bars, {note}. {said}", note=note, said=said),
        ax,
    )


def trend_lines(trend: pd.DataFrame, *, measure: str = "seconds", ax: Any = None) -> Drawn:
    """A panel a project of trend's rows of a measure, on one clock: medians, with quartiles.

    Where each build is a point of its own, points are not joined.
    """
    rows = _pick_projects(trend[trend["measure"].eq(measure)])
    title, factor, unit = _MEASURES[measure]
    title, unit = translate(title), translate(unit)
    every = rows["every"].iloc[0] if len(rows) else "build"
    times = pd.Series([each.timestamp() for each in rows["period"]], rows.index, dtype="float64")
    panels = [
        (tell("{project} (n = {number} builds)", project=project, number=group['n'].sum()),
         (_draw_trend(group.assign(time=times), str(project), factor, every),))
        for project, group in rows.groupby("project", sort=False)
    ]  # fmt: skip
    ends = factor * rows[["median", "lower", "upper"]].to_numpy(dtype="float64").ravel()
    x = span(times, zero=False)
    of_each = tell("median of each {every}, bar: its quartiles", every=translate(every))
    note = tell("a dot for each build") if every == "build" else of_each
    said = join_sentences(_describe_trend(rows, factor))
    return finish(
        Plane(
            tuple(panels) or (("", ()),),
            x,
            (0.0, 100.0) if measure == "rate" else span(ends),
            (tell("begin of the {every} in UTC", every=translate(every)), unit),
            80.0 if len(panels) > 1 else 150.0,
            list_days(*x),
            keys=False,
        ),
        title,
        note,
        tell(
            "Lines over time, {unit}, {note}. {value}",
            unit=unit,
            note=note,
            value=said or tell("No build is known well enough."),
        ),
        ax,
    )


def _draw_trend(rows: pd.DataFrame, project: str, factor: float, every: str) -> Series:
    """One project of trend_lines."""
    points = tuple((row.time, factor * row.median) for row in list_rows(rows))
    titles = tuple(
        f"{project}, {row.period:%Y-%m-%d %H:%M}: {factor * row.median:.1f} (n = {row.n})"
        for row in list_rows(rows)
    )
    spans = tuple(
        (row.time, factor * row.lower, factor * row.upper) for row in list_rows(rows) if row.n > 1
    )
    return Series(project, points, titles, spans, joined=every != "build")


def _describe_trend(rows: pd.DataFrame, factor: float) -> Iterable[str]:
    """Where each line begins and ends."""
    for project, group in rows.groupby("project", sort=False):
        first, last = group.iloc[0], group.iloc[-1]
        yield (
            tell(
                "{project}, {number} builds: {median:.1f} on {period:%Y-%m-%d} to {last:.1f} on"
                " {end:%Y-%m-%d}.",
                project=project,
                number=group["n"].sum(),
                median=factor * first["median"],
                period=first["period"],
                last=factor * last["median"],
                end=last["period"],
            )
        )


def _pick_projects(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the projects with the most builds."""
    column = "n" if "n" in rows else "builds"
    most = rows.groupby("project")[column].sum().nlargest(_PROJECTS).index
    return rows[rows["project"].isin(most)]


def missing_bars(steps: pd.DataFrame, *, ax: Any = None) -> Drawn:
    """Bars of missing_steps' first rows: seconds that a layer took, and what might be saved."""
    rows = steps.dropna(subset=["seconds"]).head(LAYERS)
    several = rows["project"].nunique() > 1
    drawn = tuple(_draw_missing(row, _name_bar(row, several)) for row in list_rows(rows))
    keys = list_keys([(translate(_SAVED), "work"), (translate(_ANEW), "rest")])
    return finish(
        Rows(drawn, *span(rows["seconds"]), unit="s", keys=keys, above=True),
        tell("Which missing layers cost the most?"),
        tell(
            "seconds of all builds, and in how many of the docker builds that have the layer it ran"
        ),
        tell("Bars of seconds by layer. {missing}", missing=_describe_missing(rows)),
        ax,
    )


def _draw_missing(row: Any, name: str) -> Row:
    """A layer's bar: first what a cache could save."""
    could = 0.0 if pd.isna(row.could_save) else float(row.could_save)
    bars = (
        Bar(0.0, could, "work", f"{translate(_SAVED)}: {say_seconds(could)}"),
        Bar(could, row.seconds, "rest", f"{translate(_ANEW)}: {say_seconds(row.seconds - could)}"),
    )
    seconds, ran = (
        say_seconds(row.seconds),
        tell("{ran} of {builds}", ran=row.ran, builds=row.builds),
    )
    title = tell("{layer}: {seconds}, ran in {ran}", layer=row.layer, seconds=seconds, ran=ran)
    return Row(
        name, (bars,), (tell("{seconds}, {ran}", seconds=seconds, ran=ran),), titles=(title,)
    )


def _name_bar(row: Any, several: bool) -> str:
    """The label of a layer: its project and stage where they tell it apart."""
    parts = (row.project if several else "", row.stage)
    before = ": ".join(make_label(part, _PART) for part in parts if part)
    layer = make_label(_PROGRAM.sub("RUN …/", row.layer), _LONGEST)
    return f"{before}: {layer}" if before else layer


def _describe_missing(rows: pd.DataFrame) -> str:
    """Each bar in words."""
    return join_sentences(
        tell(
            "{layer}: {seconds}, at most {could_save} to save.",
            layer=_name_bar(row, True),
            seconds=say_seconds(row.seconds),
            could_save=say_seconds(row.could_save),
        )
        for row in list_rows(rows)
    )


def gap_points(gaps: pd.DataFrame, *, ax: Any = None) -> Drawn:
    """A row a project and idle gap of hits_over_gap's rows: the share with its interval."""
    rows = _pick_projects(gaps[gaps["builds"].gt(0)])
    drawn: list[Row] = []
    for project, group in rows.groupby("project", sort=False):
        drawn.append(Row(str(project)))
        drawn += [_draw_gap(row) for row in list_rows(group.sort_values("to_minutes"))]
    said = join_sentences(
        tell(
            "{project}, {gap}: {used} of {builds} ({share}).",
            project=row.project,
            gap=translate(row.gap),
            used=row.used,
            builds=row.builds,
            share=say_share(row.share),
        )
        for row in list_rows(rows)
    )
    return finish(
        Rows(tuple(drawn), 0.0, 100.0, unit="%"),
        tell("Is the cache of the host still there when the next build comes?"),
        tell(
            "builds that used it, in %, by idle gap: time since the project's build before "
            "ended; bar: 95 % interval"
        ),
        tell("Points of shares by idle gap. {value}", value=said or tell("No build tells.")),
        ax,
    )


def _draw_gap(row: Any) -> Row:
    """The share of one gap."""
    signs = (Span(100 * row.low, 100 * row.high, "series"), Dot(100 * row.share, "mark"))
    said = tell("{used} of {builds}", used=row.used, builds=row.builds)
    gap = translate(str(row.gap))
    return Row(gap, (signs,), (said,), titles=(f"{row.project}, {gap}: {said}",))
