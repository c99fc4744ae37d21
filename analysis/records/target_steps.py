"""Which steps of a docker build each of its targets needs, by the rules of a Dockerfile."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from analysis.records.target_step import Step, drop_repeats, find_sources

_DEFINITION = "load build definition"


def _next(one: Step) -> int:
    """The position that follows an instruction's."""
    return (one.position or 0) + 1


class Build:
    """The steps of a docker build of several targets, by where each stands."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = list(steps)
        self.targets = list(dict.fromkeys(each.target for each in self.steps if each.target))
        numbered = [each for each in self.steps if each.position]
        self.numbered = drop_repeats(numbered, lambda step: (step.target,))
        self.at: dict[tuple[str | None, int], list[Step]] = defaultdict(list)
        for each in self.numbered:
            self.at[each.platform, each.position or 0].append(each)
        self.exported = {each.target for each in self.steps if each.kind == "export"}
        self.made_from: dict[int, list[list[Step]]] = {}
        self.circles: dict[int, bool] = {}
        self.ends = self._find_ends()

    def _find_ends(self) -> dict[tuple[Any, ...], Step]:
        """(target, platform, stage) -> the last instruction of the stage.

        Where a target's name stands at some of a stage alone, others that go further have the rest:
        a stage that is needed is built to its end.
        """
        own: dict[tuple[Any, ...], dict[int, Step]] = defaultdict(dict)
        for each in sorted(self.numbered, key=lambda step: step.position or 0):
            own[(each.target, *each.place)][each.position or 0] = each
        going = {each.place for each in self.numbered if each.kind == "layer"}
        return {
            key: self._follow(there[max(there)], len({1, *there}) < max(there))
            for key, there in own.items()
            # several stages may begin with one FROM, printed as one's
            if key[1:] not in going or any(each.kind == "layer" for each in there.values())
        }

    def _follow(self, end: Step, alike: bool) -> Step:
        """The end of a stage, from one of its instructions on.

        `alike`: also where what goes on stands on the same instruction of another target.
        """
        # stages of two Dockerfiles may have one name
        while alike or self.is_one_file:
            after = [e for e in self.at[end.platform, _next(end)] if e.stage == end.stage]
            below = [each for one in after for each in self._before(one)]
            on = below == [end] or (alike and [each.name for each in below] == [end.name])
            if len(after) != 1 or not on:
                return end
            end = after[0]
        return end

    def count_once(self, rows: set[int]) -> list[int]:
        """These rows in their order, each instruction once."""
        steps = [each for each in self.steps if each.row in rows]
        return sorted(each.row for each in drop_repeats(steps, lambda step: ()))

    def tell(self, target: str) -> set[int] | None:
        """The rows of a target's steps: its own, and what they are made from.

        None where the log does not tell them.
        """
        own = [each for each in self.steps if each.target in (None, target)]
        found = {each.row for each in own}
        if self.is_one_chain:
            return found | {each.row for each in self.numbered}
        left = [each for each in own if each.position]
        if not any(each.kind == "layer" for each in left) or self._is_mixed(left):
            return None
        left += [end for key, end in self.ends.items() if key[0] == target]
        found |= {each.row for each in left}
        open_: list[list[Step]] = []
        while left:
            below = [maybe for each in left for maybe in self._made_from(each)]
            open_ += [maybe for maybe in below if len(maybe) > 1]
            known = {each[0].row: each[0] for each in below if len(each) == 1}
            left = [each for row, each in known.items() if row not in found]
            found |= {*known}
        unsure = any(each.row not in found and each.kind == "layer" for m in open_ for each in m)
        unsure = unsure or any(self._hangs(e) for e in self.numbered if e.row in found)
        return None if unsure or self._goes_on(target, found) else found

    def _is_mixed(self, own: list[Step]) -> bool:
        """Whether a target's steps without a stage's name are of several Dockerfiles.

        So where it stands on a target that is not exported: that one's have its name, too.
        """
        bare = {(e.platform, e.position, e.name) for e in own if e.bare}
        return not self.is_one_file and len({each[:2] for each in bare}) < len(bare)

    def _hangs(self, one: Step) -> bool:
        """Whether a stage stands on another target, whose end the log does not tell.

        A step can't run on nothing; what a stage on scratch begins with copies.
        """
        if one.kind != "layer" or one.position != 1:
            return False
        if self._made_from(one)[0]:
            return not self.is_one_file and self._leads_back(one)
        run = (one.name or "").upper().startswith("RUN")
        return self.is_linked or (run and not self.is_one_file)

    def _leads_back(self, one: Step) -> bool:
        """Whether an instruction would be made from itself: then it is not made from these."""
        if one.row not in self.circles:
            seen: set[int] = set()
            left = self._made_from(one)[0]
            while left and one.row not in seen:
                new = {each.row: each for each in left if each.row not in seen}
                seen |= {*new}
                left = [
                    e for each in new.values() for maybe in self._made_from(each) for e in maybe
                ]
            self.circles[one.row] = one.row in seen
        return self.circles[one.row]

    @cached_property
    def is_linked(self) -> bool:
        """Whether targets stand on others, which are not exported or bear the name of these."""
        own: dict[str | None, list[Step]] = defaultdict(list)
        for each in self.numbered:
            own[each.target].append(each)
        return any(map(self._is_for_others, self.targets)) or any(map(self._is_mixed, own.values()))

    def _count_files(self) -> int:
        """How many Dockerfiles the build was seen to load."""
        return sum(e.kind == "internal" and _DEFINITION in (e.name or "") for e in self.steps)

    @cached_property
    def is_one_file(self) -> bool:
        """Whether all targets are of one Dockerfile, as far as the log tells."""
        return self._count_files() < 2

    @cached_property
    def is_one_chain(self) -> bool:
        """Whether all targets are of one Dockerfile of a single stage, each instruction once."""
        places = {(each.platform, None if each.bare else each.stage) for each in self.numbered}
        steps = {(each.platform, each.position) for each in self.numbered}
        single = len(places) == len({each.platform for each in self.numbered})
        return self._count_files() == 1 and single and len(steps) == len(self.numbered)

    def _goes_on(self, target: str, found: set[int]) -> bool:
        """Whether others stand on where the target's own steps end, so that it may go on there.

        Not so of one that is not exported, while others are: it is there for these.
        """
        if self._is_for_others(target):
            return False
        own = [each for each in self.numbered if each.row in found]
        inner = {e.row for one in own for maybe in self._made_from(one) for e in maybe}
        tops = {each.row for each in own} - inner
        others = [each for each in self.numbered if each.row not in found]
        return any(
            e.row in tops for one in others for maybe in self._made_from(one)[:1] for e in maybe
        )

    def _is_for_others(self, target: str | None) -> bool:
        """Whether a target is not exported, while others are."""
        return bool(self.exported) and target not in self.exported

    def _made_from(self, one: Step) -> list[list[Step]]:
        """What could be meant by each thing that an instruction is made from; first, below it."""
        if one.kind != "layer" or not one.position:
            return []
        if one.row in self.made_from:
            return self.made_from[one.row]
        below = self._before(one) if one.position > 1 else self._below(one)
        maybe = [below, *(self._end_of(source, one) for source in find_sources(one.name))]
        found = [list({each.row: each for each in steps}.values()) for steps in maybe]
        return self.made_from.setdefault(one.row, found)

    def _before(self, one: Step) -> list[Step]:
        """What stands before an instruction, in its own stage or where others share it."""
        before = (one.position or 0) - 1
        there = self.at[one.platform, before]
        own = [e for e in there if e.target == one.target and e.stage == one.stage]
        alike = [e for e in there if e.stage == one.stage or (e.bare and one.bare)]
        # what a stage begins with is printed without the stage where several begin alike
        begins = [e for e in there if before == 1 and e.kind == "from"]
        begins = [e for e in begins if e.bare] or begins
        if begins and not own and any(self._is_of_another(one, each) for each in alike):
            return [*alike, *begins]
        for found in (alike, begins):
            if found:
                return own or [e for e in found if e.target == one.target] or found
        return there

    def _is_of_another(self, one: Step, first: Step) -> bool:
        """Whether what another's stage begins with may not be what a stage of its name does.

        So where they are of several Dockerfiles and go on to other lengths.
        """
        ends = {self.lengths[each.target, *each.place] for each in (one, first)}
        return first.kind == "layer" and not self.is_one_file and len(ends) > 1

    @cached_property
    def lengths(self) -> dict[tuple[Any, ...], int]:
        """(target, platform, stage) -> the last position that bears its name."""
        ordered = sorted(self.numbered, key=lambda each: each.position or 0)
        return {(each.target, *each.place): each.position or 0 for each in ordered}

    def _below(self, one: Step) -> list[Step]:
        """The ends that a stage may stand on which begins without a FROM."""
        if self.is_one_file:
            return self._choose_below(one)
        layers = [e for e in self.numbered if e.target == one.target and e.kind == "layer"]
        own = {e.stage for e in layers}
        later = {e.stage for e in self.numbered if one.stage in find_sources(e.name)}
        mine = [e for key, e in self.ends.items() if key[0] == one.target]
        mine = [e for e in mine if e.place != one.place and e.stage not in later]
        mine = [e for e in mine if not (e.bare and e.kind == "from")] or mine
        return mine or [e for e in self._list_inner(one.platform) if e.stage not in own]

    @cached_property
    def sources(self) -> dict[str | None, set[str]]:
        """Stage -> what it copies from and mounts."""
        found: dict[str | None, set[str]] = defaultdict(set)
        for each in self.numbered:
            found[each.stage] |= {*find_sources(each.name)}
        return found

    def _choose_below(self, one: Step) -> list[Step]:
        """The same where all stages are of one Dockerfile.

        Not those that copy from the stage, nor, where others are left, stages that bear the name of
        a target, which are that one's end, and what the stage copies from.
        """
        sources, later = self.sources, {one.stage}
        while more := {name for name, own in sources.items() if own & later} - later:
            later |= more
        known = {e.row: e for e in self.ends.values() if e.platform == one.platform}
        ends = [e for e in known.values() if e.stage not in later]
        ends = [e for e in ends if not (e.bare and e.kind == "from")] or ends
        ends = [e for e in ends if e.stage not in self.targets] or ends
        return [e for e in ends if e.stage not in sources[one.stage]] or ends

    def _list_inner(self, platform: str | None) -> list[Step]:
        """The ends of stages that another stage of the same target, or other targets, stand on."""
        last: dict[str | None, Step] = {}
        for each in self.numbered:
            last[each.target] = each
        return [
            end
            for (target, *_), end in self.ends.items()
            if end.platform == platform
            and (end.place != last[target].place or self._is_for_others(target))
        ]

    def _end_of(self, source: str, one: Step) -> list[Step]:
        """The last instruction of a stage that is copied from."""
        names = {source, f"stage-{source}"}
        ends = [e for e in self.ends.values() if e.stage in names and e.platform == one.platform]
        return [each for each in ends if each.target == one.target] or ends
