"""Critical paths of many builds: how much of a cache's overhead decides the elapsed time."""

import re
from typing import Any

import pandas as pd

from analysis.languages import translate_value
from analysis.logs import Logs
from analysis.measures.compare import RUN
from analysis.measures.seconds.critical_path import WAIT, critical_path
from analysis.measures.seconds.overheads import (
    BUSY,
    busy_map,
    list_activities,
    name_steps,
    time_commands,
)
from analysis.records import Need, takes
from analysis.rows import list_rows
from analysis.words import list_words, say_seconds
from analysis.workload import pick_scenario

# what a build with a cache of its own does besides the work, and one without does not
OVERHEAD = ("builder boot", "cache import", "lazy pull", "load", "cache export")
# of a timeline
_STEPS = "run build target step name kind status started completed inputs spans parts base_spans"
# which docker build, target and step
_PLACE = ["build", "target", "step"]
_Place = tuple[Any, ...]
# less would not be seen in a chart, nor matter in a sentence
_SEEN, _WORTH_SAYING = 0.05, 0.5
LABEL = 32
_DIGEST = re.compile(r"@sha256:[0-9a-f]+")
# where the program of a RUN is stored says less than what it does
_PROGRAM = re.compile(r"^RUN \S*/(?=\S)")


@takes(
    runs="run strategy scenario round emulated valid log",
    logs="",
    timelines=_STEPS,
)
def path_map(runs: pd.DataFrame, logs: Logs, timelines: pd.DataFrame) -> pd.DataFrame:
    """Seconds on the critical path of a run's docker builds: the columns of busy_map.

    They do not overlap, and with "no step explains" they add up to what the commands took; where
    that is unknown, this is. Null for runs without a timeline.
    """
    path = _pick_longest(critical_path(timelines))
    seconds = path[path["activity"] != WAIT].groupby(["run", "activity"])["seconds"].sum()
    table = seconds.unstack(fill_value=0).reindex(columns=list(BUSY)).fillna(0.0)
    commands = time_commands(logs.commands, logs.builds)
    took = commands[commands["activity"] == "docker build"].groupby("log")["seconds"]
    logged = runs.dropna(subset=["run"]).set_index("run")["log"]
    by_run = logged.map(took.sum(min_count=1), na_action="ignore").astype("float64")
    table[WAIT] = (by_run.reindex(table.index) - table.drop(columns=WAIT).sum(axis=1)).clip(lower=0)
    return list_activities(runs, table.reindex(runs["run"]))


def _pick_longest(path: pd.DataFrame) -> pd.DataFrame:
    """The rows of critical paths that decide when a docker build ends: of its slowest target."""
    if path["target"].isna().all():
        return path
    keys = [path[name] for name in ("run", "build", "target")]
    whole = path["seconds"].groupby(keys, dropna=False).transform("sum")
    longest = whole.groupby(keys[:2]).transform("max")
    first = path["target"].where(whole.eq(longest)).groupby(keys[:2]).transform("first")
    return path[path["target"].eq(first) | first.isna()]


@takes(
    busy=Need("run strategy scenario round emulated valid activity seconds", busy_map),
    path=Need("run strategy scenario round emulated valid activity seconds", path_map),
)
def overhead_on_path(busy: pd.DataFrame, path: pd.DataFrame) -> pd.DataFrame:
    """How much of a cache's overhead (OVERHEAD) decides when docker build ends.

    strategy, scenario, n, docker_build (seconds), work (seconds of it on the path), busy (seconds
    of overhead), on_path (those of them on the critical path), share (on_path / busy, null
    without overhead): means over the valid runs with a timeline, of busy_map's and path_map's
    rows. A plain log rounds to 0.1 s, so `busy` may be short of `on_path` by that.
    """
    wide = _widen(path).join(_widen(busy).add_suffix(" busy"), how="inner")
    wide = wide[wide["valid"]].dropna(subset=["work", "work busy"])
    numbers = {
        "docker_build": wide[list(BUSY)].sum(axis=1, skipna=False),
        "work": wide["work"],
        "busy": wide[[f"{each} busy" for each in OVERHEAD]].sum(axis=1),
        "on_path": wide[list(OVERHEAD)].sum(axis=1),
    }
    keys = wide[["strategy", "scenario"]]
    groups = keys.assign(**numbers).groupby([*keys], sort=False)
    means = groups[[*numbers]].mean()
    means["share"] = (means["on_path"] / means["busy"].where(means["busy"] > 0)).clip(upper=1)
    means.insert(0, "n", groups.size().astype("int64"))
    return means.reset_index()


