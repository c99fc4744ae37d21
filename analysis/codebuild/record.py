"""What a build on CodeBuild says of itself, as a record of a run like the lab's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from analysis.codebuild.api import WAITS, time_phase
from analysis.codebuild.ledger import Entry
from analysis.codebuild.probe import LogWithoutProbe
from analysis.codebuild.sequence import CloudSequence
from analysis.logs import Logs, read_logs
from analysis.records import FORMAT

PLACE, LINK = "codebuild", "aws"
_STATUSES = {"SUCCEEDED": "succeeded", "FAILED": "failed", "TIMED_OUT": "timed out"}
# what the lab gives a command that was cut off
_CUT_OFF_CODE = 124


def describe_run(
    sequence: CloudSequence,
    entry: Entry,
    build: Mapping[str, Any],
    rest: LogWithoutProbe,
    last_end: str | None,
) -> dict[str, Any]:
    """The record of a run, as records.write_run takes it, but order, context and store.

    `last_end`: when the sequence's build before was over. What CodeBuild itself says (phases,
    minutes billed, compute type) is in it as "build".
    """
    environment, strategy = build.get("environment", {}), sequence.strategy
    return {
        "format": FORMAT,
        "run": sequence.name(entry.scenario),
        "strategy": strategy.name,
        "scenario": entry.scenario,
        "round": sequence.number,
        "place": PLACE,
        "emulated": False,
        "link": LINK,
        "expect": strategy.expect,
        "images": {"codebuild": environment.get("image")},
        "repository": sequence.target.repository[0],
        "host": name_host(strategy.host, rest.empty),
        "host_empty": rest.empty,
        "idle_gap": count_gap(last_end, build),
        "provisioning_seconds": time_phase(build, "PROVISIONING"),
        "queue_seconds": time_phase(build, *WAITS),
        "versions": rest.versions,
        "build": _describe_build(entry, build),
        **describe_result(build, read_logs({"log": rest.log})),
    }


def name_host(asked: str, empty: bool | None) -> str:
    """fresh, kept or server; of a project that keeps hosts one that held nothing is fresh."""
    return "fresh" if asked == "kept" and empty else asked


def count_gap(last_end: str | None, build: Mapping[str, Any]) -> float | None:
    """Seconds since the sequence's build before, null for the first."""
    begun = build.get("startTime")
    if last_end is None or begun is None:
        return None
    return (begun - datetime.fromisoformat(last_end)).total_seconds()


def describe_result(build: Mapping[str, Any], logs: Logs) -> dict[str, Any]:
    """How a build went: its times from the first to the last line of its phases in the log.

    A build that timed out ends when CodeBuild says so; what no line tells is null.
    """
    status = _STATUSES[build["buildStatus"]]
    begun = logs.phases["started"].min()
    ends = logs.phases["started"] + pd.to_timedelta(logs.phases["seconds"], unit="s")
    end = pd.Timestamp(build["endTime"]) if status == "timed out" else ends.max()
    begun = pd.Timestamp(build["startTime"]) if pd.isna(begun) else begun
    known = pd.notna(end)
    return {
        "started": begun.isoformat(),
        "finished": end.isoformat() if known else None,
        "seconds": (end - begun).total_seconds() if known else None,
        "exit_code": find_exit_code(status, logs),
        "status": status,
    }


def find_exit_code(status: str, logs: Logs) -> int | None:
    """0, or that of the first command that failed; null when the log does not show it."""
    codes = logs.commands["exit_code"].dropna()
    failed = codes[codes != 0]
    if len(failed):
        return int(failed.iloc[0])
    return {"succeeded": 0, "timed out": _CUT_OFF_CODE}.get(status)


def _describe_build(entry: Entry, build: Mapping[str, Any]) -> dict[str, Any]:
    """What CodeBuild says of a build: id, project, host, phases, the minutes it bills."""
    environment = build.get("environment", {})
    return {
        "id": entry.id,
        "project": entry.project,
        "minutes": entry.minutes,
        "compute_type": environment.get("computeType"),
        "environment_type": environment.get("type"),
        "phases": [
            {"phase": phase["phaseType"], "seconds": _time_of(phase)}
            | {"status": phase.get("phaseStatus")}
            for phase in build.get("phases", [])
        ],
    }


def _time_of(phase: Mapping[str, Any]) -> float | None:
    """A phase's seconds, null while they are unknown."""
    if not phase.get("endTime"):
        return None
    return (phase["endTime"] - phase["startTime"]).total_seconds()
