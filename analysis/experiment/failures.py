"""Builds that failed: what they said last, and what a failure means for the rest."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis import records
from analysis.errors import BaselineError, LogError
from analysis.logs import read_bytes, read_logs
from analysis.redaction import redact
from analysis.workload import BASELINE, COLD_STARTS, REPEATS

_LAST_LINES = 20
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def _read_status(folder: Path, run: str) -> Mapping[str, Any]:
    """What the record of a finished run says; nothing of one that is not there."""
    if not records.is_finished(folder, run):
        return {}
    found = records.read_json(folder / "runs" / run / "record.json")
    return found if isinstance(found, dict) else {}


def has_failed(folder: Path, run: str) -> bool:
    """Whether a run is finished and did not end as it should have."""
    record = _read_status(folder, run)
    return record.get("status") != record.get("expect")


def _list_statuses(folder: Path, form: str) -> list[str | None]:
    """The statuses of the finished runs whose names match a pattern."""
    runs = sorted(path.name for path in (folder / "runs").glob(form))
    return [_read_status(folder, run).get("status") for run in runs]


def check_baseline(folder: Path) -> None:
    """BaselineError when the baseline's cold build failed, and nowhere succeeded."""
    for scenario in COLD_STARTS:
        runs = sorted(path.name for path in (folder / "runs").glob(f"{BASELINE}.{scenario}.[0-9]*"))
        statuses = {run: _read_status(folder, run).get("status") for run in runs}
        failed = [run for run, status in statuses.items() if status == "failed"]
        if failed and "succeeded" not in statuses.values():
            raise BaselineError(_explain_baseline(folder, failed[-1]))


def _explain_baseline(folder: Path, run: str) -> str:
    """Why nothing is built any more: the last lines of a failed build, its log, and the cure."""
    log = folder / "runs" / run / "build.log.gz"
    try:
        lines = _find_last_lines(read_bytes(log))
    except LogError as error:
        lines = [str(error)]
    said = "\n".join(f"  {line}" for line in lines)
    return (
        f"{run} failed, and nothing can be compared without the baseline's cold build:\n{said}\n"
        f"The whole log: {log}. Mend the Dockerfile and give EXPERIMENT another folder; where the "
        "cause lay elsewhere, RETRY=failed builds it anew."
    )


def _find_last_lines(log: bytes) -> list[str]:
    """The lines in which a failed build says why, credentials left out: BuildKit's, or the last."""
    text = _COLOURS.sub("", log.decode("utf-8", "replace")).replace("\r", "")
    lines = [line for line in text.split("\n") if line.strip()]
    said = [line for line in lines if not line.startswith("[Container] ")]
    errors = [at for at, line in enumerate(said) if re.match(r"(#\d+ )?ERROR\b", line)]
    # BuildKit ends with the failed step's output between rulers, and an error of its own
    rulers = [at for at, line in enumerate(said) if line == "------"]
    begin = rulers[-2] if len(rulers) > 1 else min(errors[-1:], default=0)
    return [redact(line) for line in said[begin:][-_LAST_LINES:]]


def _find_failed_layer(log: bytes) -> str | None:
    """The Dockerfile's instruction on which a build failed; null where it failed otherwise."""
    steps = read_logs({"log": log}).steps
    failed = steps.loc[steps["kind"].eq("layer") & steps["status"].eq("failed"), "name"]
    return redact(str(failed.iloc[-1])) if len(failed) else None


def find_failing_commit(folder: Path, record: Mapping[str, Any], log: bytes) -> str | None:
    """The instruction on which the Dockerfile fails as of this run's commit.

    Null where it did not fail, where others built that commit, where it changes nothing, and where
    its strategy failed before it in that round: then that may be the cause.
    """
    scenario = record["scenario"]
    if record["status"] != "failed" or record["expect"] == "failed":
        return None
    before = (
        _read_status(folder, records.run_name(record["strategy"], name, record["round"]))
        for name in (*COLD_STARTS, *REPEATS)
    )
    if any(each.get("status", "succeeded") != "succeeded" for each in before):
        return None
    if scenario in (*COLD_STARTS, *REPEATS) or "succeeded" in _list_statuses(
        folder, f"[!.]*.{scenario}.[0-9]*"
    ):
        return None
    return _find_failed_layer(log)
