"""The docker builds of logs, as far as it matters for what a cache held and gave."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.logs import Logs
from analysis.measures.caching.instructions import Instruction, Lineage

# log, build
Key = tuple[str, int]
_CACHE_TO = re.compile(r"--cache-to[=\s]+[\"']?([^\s\"']+)")


@dataclass(frozen=True)
class Built:
    """A docker build as far as misses need it.

    `mode` is that of its cache export; an `inline` one goes with the image, so that no step of the
    log shows it.
    """

    number: int
    lineage: Lineage
    cache_import: str | None
    cache_export: str | None
    failed: bool | None
    booted: bool
    pulled: bool
    mode: str | None
    inline: bool

    @property
    def hits(self) -> bool:
        """Whether any layer came from a cache."""
        return any(each.kind == "layer" and each.status == "cached" for each in self.lineage.all)


def list_builds(logs: Logs, names: set[str] | None = None) -> dict[str, list[Built]]:
    """log -> its docker builds, of all logs or those named."""
    steps, builds = (_keep_logs(frame, names) for frame in (logs.steps, logs.builds))
    commands = _keep_logs(logs.commands, names)
    texts = dict(zip(zip(commands["log"], commands["number"], strict=True), commands["command"],
                     strict=True))  # fmt: skip
    lineages, booted = _list_lineages(steps)
    pulled = _find_pulls(_keep_logs(logs.parts, names), steps)
    found: dict[str, list[Built]] = defaultdict(list)
    for row in records(builds):
        key, command = (row["log"], row["build"]), texts.get((row["log"], row["command"]))
        built = Built(
            number=row["build"],
            lineage=Lineage(lineages.get(key, ())),
            cache_import=row["cache_import"],
            cache_export=row["cache_export"],
            failed=row["failed"],
            booted=key in booted,
            pulled=key in pulled,
            mode=_read_mode(command),
            inline=any("type=inline" in target for target in _CACHE_TO.findall(command or "")),
        )
        found[row["log"]].append(built)
    return found


def _keep_logs(frame: pd.DataFrame, names: set[str] | None) -> pd.DataFrame:
    """The rows of these logs."""
    return frame if names is None else frame[frame["log"].isin(names)]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts, None for null."""
    names = list(map(str, frame.columns))
    known = frame.astype(object).where(frame.notna(), None)
    return [dict(zip(names, row, strict=True)) for row in known.itertuples(index=False, name=None)]


def _list_lineages(steps: pd.DataFrame) -> tuple[dict[Key, list[Instruction]], set[Key]]:
    """((log, build) -> its instructions, those whose builder was made for it)."""
    numbered = steps[steps["kind"].isin(["layer", "from"]) & steps["position"].notna()]
    found: dict[Key, list[Instruction]] = defaultdict(list)
    for row in records(numbered[["log", "build", *Instruction._fields]]):
        key = (row.pop("log"), row.pop("build"))
        found[key].append(Instruction(**row))
    made = steps[steps["kind"].eq("builder") & steps["name"].str.contains("booting")]
    return found, set(zip(made["log"], made["build"], strict=True))


def _find_pulls(parts: pd.DataFrame, steps: pd.DataFrame) -> set[Key]:
    """(log, build) of builds that pulled a base image."""
    keys = ["log", "build", "step"]
    images = steps.loc[steps["kind"].eq("from"), keys]
    pulls = parts[parts["part"].isin(["downloading", "extracting"])].merge(images, on=keys)
    return set(zip(pulls["log"], pulls["build"], strict=True))


def _read_mode(command: str | None) -> str | None:
    """max or min: what a command exports to a cache; null when its text does not say."""
    targets = _CACHE_TO.findall(command or "")
    known = [target for target in targets if "type=" in target or "mode=" in target]
    if any("mode=max" in target and "type=inline" not in target for target in known):
        return "max"
    return "min" if targets and known == targets else None
