"""Dockerfiles as stages of instructions, each with its line."""

import json
import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from analysis.doctor.nodes import BrokenText
from analysis.workload import list_instructions

_KEYWORD = re.compile(r"\s*([A-Za-z]+)\s*(.*)", re.S)
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?\s+")
_FROM = re.compile(r"(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_HEREDOC = re.compile(r"\s*(?:\w+\s+)?<<-?[\"']?(\w+)[\"']?\s*$")
_KNOWN_WORDS = """\
    FROM RUN CMD LABEL MAINTAINER EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG ONBUILD
    STOPSIGNAL HEALTHCHECK SHELL"""
_KNOWN = set(_KNOWN_WORDS.split())


class Instruction(NamedTuple):
    """An instruction: its keyword, flags (name, value), the rest as a text, and its line."""

    keyword: str
    flags: tuple[tuple[str, str], ...]
    rest: str
    line: int
    body: str = ""

    def flag(self, name: str) -> str:
        """The value of a flag, "" without it."""
        return next((value for key, value in self.flags if key == name), "")

    @property
    def script(self) -> str:
        """What a RUN runs, as a shell script."""
        if _HEREDOC.fullmatch(self.rest.strip()):
            return self.body
        if self.rest.lstrip().startswith("["):
            words = _read_words(self.rest)
            return shlex.join(words) if words else self.rest
        return self.rest

    @property
    def mounts(self) -> list[dict[str, str]]:
        """The options of each --mount."""
        given = [value for name, value in self.flags if name == "mount"]
        return [dict(part.partition("=")[::2] for part in each.split(",")) for each in given]

    @property
    def sources(self) -> list[str]:
        """What a COPY or ADD takes from the context, without ./; [] for one with --from."""
        if self.keyword not in ("COPY", "ADD") or self.flag("from"):
            return []
        words = _read_words(self.rest) if self.rest.lstrip().startswith("[") else []
        words = words or self.rest.split()
        words = [word.strip("\"'") for word in words if not word.startswith("<<")]
        return [_tidy(word) for word in words[:-1] if "://" not in word]

    @property
    def words(self) -> str:
        """The instruction on one line, as logs show it."""
        return " ".join(f"{self.keyword} {self.rest}".split())


def _tidy(source: str) -> str:
    """A source without . and .. in it and / at its ends; "." for the whole context.

    What leads out of the context begins at its root: ../a is a.
    """
    return posixpath.normpath(f"/{source.strip()}").strip("/") or "."


def _read_words(text: str) -> list[str]:
    """The words of an instruction in JSON, [] where it is none."""
    try:
        words = json.loads(text)
    except ValueError:
        return []
    texts = isinstance(words, list) and all(isinstance(word, str) for word in words)
    return words if texts else []


@dataclass
class Stage:
    """A stage: its base, its name, the stage that it begins from, and its instructions."""

    base: str
    name: str
    line: int
    parent: "Stage | None" = None
    instructions: list[Instruction] = field(default_factory=list)

    def chain(self) -> list[Instruction]:
        """The instructions from the base image on, those of the stages it begins from first."""
        above = self.parent.chain() if self.parent else []
        return above + self.instructions

    def uses(self) -> Iterator[str]:
        """The names and numbers of stages that it copies or mounts from."""
        for instruction in self.instructions:
            if taken := instruction.flag("from"):
                yield taken.lower()
            yield from (mount["from"].lower() for mount in instruction.mounts if "from" in mount)


@dataclass
class Dockerfile:
    """A Dockerfile: its stages, the arguments before them, and the folder of its context.

    context: None where nothing tells it and none can be guessed.
    """

    file: Path
    text: str
    stages: list[Stage]
    arguments: list[Instruction]
    context: Path | None = None

    def find_stage(self, target: str) -> Stage | None:
        """The stage of a target, the last one for "" and for a target that is not known."""
        named = [stage for stage in self.stages if target and stage.name == target.lower()]
        found = named or self.stages
        return found[-1] if found else None

    def needed(self, target: str) -> list[Stage]:
        """The stages that a build of a target needs, in the file's order."""
        last = self.find_stage(target)
        waiting, found = [last] if last else [], list[Stage]()
        while waiting:
            stage = waiting.pop()
            if any(stage is each for each in found):
                continue
            found.append(stage)
            names = {*stage.uses()}
            waiting += [stage.parent] if stage.parent else []
            waiting += [
                each
                for number, each in enumerate(self.stages)
                if (each.name and each.name in names) or str(number) in names
            ]
        return [stage for stage in self.stages if any(stage is each for each in found)]


def is_dockerfile(path: Path) -> bool:
    """Whether a file's name is that of a Dockerfile."""
    name = path.name.lower()
    if name.endswith((".dockerignore", ".md", ".txt", ".sh", ".yml", ".yaml", ".py", ".tf", ".j2")):
        return False
    return name.startswith(("dockerfile", "containerfile")) or name.endswith(
        (".dockerfile", "_dockerfile")
    )


def parse_dockerfile(text: str, path: Path) -> Dockerfile:
    """The stages of a Dockerfile; BrokenText where it has none."""
    found = Dockerfile(path, text, [], [])
    for instruction in _list_parsed(text):
        if instruction.keyword == "FROM":
            found.stages.append(_begin_stage(instruction, found.stages))
        elif found.stages:
            found.stages[-1].instructions.append(instruction)
        elif instruction.keyword == "ARG":
            found.arguments.append(instruction)
        else:
            raise BrokenText(instruction.line, f"{instruction.keyword} stands before FROM")
    if not found.stages:
        raise BrokenText(1, "it has no FROM")
    return found


def _begin_stage(instruction: Instruction, stages: list[Stage]) -> Stage:
    """The stage that a FROM begins."""
    named = _FROM.match(instruction.rest.strip())
    base, name = (named[1], (named[2] or "").lower()) if named else ("", "")
    parent = next((each for each in stages if each.name and each.name == base.lower()), None)
    return Stage(base, name, instruction.line, parent)


def _list_parsed(text: str) -> Iterator[Instruction]:
    """The instructions in order, with the heredocs that follow them."""
    listed = list(list_instructions(text))
    ends = [*(offset for offset, _ in listed), len(text)][1:]
    for (offset, line), end in zip(listed, ends, strict=True):
        parsed = _KEYWORD.match(line)
        start = offset + len(line) - len(line.lstrip())
        number = text.count("\n", 0, start) + 1
        if not parsed or parsed[1].upper() not in _KNOWN:
            raise BrokenText(number, f"{line.strip()[:40]!r} is no instruction")
        flags, rest = [], parsed[2]
        while flag := _FLAG.match(rest):
            flags.append((flag[1], flag[2] or ""))
            rest = rest[flag.end() :]
        body = text[offset + len(line) : end]
        body = "\n".join(body.rstrip().split("\n")[:-1])
        yield Instruction(parsed[1].upper(), tuple(flags), rest.rstrip(), number, body)
