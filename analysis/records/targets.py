"""The steps of each target of a docker build: bake and compose build several in one.

BuildKit works on a step once, however many targets need it, and prints it under the name of any of
them. So a target's own steps are those under its name, and what they are made from, by the rules
of a Dockerfile: what comes before in a stage, the stage it stands on, the stages it copies from.
Where it works on an instruction for two targets, it prints the second as cached: of a target's
instructions each counts once, as one that ran where it did.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

_COPIED = re.compile(
    r"(?:(?:COPY|ADD)\s+(?:--\S+\s+)*--from=|--mount=(?:\S*,)?from=)([^\s,]+)", re.I
)
_KEYS = ["log", "build"]
_FACTS = ["target", "kind", "platform", "stage", "position", "name", "status"]


class _Step(NamedTuple):
    """A step: its row in the frame, and _FACTS."""

    row: int
    target: str | None
    kind: str | None
    platform: str | None
    stage: str | None
    position: int | None
    name: str | None
    status: str | None

    @property
    def place(self) -> tuple[str | None, str | None]:
        """Its platform and stage."""
        return self.platform, self.stage


def split_targets(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps of docker builds, once for each target that needs them; `target` names that.

    Of a build without several targets they stay as they are: its one target's name, or null. A
    step without a target's name is that of all. What a log can't tell belongs to the target under
    whose name it was printed alone.
    """
    if "target" not in steps or steps["target"].isna().all():
        return steps.assign(target=pd.Series(pd.NA, steps.index, "string"))
    known = steps.dropna(subset=_KEYS)
    named = known.groupby(_KEYS)["target"].agg(["nunique", "first"]).reset_index()
    facts = steps[_KEYS].merge(named, on=_KEYS, how="left")
    counts = facts["nunique"].fillna(0).to_numpy()
    only = pd.Series(facts["first"].to_numpy(), steps.index, "string")
    steps = steps.assign(target=steps["target"].where(counts != 1, only))
    if not (counts > 1).any():
        return steps
    rows, targets = _split(steps, counts > 1)
    return steps.iloc[rows].assign(target=pd.array(targets, "string")).reset_index(drop=True)


def _split(steps: pd.DataFrame, several: Any) -> tuple[list[int], list[str | None]]:
    """(row numbers, the target of each), those of builds with several targets once for each."""
    columns = [_list_values(steps, name) for name in (*_KEYS, *_FACTS)]
    builds: dict[tuple[Any, ...], list[_Step]] = defaultdict(list)
    rows: list[int] = []
    targets: list[str | None] = []
    for row, (log, build, *told) in enumerate(zip(*columns, strict=True)):
        if several[row]:
            builds[log, build].append(_Step(row, *told))
        else:
            rows.append(row)
            targets.append(told[0])
    for found in builds.values():
        for target, own in _list_members(found).items():
            rows += own
            targets += [target] * len(own)
    order = sorted(range(len(rows)), key=lambda at: rows[at])
    return _in_builds([(rows[at], targets[at]) for at in order], columns)


def _in_builds(
    pairs: list[tuple[int, str | None]], columns: list[list[Any]]
) -> tuple[list[int], list[str | None]]:
    """Pairs of row and target in the order of the builds, within each by target."""
    places: dict[tuple[Any, ...], int] = {}
    keyed = []
    for row, target in pairs:
        build = (columns[0][row], columns[1][row])
        at = places.setdefault(build, len(places))
        keyed.append((at, places.setdefault((*build, target), len(places)), row, target))
    keyed.sort(key=lambda each: each[:3])
    return [row for *_, row, _ in keyed], [target for *_, target in keyed]


@lru_cache(1 << 12)
def _find_sources(name: str | None) -> tuple[str, ...]:
    """The stages and images that an instruction copies from or mounts."""
    return tuple(_COPIED.findall(name or ""))


def _list_values(steps: pd.DataFrame, name: str) -> list[Any]:
    """A column's values, None for null or where there is no such column."""
    if name not in steps:
        return [None] * len(steps)
    column = steps[name].astype(object)
    return column.where(column.notna(), None).tolist()


def _list_members(steps: Iterable[_Step]) -> dict[str, list[int]]:
    """Target -> the rows of its steps, of one build's."""
    found = _Build(steps)
    return {target: found.count_once(found.needed_by(target)) for target in found.targets}


