"""The frames of read_history, and what an origin tells of each build."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.logs import Logs, Remote

_TIME = "datetime64[ns, UTC]"
BUILDS = {
    "id": "string",
    "project": "string",
    "status": "string",
    "started": _TIME,
    "finished": _TIME,
    "seconds": "float64",
    "idle_gap": "float64",
    "compute": "string",
    "cache": "string",
    "emulated": "bool",
    "log": "string",
}
PHASES = {
    "id": "string",
    "phase": "string",
    "status": "string",
    "started": _TIME,
    "seconds": "float64",
}
PROBLEMS = {"what": "string", "problem": "string"}
# the agent's time begins after these
WAITING = ("SUBMITTED", "QUEUED", "PROVISIONING")
# the last phase of which the agent tells
_LAST_PHASE = "UPLOAD_ARTIFACTS"
ORDER = (
    *WAITING,
    "DOWNLOAD_SOURCE",
    "INSTALL",
    "PRE_BUILD",
    "BUILD",
    "POST_BUILD",
    _LAST_PHASE,
    "FINALIZING",
)


class Phase(NamedTuple):
    """A phase of a build, in CodeBuild's words; null is what is not told."""

    phase: str
    status: str | None
    started: datetime | None
    seconds: float | None


@dataclass(frozen=True)
class Found:
    """A build as its origin tells of it: what is known (columns of BUILDS), its phases and its log.

    `log` is None where there is none, and `problem` says why.
    """

    id: str
    known: Mapping[str, Any] = field(default_factory=dict)
    phases: Sequence[Phase] = ()
    log: Path | bytes | Remote | None = None
    problem: str | None = None


@dataclass(frozen=True)
class PastBuilds:
    """Builds that there already are, as frames.

    builds: id, project, status (succeeded, failed, fault, timed out, stopped, in progress; null
    unknown), started, finished, seconds (elapsed, without queueing and provisioning), idle_gap
    (seconds since the project's previous build ended, below 0 where it had not; null for the
    first and where unknown), compute, cache (the project's setting), emulated (the lab stands in
    for what CodeBuild has), log (key of `logs`, null without); times as CodeBuild tells them, else
    as the agent's lines do, else by the first and last line of the log that have one · phases: id,
    phase (CodeBuild's words), status, started, seconds, as CodeBuild tells them, else as the log
    does · logs: the frames of analysis.read_logs, whose steps have base_seconds as those of an
    experiment · problems: what, problem. `source` says where from, in words, `left_out` how many
    builds there were beyond the limit or before the time asked.
    """

    source: str
    builds: pd.DataFrame
    phases: pd.DataFrame
    logs: Logs
    problems: pd.DataFrame
    left_out: int = 0


def frame_rows(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a frame of these columns and types; what a row lacks is null."""
    frame = pd.DataFrame(list(rows), columns=list(columns))
    for name, kind in columns.items():
        if kind == _TIME:
            frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
        elif kind == "bool":
            frame[name] = frame[name].astype("boolean").fillna(False)
    return frame.astype(dict(columns))


def list_phases(found: Iterable[Found], logs: Logs) -> pd.DataFrame:
    """The phases of every build: those its origin told, else those of its log."""
    told = [{"id": build.id, **phase._asdict()} for build in found for phase in build.phases or ()]
    frame = frame_rows(told, PHASES)
    shown = logs.phases.rename(columns={"log": "id"})
    known = frame.loc[~frame["phase"].isin(WAITING), "id"]
    shown = shown[~shown["id"].isin(known)]
    return pd.concat([frame, shown.astype(PHASES)[list(PHASES)]], ignore_index=True)


def list_builds(found: Iterable[Found], phases: pd.DataFrame, logs: Logs) -> pd.DataFrame:
    """BUILDS of all, newest last, those without a time first; idle_gap where it is not told."""
    has_log = set(logs.logs.loc[logs.logs["format"].ne("none"), "log"])
    ends = _read_ends(phases)
    times = _read_line_times(logs.logs) | _read_times(phases, logs.commands)
    rows = [
        {"log": build.id if build.id in has_log else None, "status": ends.get(build.id)}
        | times.get(build.id, {})
        | {"id": build.id, **build.known}
        for build in found
    ]
    frame = frame_rows(rows, BUILDS).sort_values(
        ["started", "id"], na_position="first", ignore_index=True
    )
    told = {build.id for build in found if "idle_gap" in build.known}
    gaps = frame["idle_gap"].where(frame["id"].isin(told), idle_gaps(frame))
    return frame.assign(idle_gap=gaps.astype("float64"))


def _read_ends(phases: pd.DataFrame) -> dict[str, str]:
    """id -> status, of builds whose phases tell it.

    One that did not succeed fails the build; it has succeeded once the agent's last phase has.
    """
    known = phases.dropna(subset=["status"])
    over = known.loc[known["phase"].eq(_LAST_PHASE), "id"]
    failed = known.loc[known["status"].ne("succeeded"), "id"]
    return dict.fromkeys(over, "succeeded") | dict.fromkeys(failed, "failed")


def _read_times(phases: pd.DataFrame, commands: pd.DataFrame) -> dict[Any, dict[Any, Any]]:
    """id -> started, finished, seconds: from the first begin to the last end that logs tell."""
    own = phases[~phases["phase"].isin(WAITING)]
    columns = ["id", "started", "seconds"]
    spans = pd.concat([own[columns], commands.rename(columns={"log": "id"})[columns]])
    spans["finished"] = spans["started"] + pd.to_timedelta(spans["seconds"].fillna(0), unit="s")
    groups = spans.dropna(subset=["started"]).groupby("id")
    table = groups.agg(started=("started", "min"), finished=("finished", "max"))
    table["seconds"] = (table["finished"] - table["started"]).dt.total_seconds()
    return table.to_dict("index")


def _read_line_times(logs: pd.DataFrame) -> dict[Any, dict[Any, Any]]:
    """id -> started, finished, seconds: by the first and last line with a time, of any system."""
    known = logs.dropna(subset=["started", "finished"]).set_index("log")
    table = known[["started"]].assign(finished=known[["started", "finished"]].max(axis="columns"))
    table["seconds"] = (table["finished"] - table["started"]).dt.total_seconds()
    return table.to_dict("index")


def idle_gaps(builds: pd.DataFrame) -> pd.Series:
    """Seconds from the end of each project's builds before to a build's begin.

    `builds` by `started`. Null where there is none, and where one's end or begin is not known.
    """
    gaps = pd.Series(float("nan"), index=builds.index)
    for _, rows in builds.groupby("project", sort=False):
        # null after a build whose end is not known
        latest = rows["finished"].where(rows["started"].notna()).cummax().shift()
        gaps[rows.index] = (rows["started"] - latest).dt.total_seconds()
    return gaps
