"""A Dockerfile's layers as a build of a target makes them: on what each stands, what it takes.

Stages that the target does not need are not built. Positions are those of BuildKit's log, `[stage
k/n]`: FROM of an image, RUN, COPY, ADD and WORKDIR count
(https://github.com/moby/buildkit, frontend/dockerfile/dockerfile2llb).
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analysis.errors import UnknownName
from analysis.workload.dockerfile import (
    ALIAS,
    FROM,
    Instruction,
    fill_in,
    list_whole,
    read_script,
    read_trigger,
)
from analysis.workload.made_of import (
    SHELL,
    USER,
    Made,
    make_copy,
    make_folder,
    make_from,
    make_run,
    note_variables,
)
from analysis.workload.sources import (
    Flags,
    Source,
    list_copied,
    list_mounted,
    list_stages_taken,
    read_mounts,
    split_flags,
)

_COUNTED = ("RUN", "COPY", "ADD", "WORKDIR")
_SETS = re.compile(r"""(\w+)=("(?:\\.|[^"\\])*"|'[^']*'|\S*)""")
_TAKES = re.compile(r"(?:RUN\s(?:--\S+\s+)*--mount|(?:COPY|ADD)\s(?:--\S+\s+)*--from)\b", re.I)
# what BuildKit itself gives (https://docs.docker.com/reference/dockerfile/#predefined-args)
PLATFORM_ARGUMENTS = {
    f"{which}{what}": value
    for which in ("TARGET", "BUILD")
    for what, value in {"PLATFORM": "linux/amd64", "OS": "linux", "ARCH": "amd64"}.items()
}


@dataclass(frozen=True, eq=False)
class Layer:
    """An instruction that makes a layer, or FROM of an image; `depth`: layers up to it, itself too.

    `stage` ("" of the only one) and `position` are the log's, `script` is what a RUN runs, with its
    heredocs, `workdir` the folder that it is in. `made_of`: what its result depends on besides
    parents and files of the context. `base`: the layer before it in its stage.
    """

    keyword: str
    text: str
    line: int
    stage: str
    workdir: str
    script: str = ""
    mounts: tuple[dict[str, str], ...] = ()
    sources: tuple[Source, ...] = ()
    parents: "tuple[Layer, ...]" = ()
    position: int = 1
    depth: int = 1
    made_of: Made = ()
    base: "Layer | None" = None

    @property
    def is_linked(self) -> bool:
        """Whether it is made apart from the layer before it, by COPY --link."""
        return any(flag in self.made_of for flag in (("link", ""), ("link", "true")))

    def place(self, path: str) -> str | None:
        """Where in the image it puts a file of the context; null when it does not take it."""
        for source in self.sources:
            if (found := source.place(path)) is not None:
                return posixpath.normpath(posixpath.join("/", self.workdir, found))
        return None

    def takes(self, path: str) -> bool:
        """Whether it takes a file of the context."""
        return any(source.place(path) is not None for source in self.sources)


@dataclass
class _Stage:
    """A stage as far as it is read: its name, its layers, its variables and its folder.

    `runs_with`: what its steps are given: variables, and USER and SHELL. `triggers`: what ONBUILD
    runs in stages that begin from it.
    """

    name: str
    values: dict[str, str]
    workdir: str = "/"
    end: Layer | None = None
    layers: list[Layer] = field(default_factory=list)
    runs_with: dict[str, str] = field(default_factory=dict)
    triggers: list[Instruction] = field(default_factory=list)


def list_layers(
    text: str, target: str = "", arguments: Mapping[str, str] | None = None
) -> list[Layer]:
    """The layers that a build of a target makes (the last stage's without one), in their order.

    `arguments` are its build arguments. UnknownName for a target that is no stage.
    """
    stages = _Reader(text, arguments or {}).stages
    chosen = _find_stage([stage.name for stage in stages], target)
    end = stages[chosen].end if stages else None
    needed = list_above([end] if end else [])
    return [layer for stage in stages for layer in stage.layers if layer in needed]


def _find_stage(names: list[str], target: str) -> int:
    """Which stage is built for a target: that of its name or number, the last without one.

    UnknownName.
    """
    if not target:
        return len(names) - 1
    if target.lower() in names:
        return names.index(target.lower())
    if target.isdecimal() and int(target) < len(names):
        return int(target)
    raise UnknownName("stage in the Dockerfile", target, names)


def list_above(layers: Iterable[Layer]) -> set[Layer]:
    """These layers, and all that they are made from."""
    found: set[Layer] = set()
    left = list(layers)
    while left:
        layer = left.pop()
        if layer not in found:
            found.add(layer)
            left += layer.parents
    return found


