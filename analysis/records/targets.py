"""The steps of each target of a docker build: bake and compose build several in one.

BuildKit works on a step once, however many targets need it, and prints it under the name of any of
them. So a target's own steps are those under its name, and what they are made from, by the rules
of a Dockerfile: what comes before in a stage, the stage it stands on, the stages it copies from.
Where it works on an instruction for two targets, it prints the second as cached: of a target's
instructions each counts once, as one that ran where it did.

Targets whose exports are one image have all steps in common. Else a target is told where what is
printed under its name leads, without a choice, from an end that no other target goes on from down
to its images. Where there is one chain of instructions and one Dockerfile, it is every target's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from analysis.records.target_step import Step
from analysis.records.target_steps import Build

_KEYS = ["log", "build"]
_FACTS = ["target", "kind", "platform", "stage", "position", "name", "status", "image"]


def split_targets(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps of docker builds, once for each target that needs them; `target` names that.

    Of a build without several targets they stay as they are: its one target's name, or null. A
    step without a target's name is that of all. `told`: whether the log tells a target's steps; of
    one of which it does not, those are left that were printed under its name and are no other's.
    """
    if "target" not in steps or steps["target"].isna().all():
        return steps.assign(target=pd.Series(pd.NA, steps.index, "string"), told=True)
    known = steps.dropna(subset=_KEYS)
    named = known.groupby(_KEYS)["target"].agg(["nunique", "first"]).reset_index()
    facts = steps[_KEYS].merge(named, on=_KEYS, how="left")
    counts = facts["nunique"].fillna(0).to_numpy()
    only = pd.Series(facts["first"].to_numpy(), steps.index, "string")
    steps = steps.assign(target=steps["target"].where(counts != 1, only))
    if not (counts > 1).any():
        return steps.assign(told=True)
    rows, targets, told = _split(steps, counts > 1)
    split = steps.iloc[rows].assign(target=pd.array(targets, "string"), told=told)
    return split.reset_index(drop=True)


def _split(steps: pd.DataFrame, several: Any) -> tuple[list[int], list[str | None], list[bool]]:
    """(row numbers, the target of each, whether told), of several targets once for each."""
    columns = [_list_values(steps, name) for name in (*_KEYS, *_FACTS)]
    builds: dict[tuple[Any, ...], list[Step]] = defaultdict(list)
    found: list[tuple[int, str | None, bool]] = []
    for row, (log, build, *facts) in enumerate(zip(*columns, strict=True)):
        if several[row]:
            builds[log, build].append(Step(row, *facts))
        else:
            found.append((row, facts[0], True))
    for each in builds.values():
        found += _list_members(each)
    ordered = _in_builds(sorted(found, key=lambda each: each[0]), columns)
    rows, targets, told = (list(each) for each in zip(*ordered, strict=True))
    return rows, targets, told


def _in_builds(
    members: list[tuple[int, str | None, bool]], columns: list[list[Any]]
) -> list[tuple[int, str | None, bool]]:
    """Rows with their targets in the order of the builds, within each by target."""
    places: dict[tuple[Any, ...], int] = {}
    keyed = []
    for member in members:
        row, target, _ = member
        build = (columns[0][row], columns[1][row])
        at = places.setdefault(build, len(places))
        keyed.append((at, places.setdefault((*build, target), len(places)), row, member))
    keyed.sort(key=lambda each: each[:3])
    return [member for *_, member in keyed]


def _list_values(steps: pd.DataFrame, name: str) -> list[Any]:
    """A column's values, None for null or where there is no such column."""
    if name not in steps:
        return [None] * len(steps)
    column = steps[name].astype(object)
    return column.where(column.notna(), None).tolist()


def _list_members(steps: list[Step]) -> Iterator[tuple[int, str | None, bool]]:
    """(row, target, whether the target is told) of one build, a row once for each of its targets.

    What no target that is told has stays with the one under whose name it was printed. Of a build
    that tells none, all is of one without a name.
    """
    alike = _find_alike(steps)
    found = Build(each.rename(alike.get(each.target, each.target)) for each in steps)
    told = {target: rows for target in found.targets if (rows := found.tell(target)) is not None}
    if not told:
        yield from ((row, None, True) for row in found.count_once({e.row for e in steps}))
        return
    numbered = {row for rows in told.values() for row in rows}
    for target in dict.fromkeys(each.target for each in steps if each.target):
        one = alike.get(target, target)
        if one in told:
            yield from ((row, target, True) for row in found.count_once(told[one]))
        else:
            own = (each.row for each in steps if each.target == target)
            yield from ((row, target, False) for row in own if row not in numbered)


def _find_alike(steps: Iterable[Step]) -> dict[str | None, str]:
    """Target -> the first of those whose exports are the same image as its own."""
    images: dict[str, set[str]] = defaultdict(set)
    for each in steps:
        if each.target and each.image:
            images[each.target].add(each.image)
    first: dict[frozenset[str], str] = {}
    return {target: first.setdefault(frozenset(own), target) for target, own in images.items()}
