"""A step of a docker build of several targets: under whose name it stands, and where."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

_COPIED = re.compile(
    r"(?:(?:COPY|ADD)\s+(?:--\S+\s+)*--from=|--mount=(?:\S*,)?from=)([^\s,]+)", re.I
)


class Step(NamedTuple):
    """A step: its row in the frame, and _FACTS."""

    row: int
    target: str | None
    kind: str | None
    platform: str | None
    stage: str | None
    position: int | None
    name: str | None
    status: str | None
    image: str | None

    @property
    def bare(self) -> bool:
        """Whether no stage is named: what stands in its place is the target's name, or nothing."""
        return self.stage in (None, self.target)

    def rename(self, target: str | None) -> "Step":
        """The same of another target."""
        return self._replace(target=target, stage=target if self.bare else self.stage)

    @property
    def place(self) -> tuple[str | None, str | None]:
        """Its platform and stage."""
        return self.platform, self.stage


@lru_cache(1 << 12)
def find_sources(name: str | None) -> tuple[str, ...]:
    """The stages and images that an instruction copies from or mounts."""
    return tuple(_COPIED.findall(name or ""))


def drop_repeats(steps: Iterable[Step], more: Callable[[Step], tuple[Any, ...]]) -> list[Step]:
    """Steps without those of the same instruction, and `more`: the one that ran stays."""
    found: dict[tuple[Any, ...], Step] = {}
    for each in steps:
        numbered = each.kind == "layer" and each.position
        own = (*each.place, each.position, each.name) if numbered else (each.row,)
        key = (*own, *more(each))
        if key not in found or (each.status == "ran" != found[key].status):
            found[key] = each
    return list(found.values())
