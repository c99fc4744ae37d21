"""Charts of docker builds: when each step ran, and which of them decided when it ended."""

from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.keys import Key
from analysis.charts.picture import Drawn, finish
from analysis.charts.rows import Bar, Dot, Row, Rows, list_keys
from analysis.charts.stacks import VISIBLE
from analysis.charts.style import pick_looks
from analysis.languages import translate, translate_value
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import count_words, join_sentences, join_words, say_seconds

# more steps would be a wall
MOST = 30
# of a band, however many there are
_LEAST = 10
_LAYER, _HIT = "layer", "cached"
_THICK = "thick: on the critical path, thin: beside it"
_EMPTY = "An empty timeline: no run of this kind has a record of its docker build."


def timeline(rows: pd.DataFrame, *, run: str | None, ax: Any = None) -> Drawn:
    """A row a step of mark_critical's rows, its bars where it was active: thick on the path.

    All layers, and the other steps that can be seen: the longest MOST of them. The note says how
    many are left out.
    """
    return _draw([rows], [str(run)], ax)


def timelines(*builds: pd.DataFrame, ax: Any = None) -> Drawn:
    """Builds on one clock, one above the other, each a frame of mark_critical's rows.

    The baseline's first. Steps are those of `timeline`; a hit has a mark of its own. A run that
    is given twice, as an answer's baseline that is its advice, is drawn once. Each docker build of
    a run, and each target of one, has a band of its own, whose clock begins with it.
    """
    by_run = {_name_run(rows): rows for rows in builds}
    return _draw([*by_run.values()], [*by_run], ax)


def _name_run(rows: pd.DataFrame) -> str:
    """The run that a frame of steps is of."""
    return str(rows["run"].iloc[0]) if len(rows) else tell("no run with a record")


def _list_bands(rows: pd.DataFrame, run: str) -> list[tuple[str, pd.DataFrame]]:
    """(name, steps) of each docker build of a run, and of each target that one has."""
    rows = rows.assign(**{name: None for name in ("build", "target") if name not in rows})
    several = rows["build"].nunique() > 1
    found = []
    for _, steps in rows.groupby(["build", "target"], sort=False, dropna=False):
        build, target = (steps[name].iloc[0] for name in ("build", "target"))
        parts = [tell("build {number}", number=build + 1)] if several else []
        parts += [] if pd.isna(target) else [str(target)]
        found.append((", ".join([run, *parts]), steps))
    return found if len(found) > 1 else [(run, rows)]


def _draw(given: list[pd.DataFrame], names: list[str], ax: Any) -> Drawn:
    """The chart of some runs, each with its name."""
    bands = [band for each in zip(given, names, strict=True) for band in _list_bands(*each)]
    runs, builds = [name for name, _ in bands], [rows for _, rows in bands]
    most = max(MOST // len(builds), _LEAST)
    shown = [_pick(rows, most) for rows in builds]
    looks = pick_looks(pd.concat(shown)["activity"].astype("str"))
    drawn: list[Row] = []
    for rows, steps, run in zip(builds, shown, runs, strict=True):
        if len(builds) > 1:
            drawn.append(Row(f"{run}: {say_seconds(rows['completed'].max())}"))
        drawn += [_draw_step(row, looks) for row in list_rows(steps)]
    hits = any(steps["status"].eq(_HIT).any() for steps in shown)
    keys = (
        *list_keys(looks.items()),
        *([Key(tell("hit"), "mark", "d", hollow=True)] if hits else []),
    )
    left = sum(map(len, builds)) - sum(map(len, shown))
    unseen = tell("; {more} not shown", more=count_words(left, "shorter step")) if left else ""
    what = tell(" above ").join(names)
    return finish(
        Rows(
            tuple(drawn),
            *span(time for rows in builds for time in rows["completed"]),
            unit="s",
            keys=keys,
            names=0.42,
        ),
        tell("When did it happen?") if len(given) == 1 else tell("Where do the two builds part?"),
        tell(
            "seconds since docker build began, in one run each: {what}; {thick}{unseen}",
            what=what,
            thick=translate(_THICK),
            unseen=unseen,
        ),
        join_sentences(_describe(*each) for each in zip(builds, shown, runs, strict=True)),
        ax,
    )


def _pick(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """The steps to be drawn, in their order: layers, then others as far as they can be seen."""
    layers = rows["kind"].eq(_LAYER)
    seen = rows[layers | rows["seconds"].ge(VISIBLE)]
    order = seen.assign(layer=layers).sort_values(
        ["layer", "seconds"], ascending=False, kind="stable"
    )
    return rows.loc[order.index[:most]].sort_values("step")


def _draw_step(row: Any, looks: dict[str, str]) -> Row:
    """A step: thin where it was active, thick where the build waited for it, a mark for a hit."""
    look = looks[str(row.activity)]
    signs: list[Bar | Dot] = [Bar(a, b, look, thin=True) for a, b in row.spans]
    signs += [Bar(a, b, look) for a, b in row.critical]
    hit = pd.notna(row.status) and row.status == _HIT
    if hit and pd.notna(row.started):
        signs.append(Dot(row.started, "mark", "d", hollow=True, size=4.0))
    long = pd.notna(row.seconds) and row.seconds >= VISIBLE
    said = say_seconds(row.seconds) if long or not hit else tell("hit")
    return Row(
        str(row.label),
        (tuple(signs),),
        (said,),
        titles=(f"{row.label}: {translate_value(row.note)}",),
    )


def _describe(rows: pd.DataFrame, shown: pd.DataFrame, run: str) -> str:
    """What the chart tells, in words: what the end of the build waited for, in order."""
    if shown.empty:
        return translate(_EMPTY)
    on = shown[[bool(spans) for spans in shown["critical"]]].sort_values("started")
    beside = count_words(len(shown) - len(on), "step")
    return tell(
        "Timeline of docker build in {run}, {max}. On the critical path, in order: "
        "{names}. Beside it: {beside}.",
        run=run,
        max=say_seconds(rows["completed"].max()),
        names=join_words(map(translate_value, on["note"])),
        beside=beside,
    )