def _drop_repeats(steps: Iterable[_Step], more: Callable[[_Step], tuple[Any, ...]]) -> list[_Step]:
    """Steps without those of the same instruction, and `more`: the one that ran stays."""
    found: dict[tuple[Any, ...], _Step] = {}
    for each in steps:
        numbered = each.kind == "layer" and each.position
        own = (*each.place, each.position, each.name) if numbered else (each.row,)
        key = (*own, *more(each))
        if key not in found or (each.status == "ran" != found[key].status):
            found[key] = each
    return list(found.values())


class _Build:
    """The steps of a docker build of several targets, by where each stands."""

    def __init__(self, steps: Iterable[_Step]) -> None:
        self.steps = list(steps)
        self.targets = list(dict.fromkeys(each.target for each in self.steps if each.target))
        numbered = [each for each in self.steps if each.position]
        self.numbered = _drop_repeats(numbered, lambda step: (step.target,))
        self.ends = self._find_ends()

    def _find_ends(self) -> dict[tuple[Any, ...], _Step]:
        """(target, platform, stage) -> the last instruction of the stage.

        Where a target's name stands at some of a stage alone, others that go further have the rest.
        """
        own: dict[tuple[Any, ...], dict[int, _Step]] = defaultdict(dict)
        last: dict[tuple[Any, ...], _Step] = {}
        for each in sorted(self.numbered, key=lambda step: step.position or 0):
            own[(each.target, *each.place)][each.position or 0] = each
            last[each.place] = each
        ends = {}
        for key, there in own.items():
            some, further = len({1, *there}) < max(2, *there), last[key[1:]]
            mine = there[max(there)]
            goes_on = some and (further.position or 0) > (mine.position or 0)
            ends[key] = further if goes_on else mine
        return ends

    def count_once(self, rows: set[int]) -> list[int]:
        """These rows in their order, each instruction once."""
        steps = [each for each in self.steps if each.row in rows]
        return sorted(each.row for each in _drop_repeats(steps, lambda step: ()))

    def needed_by(self, target: str) -> set[int]:
        """The rows of a target's steps: its own, and what they are made from."""
        own = [each for each in self.steps if each.target in (None, target)]
        found, ends = {each.row for each in own}, [each for each in own if each.position]
        while ends:
            below = [each for end in ends for each in self._made_from(end)]
            ends = list({each.row: each for each in below if each.row not in found}.values())
            found |= {each.row for each in ends}
        return found

    def _made_from(self, one: _Step) -> Iterator[_Step]:
        """What an instruction is made from, as far as its build tells."""
        if one.kind != "layer" or not one.position:
            return
        yield from self._pick_one(self._before(one) if one.position > 1 else self._below(one))
        for source in _find_sources(one.name):
            yield from self._pick_one(self._end_of(source, one))

    @staticmethod
    def _pick_one(steps: Iterable[_Step]) -> list[_Step]:
        """The only one of some steps, none where several could be meant."""
        found = list({each.row: each for each in steps}.values())
        return found if len(found) == 1 else []

    def _before(self, one: _Step) -> list[_Step]:
        """What stands before an instruction, in its own stage or where others share it."""
        before = (one.position or 0) - 1
        there = [e for e in self.numbered if e.position == before and e.platform == one.platform]
        own = [e for e in there if e.target == one.target and e.stage == one.stage]
        # what a stage begins with is printed without the stage where several begin alike
        alike = [e for e in there if e.stage == one.stage or (before == 1 and e.kind == "from")]
        return own or [e for e in there if e.target == one.target and e in alike] or alike or there

    def _below(self, one: _Step) -> list[_Step]:
        """The end of the stage that a stage stands on which begins without a FROM."""
        own = {e.stage for e in self.numbered if e.target == one.target}
        later = {e.stage for e in self.numbered if one.stage in _find_sources(e.name)}
        mine = [e for key, e in self.ends.items() if key[0] == one.target]
        mine = [e for e in mine if e.place != one.place and e.stage not in later]
        return mine or [e for e in self._list_inner(one.platform) if e.stage not in own]

    def _list_inner(self, platform: str | None) -> list[_Step]:
        """The ends of stages that another stage of the same target stands on."""
        last: dict[str | None, _Step] = {}
        for each in self.numbered:
            last[each.target] = each
        return [
            end
            for (target, *_), end in self.ends.items()
            if end.platform == platform and end.place != last[target].place
        ]

    def _end_of(self, source: str, one: _Step) -> list[_Step]:
        """The last instruction of a stage that is copied from."""
        names = {source, f"stage-{source}"}
        ends = [e for e in self.ends.values() if e.stage in names and e.platform == one.platform]
        return [each for each in ends if each.target == one.target] or ends
