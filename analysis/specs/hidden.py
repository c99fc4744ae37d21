"""Builds that a buildspec leaves to a script, to make or to npm: where they are, to be told."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.specs.finding import BUILDS, Commands, Place
from analysis.workload import list_commands, parse_docker

_SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash")
_MAKE, _RUNNERS = "make", ("npm", "yarn", "pnpm")
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
_OWN_CLI = re.compile(r"\bdocker(?:-compose)?\b.*\b(?:build|bake|up)\b")


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
    found = [each for place in commands.places for each in _look_into(place, folder)]
    return [each for each in found if each.known or not commands.builds]


def _look_into(place: Place, folder: Path) -> Iterator[Hidden]:
    """What one command hides."""
    words = place.command.texts
    if not words:
        return
    program, rest = words[0], " ".join(words[1:])
    if place.name in ("compose up", "compose create") and place.call and place.call.builds:
        why = "builds and starts at once: write docker compose build before it"
        yield Hidden(place.line, place.text, why)
    elif program == _MAKE:
        yield from _read_lines(place, folder / "Makefile", "make runs a build")
    elif program in _RUNNERS:
        yield from _read_scripts(place, folder / "package.json", words[1:])
    elif program in _BUILDERS and re.search(_BUILDERS[program], rest):
        yield Hidden(place.line, place.text, f"{program} may build an image by itself")
    else:
        named = [word for word in words[1:] if not word.startswith("-")]
        name = next(iter(named), "") if program in _SHELLS else program
        if name.endswith(".sh") or (program in _SHELLS and " " not in name and name):
            yield from _read_lines(place, folder / name, "a script runs a build")


def _read_lines(place: Place, path: Path, why: str) -> Iterator[Hidden]:
    """The builds in a file of commands; the command itself where there is no such file."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        unseen = f"{path.name} can't be read, so what it builds is not known"
        yield Hidden(place.line, place.text, unseen, known=False)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if _OWN_CLI.search(line) and _builds(line):
            yield Hidden(place.line, place.text, why, str(path), number)


def _builds(line: str) -> bool:
    """Whether a line of a script or of a Makefile builds images."""
    calls = (parse_docker(command) for command in list_commands(line.strip().lstrip("@-+")))
    return any(call is not None and (call.name in BUILDS or call.builds) for call in calls)


def _read_scripts(place: Place, path: Path, words: list[str]) -> Iterator[Hidden]:
    """The build in a script of package.json that a command runs."""
    names = [
        word for word in words if not word.startswith("-") and word not in ("run", "run-script")
    ]
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        scripts = json.loads(text).get("scripts", {})
    except (OSError, ValueError, AttributeError):
        return
    for name in names[:1]:
        script = scripts.get(name)
        if isinstance(script, str) and _builds(script):
            at = text.find(json.dumps(name))
            line = text.count("\n", 0, max(at, 0)) + 1
            why = f"{place.command.texts[0]} runs a build"
            yield Hidden(place.line, place.text, why, str(path), line)
