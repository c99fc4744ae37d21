"""Calls of docker on a command line: what is called, its options and its arguments.

Options: https://docs.docker.com/reference/cli/docker/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from analysis.workload.shell_words import Command, Word

_SHORT = {
    "-t": "--tag",
    "-f": "--file",
    "-o": "--output",
    "-q": "--quiet",
    "-D": "--debug",
    "-u": "--username",
    "-p": "--password",
    "-m": "--memory",
    "-c": "--cpu-shares",
    "-a": "--all-tags",
}
# options with a value of its own, of any call that is read here
_VALUED_WORDS = """\
    --add-host --allow --annotation --attest --build-arg --build-context --builder --cache-from
    --cache-to --call --cgroup-parent --cpu-period --cpu-quota --cpu-shares --cpuset-cpus
    --cpuset-mems --file --iidfile --isolation --label --memory --memory-swap --metadata-file
    --network --no-cache-filter --output --platform --policy --progress --provenance --sbom --secret
    --security-opt --set --shm-size --ssh --tag --target --ulimit --append-to --buildkitd-config
    --buildkitd-flags --config --driver --driver-opt --name --node --username --password --filter
    --format --context --host --log-level --tlscacert --tlscert --tlskey --project-name --profile
    --project-directory --env-file --ansi --parallel --scale --timeout"""
_VALUED = set(_VALUED_WORDS.split())
_GLOBAL = {"--config", "--context", "--host", "--log-level", "--tlscacert", "--tlscert", "--tlskey"}
_GLOBAL_SHORT = {"-c": "--context", "-H": "--host", "-l": "--log-level"}
_COMPOSE_SHORT = {"-f": "--file", "-p": "--project-name"}
# several names of one call
_SAME = {
    "image build": "build",
    "builder build": "build",
    "image pull": "pull",
    "image push": "push",
    "image tag": "tag",
    "buildx b": "buildx build",
    "buildx bake": "bake",
    "buildx f": "bake",
    "image load": "load",
    "image save": "save",
}
_GROUPS = {"image", "builder", "buildx", "compose", "container", "system"}
BUILDS = {"build", "buildx build", "bake", "compose build", "compose up", "compose create"}


class Option(NamedTuple):
    """An option by its long name, its value ("" for a flag), and the words it is written in."""

    name: str
    value: str
    words: tuple[Word, ...]


@dataclass(frozen=True)
class DockerCall:
    """A call of docker: `name` such as build, buildx build, bake, compose build, push."""

    name: str
    options: tuple[Option, ...]
    arguments: tuple[Word, ...]
    command: Command

    def values(self, name: str) -> list[str]:
        """The values of an option, in their order."""
        return [option.value for option in self.options if option.name == name]

    def value(self, name: str) -> str:
        """The last value of an option, "" without one."""
        return next(reversed(self.values(name)), "")

    def has(self, name: str) -> bool:
        """Whether a flag is given, and not as --flag=false."""
        values = self.values(name)
        return bool(values) and values[-1].lower() not in ("false", "0")

    @property
    def builds(self) -> bool:
        """Whether images are built by it."""
        return self.name in BUILDS and (
            not self.name.endswith(("up", "create")) or self.has("--build")
        )


def parse_docker(command: Command) -> DockerCall | None:
    """The call of docker that a command is, None for any other command."""
    words = list(command.words)
    if not words:
        return None
    program = words.pop(0).text.rpartition("/")[2]
    if program not in ("docker", "docker-compose", "docker-buildx"):
        return None
    before: list[Option] = []
    name = "" if program == "docker" else program.removeprefix("docker-")
    if not name:
        before, words = _split_options(words, _GLOBAL_SHORT, _GLOBAL)
        name, words = _take(words)
    if name in _GROUPS:
        shorts = _COMPOSE_SHORT if name == "compose" else {}
        more, words = _split_options(words, shorts, _VALUED)
        before += more
        second, words = _take(words)
        name = f"{name} {second}".strip()
    name = _SAME.get(name, name)
    options, arguments = _parse_options(words)
    return DockerCall(name, (*before, *options), tuple(arguments), command)


def _take(words: list[Word]) -> tuple[str, list[Word]]:
    """(the first word's text, the others)."""
    return (words[0].text, words[1:]) if words else ("", [])


def _split_options(
    words: list[Word], shorts: dict[str, str], valued: set[str]
) -> tuple[list[Option], list[Word]]:
    """(the options before the first argument, the words from it on)."""
    options: list[Option] = []
    while words and words[0].text.startswith("-"):
        name, sign, value = words[0].text.partition("=")
        name = shorts.get(name, name)
        taken = 2 if name in valued and not sign and len(words) > 1 else 1
        value = words[1].text if taken == 2 else value
        options.append(Option(name, value, tuple(words[:taken])))
        words = words[taken:]
    return options, words


def _parse_options(words: list[Word]) -> tuple[list[Option], list[Word]]:
    """(the options wherever they stand, the arguments)."""
    options: list[Option] = []
    arguments: list[Word] = []
    while words:
        text = words[0].text
        if text == "--":
            return options, arguments + words[1:]
        if not text.startswith("-") or text == "-":
            arguments.append(words.pop(0))
            continue
        taken = 1
        for option in _read_option(words):
            options.append(option)
            taken = max(taken, len(option.words))
        words = words[taken:]
    return options, arguments


def _read_option(words: list[Word]) -> Iterator[Option]:
    """The options that a word holds, with the next one where that is a value."""
    text = words[0].text
    if text.startswith("--"):
        name, sign, value = text.partition("=")
        yield _with_value(name, value, bool(sign), words)
        return
    letters = text[1:]
    while letters:
        name = _SHORT.get(f"-{letters[0]}", f"-{letters[0]}")
        rest = letters[1:]
        if name in _VALUED or rest.startswith("="):
            yield _with_value(name, rest.removeprefix("="), bool(rest), words)
            return
        yield Option(name, "", (words[0],))
        letters = rest


def _with_value(name: str, value: str, given: bool, words: list[Word]) -> Option:
    """An option whose value stands in its word, or in the next one."""
    if name in _VALUED and not given and len(words) > 1:
        return Option(name, words[1].text, tuple(words[:2]))
    return Option(name, value, (words[0],))
