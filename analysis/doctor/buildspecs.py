"""Buildspecs as the commands they run: each with its line, folder and values of variables."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.doctor.nodes import Node
from analysis.doctor.projects import Project
from analysis.doctor.variables import expand
from analysis.workload import Command, DockerCall, Word, list_commands, parse_docker

_JOINED = re.compile(r"\s*\\?\r?\n\s*")
_PHASES = ("install", "pre_build", "build", "post_build")
# programs that do what they are told on the command line, and start nothing else
_OPEN_WORDS = """\
    docker docker-compose aws echo printf cd export set unset test [ [[ true false exit return
    cat cut tr sed awk grep head tail jq yq ls pwd mkdir rm cp mv ln chmod chown touch date sleep
    git env printenv which type command find sort uniq wc tee base64 curl wget unzip tar zip kubectl
    helm terraform apt-get apt yum dnf pip pip3 npm yarn pnpm node nohup dockerd case for in local
    shift read eksctl ecs-cli basename dirname xargs : nvm n amazon-linux-extras"""
_OPEN = set(_OPEN_WORDS.split())


@dataclass(frozen=True)
class Step:
    """A command of a phase: its words with values filled in, and what it calls of docker."""

    phase: str
    line: int
    command: Command
    texts: tuple[str, ...]
    call: DockerCall | None
    folder: str
    values: Mapping[str, str]
    source: str = ""

    @property
    def program(self) -> str:
        """The program's name, without its folder."""
        return self.texts[0].rpartition("/")[2] if self.texts else ""

    @property
    def opaque(self) -> bool:
        """Whether what it does stands in another file."""
        if not self.texts or self.texts[0].startswith("$(aws"):
            return False
        return self.program not in _OPEN or self.texts[0].startswith(("./", "../"))


@dataclass
class Spec:
    """A buildspec: where it lies, the folder that its build begins in, its steps and variables."""

    file: Path
    root: Path
    version: str
    node: Node
    variables: dict[str, str]
    steps: list[Step] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)

    def docker(self, *names: str) -> Iterator[Step]:
        """The steps that call docker by one of these names."""
        return (step for step in self.steps if step.call and step.call.name in names)


def is_buildspec(node: Node) -> bool:
    """Whether a file's values are those of a buildspec."""
    version = node.get("version").text()
    return version in ("0.1", "0.2") and bool(
        node.get("phases").items() or node.get("batch").items()
    )


def read_spec(node: Node, file: Path, root: Path, given: Mapping[str, str]) -> Spec:
    """The buildspec of a file; `given`: the variables that its project sets."""
    own = {
        name: value.text()
        for name, value in node.get("env", "variables").items().items()
        if isinstance(value.value, str)
    }
    spec = Spec(file, root, node.get("version").text(), node, {**own, **given})
    _Follower(spec).run()
    return spec


class _Follower:
    """Goes through the commands of a buildspec in their order."""

    def __init__(self, spec: Spec) -> None:
        self.spec, self.values, self.folder = spec, dict(spec.variables), "."

    def run(self) -> None:
        """Add the steps of all phases."""
        for phase in _PHASES:
            body = self.spec.node.get("phases", phase)
            for key in ("commands", "finally"):
                for script in body.get(key).each():
                    if isinstance(script.value, str):
                        self.follow(phase, script)
                    else:
                        # a command with ": " is a mapping to YAML
                        for name, value in script.items().items():
                            text = f"{name}: {value.text()}"
                            self.follow(phase, Node(text, script.line, script.first))

    def follow(self, phase: str, script: Node) -> None:
        """Add the steps of one command of a phase."""
        if self.spec.version == "0.1":
            self.folder = "."
        text = script.text()
        for command in list_commands(text):
            lines = 0 if script.folded else text.count("\n", 0, command.start)
            line = script.first + lines
            words = tuple(self._split(text, command))
            filled = Command(
                words,
                command.start,
                command.end,
                {name: expand(value, self.values) for name, value in command.assignments.items()},
                command.piped,
                command.looped,
                command.background,
            )
            call = parse_docker(filled)
            texts = tuple(filled.texts)
            # values change seldom: what is shared is never written to
            source = _JOINED.sub(" ", text[command.start : command.end])
            step = Step(phase, line, filled, texts, call, self.folder, self.values, source)
            self.spec.steps.append(step)
            self._note(step)

    def _split(self, text: str, command: Command) -> Iterator[Word]:
        """The words with values filled in; one that is only a variable may become several."""
        for word in command.words:
            value = expand(word.text, self.values)
            bare = text[word.start : word.end]
            if bare.startswith("$") and value != bare and " " in value and "$(" not in bare:
                for each in list_commands(f": {value}")[:1]:
                    yield from (Word(w.text, word.start, word.end) for w in each.words[1:])
            else:
                yield Word(value, word.start, word.end)

    def _note(self, step: Step) -> None:
        """Follow what a step changes for those after it: variables and the folder."""
        assigned: dict[str, str] = {}
        if not step.texts:
            assigned = dict(step.command.assignments)
        elif step.program in ("export", "local", "declare", "readonly"):
            for text in step.texts[1:]:
                name, sign, value = text.partition("=")
                if sign and name.isidentifier():
                    assigned[name] = value
        # of two branches, the one that gives a value
        assigned = {n: value for n, value in assigned.items() if value or not self.values.get(n)}
        if assigned:
            self.values = {**self.values, **assigned}
        if step.program == "cd" and len(step.texts) > 1:
            self._change_folder(step.texts[1])

    def _change_folder(self, target: str) -> None:
        """Follow a cd; where it leads is not known for what a variable names."""
        for start in ("$CODEBUILD_SRC_DIR", "${CODEBUILD_SRC_DIR}"):
            if target.startswith(start):
                target, self.folder = target.removeprefix(start).strip("/") or ".", "."
        if target == "-" or "$" in target or "`" in target:
            self.folder = "?"
        elif target.startswith("/"):
            self.folder = target
        else:
            self.folder = _join(self.folder, target)


def _join(folder: str, target: str) -> str:
    """A folder as seen from another."""
    parts: list[str] = []
    for part in f"{folder}/{target}".split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "."
