"""From an origin to the frames of its builds: `read_history`."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import SettingError, SourceError
from analysis.logs import Logs, Remote, Sources, show_path
from analysis.past_builds.files import find_files
from analysis.past_builds.frames import (
    PROBLEMS,
    Found,
    PastBuilds,
    frame_rows,
    list_builds,
    list_phases,
)
from analysis.past_builds.newest import list_newest
from analysis.past_builds.origin import Origin, read_origin, read_since
from analysis.records import add_base_seconds
from analysis.redaction import redact, redact_texts
from analysis.store import Store, read_logs

# columns in which logs show what people wrote
_WRITTEN_COLUMNS = {"commands": ("command",), "steps": ("name",), "logs": ("problem",)}


def read_history(
    source: str | Path,
    since: str = "",
    limit: int = 200,
    *,
    cluster: str = "",
    store: Store = None,
) -> PastBuilds:
    """The newest builds that there already are in `source`, as the frames of PastBuilds.

    `source`: a CodeBuild project, a log group, s3://BUCKET/PREFIX, or files with logs (a folder,
    a file, a pattern; for those no credentials are needed). `since`: a date, or an age such as
    `30 days`. `limit`: at most so many. SourceError when there is nothing, CloudError when AWS
    does not give it, SettingError for a setting that can't be meant. Account numbers and
    credentials in logs are not shown. `cluster`, `store`: as read_logs takes them.

    >>> history = analysis.read_history("data/control/runs/docker.*", limit=3)
    >>> history.builds[["project", "status"]].head(1)
      project     status
    0  docker  succeeded
    """
    if not isinstance(limit, int) or limit < 1:
        raise SettingError(f"limit {limit!r} is not a number of builds: give 1 or more.")
    where, begin = read_origin(str(source)), read_since(since)
    found, problems = find_builds(where, begin, limit)
    read = partial(_read_logs, cluster=cluster, store=store)
    for chosen in list_newest(list(tell_apart(found)), begin, limit):
        past = _make_frames(where, chosen, problems, read)
        kept = _pick_newest(past, begin, limit)
        if len(kept.builds) == limit:
            break
    if kept.builds.empty:
        raise SourceError(_say_nothing(where, since, past.problems["problem"]))
    left = len(found) - len(chosen) + len(past.builds) - len(kept.builds)
    return dataclasses.replace(kept, left_out=left)


def find_builds(
    where: Origin, since: datetime | None, limit: int
) -> tuple[list[Found], list[tuple[str, str]]]:
    """(what an origin has, what and why of the rest); files tell their time only in the logs."""
    if where.kind == "folder":
        return find_files(where.name)
    # boto3 is loaded for AWS alone
    from analysis.aws import Aws, find_region
    from analysis.past_builds.access import telling_of_files
    from analysis.past_builds.bucket import find_objects
    from analysis.past_builds.codebuild import find_builds as find_of_project
    from analysis.past_builds.group import find_streams

    with telling_of_files(where):
        aws = Aws(where.region or find_region())
        if where.kind == "bucket":
            return find_objects(aws, where.name, where.prefix, since, limit), []
        finder = find_of_project if where.kind == "project" else find_streams
        return finder(aws, where.name, since, limit), []


def _read_logs(sources: Sources, cluster: str = "", store: Store = None) -> Logs:
    """The frames of logs, with what their steps moved of base images."""
    logs = read_logs(sources, cluster=cluster, store=store)
    return add_base_seconds(logs, sources, cluster=cluster, store=store)


def _make_frames(
    where: Origin,
    found: list[Found],
    problems: Iterable[tuple[str, str]] = (),
    read: Callable[[Sources], Logs] = _read_logs,
) -> PastBuilds:
    """The frames of what was found, each under an id of its own."""
    logs = _redact_logs(read({each.id: each.log for each in found if each.log is not None}))
    told = [*problems, *_list_untold(found, logs.logs)]
    found = _pick_builds(found, logs)
    phases = list_phases(found, logs)
    return PastBuilds(
        source=show_path(f"{where.kind} {where}"),
        builds=list_builds(found, phases, logs),
        phases=phases,
        logs=logs,
        problems=frame_rows(
            [dict(zip(PROBLEMS, map(redact, map(str, row)), strict=True)) for row in told],
            PROBLEMS,
        ),
    )


def _list_untold(found: Iterable[Found], logs: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """(a build, why it has no log, or why that can't be read: a file is told by its path)."""
    known = logs.dropna(subset=["problem"])
    unread: dict[str, str] = dict(zip(known["log"], known["problem"], strict=True))
    for each in found:
        if each.problem:
            yield each.id, each.problem
        if (problem := unread.get(each.id)) is not None:
            named = isinstance(each.log, Path) and problem.startswith(each.id)
            path = f"{show_path(str(each.log))}{problem.removeprefix(each.id)}"
            yield each.id, path if named else problem


def tell_apart(found: Iterable[Found]) -> Iterator[Found]:
    """Every build under an id of its own: `app:1`, `app:1 (2)` where two have the same."""
    used: set[str] = set()
    for each in found:
        names = (each.id if number == 1 else f"{each.id} ({number})" for number in count(1))
        name = next(name for name in names if name not in used)
        used.add(name)
        yield dataclasses.replace(each, id=name)


def _pick_builds(found: Iterable[Found], logs: Logs) -> list[Found]:
    """Those that are builds: what nobody told of but a log in which there is none is not one."""
    read = set(logs.logs.loc[logs.logs["problem"].isna(), "log"])
    return [
        each
        for each in found
        if each.id in read or "status" in each.known or each.problem or _is_missing(each.log)
    ]


def _is_missing(log: object) -> bool:
    """Whether a log lies elsewhere and could not be had."""
    return isinstance(log, Remote) and log.problem is not None


def _redact_logs(logs: Logs) -> Logs:
    """The frames without what a log should not have shown."""
    frames = {}
    for name, columns in _WRITTEN_COLUMNS.items():
        frame = getattr(logs, name)
        said = {column: _redact_column(frame[column]) for column in columns}
        frames[name] = frame.assign(**said)
    return dataclasses.replace(logs, **frames)


def _redact_column(column: pd.Series) -> pd.Series:
    """Texts redacted, each different one once."""
    texts = column.dropna().unique().tolist()
    words: dict[Any, str] = dict(zip(texts, redact_texts(texts), strict=True))
    return column.map(words).astype(column.dtype)


def _pick_newest(past: PastBuilds, since: datetime | None, limit: int) -> PastBuilds:
    """The newest builds, at most `limit`; those without a time are the oldest."""
    builds = past.builds
    if since is not None:
        builds = builds[builds["started"].isna() | builds["started"].ge(since)]
    builds = builds.iloc[-limit:].reset_index(drop=True)
    if len(builds) == len(past.builds):
        return past
    frames = {
        field.name: _pick_rows(getattr(past.logs, field.name), "log", builds["id"])
        for field in dataclasses.fields(past.logs)
    }
    return dataclasses.replace(
        past,
        builds=builds,
        phases=_pick_rows(past.phases, "id", builds["id"]),
        logs=Logs(**frames),
    )


def _pick_rows(frame: pd.DataFrame, column: str, names: pd.Series) -> pd.DataFrame:
    """The rows of these builds."""
    return frame[frame[column].isin(names)].reset_index(drop=True)


def _say_nothing(where: Origin, since: str, problems: pd.Series) -> str:
    """That there is no build, and what to do."""
    if since:
        cure = f" since {since}: take an earlier time."
    elif where.kind == "project":
        cure = ": CodeBuild keeps them for a year; is it another project?"
    else:
        cure = ": give the place of build logs."
    name = where if where.kind == "folder" else f"The {where.kind} {where}"
    said = show_path(f"{name} has no builds{cure}")
    return " ".join([said, *problems.head(3)])
