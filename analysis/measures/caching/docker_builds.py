"""The docker builds of logs, as far as it matters for what a cache held and gave."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from analysis.logs import Logs
from analysis.measures.caching.instructions import Instruction, Lineage
from analysis.records import split_targets

# log, build, target
Key = tuple[str, int, str | None]
_KEY = ["log", "build", "target"]
_FACTS = ["log", "build", "command", "cache_import", "cache_export", "failed"]
_NOTHING = Lineage(())
# what the end of a cache import says of it
_ENDED = {"ran": "ok", "cached": "ok", "failed": "missing"}
# an option of build, or what bake sets for a target
_CACHE_TO = re.compile(r"(?:--|\.)cache-to[=\s]+[\"']?([^\s\"']+)")
# the build argument that did it before there was --cache-to
_BY_ARGUMENT = re.compile(r"\bBUILDKIT_INLINE_CACHE=1\b")


@dataclass(frozen=True)
class Built:
    """A docker build as far as misses need it, of several targets each by itself.

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
    target: str | None = None

    @property
    def hits(self) -> bool:
        """Whether any layer came from a cache."""
        return any(each.kind == "layer" and each.status == "cached" for each in self.lineage.all)


def list_builds(logs: Logs, names: set[str] | None = None) -> dict[str, list[Built]]:
    """log -> its docker builds, of all logs or those named; of several targets one each.

    Builds that read the same share one lineage, so that they are equal.
    """
    steps, builds = (_keep_logs(frame, names) for frame in (logs.steps, logs.builds))
    commands = _keep_logs(logs.commands, names)
    texts = dict(zip(list_tuples(commands[["log", "number"]]), commands["command"], strict=True))
    steps = split_targets(steps.dropna(subset=["log", "build"]))
    lineages, booted = _list_lineages(steps)
    pulled, local = _find_pulls(_keep_logs(logs.parts, names), steps)
    imports = _list_imports(steps)
    found: dict[str, list[Built]] = defaultdict(list)
    known = builds.dropna(subset=["log", "build"])[_FACTS]
    for key, (_, _, command, cache_import, cache_export, failed) in _join_targets(steps, known):
        text = texts.get((key[0], command))
        mode, inline = _read_exports(None if pd.isna(text) else text)
        built = Built(
            number=key[1],
            lineage=lineages.get(key, _NOTHING),
            cache_import=imports.get(key, cache_import),
            cache_export=cache_export,
            failed=failed,
            booted=key in booted,
            pulled=key in pulled,
            local=key in local,
            mode=mode,
            inline=inline,
            target=key[2],
        )
        found[key[0]].append(built)
    return found


def _join_targets(
    steps: pd.DataFrame, builds: pd.DataFrame
) -> Iterator[tuple[Key, tuple[Any, ...]]]:
    """(key, row) of each target of each build, in order; of a build that names none, one."""
    targets: dict[tuple[str, int], list[str | None]] = defaultdict(list)
    for log, build, target in list_tuples(steps[_KEY].drop_duplicates()):
        targets[log, build].append(target)
    for row in list_tuples(builds):
        for target in targets.get(row[:2], [None]):
            yield (row[0], row[1], target), row


def _list_imports(steps: pd.DataFrame) -> dict[Key, str | None]:
    """Key -> what became of the cache imports of a target, of builds with several.

    ok where any was, none where there was none, missing where all failed, None unknown.
    """
    pairs = steps[["log", "build", "target"]].drop_duplicates()
    several = pairs[pairs.duplicated(["log", "build"], keep=False)]
    asked = steps[steps["kind"].eq("cache import")]
    found: dict[Key, set[str | None]] = {key: set() for key in list_tuples(several)}
    for log, build, target, status in list_tuples(asked[[*_KEY, "status"]]):
        if (log, build, target) in found:
            found[log, build, target].add(_ENDED.get(status))
    return {
        key: next((each for each in ("ok", "missing", None) if each in ends), "none")
        for key, ends in found.items()
    }


def _keep_logs(frame: pd.DataFrame, names: set[str] | None) -> pd.DataFrame:
    """The rows of these logs."""
    return frame if names is None else frame[frame["log"].isin(names)]


def list_tuples(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as tuples, None for null."""
    columns = (frame[name].astype(object).where(frame[name].notna(), None) for name in frame)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _list_lineages(steps: pd.DataFrame) -> tuple[dict[Key, Lineage], set[Key]]:
    """(key -> its instructions, those whose builder was made for it)."""
    numbered = steps[steps["kind"].isin(["layer", "from"])]
    numbered = numbered.dropna(subset=["log", "build", "step", "name"]).fillna({"position": 0})
    found: dict[Key, list[Instruction]] = defaultdict(list)
    for log, build, target, *rest in list_tuples(numbered[[*_KEY, *Instruction._fields]]):
        found[log, build, target].append(Instruction._make(rest))
    shared: dict[tuple[Instruction, ...], Lineage] = {}
    lineages = {
        key: shared.get(all_) or shared.setdefault(all_, Lineage(all_))
        for key, all_ in ((key, tuple(each)) for key, each in found.items())
    }
    made = steps[steps["kind"].eq("builder") & steps["name"].str.contains("booting", na=False)]
    return lineages, set(list_tuples(made[_KEY]))


def _find_pulls(parts: pd.DataFrame, steps: pd.DataFrame) -> tuple[set[Key], set[Key]]:
    """The keys of builds that pulled a base image, and of those that had one already.

    What was worked on without being pulled was there.
    """
    keys, stage = [*_KEY, "step"], [*_KEY, "platform", "stage"]
    said = parts.loc[parts["part"].isin(["downloading", "extracting"]), ["log", "build", "step"]]
    pulls = set(list_tuples(said.drop_duplicates()))
    images = steps.loc[
        steps["kind"].eq("from") & steps["position"].notna(), [*keys, *stage[3:], "status"]
    ].dropna(subset=["log", "build", "step"])
    ran = steps.loc[steps["kind"].eq("layer") & steps["status"].eq("ran"), stage]
    worked = set(list_tuples(ran.drop_duplicates()))
    pulled: set[Key] = set()
    local: set[Key] = set()
    for log, build, target, step, platform, name, status in list_tuples(images):
        if (log, build, step) in pulls:
            pulled.add((log, build, target))
        elif status in ("ran", "cached") and (log, build, target, platform, name) in worked:
            local.add((log, build, target))
    return pulled, local


@lru_cache(1 << 12)
def _read_exports(command: str | None) -> tuple[str | None, bool]:
    """(max or min: what a command exports to a cache, null when its text does not say; inline)."""
    targets = _CACHE_TO.findall(command or "")
    targets += ["type=inline"] * bool(_BY_ARGUMENT.search(command or ""))
    inline = any("type=inline" in target for target in targets)
    known = [target for target in targets if "type=" in target or "mode=" in target]
    if any("mode=max" in target and "type=inline" not in target for target in known):
        return "max", inline
    return "min" if targets and known == targets else None, inline
