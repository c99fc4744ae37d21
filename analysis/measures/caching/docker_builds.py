"""The docker builds of logs, as far as it matters for what a cache held and gave."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from analysis.logs import Logs
from analysis.measures.caching.instructions import Instruction, Lineage

# log, build
Key = tuple[str, int]
_FACTS = ["log", "build", "command", "cache_import", "cache_export", "failed"]
_NOTHING = Lineage(())
_CACHE_TO = re.compile(r"--cache-to[=\s]+[\"']?([^\s\"']+)")


@dataclass(frozen=True)
class Built:
    """A docker build as far as misses need it.

    `pulled` a base image; `local` when one that it worked on was there already. `mode` is that of
    its cache export; an `inline` one goes with the image, so that no step of the log shows it.
    """

    number: int
    lineage: Lineage
    cache_import: str | None
    cache_export: str | None
    failed: bool | None
    booted: bool
    pulled: bool
    local: bool
    mode: str | None
    inline: bool

    @property
    def hits(self) -> bool:
        """Whether any layer came from a cache."""
        return any(each.kind == "layer" and each.status == "cached" for each in self.lineage.all)


def list_builds(logs: Logs, names: set[str] | None = None) -> dict[str, list[Built]]:
    """log -> its docker builds, of all logs or those named.

    Builds that read the same share one lineage, so that they are equal.
    """
    steps, builds = (_keep_logs(frame, names) for frame in (logs.steps, logs.builds))
    commands = _keep_logs(logs.commands, names)
    texts = dict(zip(list_tuples(commands[["log", "number"]]), commands["command"], strict=True))
    lineages, booted = _list_lineages(steps)
    pulled, local = _find_pulls(_keep_logs(logs.parts, names), steps)
    found: dict[str, list[Built]] = defaultdict(list)
    known = builds.dropna(subset=["log", "build"])[_FACTS]
    for log, number, command, cache_import, cache_export, failed in list_tuples(known):
        key, text = (log, number), texts.get((log, command))
        mode, inline = _read_exports(None if pd.isna(text) else text)
        built = Built(
            number=number,
            lineage=lineages.get(key, _NOTHING),
            cache_import=cache_import,
            cache_export=cache_export,
            failed=failed,
            booted=key in booted,
            pulled=key in pulled,
            local=key in local,
            mode=mode,
            inline=inline,
        )
        found[log].append(built)
    return found


def _keep_logs(frame: pd.DataFrame, names: set[str] | None) -> pd.DataFrame:
    """The rows of these logs."""
    return frame if names is None else frame[frame["log"].isin(names)]


def list_tuples(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as tuples, None for null."""
    columns = (frame[name].astype(object).where(frame[name].notna(), None) for name in frame)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _list_lineages(steps: pd.DataFrame) -> tuple[dict[Key, Lineage], set[Key]]:
    """((log, build) -> its instructions, those whose builder was made for it)."""
    numbered = steps[steps["kind"].isin(["layer", "from"])]
    numbered = numbered.dropna(subset=["log", "build", "step", "name"]).fillna({"position": 0})
    found: dict[Key, list[Instruction]] = defaultdict(list)
    for log, build, *rest in list_tuples(numbered[["log", "build", *Instruction._fields]]):
        found[log, build].append(Instruction._make(rest))
    shared: dict[tuple[Instruction, ...], Lineage] = {}
    lineages = {
        key: shared.get(all_) or shared.setdefault(all_, Lineage(all_))
        for key, all_ in ((key, tuple(each)) for key, each in found.items())
    }
    made = steps[steps["kind"].eq("builder") & steps["name"].str.contains("booting", na=False)]
    return lineages, set(list_tuples(made[["log", "build"]]))


def _find_pulls(parts: pd.DataFrame, steps: pd.DataFrame) -> tuple[set[Key], set[Key]]:
    """(log, build) of builds that pulled a base image, and of those that had one already.

    What was worked on without being pulled was there.
    """
    keys, stage = ["log", "build", "step"], ["log", "build", "platform", "stage"]
    said = parts.loc[parts["part"].isin(["downloading", "extracting"]), keys]
    pulls = set(list_tuples(said.drop_duplicates()))
    images = steps.loc[
        steps["kind"].eq("from") & steps["position"].notna(), [*keys, *stage[2:], "status"]
    ].dropna(subset=keys)
    ran = steps.loc[steps["kind"].eq("layer") & steps["status"].eq("ran"), stage]
    worked = set(list_tuples(ran.drop_duplicates()))
    pulled: set[Key] = set()
    local: set[Key] = set()
    for log, build, step, platform, name, status in list_tuples(images):
        if (log, build, step) in pulls:
            pulled.add((log, build))
        elif status in ("ran", "cached") and (log, build, platform, name) in worked:
            local.add((log, build))
    return pulled, local


@lru_cache(1 << 12)
def _read_exports(command: str | None) -> tuple[str | None, bool]:
    """(max or min: what a command exports to a cache, null when its text does not say; inline)."""
    targets = _CACHE_TO.findall(command or "")
    inline = any("type=inline" in target for target in targets)
    known = [target for target in targets if "type=" in target or "mode=" in target]
    if any("mode=max" in target and "type=inline" not in target for target in known):
        return "max", inline
    return "min" if targets and known == targets else None, inline
