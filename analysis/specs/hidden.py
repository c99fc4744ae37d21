"""Builds that a buildspec leaves to scripts, rules or variables: where they are, to be told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from analysis.specs.finding import BUILDS, Commands, Place
from analysis.specs.running import SHELLS, SOURCES, Part, list_heredocs, list_parts
from analysis.workload import Command, list_commands, parse_docker

# programs that build images by themselves, as their arguments tell
_BUILDERS = {
    "mvn": r"jib:|dockerfile:|build-image|docker:build",
    "./mvnw": r"jib:|dockerfile:|build-image|docker:build",
    "gradle": r"jib|[bB]ootBuildImage|docker",
    "./gradlew": r"jib|[bB]ootBuildImage|docker",
    "sam": r"build",
    "cdk": r"deploy",
    "npx": r"cdk|serverless",
    "pack": r"build",
    "podman": r"build",
    "buildah": r"bud|build",
    "kaniko": r".",
    "earthly": r".",
    "skaffold": r"build|run",
}
# what names a build without doing it
_SAYING = {"echo", "printf", "grep", "egrep", "sed", "awk", "test", "[", "which", "type", "alias"}
_OTHER_LANGUAGE = re.compile(r"""\bdocker\b["', ]+(?:buildx["', ]+)?(?:build|bake)\b""")
_UNSEEN = "can't be read, so what it builds is not known"
# files that run files that run files
_DEEPEST = 5


@dataclass(frozen=True)
class Hidden:
    """A command that builds out of the buildspec's sight: its line, and where it does so.

    `path` and `inner` are the file and line of the build itself, '' and 0 where that is not known.
    """

    line: int
    text: str
    why: str
    path: str = ""
    inner: int = 0
    known: bool = True

    def __str__(self) -> str:
        place = f" ({self.path} line {self.inner})" if self.inner else ""
        return f"line {self.line}: {self.text}: {self.why}{place}"


def find_hidden(commands: Commands) -> list[Hidden]:
    """The commands that build images in a way that can't be rewritten in the buildspec.

    Files that can't be read are told only where the buildspec builds nothing in sight.
    """
    folder = Path(commands.buildspec.source).parent
    searcher = _Searcher([folder], _list_names(commands))
    found = [each for place in commands.places for each in searcher.look_into(place)]
    return [each for each in dict.fromkeys(found) if each.known or not commands.builds]


def _list_names(commands: Commands) -> dict[str, str]:
    """What a word stands for that begins a command: $NAME and aliases -> text."""
    names = {f"${name}": text for name, text in commands.values.items()}
    for place in commands.places:
        if place.command.texts[:1] == ["alias"]:
            names |= dict(word.split("=", 1) for word in place.command.texts[1:] if "=" in word)
    return names


def _say(why: str) -> str:
    """What is said of a program, a rule or a name that builds."""
    return f"{why} runs a build"


class _Searcher:
    """Looks into what commands run, from the folders that they were in so far."""

    def __init__(self, folders: list[Path], names: dict[str, str]) -> None:
        self.folders, self.names = folders, names

    def look_into(self, place: Place) -> Iterator[Hidden]:
        """What one command of a buildspec hides."""
        words = place.command.texts
        if not words:
            return
        told = Hidden(place.line, place.text.partition("\n")[0], "")
        if place.name in ("compose up", "compose create") and place.call and place.call.builds:
            why = "builds and starts at once: write docker compose build before it"
            yield replace(told, why=why)
        elif place.command.piped and words[0] in SHELLS and not words[1:]:
            yield replace(told, why=f"what it is given {_UNSEEN}", known=False)
        elif place.name not in BUILDS:
            yield from self._look(told, words)
            yield from self._look_here(told, place)

    def _look_here(self, told: Hidden, place: Place) -> Iterator[Hidden]:
        """What a shell is given by its standard input, where this command stands first in it."""
        if place.command.texts[0] not in SHELLS:
            return
        for lines, text in islice(list_heredocs(str(place.item[place.command.start :])), 1):
            for command in filter(_builds, list_commands(text)):
                line = place.line + lines + text.count("\n", 0, command.start)
                yield replace(told, why=_say("a text for a shell"), line=line)

    def _look(self, told: Hidden, words: list[str], depth: int = 0) -> Iterator[Hidden]:
        """What a command of some words hides."""
        program, rest = words[0], " ".join(words[1:])
        if program in ("cd", "pushd"):
            self.folders += [folder / word for folder in self.folders[:5] for word in words[1:2]]
            return
        named = program if program in self.names else program.replace("{", "").replace("}", "")
        if named in self.names and depth < _DEEPEST:
            inner = list_commands(" ".join([self.names[named], *words[1:]]))
            if any(map(_builds, inner)):
                yield replace(told, why=_say(f"the name {named}"))
            return
        if program in _BUILDERS and re.search(_BUILDERS[program], rest):
            yield replace(told, why=f"{program} may build an image by itself")
            return
        if program not in _SAYING and _builds_inside(words[1:]):
            yield replace(told, why=_say(program))
            return
        parts = list_parts(words, self.folders)
        if parts is None:
            yield replace(told, why=f"{_name_file(words)} {_UNSEEN}", known=False)
        for part in parts or ():
            yield from self._look_part(told, part, depth)

    def _look_part(self, told: Hidden, part: Part, depth: int) -> Iterator[Hidden]:
        """The builds in lines of a file, and in what these run."""
        found = replace(told, why=_say(part.runner), path=str(part.path))
        if not part.shell:
            for match in _OTHER_LANGUAGE.finditer(part.text):
                yield replace(found, inner=part.line + part.text.count("\n", 0, match.start()))
            return
        outer, self.folders = self.folders, [*self.folders, part.path.parent]
        for command in list_commands(part.text):
            inner = part.line + part.text.count("\n", 0, command.start)
            if _builds(command):
                yield replace(found, inner=inner)
            elif command.texts and depth < _DEEPEST:
                yield from (
                    each if each.inner else replace(each, path=found.path, inner=inner)
                    for each in self._look(told, command.texts, depth + 1)
                    if each.known
                )
        self.folders = outer


def _name_file(words: list[str]) -> str:
    """The name of the file that a command runs, as far as its words tell it."""
    program, *rest = words
    named = next((word for word in rest if not word.startswith("-")), program)
    if program == "make":
        return "Makefile"
    return Path(named if program in (*SHELLS, *SOURCES) else program).name


def _builds(command: Command) -> bool:
    """Whether a command builds images."""
    call = parse_docker(command)
    return call is not None and (call.name in BUILDS or call.builds)


def _builds_inside(words: list[str]) -> bool:
    """Whether a program is given a build as its arguments, as xargs and find -exec are."""
    at = next((n for n, word in enumerate(words) if word.rpartition("/")[2] == "docker"), None)
    inner = list_commands(" ".join(words[at:])) if at is not None else []
    return bool(inner) and _builds(inner[0])
