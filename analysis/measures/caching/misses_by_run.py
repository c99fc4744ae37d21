"""Why the layers of an experiment's runs missed: each run held against those it could build on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.logs import Logs
from analysis.measures.caching.docker_builds import Built, list_builds, list_tuples
from analysis.measures.caching.hits import find_several
from analysis.measures.caching.misses import COLUMNS, Row, explain_log, frame_misses
from analysis.measures.compare import RUN, order_scenarios
from analysis.records import Need, takes
from analysis.rows import join_rows, name_missing
from analysis.words import join_words
from analysis.workload import COLD_STARTS, STORIES, STORY_NAMES

_FACTS = ["strategy", "round", "log", "host", "host_empty"]
# scenarios with a story that builds one commit right on top of a cold start's
_AFTER_COLD = [each.name for each in STORIES if len(each.story) == 2]


@takes(runs="run strategy scenario round emulated valid log started host host_empty", logs="")
def misses_by_run(runs: pd.DataFrame, logs: Logs) -> pd.DataFrame:
    """explain_misses for each run: run, strategy, scenario, round, …, before, then its columns.

    before: the runs whose cache it may have found, joined by " or "; null where there is none.
    Which kept host a run got is not recorded, so that there may be several. Give it all runs: one
    left out of comparisons left a cache, too.
    """
    builds = list_builds(logs)
    runs = runs.assign(log=name_missing(runs["log"]))
    known = runs.dropna(subset=["run"])
    names = dict(zip(known["log"], known["run"], strict=True))
    rows: list[Row] = []
    before: dict[str, str | None] = {}
    for log, candidates, empty in _list_histories(runs, _cached_elsewhere(runs, builds)):
        imports = any(each.cache_import != "none" for each in builds.get(log, ()))
        earlier = candidates if imports or not empty else []
        rows += explain_log(builds, log, earlier, empty)
        before[log] = " or ".join(names[each] for each in earlier if each in names) or None
    misses = frame_misses(rows)
    misses["before"] = misses["log"].map(before).astype("string")
    columns = [*RUN, "log", "before", *(name for name in COLUMNS if name != "log")]
    table = join_rows(runs[[*RUN, "log"]], misses, ["log"], many=True)
    return table[columns].drop(columns="log")


def _cached_elsewhere(runs: pd.DataFrame, builds: Mapping[str, list[Built]]) -> set[str]:
    """Strategies that hit on empty hosts without an import: a kept builder holds their cache."""
    return {
        strategy
        for strategy, _, log, _, empty in list_tuples(runs[_FACTS])
        if empty and any(each.hits and each.cache_import == "none" for each in builds.get(log, ()))
    }


def _list_histories(
    runs: pd.DataFrame, elsewhere: set[str]
) -> Iterator[tuple[str, list[str], bool | None]]:
    """(log, logs of the builds before that its cache may be from, host_empty) of each run."""
    told = runs["scenario"].isin(STORY_NAMES)
    yield from _list_stories(runs[told], runs[runs["scenario"].isin(COLD_STARTS)])
    runs = runs[~told]
    histories: dict[tuple[str, int], _History] = {}
    for strategy, number, log, host, empty in list_tuples(runs.sort_values("started")[_FACTS]):
        history = _History()
        if strategy is not None and number is not None:
            history = histories.setdefault((strategy, number), history)
        kept = host == "kept" and strategy not in elsewhere
        earlier = sorted(frozenset().union(*history.states)) if kept else history.last
        yield log, earlier, False if strategy in elsewhere and history.last else empty
        history.add(log, kept)


def _list_stories(
    runs: pd.DataFrame, cold: pd.DataFrame
) -> Iterator[tuple[str, list[str], bool | None]]:
    """(log, logs before, host_empty) of runs with a story, whose own first build was no run.

    A cold start of the same round is as that was; what else leads up to one is not recorded.
    """
    first = {(row[0], row[1]): row[2] for row in list_tuples(cold[_FACTS])}
    for scenario, row in zip(runs["scenario"], list_tuples(runs[_FACTS]), strict=True):
        strategy, number, log, _, empty = row
        before = first.get((strategy, number)) if scenario in _AFTER_COLD else None
        yield log, [] if before is None else [before], empty


@dataclass
class _History:
    """What hosts may hold of the builds of a strategy's round so far, and the last one's log."""

    states: set[frozenset[str]] = field(default_factory=lambda: {frozenset()})
    last: list[str] = field(default_factory=list)

    def add(self, log: str, kept: bool) -> None:
        """Go on by a build: on a pool of kept hosts it may have replaced what any of them held."""
        self.last = [log]
        self.states = {
            state - {replaced} | {*self.last}
            for state in self.states
            for replaced in (state if kept and state else [None])
        }


@takes(
    runs="run strategy scenario started",
    misses=Need(
        "run strategy scenario build target first stage position name cause explanation",
        misses_by_run,
    ),
)
def first_misses(runs: pd.DataFrame, misses: pd.DataFrame) -> pd.DataFrame:
    """The layers at which these runs began to miss, alike ones in one row.

    scenario, build and target where a run has several, first missed (the layers that miss though
    nothing missed that they are made from), cause, explanation, strategies, runs (number): of
    misses_by_run's rows, strategies as `runs` names them.
    """
    rows = misses[misses["first"]].drop(columns=["strategy", "scenario"])
    rows = join_rows(runs[["run", "strategy", "scenario"]], rows, ["run"], many=True)
    named = find_several(rows, "run")
    rows = rows.sort_values(["run", *named, "stage", "position"], kind="stable")
    stage = (rows["stage"] + ": ").fillna("")
    rows["first missed"] = stage + rows["name"]
    keys = ["scenario", "strategy", "run", *named, "cause", "explanation"]
    by_run = _join_names(rows, keys, "first missed", not named)
    alike = ["scenario", *named, "first missed", "cause", "explanation"]
    groups = by_run.groupby(alike, sort=False, dropna=not named)
    table = groups.agg(strategies=("strategy", _list_names), runs=("run", "nunique")).reset_index()
    place = {name: number for number, name in enumerate(order_scenarios(runs))}
    return table.sort_values(
        "scenario", key=lambda names: names.map(place), kind="stable", ignore_index=True
    )


def _join_names(rows: pd.DataFrame, keys: list[str], column: str, dropna: bool) -> pd.DataFrame:
    """_list_names of a column by these keys: many groups of few rows, in order."""
    numbers = rows.groupby(keys, sort=False, dropna=dropna).ngroup()
    # of rows that lack a key there is none, or NaN
    rows, numbers = rows[numbers >= 0], numbers[numbers >= 0].astype("int64")
    named: list[dict[str, None]] = [{} for _ in range(numbers.nunique())]
    for number, name in zip(numbers.tolist(), rows[column].tolist(), strict=True):
        if not pd.isna(name):
            named[number][name] = None
    found = rows.loc[~numbers.duplicated(), keys].reset_index(drop=True)
    return found.assign(**{column: pd.Series(map(join_words, named), dtype=rows[column].dtype)})


def _list_names(names: pd.Series) -> str:
    """Each known name once, joined."""
    return join_words(dict.fromkeys(names.dropna()))