class _Reader:
    """Reads a Dockerfile's stages."""

    def __init__(self, text: str, arguments: Mapping[str, str]) -> None:
        self.arguments = dict(arguments)
        self.globals = {**PLATFORM_ARGUMENTS, **self.arguments}
        self.stages: list[_Stage] = []
        self.text = text
        instructions = list_whole(text)
        # what is mounted, or taken from an image, is a stage to BuildKit, which then names them all
        self.alone = (
            sum(each.keyword == "FROM" or bool(_TAKES.match(each.line)) for each in instructions)
            == 1
        )
        for each in instructions:
            self.read(each)

    def read(self, one: Instruction) -> None:
        """Read one instruction."""
        if one.keyword == "FROM":
            self._begin(one)
        elif not self.stages:
            self._set(self.globals, one)
        elif one.keyword in ("ARG", "ENV"):
            stage = self.stages[-1]
            self._set(stage.values, one)
            note_variables(stage.runs_with, one, stage.values)
        elif one.keyword in ("USER", "SHELL"):
            stage = self.stages[-1]
            stage.runs_with[USER if one.keyword == "USER" else SHELL] = fill_in(
                one.rest, stage.values
            )
        elif one.keyword == "ONBUILD":
            self.stages[-1].triggers.append(read_trigger(one))
        elif one.keyword in _COUNTED:
            self._add(one)

    def _begin(self, one: Instruction) -> None:
        """Begin a stage, on an image or on what an earlier one left."""
        found = FROM.match(one.line)
        if found is None:
            return
        image = fill_in(found[1], self.globals)
        alias = ALIAS.search(found[2])
        name = alias[1].lower() if alias else f"stage-{len(self.stages)}"
        base = self._find(image)
        values = dict(base.values) if base else dict(self.globals)
        stage = _Stage(name, values, base.workdir if base else "/", base.end if base else None)
        stage.runs_with = dict(base.runs_with) if base else {}
        self.stages.append(stage)
        if base is None and image.lower() != "scratch":
            self._push(stage, one, made_of=make_from(one, image, self.globals))
        for each in base.triggers if base else []:
            self.read(each)

    def _find(self, name: str) -> _Stage | None:
        """An earlier stage by its name or number, null for an image."""
        known = {stage.name: stage for stage in self.stages}
        if name.isdecimal() and int(name) < len(self.stages):
            return self.stages[int(name)]
        return known.get(name.lower())

    def _set(self, values: dict[str, str], one: Instruction) -> None:
        """Note what an ARG or ENV sets."""
        found = {
            name: fill_in(value.strip("\"'"), values) for name, value in _SETS.findall(one.rest)
        }
        if one.keyword == "ARG":
            found |= {name: self.arguments[name] for name in found.keys() & self.arguments.keys()}
        elif one.keyword == "ENV" and not found and " " in one.rest:
            name, _, value = one.rest.partition(" ")
            found = {name: fill_in(value.strip(), values)}
        values |= found

    def _add(self, one: Instruction) -> None:
        """Add a layer to the stage that is read."""
        stage = self.stages[-1]
        if one.keyword == "WORKDIR":
            folder = fill_in(one.rest.strip().strip("\"'"), stage.values)
            stage.workdir = posixpath.join(stage.workdir, folder)
            self._push(stage, one, made_of=make_folder(stage.workdir, stage.runs_with))
            return
        flags = split_flags(one.rest)
        flags = Flags(
            [(name, fill_in(value, stage.values)) for name, value in flags.values], flags.rest
        )
        mounts = read_mounts(flags)
        taken = [self._find(name) for name in list_stages_taken(flags, mounts)]
        others = [each.end for each in taken if each and each.end]
        if one.keyword == "RUN":
            sources = list_mounted(mounts)
            script = fill_in(read_script(flags.rest, one.body), stage.values)
            made_of = make_run(self.text, one, stage.workdir, stage.runs_with)
        else:
            script, rest = "", fill_in(flags.rest, stage.values)
            sources = iter(()) if flags.all("from") else list_copied(rest, flags)
            made_of = make_copy(one, self._drop_stages(flags), stage.workdir, stage.values)
        self._push(stage, one, script, tuple(sources), tuple(mounts), others, made_of)

    def _drop_stages(self, flags: Flags) -> Flags:
        """The flags without the names of stages: what these give is known by their layers."""
        values = [(n, v) for n, v in flags.values if n != "from" or self._find(v) is None]
        return Flags(values, flags.rest)

    def _push(
        self,
        stage: _Stage,
        one: Instruction,
        script: str = "",
        sources: tuple[Source, ...] = (),
        mounts: tuple[dict[str, str], ...] = (),
        others: Iterable[Layer] = (),
        made_of: Made = (),
    ) -> None:
        """Put a layer on a stage's last one."""
        parents = (*([stage.end] if stage.end else []), *others)
        stage.end = Layer(
            one.keyword,
            " ".join(one.line.split()),
            one.number,
            "" if self.alone else stage.name,
            stage.workdir,
            script,
            mounts,
            sources,
            parents,
            len(stage.layers) + 1,
            1 + max((parent.depth for parent in parents), default=0),
            made_of,
            stage.end,
        )
        stage.layers.append(stage.end)
