"""What findings cost: from the logs given, else from recorded runs."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.doctor.findings import Finding
from analysis.doctor.rules import RULES
from analysis.logs import Logs
from analysis.shipped import RECORDED
from analysis.store import read_logs

_CUT = 60


class _Cost(NamedTuple):
    """Seconds of a build, null where nothing tells, and where they are from."""

    seconds: float = float("nan")
    origin: str = ""


def _layers(logs: Logs, words: str) -> pd.Series:
    """Seconds of a log's layers that were built."""
    steps = logs.steps
    return (
        steps[steps["kind"].eq("layer") & ~steps["status"].eq("cached")]
        .groupby("log")["seconds"]
        .sum()
    )


def _install(logs: Logs, words: str) -> pd.Series:
    """Seconds of the step with these words, where it was built; of any install without words."""
    steps = logs.steps[logs.steps["kind"].eq("layer") & ~logs.steps["status"].eq("cached")]
    names = steps["name"].str.split().str.join(" ")
    begin = " ".join(words.split())[:_CUT]
    here = names.str.startswith(begin) if begin else names.str.contains(r"\binstall\b", regex=True)
    return steps[here.fillna(False).astype(bool)].groupby("log")["seconds"].sum()


def _command(logs: Logs, words: str) -> pd.Series:
    """Seconds of the commands that begin with these words."""
    commands = logs.commands
    names = commands["command"].str.split().str.join(" ")
    begin = " ".join(words.split())[:_CUT]
    here = names.str.contains(begin, regex=False) if begin else names.str.startswith("\0")
    return commands[here.fillna(False).astype(bool)].groupby("log")["seconds"].sum()


def _bases(logs: Logs, words: str) -> pd.Series:
    """Seconds in which base images are fetched and unpacked."""
    return _of_kind(logs, "from")


def _of_kind(logs: Logs, kind: str) -> pd.Series:
    return logs.steps[logs.steps["kind"].eq(kind)].groupby("log")["seconds"].sum()


def _load(logs: Logs, words: str) -> pd.Series:
    """Seconds in which the image is loaded, and then pushed by the engine."""
    loaded = _of_kind(logs, "load")
    pushed = _command(logs, "docker push")
    return pushed.add(loaded, fill_value=0)


_MEASURES: dict[str, Callable[[Logs, str], pd.Series]] = {
    "layers": _layers,
    "install": _install,
    "mount": _install,
    "pull": _command,
    "idle": _command,
    "copy": _install,
    "load": _load,
}
# cost -> the strategy whose recorded runs tell it, how, and what they say
_RECORDED: dict[str, tuple[str, Callable[[Logs, str], pd.Series], str]] = {
    "layers": ("docker", _layers, "all layers built"),
    "install": ("docker", _install, "its install step"),
    "mount": ("docker", _install, "its install step"),
    "pull": ("docker", _bases, "pulling its base image"),
    "load": ("registry-cache", _load, "--load and docker push"),
}


def find_cost(finding: Finding, logs: Logs | None) -> _Cost:
    """The median seconds of a build that a finding costs, and how that is known."""
    kind = RULES[finding.rule].cost
    if not kind:
        return _Cost()
    if logs is not None:
        seconds = _MEASURES[kind](logs, finding.words).dropna()
        if len(seconds):
            return _Cost(float(seconds.median()), f"your logs: median, n = {len(seconds)}")
    if finding.seconds is not None:
        return _Cost(finding.seconds, "as the command says")
    return _find_recorded(kind)


@cache
def _find_recorded(kind: str) -> _Cost:
    """The median of the recorded runs that tell a cost."""
    if kind not in _RECORDED:
        return _Cost()
    strategy, measure, what = _RECORDED[kind]
    files = sorted(Path(RECORDED).glob(f"runs/{strategy}.*/build.log.gz"))
    seconds = measure(read_logs(files), "").dropna() if files else pd.Series(dtype=float)
    if not len(seconds):
        return _Cost()
    return _Cost(
        float(seconds.median()),
        f"recorded lab runs of a small service: {what}, median, n = {len(seconds)}",
    )
