"""What the builds that a project already has show, in words."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.measures.past import (
    count_timed,
    slopes,
    spread_seconds,
    sum_gaps,
    sum_missing,
    summarise_builds,
)
from analysis.past_builds import PastBuilds
from analysis.prose.intervals import say_counted, say_interval
from analysis.prose.template import say, tell
from analysis.rows import list_records
from analysis.words import count_words, join_words

_WAITING = ("QUEUED", "PROVISIONING")
# as many projects as a sentence names, as many characters of a layer
_NAMED, _LONGEST = 4, 60
# a slope's unit in a sentence is this many of the measure's
_FACTORS = {"seconds": 1.0, "rate": 100.0}


def say_history(history: PastBuilds) -> list[str]:
    """What was read: how many builds of what, from when to when, how they ended, how long."""
    *counts, problems = _say_read(history)
    lengths = [say("past.length", **row) for row in list_records(spread_seconds(history))]
    return [*filter(None, [*counts, *lengths, problems])]


def say_past(history: PastBuilds, seen: pd.DataFrame, minutes: pd.DataFrame) -> list[str]:
    """What was read, what caches gave, and where most minutes go, of all projects together.

    `seen`: cache_seen's rows, `minutes`: phase_minutes'.
    """
    *counts, problems = _say_read(history)
    found, builds = int(seen["with_hits"].sum()), int(seen["builds"].sum())
    hits = say("past.any_hit", hits=say_counted(found, builds, "build")) if builds else ""
    phases = minutes.groupby("phase")["minutes"].sum()
    share = phases.max() / phases.sum() if phases.sum() else math.nan
    most = "" if phases.empty else say("past.most", phase=phases.idxmax(), share=share)
    return [*filter(None, [*counts, hits or say("past.no_layers"), most, problems])]


def _say_read(history: PastBuilds) -> list[str]:
    """How many builds, read logs, builds not shown, and last problems; '' for what is none."""
    facts = summarise_builds(history)
    projects, days = facts["projects"], facts["days"]
    many = len(projects) > _NAMED
    of = count_words(len(projects), "project") if many else join_words(projects)
    when = say("past.days", days=_say_days(days)) if days else say("past.no_days")
    ends = [say("past.end", number=each, status=name) for name, each in facts["ends"].items()]
    number, read, told = facts["number"], facts["read"], len(history.problems)
    return [
        say("past.builds", number=number, of=of, when=when, ends=ends),
        say("past.read", read=read, rest=number - read),
        say("past.left_out", number=history.left_out) if history.left_out else "",
        say("past.problems", number=told) if told else "",
    ]


def say_cache_seen(seen: pd.DataFrame) -> list[str]:
    """What caches gave, of cache_seen's rows."""
    return [_say_seen(row) for row in list_records(seen)] or [say("past.no_layers")]


def _say_seen(row: dict[str, Any]) -> str:
    """What caches gave a project, and that imports were lost, where any was."""
    interval = say_interval(row["with_hits"], row["builds"])
    lost, asked = row["import_lost"], row["imported"] + row["import_lost"]
    more = say("past.lost", lost=lost, asked=asked) if lost else ""
    name = "past.seen_untold" if pd.isna(row["median_rate"]) else "past.seen"
    return say(name, interval=interval, lost=more, **row)


def say_minutes(minutes: pd.DataFrame) -> list[str]:
    """The phases in which most minutes go, by project, of phase_minutes' rows."""
    groups = minutes.groupby("project", sort=False)
    return [_say_minutes(str(name), rows) for name, rows in groups] or [say("past.no_minutes")]


def _say_minutes(project: str, rows: pd.DataFrame) -> str:
    """The phases of a project in which most minutes go, and those that are not told."""
    top = list_records(rows.nlargest(3, "minutes"))
    parts = [say("past.phase", **row) for row in top]
    untold = [phase for phase in _WAITING if phase not in set(rows["phase"])]
    more = say("past.untold", phases=untold) if untold else ""
    total = rows["minutes"].sum()
    return say("past.minutes", project=project, minutes=total, parts=parts, untold=more)


def say_trend(history: PastBuilds) -> list[str]:
    """Whether builds get longer, and hits fewer, as far as a straight line can say."""
    number, hours, enough = count_timed(history)
    if not enough:
        return [say("past.short", number=number, hours=hours)]
    return [_say_slope(row) for row in list_records(slopes(history))]


def _say_slope(row: dict[str, Any]) -> str:
    """Whether a project's seconds or hit rates change."""
    what = say(f"past.{row['measure']}_of", project=row["project"])
    if pd.isna(row["slope"]):
        return say("past.few", what=what, n=row["n"])
    sure = row["low"] > 0 or row["high"] < 0
    numbers = {name: _FACTORS[row["measure"]] * row[name] for name in ("slope", "low", "high")}
    unit = say(f"past.{row['measure']}_unit")
    return say("past.changes" if sure else "past.may_change", what=what, unit=unit, n=row["n"],
               **numbers)  # fmt: skip


def say_gaps(gaps: pd.DataFrame) -> list[str]:
    """Where the host's own cache was seen, of hits_over_gap's rows."""
    if gaps.empty:
        return [say("past.no_gaps")]
    return [_say_gaps(str(name), rows) for name, rows in gaps.groupby("project", sort=False)]


def _say_gaps(project: str, gaps: pd.DataFrame) -> str:
    """What a project's rows of hits_over_gap say."""
    facts = sum_gaps(gaps)
    if not facts["told"]:
        return say("past.all_asked", project=project)
    used = say_counted(facts["used"], facts["told"], "build")
    longest = say("past.longest", gap=facts["longest"]) if facts["used"] else ""
    longest = say("past.overlapping") if facts["overlapping"] else longest
    unclear = facts["unclear"]
    more = say("past.asked", number=unclear) if unclear else ""
    return say("past.gaps", project=project, used=used, longest=longest, asked=more)


def say_missing(steps: pd.DataFrame) -> list[str]:
    """The layers that cost most, and what of it a cache could have saved."""
    known = steps.dropna(subset=["seconds"])
    if known.empty:
        return [say("past.no_seconds")]
    facts = sum_missing(known)
    whole = "past.layers" if facts["share"] is not None else "past.layers_unordered"
    rows = list_records(known.head(3))
    return [say(whole, **facts), *(_say_layer(row) for row in rows)]


def _say_layer(row: dict[str, Any]) -> str:
    """What a layer cost, and what a cache could have saved of it."""
    name = "past.layer" if pd.isna(row["could_save"]) else "past.layer_saved"
    return say(name, **row | {"layer": _shorten(row["layer"])})


def _say_days(days: Sequence[str]) -> str:
    """`2026-11-01 to 2026-11-24`, one day alone."""
    return days[0] if len(days) == 1 else tell("{low} to {high}", low=days[0], high=days[-1])


def _shorten(text: str) -> str:
    """A text's begin, at most _LONGEST characters."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