def _widen(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a run (the index), strategy, scenario, valid, a column an activity of BUSY."""
    rows = rows.dropna(subset=["run", "activity"])
    facts = rows[RUN].drop_duplicates("run").set_index("run")
    table = rows.pivot(index="run", columns="activity", values="seconds")
    return facts.join(table.reindex(columns=list(BUSY)))


@takes(overhead=Need("strategy busy", overhead_on_path))
def with_cache_overhead(overhead: pd.DataFrame) -> pd.DataFrame:
    """The rows of overhead_on_path of strategies that have any overhead of a cache's kind."""
    most = overhead.groupby("strategy")["busy"].transform("max")
    return overhead[most >= _WORTH_SAYING].reset_index(drop=True)


# the name it had first
burdened = with_cache_overhead


@takes(path=Need("run strategy scenario valid activity seconds", path_map))
def path_seconds(path: pd.DataFrame) -> pd.DataFrame:
    """strategy, scenario, n, then a column an activity: mean seconds on the critical path.

    Of path_map's rows, the valid with a timeline; activities that no run has are left out.
    """
    known = path[path["valid"] & path["seconds"].notna()]
    keys = ["strategy", "scenario"]
    table = known.pivot_table(index=keys, columns="activity", values="seconds", sort=False)
    table = table.reindex(columns=[name for name in BUSY if name in table])
    table = table.loc[:, table.max() >= _SEEN]
    table.insert(0, "n", known.groupby(keys)["run"].nunique().astype("int64"))
    return table.reset_index().rename_axis(columns=None)


@takes(runs="run strategy scenario round")
def pick_run(runs: pd.DataFrame, scenario: str, strategy: str = "registry-cache") -> str | None:
    """The first run of a strategy in a scenario, of any strategy if it has none; else None."""
    rows = pick_scenario(runs, scenario).dropna(subset=["run"])
    rows = rows.sort_values("round", kind="stable")
    chosen = rows[rows["strategy"] == strategy]
    chosen = chosen if len(chosen) else rows
    return chosen["run"].iloc[0] if len(chosen) else None


@takes(timelines=f"{_STEPS} stage seconds")
def mark_critical(timelines: pd.DataFrame, run: str | None) -> pd.DataFrame:
    """The steps of a run's docker builds with what its chart shows of each.

    The columns of the timeline, label (stage and name, cut), activity, critical (tuple of (begin,
    end) on the critical path), note (what it did and how long; on the path, what of it is there).
    """
    rows = timelines[timelines["run"].eq(run)] if run else timelines.iloc[:0]
    rows = rows[rows["build"].notna()]
    path = critical_path(rows).dropna(subset=["step"])
    spans: dict[_Place, list[tuple[float, float]]] = {}
    for place, *span in zip(_list_places(path), path["started"], path["completed"], strict=True):
        spans.setdefault(place, []).append((span[0], span[1]))
    activity = name_steps(rows).astype("string")
    places, seconds = _list_places(rows), rows["seconds"].tolist()
    notes = {
        place: f"{translate_value(name)} {say_seconds(took)}"
        for place, name, took in zip(places, activity, seconds, strict=True)
    } | _note_parts(path)
    return rows.assign(
        label=pd.Series(map(_label_step, list_rows(rows)), rows.index, dtype="string"),
        activity=activity,
        critical=pd.Series([tuple(spans.get(n, ())) for n in places], rows.index, dtype="object"),
        note=pd.Series([notes[n] for n in places], rows.index, dtype="string"),
    )


def _list_places(rows: pd.DataFrame) -> list[_Place]:
    """(build, target, step) of each row."""
    columns = (
        rows[name].fillna("").tolist() if name == "target" else rows[name].tolist()
        for name in _PLACE
    )
    return list(zip(*columns, strict=True))


def _note_parts(path: pd.DataFrame) -> dict[_Place, str]:
    """Place -> what of its step is on the path: `image export 1.6 s, load 11.3 s`."""
    keys = [*_PLACE, "activity"]
    parts = path.assign(target=path["target"].fillna("")).groupby(keys, sort=False)["seconds"].sum()
    parts = parts[parts >= _SEEN]
    said: dict[_Place, list[str]] = {}
    for *place, activity, seconds in parts.reset_index().itertuples(index=False, name=None):
        part = f"{translate_value(activity)} {say_seconds(seconds)}"
        said.setdefault(tuple(place), []).append(part)
    return {place: list_words(each) for place, each in said.items()}


def _label_step(row: Any) -> str:
    """The stage and the name of a step, without digests, cut to LABEL characters."""
    name = _PROGRAM.sub("RUN ", _DIGEST.sub("", str(row.name)))
    text = name if pd.isna(row.stage) else f"{row.stage}: {name}"
    return text if len(text) <= LABEL else text[: LABEL - 1].rstrip() + "…"
