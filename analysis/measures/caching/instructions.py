"""The instructions of a docker build as its log names them, and what each is made from.

BuildKit prints an instruction once even if stages share it, and leaves out the FROM of a stage
that stands on another stage: so what an instruction is made from may be one of several.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_COPIED = re.compile(r"(?:COPY|ADD)\s+(?:--\S+\s+)*--from=(\S+)", re.I)
_MOUNTED = re.compile(r"--mount=(?:\S*,)?from=([^\s,]+)")
_LINKED = re.compile(r"(?:COPY|ADD)\s+(?:--\S+\s+)*--link\s", re.I)
_REFERENCE = re.compile(r"FROM\s+(?:--platform=\S+\s+)?([^\s@]+)(?:@(sha256:[0-9a-f]+))?", re.I)
_FILES = re.compile(r"(?:COPY|ADD)\s", re.I)
_HEREDOC = re.compile(r"<<-?\s*['\"]?\w")


class Instruction(NamedTuple):
    """A numbered step, a FROM or a layer; or the image of a `COPY --from=`, at position 0."""

    step: int
    name: str
    stage: str | None
    platform: str | None
    kind: str
    status: str
    position: int

    @property
    def missed(self) -> bool:
        """Whether it is a layer that had to be worked on."""
        return self.kind == "layer" and self.status in ("ran", "failed")

    @property
    def partial(self) -> bool:
        """Whether the log shows only the begin of its text."""
        return bool(_HEREDOC.search(self.name)) or self.name.endswith("...")

    @property
    def copies_files(self) -> bool:
        """Whether what it copies comes from the build context or an address."""
        return bool(_FILES.match(self.name)) and not (self.sources or self.partial)

    @property
    def sources(self) -> tuple[str, ...]:
        """The stages and images that it copies from or mounts."""
        return _find_sources(self.name)

    @property
    def linked(self) -> bool:
        """Whether it is made without what lies below it."""
        return bool(_LINKED.match(self.name))

    @property
    def image(self) -> tuple[str | None, str | None]:
        """(reference, digest) of a FROM; null what it does not name."""
        return _read_reference(self.name)


@lru_cache(1 << 12)
def _find_sources(text: str) -> tuple[str, ...]:
    """The stages and images that an instruction names."""
    return (*_COPIED.findall(text), *_MOUNTED.findall(text))


@lru_cache(1 << 12)
def _read_reference(text: str) -> tuple[str | None, str | None]:
    """(reference, digest) of a FROM; null what it does not name."""
    found = _REFERENCE.match(text)
    return (found[1], found[2]) if found else (None, None)


class Lineage:
    """The instructions of one build, and where each stands."""

    def __init__(self, instructions: Iterable[Instruction]) -> None:
        found = list(instructions)
        self.all = [each for each in found if each.position]
        self.copied = [each for each in found if not each.position]
        self.at = {(each.platform, each.stage, each.position): each for each in self.all}
        ordered = sorted(self.all, key=lambda each: each.position)
        self.ends = list({(each.platform, each.stage): each for each in ordered}.values())

    def made_from(self, one: Instruction) -> list[list[Instruction]]:
        """For each thing that an instruction is made from: the instructions that it may be."""
        return [*self.under(one), *(self.end_of(source, one) for source in one.sources)]

    def under(self, one: Instruction) -> list[list[Instruction]]:
        """What an instruction stands on: what comes before, and what is under a linked one."""
        before = [] if one.linked else self.before(one)
        if not before and (one.linked or one.position == 1):
            return []
        return [before, *(maybe for each in before if each.linked for maybe in self.below(each))]

    def below(self, linked: Instruction) -> list[list[Instruction]]:
        """What lies below an instruction that is made without it."""
        before = self.before(linked)
        return [before, *(maybe for each in before if each.linked for maybe in self.below(each))]

    def before(self, one: Instruction) -> list[Instruction]:
        """What comes before it in its stage: where it is not shown there, all it may be."""
        own = self.at.get((one.platform, one.stage, one.position - 1))
        if own is not None:
            return [own]
        if one.position > 1:
            return [each for each in self.all if each.position == one.position - 1]
        later = {each.stage for each in self.all if one.stage in each.sources}
        return [end for end in self.ends if end.stage not in later | {one.stage}]

    def end_of(self, source: str, one: Instruction) -> list[Instruction]:
        """The last instruction of a stage, by its name or number; or the FROM of an image."""
        named = [end for end in self.ends if end.stage in (source, f"stage-{source}")]
        if named:
            return [end for end in named if end.platform == one.platform] or named
        if source.isdigit():
            return [end for end in self.ends if end.stage != one.stage]
        images = [each for each in [*self.all, *self.copied] if each.kind == "from"]
        named = [each for each in images if _find_name(each.image[0]) == _find_name(source)]
        return named or [each for each in images if source in each.name]

    def find(self, one: Instruction) -> Instruction | None:
        """What stands in the place of an instruction of another build, null when nothing does."""
        own = self.at.get((one.platform, one.stage, one.position))
        alike = (each for each in self.all if _same_words(each, one))
        return next(alike, None) if own is None or own.kind != one.kind else own

    def find_image(self, one: Instruction) -> Instruction | None:
        """The FROM that stands for one of another build, null when that can't be told."""
        images = [each for each in self.all if each.kind == "from"]
        if not one.position:
            images = [each for each in self.copied if each.image[0] == one.image[0]]
        own = [each for each in images if (each.stage, each.position) == (one.stage, one.position)]
        same = own or [each for each in images if each.image[0] == one.image[0]]
        found = same or images
        return found[0] if same or len(found) == 1 else None

    def is_left_out(self, stage: str | None) -> bool | None:
        """Whether a stage's layers are no part of the image; null when the log can't tell."""
        copied = [
            {end.stage for end in self.end_of(source, each)}
            for each in self.all
            for source in each.sources
        ]
        if not any(stage in stages for stages in copied):
            return False
        stacked = any(each.position == 1 and each.kind == "layer" for each in self.all)
        return None if stacked or {stage} not in copied else True


def _find_name(reference: str | None) -> str:
    """A reference as BuildKit prints it: with Docker Hub's name and the tag that it stands for."""
    name = (reference or "").partition("@")[0]
    host, _, rest = name.partition("/")
    if not (rest and ({".", ":"} & {*host} or host == "localhost")):
        name = f"docker.io/{name}" if rest else f"docker.io/library/{name}"
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _same_words(one: Instruction, other: Instruction) -> bool:
    """Whether two instructions read the same at the same place of their stages."""
    return (one.position, one.kind, one.name) == (other.position, other.kind, other.name)


def image_changed(new: Instruction, old: Instruction | None) -> bool | None:
    """Whether two FROM name different images; null when that can't be told."""
    if old is None:
        return None
    (name, digest), (old_name, old_digest) = new.image, old.image
    if digest and old_digest:
        return digest != old_digest
    return True if name != old_name else None


def agree(answers: Iterable[bool | None]) -> bool | None:
    """What all answers say; null when they differ or there are none."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def some_hold(answers: Iterable[bool | None]) -> bool | None:
    """Whether one answer is yes; null when none is and one is not known."""
    found = set(answers)
    return True if True in found else None if None in found else False
