"""The commands of a buildspec that build, tag, push and pull images, and where each stands."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analysis.workload import (
    Buildspec,
    Command,
    DockerCall,
    SpecText,
    Word,
    list_commands,
    parse_docker,
)

BUILDS = ("build", "buildx build", "bake", "compose build")
# what makes a builder, which each strategy does by itself
BUILDERS = ("buildx create", "buildx use", "buildx inspect", "buildx rm")
# what a strategy may change
CHANGED = (*BUILDS, *BUILDERS, "pull", "push", "tag", "compose push")
_BRACED = re.compile(r"\$\{(\w+)\}")
_NAMED = re.compile(r"\$(\w+)")
_DEEPEST = 5


@dataclass(frozen=True)
class Place:
    """A command of a buildspec: the item it stands in, itself, and what of docker it calls."""

    item: SpecText
    command: Command
    call: DockerCall | None

    @property
    def line(self) -> int:
        """Its line in the buildspec."""
        return self.item.line_at(self.command.start)

    @property
    def name(self) -> str:
        """What of docker it calls, '' for any other command."""
        return self.call.name if self.call else ""

    @property
    def text(self) -> str:
        """The command as it is written."""
        return str(self.item[self.command.start : self.command.end])


@dataclass(frozen=True)
class Commands:
    """All commands of a buildspec in their order, and the variables that they and env set.

    `values` are those that stay the same; `changing` the names of those that do not.
    """

    buildspec: Buildspec
    places: tuple[Place, ...]
    values: dict[str, str] = field(default_factory=dict)
    changing: frozenset[str] = frozenset()

    def named(self, *names: str) -> list[Place]:
        """Those that call docker by one of some names."""
        return [each for each in self.places if each.name in names]

    @property
    def builds(self) -> list[Place]:
        """Those that build images."""
        return self.named(*BUILDS)

    def resolve(self, reference: str) -> str:
        """An image's name as it can be compared with others: variables by their values, a tag."""
        text = plain(reference)
        for _ in range(_DEEPEST):
            after = _NAMED.sub(lambda m: self.values.get(m[1], m[0]), text)
            if after == text:
                break
            text = plain(after)
        return text if ":" in text.rpartition("/")[2] or "@" in text else f"{text}:latest"

    def list_unset(self, reference: str) -> list[str]:
        """The variables in an image's name that neither the buildspec nor `env` sets.

        None where a command may set any, as `source` and `export $(…)` do.
        """
        if any(_sets_unseen(place.command) for place in self.places):
            return []
        names = _NAMED.findall(self.resolve(reference))
        return [n for n in names if n not in self.changing and not n[0].isdigit()]

    def is_stable(self, reference: str) -> bool:
        """Whether an image's name is the same in each build, as far as the buildspec tells."""
        names = set(_NAMED.findall(self.resolve(reference)))
        return not any(n in self.changing or n.startswith("CODEBUILD_") for n in names)


def plain(text: str) -> str:
    """A text with $NAME for ${NAME}."""
    return _BRACED.sub(r"$\1", text)


def find_commands(buildspec: Buildspec, env: Mapping[str, str] | None = None) -> Commands:
    """Every command of a buildspec, and the variables that it and `env` set.

    A variable that is set more than once, or by what a command prints, has no one value.
    """
    places = tuple(place for item in _once(buildspec) for place in _read_item(item))
    given = {**buildspec.variables, **(env or {})}
    set_to: dict[str, set[str]] = {n: {v} for n, v in given.items()}
    for place in places:
        for name, value in _read_assignments(place.command):
            set_to.setdefault(name, set()).add(value)
    known = {n: next(iter(v)) for n, v in set_to.items() if len(v) == 1}
    values = {n: v for n, v in known.items() if "$(" not in v and "`" not in v and v}
    return Commands(buildspec, places, values, frozenset(set_to.keys() - values.keys()))


def _read_assignments(command: Command) -> list[tuple[str, str]]:
    """The variables that a command sets for those after it, and their values."""
    if not command.words:
        return [*command.assignments.items()]
    if command.texts[0] in ("for", "select", "read"):
        # whatever they are in turn is no one value
        names = command.texts[1:2] if command.texts[0] != "read" else command.texts[1:]
        return [(name, "$(each)") for name in names]
    if command.texts[0] not in ("export", "readonly", "declare", "local"):
        return []
    pairs = (text.partition("=") for text in command.texts[1:])
    return [(name, value) for name, sign, value in pairs if sign]


def _sets_unseen(command: Command) -> bool:
    """Whether a command sets variables that its words do not name."""
    first, *rest = command.texts or [""]
    return first in ("source", ".", "eval") or (
        first in ("export", "declare") and any(text.startswith(("$", "`")) for text in rest)
    )


def _once(buildspec: Buildspec) -> Iterator[SpecText]:
    """The commands of a buildspec, one that an alias repeats once."""
    seen: set[int] = set()
    for item in buildspec.commands:
        if item.start not in seen:
            seen.add(item.start)
            yield item


def _read_item(item: SpecText) -> list[Place]:
    """The commands in one item of a list of commands."""
    return [Place(item, each, parse_docker(each)) for each in list_commands(item)]


def span(words: tuple[Word, ...]) -> tuple[int, int]:
    """Where some words begin and end in their script."""
    return min(word.start for word in words), max(word.end for word in words)


def repository_of(reference: str, commands: Commands) -> str:
    """What stands before the tag of an image's name, as a shell expands it."""
    text = reference.partition("@")[0]
    head, slash, last = text.rpartition("/")
    name, sign, _ = _cut_tag(last)
    if sign:
        return head + slash + name
    # a variable may hold the tag too
    found = re.fullmatch(r"\$\{?(\w+)\}?", last)
    if found is None:
        return text
    value = commands.values.get(found[1], "")
    if value and ":" not in value.rpartition("/")[2]:
        return text
    if value and not slash:
        return repository_of(value, commands)
    return f"{head}{slash}${{{found[1]}%:*}}"


def _cut_tag(last: str) -> tuple[str, str, str]:
    """(name, ':', tag) of the last part of an image's name; signs in ${…} are no part of it."""
    depth = 0
    for at in range(len(last) - 1, -1, -1):
        depth += {"}": 1, "{": -1}.get(last[at], 0)
        if last[at] == ":" and not depth:
            return last[:at], ":", last[at + 1 :]
    return last, "", ""
