"""Which docker build of a log, and which target of it, each of BuildKit's records is of.

Of a bake or compose build BuildKit keeps a record for each target, which does not name it: it is
the one whose steps the record has, with their seconds.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from analysis.records.build_steps import Row

# seconds by which a log's numbers may differ from the record's
_ROUNDING = 0.15
# stage, name
_Layer = tuple[str | None, str | None]
_NONE: Mapping[_Layer, float | None] = MappingProxyType({})
_FACTS = ["log", "build", "target", "stage", "name", "seconds"]


class Shown(NamedTuple):
    """A docker build that a log shows, or a target of it where it has several.

    `own`: (stage, name) -> seconds of the layers printed under the target's name.
    """

    build: int
    target: str | None = None
    own: Mapping[_Layer, float | None] = _NONE


def list_shown(steps: pd.DataFrame) -> dict[str, list[Shown]]:
    """log -> the docker builds that it shows, one for each target of those that have several."""
    named = steps.reindex(columns=[*_FACTS, "kind"]).dropna(subset=["log", "build"])
    pairs = named[["log", "build", "target"]].drop_duplicates()
    targets: dict[tuple[str, int], list[str]] = {}
    for log, build, target in zip(*(pairs[name].tolist() for name in pairs), strict=True):
        known = targets.setdefault((log, build), [])
        known += [] if pd.isna(target) else [target]
    several = {key for key, names in targets.items() if len(names) > 1}
    layers = _list_layers(named, several) if several else {}
    found: dict[str, list[Shown]] = {}
    for (log, build), names in targets.items():
        shown = found.setdefault(log, [])
        if (log, build) not in several:
            shown.append(Shown(build))
            continue
        shown += [Shown(build, name, layers.get((log, build, name), {})) for name in names]
    return found


def _list_layers(
    steps: pd.DataFrame, builds: set[tuple[str, int]]
) -> dict[tuple[str, int, str], dict[_Layer, float | None]]:
    """(log, build, target) -> Shown.own, of these builds."""
    rows = steps[steps["kind"].eq("layer") & steps["target"].notna()]
    columns = [rows[name].astype(object).where(rows[name].notna(), None) for name in _FACTS]
    found: dict[tuple[str, int, str], dict[_Layer, float | None]] = {}
    for log, build, target, stage, name, seconds in zip(*columns, strict=True):
        if (log, build) in builds:
            found.setdefault((log, build, target), {})[stage, name] = seconds
    return found


def name_records(records: Sequence[list[Row]], shown: Sequence[Shown]) -> list[Shown] | None:
    """What each record is of; None where the log shows another number of builds and targets."""
    if len(records) != len(shown):
        return None
    found: list[Shown] = []
    left = list(shown)
    for rows in records:
        # records come in the order in which builds began, targets of one in any
        alike = [each for each in left if each.build == left[0].build]
        best = max(alike, key=lambda each: _count_alike(rows, each))
        left.remove(best)
        found.append(best)
    return found


def _count_alike(rows: list[Row], shown: Shown) -> int:
    """How many more layers of a target a record has, with their seconds, than it lacks."""
    held = {(row.stage, row.name): row.seconds for row in rows if row.kind == "layer"}
    found = [key in held and _is_close(held[key], took) for key, took in shown.own.items()]
    return 2 * sum(found) - len(found)


def _is_close(first: float | None, second: float | None) -> bool:
    """Whether two times may be the same; unknown ones are."""
    return (first is None or second is None) or abs(first - second) <= _ROUNDING
