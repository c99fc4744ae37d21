"""What the builds that a project already has show, in words."""

import math
from collections.abc import Iterator

import pandas as pd

from analysis.measures.compare import spread
from analysis.measures.past import as_runs, name_projects, pick_period, slopes
from analysis.past_builds import PastBuilds
from analysis.prose.intervals import say_counted, say_interval
from analysis.words import count_words, join_words, say_seconds, say_share

WAITING = ("QUEUED", "PROVISIONING")


def say_history(history: PastBuilds) -> list[str]:
    """What was read: how many builds of what, from when to when, how they ended, how long."""
    builds = history.builds
    projects = name_projects(builds).unique().tolist()
    of = join_words(projects) if len(projects) <= 4 else count_words(len(projects), "project")
    times = builds["started"].dropna()
    days = dict.fromkeys(f"{each:%Y-%m-%d}" for each in times.agg(["min", "max"]))
    when = f", {' to '.join(days)}" if len(times) else ", at times not known"
    ends = builds["status"].fillna("unknown").value_counts(sort=True)
    said = join_words(f"{number} {status}" for status, number in ends.items())
    read = int(builds["log"].notna().sum())
    return [
        f"{count_words(len(builds), 'build')} of {of}{when}: {said}.",
        f"{count_words(read, 'log')} read, {count_words(len(builds) - read, 'build')} without one.",
        *say_lengths(history),
    ]


def say_lengths(history: PastBuilds) -> list[str]:
    """How long a build of each project takes, in the median, of those that did not fail."""
    runs = as_runs(history)
    table = spread(runs[runs["valid"]], "seconds", ["strategy"])
    return [
        f"A build of {row.strategy} takes {say_seconds(row.median)} after provisioning (median, "
        f"{row.low:.1f} to {say_seconds(row.high)}, n = {row.n})."
        for row in table[table["n"].gt(0)].itertuples()
    ]


def say_cache_seen(seen: pd.DataFrame) -> list[str]:
    """What caches gave, of cache_seen's rows."""
    if seen.empty:
        return ["No docker build with layers was found in any log."]
    return [
        f"{row.project}: {row.with_hits} of {count_words(row.builds, 'build')} had a layer from a "
        f"cache ({say_interval(row.with_hits, row.builds)}); the median build got "
        f"{say_share(row.median_rate)} of its layers from one.{say_lost(row)}"
        for row in seen.itertuples()
    ]


def say_lost(row: tuple) -> str:
    """That imports were lost, where any was."""
    if not row.import_lost:
        return ""
    asked = row.imported + row.import_lost
    return f" {row.import_lost} of {asked} imports found no cache or could not read it."


def say_minutes(minutes: pd.DataFrame) -> list[str]:
    """The phases in which most minutes go, by project, of phase_minutes' rows."""
    if minutes.empty:
        return ["How long any phase took is unknown: neither CodeBuild nor a log tells."]
    said = []
    for project, rows in minutes.groupby("project", sort=False):
        top = rows.nlargest(3, "minutes")
        parts = (f"{row.phase} {say_share(row.share)}" for row in top.itertuples())
        text = f"{project}: {rows['minutes'].sum():.1f} minutes, of which {join_words(parts)}"
        untold = [phase for phase in WAITING if phase not in set(rows["phase"])]
        more = f"; {join_words(untold)} unknown, as no log tells" if untold else ""
        said.append(f"{text}{more}.")
    return said


def say_trend(history: PastBuilds) -> list[str]:
    """Whether builds get longer, and hits fewer, as far as a straight line can say."""
    days = history.builds["started"].dropna()
    if len(days) < 2 or pick_period(days) == "build":
        span = (days.max() - days.min()).total_seconds() / 3600 if len(days) else 0.0
        return [
            f"The {count_words(len(days), 'build')} with a known time lie within {span:.1f} hours: "
            "too short for a trend."
        ]
    return list(say_slopes(slopes(history)))


def say_slopes(table: pd.DataFrame) -> Iterator[str]:
    """A sentence a project and measure."""
    words = {"seconds": ("A build of", 1.0, "s"), "rate": ("The hit rate of", 100.0, "points")}
    for row in table.itertuples():
        what, factor, unit = words[row.measure]
        if pd.isna(row.slope):
            yield f"{what} {row.project}: too few builds for a trend (n = {row.n})."
            continue
        told = "changes" if row.low > 0 or row.high < 0 else "is not shown to change"
        low, high = factor * row.low, factor * row.high
        yield (
            f"{what} {row.project} {told}: {factor * row.slope:+.2f} {unit} a week (95 % interval "
            f"{low:.2f} to {high:.2f}, n = {row.n})."
        ).replace("-", "−")


def say_gaps(gaps: pd.DataFrame) -> list[str]:
    """Where the host's own cache was seen, of hits_over_gap's rows."""
    if gaps.empty:
        return ["No log tells both of layers and of the time since the project's build before."]
    return [say_project(str(name), rows) for name, rows in gaps.groupby("project", sort=False)]


def say_project(project: str, gaps: pd.DataFrame) -> str:
    """What a project's rows of hits_over_gap say."""
    told, unclear = int(gaps["builds"].sum()), int(gaps["unclear"].sum())
    if not told:
        return f"{project}: every build asked another cache, so that the host's is not told."
    seen = gaps[gaps["used"].gt(0)]
    text = f"{project}: a cache of the host was seen in " + say_counted(
        int(gaps["used"].sum()), told, "build"
    )
    if len(seen):
        longest = f"at most {seen['gap'].iloc[-1]} after the one before"
        text += f", {longest if seen['to_minutes'].iloc[-1] > 0 else 'each while another ran'}"
    more = f"; {count_words(unclear, 'build')} asked another cache" if unclear else ""
    return f"{text}{more}."


def say_missing(steps: pd.DataFrame) -> list[str]:
    """The layers that cost most, and what of it a cache could have saved."""
    known = steps.dropna(subset=["seconds"])
    if known.empty:
        return ["No log tells how long a layer took."]
    return [say_whole(known), *(say_layer(row) for row in known.head(3).itertuples())]


def say_whole(steps: pd.DataFrame) -> str:
    """How long all layers ran, and how much of it was made again."""
    told = steps.dropna(subset=["could_save"])
    text = f"Layers ran for {say_seconds(steps['seconds'].sum())} in all"
    if told.empty:
        return f"{text}; which build came first is unknown, and so what was made again."
    could, whole = told["could_save"].sum(), told["seconds"].sum()
    share = say_share(could / whole if whole else math.nan)
    return f"{text}; {share} of it at most had been made before: {say_seconds(could)}."


def say_layer(row: tuple) -> str:
    """What a layer cost, and what a cache could have saved of it."""
    saved = (
        f"; a cache could have saved at most {say_seconds(row.could_save)} of it"
        if pd.notna(row.could_save)
        else ""
    )
    return (
        f"{shorten(row.layer)} in {row.project} took {say_seconds(row.seconds)}, in {row.ran} of "
        f"{count_words(row.builds, 'docker build')}{saved}."
    )


def shorten(text: str, most: int = 60) -> str:
    """A text's begin, at most so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
