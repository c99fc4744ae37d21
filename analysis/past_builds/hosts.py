"""How fast the hosts of past builds were, from logs of any origin that read_history takes."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.errors import AnalysisError, SettingError, SourceError
from analysis.past_builds.frames import PROBLEMS, Found, frame_rows
from analysis.past_builds.newest import list_newest
from analysis.past_builds.origin import read_origin, read_since
from analysis.past_builds.reading import find_builds, tell_apart
from analysis.records import read_speeds
from analysis.redaction import redact
from analysis.store import Store


def read_host_logs(
    sources: Iterable[str],
    since: str = "",
    limit: int = 200,
    *,
    cluster: str = "",
    store: Store = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(a row a build with its host's speeds, as records.read_speeds; what, problem of others).

    `sources`, `since`, `limit` (of each source) as read_history takes them. An origin that can't
    be had is among the problems; SourceError when no build's log could be read.
    """
    if not isinstance(limit, int) or limit < 1:
        raise SettingError(f"limit {limit!r} is not a number of builds: give 1 or more.")
    found: list[Found] = []
    told: list[tuple[str, str]] = []
    for source in dict.fromkeys(map(str, sources)):
        where, begin = read_origin(source), read_since(since)
        try:
            builds, problems = find_builds(where, begin, limit)
        except AnalysisError as error:
            told.append((source, str(error)))
            continue
        read = {each.log for each in found if isinstance(each.log, Path)}
        builds = [each for each in builds if each.log not in read]
        chosen = next(list_newest(builds, begin, limit))
        found += chosen
        told += [*problems, *((each.id, each.problem) for each in chosen if each.problem)]
    named = {each.id: each.log for each in tell_apart(found) if each.log is not None}
    table = read_speeds(named, cluster=cluster, store=store)
    unread = table.dropna(subset=["problem"])
    told += zip(unread["log"], unread["problem"], strict=True)
    rows = [dict(zip(PROBLEMS, map(redact, map(str, row)), strict=True)) for row in told]
    table = table[table["problem"].isna()].reset_index(drop=True)
    if table.empty:
        said = " ".join(row["problem"] for row in rows[:3])
        raise SourceError(f"There is no log that can be read: give build logs. {said}".rstrip())
    return table, frame_rows(rows, PROBLEMS)
