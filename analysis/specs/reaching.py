"""What the commands of a buildspec reach outside their host: what they push, and calls of AWS."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from analysis.specs.composed import COMPOSED
from analysis.specs.finding import BUILDS, Commands, Place, find_commands, repository_of
from analysis.specs.images import find_pushes
from analysis.workload import Buildspec

# operations that change nothing, by how their names begin
_READING = ("get-", "batch-get", "list-", "describe-", "head-", "wait", "batch-check", "ls")
# what the command line does by itself, or asks of nobody's resources
_LOCAL = {"configure", "help", "--version"}


class Pushed(NamedTuple):
    """A repository that a command pushes to, $NAME where its variables have no value yet.

    `repository` is "" where the name stands in a file that the command reads.
    """

    line: int
    repository: str


class AwsCall(NamedTuple):
    """A call of the AWS command line; `reads`: whether it changes nothing."""

    line: int
    service: str
    operation: str
    reads: bool


def list_pushed(buildspec: Buildspec, env: Mapping[str, str] | None = None) -> list[Pushed]:
    """The repositories that commands in sight push to, each once; `env`: what a project sets."""
    found = dict[str, Pushed]()
    for each in _find_pushed(find_commands(buildspec, env)):
        found.setdefault(each.repository, each)
    return list(found.values())


def _find_pushed(commands: Commands) -> Iterator[Pushed]:
    """The repository of each push, in their order."""
    for place in commands.places:
        if place.name == "compose push" or (place.name in COMPOSED and _pushes(place)):
            yield Pushed(place.line, "")
        for reference in _list_references(place, commands):
            yield Pushed(place.line, repository_of(commands.resolve(reference), commands))


def _pushes(place: Place) -> bool:
    """Whether a command is told to push."""
    return bool(place.call and place.call.has("--push"))


def _list_references(place: Place, commands: Commands) -> list[str]:
    """The images that a command names and pushes."""
    if place.call and place.name == "push":
        return [word.text for word in place.call.arguments[:1]]
    if place.name in BUILDS and place.name not in COMPOSED:
        pushes = find_pushes(place, commands)
        return list(pushes.references) if pushes.by_build else []
    return []


def list_told(buildspec: Buildspec) -> set[str] | None:
    """The build arguments and the ids of secrets that its commands give to the images they build.

    Null where a file gives them (Compose, bake), or words that a variable holds may.
    """
    found = set[str]()
    for place in find_commands(buildspec).builds:
        if place.call is None or place.name in COMPOSED or place.call.arguments[1:]:
            return None
        found |= {value.partition("=")[0] for value in place.call.values("--build-arg")}
        for value in place.call.values("--secret"):
            found |= {part[3:] for part in value.split(",") if part.startswith("id=")}
    return found


def list_aws_calls(buildspec: Buildspec) -> list[AwsCall]:
    """The calls of the AWS command line in a buildspec's commands, in their order."""
    calls = (_read_call(place) for place in find_commands(buildspec).places)
    return [call for call in calls if call]


def _read_call(place: Place) -> AwsCall | None:
    """A command as a call of AWS, null for any other."""
    words = place.command.texts
    if not words or words[0] != "aws":
        return None
    service, operation, *rest = [*_skip_options(words[1:]), "", ""]
    if service in _LOCAL or not service:
        return None
    fetches = service == "s3" and operation in ("cp", "sync") and rest[:1] and _is_fetched(rest)
    reads = service == "sts" or operation.startswith(_READING) or bool(fetches)
    return AwsCall(place.line, service, operation, reads)


def _skip_options(words: list[str]) -> Iterator[str]:
    """The words that are no options, values of options that stand before them left out."""
    valued = False
    for word in words:
        if word.startswith("--"):
            valued = "=" not in word and word not in ("--no-cli-pager", "--debug", "--recursive")
        elif valued:
            valued = False
        else:
            yield word


def _is_fetched(words: list[str]) -> bool:
    """Whether something is copied from S3 to the host."""
    return words[0].startswith("s3://") and not any(w.startswith("s3://") for w in words[1:])
