"""Builds of several images by one command: docker buildx bake, and docker compose build.

Bake reads Compose files too, and compose builds through bake, so both are written as a bake whose
targets get options by --set: https://docs.docker.com/reference/cli/docker/buildx/bake/
"""

import dataclasses
import json
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.specs.edits import Edit, RewriteError, quote, replace
from analysis.specs.finding import Commands, Place, repository_of
from analysis.specs.images import uses_image
from analysis.specs.recipes import IMAGE, NAME, REPOSITORY, Recipe
from analysis.workload import TextLoader, Word

# calls that build what a file describes
COMPOSED = ("bake", "compose build")
_COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_BAKE_FILES = (*_COMPOSE_FILES, "docker-bake.json", "docker-bake.hcl")
_BLOCK = re.compile(r'(?m)^\s*(target|group|variable)\s+"([^"]+)"\s*\{')
_VALUE = re.compile(r'(?m)^\s*(context|dockerfile)\s*=\s*"([^"$]*)"')
_LIST = re.compile(r"\b(tags|targets)\s*=\s*\[([^\]]*)\]")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_KEPT = ("--file", "--no-cache", "--pull", "--progress", "--set", "--print", "--metadata-file")


@dataclass(frozen=True)
class Target:
    """An image that a file describes: the names that it is given, and what it is built from.

    `context` and `dockerfile` as the file says them, the one in the other's folder. `retagged`:
    whether the file says but some of its names.
    """

    name: str
    tags: tuple[str, ...]
    retagged: bool = False
    context: str = "."
    dockerfile: str = "Dockerfile"


def write_sets(
    build: Place, commands: Commands, recipe: Recipe, references: list[str]
) -> list[Edit]:
    """The changes of a bake or compose command; RewriteError where its file can't be read.

    `references`: the repositories that have a cache already, to which those of its targets come.
    """
    call = build.call
    assert call is not None
    paths, targets = _find_targets(build, commands)
    targets = [_take_tags(each, commands, recipe) for each in targets]
    sets = [
        text
        for target in targets
        for text in _write_target(target, recipe, commands, build, references)
    ]
    output = "--push" if recipe.pushes else "--load"
    tags = [tag for target in targets for tag in target.tags] if call.has("--push") else []
    pushes = "" if recipe.pushes else "".join(f' && docker push "{tag}"' for tag in tags)
    plain = [each for each in recipe.options if each.startswith("--provenance=")]
    words = [w for o in call.options if o.name in _KEPT and o.name != "--file" for w in o.words]
    kept = [_as_written(build, word) for word in words]
    files = [part for path in paths for part in ("--file", path)]
    arguments = [_as_written(build, word) for word in call.arguments]
    if call.name == "compose build":
        values = call.values("--build-arg")
        sets += [f"--set {quote(f'*.args.{value}')}" for value in values if "=" in value]
    parts = ["docker buildx bake", *files, *kept, output, *plain, *sets, *arguments]
    start = build.command.words[0].start
    return [replace(build.item, start, build.command.end, " ".join(parts) + pushes)]


def _as_written(build: Place, word: Word) -> str:
    """A word of a command with its quotes."""
    return str(build.item)[word.start : word.end]


def number_cache(repository: str, references: list[str]) -> str:
    """What tells the cache of one more image from those that its repository has: "", "-2", …"""
    count = references.count(repository)
    references.append(repository)
    return f"-{count + 1}" if count else ""


def list_dockerfiles(commands: Commands) -> dict[str, str]:
    """Dockerfile -> context of all images that commands build, relative to the buildspec's folder.

    Of those that lie in it, as far as commands and files name them without variables.
    """
    found: dict[str, str] = {}
    for build in commands.builds:
        for context, dockerfile in _list_contexts(build, commands):
            path = posixpath.normpath(dockerfile)
            if not (path.startswith("..") or posixpath.isabs(path) or "$" in path):
                found.setdefault(path, posixpath.normpath(context))
    return found


def _list_contexts(build: Place, commands: Commands) -> Iterator[tuple[str, str]]:
    """(context, Dockerfile) of each image of a command that builds."""
    assert build.call is not None
    if build.name in COMPOSED:
        try:
            _, targets = _find_targets(build, commands)
        except RewriteError:
            return
        yield from ((t.context, posixpath.join(t.context, t.dockerfile)) for t in targets)
        return
    for word in build.call.arguments:
        context = word.text
        yield context, build.call.value("--file") or posixpath.join(context, "Dockerfile")


def list_pushes(build: Place, commands: Commands) -> list[Place]:
    """The commands that push what a bake or compose command builds, and name it for that."""
    targets = _find_targets(build, commands)[1]
    named = [_follow_tags(target, commands) for target in targets]
    tags = {commands.resolve(name) for names, _ in named for name in names}
    found = [*commands.named("compose push"), *(place for _, moved in named for place in moved)]
    for place in commands.named("push"):
        names = [word.text for word in place.call.arguments] if place.call else []
        found += [place] if {commands.resolve(name) for name in names} & tags else []
    return found


def _follow_tags(target: Target, commands: Commands) -> tuple[list[str], list[Place]]:
    """(all names that an image gets, the docker tag commands that give it more)."""
    names, moved = list(target.tags), list[Place]()
    for place in commands.named("tag"):
        words = [word.text for word in place.call.arguments] if place.call else []
        known = {commands.resolve(name) for name in names}
        if len(words) > 1 and commands.resolve(words[0]) in known:
            names.append(words[1])
            moved.append(place)
    return names, moved


def _take_tags(target: Target, commands: Commands, recipe: Recipe) -> Target:
    """A target with the names that it is tagged with later; RewriteError where its image is used.

    One that stays on the host is named there by the commands as they are.
    """
    names, moved = _follow_tags(target, commands)
    if not recipe.pushes or not target.tags:
        return target
    known = {commands.resolve(name) for name in names}
    used = next((p for p in commands.places if uses_image(p, known, commands)), None)
    if used:
        raise RewriteError(
            f"line {used.line} needs the image on the host ({used.text}), and this strategy leaves "
            "it in the builder"
        )
    return dataclasses.replace(target, tags=tuple(names), retagged=bool(moved))


def _write_target(
    target: Target, recipe: Recipe, commands: Commands, build: Place, references: list[str]
) -> list[str]:
    """What a recipe says of one target, which has a cache of its own."""
    image = target.tags[0] if target.tags else ""
    if not image and build.name == "compose build":
        raise RewriteError(
            f"the service {target.name} of line {build.line} has no image:, which names it for bake"
        )
    repository = repository_of(image, commands) if image else ""
    number = number_cache(repository, references)
    found = [f'--set "{target.name}.tags={tag}"' for tag in target.tags if target.retagged]
    for option in recipe.options:
        flag, blank, value = option.partition(" ")
        key = {"--cache-from": "cache-from", "--cache-to": "cache-to", "--output": "output"}.get(
            flag
        )
        if not blank or key is None:
            continue
        if any(place in value for place in (REPOSITORY, IMAGE, NAME)) and not repository:
            raise RewriteError(
                f"the target {target.name} of line {build.line} names no image, so no cache has a "
                "place: give it tags (image: in a Compose file)"
            )
        value = value.replace(f"name={IMAGE},", "")
        value = value.replace(f"{REPOSITORY}:cache", f"{REPOSITORY}:cache{number}")
        value = value.replace(REPOSITORY, repository).replace(IMAGE, image)
        value = value.replace(NAME, repository.rpartition("/")[2] + number)
        found.append(f'--set "{target.name}.{key}={value}"')
    return found


def _find_targets(build: Place, commands: Commands) -> tuple[list[str], list[Target]]:
    """(the files that a command names or finds, the images that it builds by them)."""
    call = build.call
    assert call is not None
    folder = Path(commands.buildspec.source).parent
    given = call.values("--file")
    known = _COMPOSE_FILES if call.name == "compose build" else _BAKE_FILES
    paths = given or [name for name in known if os.path.isfile(folder / name)][:1]
    if not paths or not all(os.path.isfile(folder / path) for path in paths):
        told = " and ".join(paths or known[:3])
        words = f"line {build.line} builds what {told} describes, which is not in {folder}"
        raise RewriteError(words)
    targets, groups = dict[str, Target](), dict[str, list[str]]()
    for path in paths:
        more, grouped = _read_file(folder / path)
        targets |= more
        groups |= grouped
    asked = [word.text for word in call.arguments] or groups.get("default") or list(targets)
    names = [name for each in asked for name in groups.get(each, [each])]
    missing = [name for name in names if name not in targets]
    if missing:
        raise RewriteError(f"line {build.line} builds {missing[0]}, which {paths[0]} does not have")
    # bake reads Compose files of other names only where they are named
    return (paths if given or call.name == "compose build" else []), [targets[n] for n in names]


def _read_file(path: Path) -> tuple[dict[str, Target], dict[str, list[str]]]:
    """(targets, groups) of a bake or Compose file; RewriteError where it can't be read."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".hcl":
        return _read_hcl(text)
    try:
        data = json.loads(text) if path.suffix == ".json" else yaml.load(text, TextLoader)
    except (ValueError, yaml.YAMLError) as error:
        raise RewriteError(f"{path} can't be read: {error}") from error
    if not isinstance(data, dict):
        raise RewriteError(f"{path} describes no images")
    if path.suffix == ".json":
        groups = {n: list(g.get("targets", [])) for n, g in data.get("group", {}).items()}
        return {
            n: Target(n, tuple(t.get("tags", ())), **_read_places(t))
            for n, t in data.get("target", {}).items()
        }, groups
    return _read_services(data), {}


def _read_places(build: Mapping[str, Any]) -> dict[str, Any]:
    """The context and the Dockerfile that a description of an image names."""
    return {n: build[n] for n in ("context", "dockerfile") if isinstance(build.get(n), str)}


def _read_services(data: Mapping[str, Any]) -> dict[str, Target]:
    """The services of a Compose file that are built."""
    services = data.get("services") or {}
    built = {
        n: s for n, s in services.items() if isinstance(s, dict) and s.get("build") is not None
    }
    found = {}
    for name, service in built.items():
        given = service["build"]
        build = given if isinstance(given, dict) else {"context": given}
        tags = [str(service["image"])] if service.get("image") else []
        tags += map(str, build.get("tags") or ())
        found[name] = Target(name, tuple(tags), **_read_places(build))
    return found


def _read_hcl(text: str) -> tuple[dict[str, Target], dict[str, list[str]]]:
    """The targets and groups of a bake file in HCL, variables as a shell writes them."""
    targets, groups, defaults = dict[str, Target](), dict[str, list[str]](), dict[str, str]()
    for block in _BLOCK.finditer(text):
        body = text[block.end() : _find_end(text, block.end())]
        lists = {name: _TEXT.findall(values) for name, values in _LIST.findall(body)}
        if block[1] == "target":
            places = _read_places(dict(_VALUE.findall(body)))
            targets[block[2]] = Target(block[2], tuple(lists.get("tags", ())), **places)
        elif block[1] == "group":
            groups[block[2]] = lists.get("targets", [])
        elif found := re.search(r'default\s*=\s*"([^"]*)"', body):
            defaults[block[2]] = found[1]
    fill = {
        name: dataclasses.replace(target, tags=tuple(_fill(tag, defaults) for tag in target.tags))
        for name, target in targets.items()
    }
    return fill, groups


def _fill(tag: str, defaults: Mapping[str, str]) -> str:
    """A tag with a variable's default where the build sets none."""
    return re.sub(
        r"\$\{(\w+)\}",
        lambda m: f"${{{m[1]}:-{defaults[m[1]]}}}" if defaults.get(m[1]) else m[0],
        tag,
    )


def _find_end(text: str, at: int) -> int:
    """Where the block whose brace opened before `at` ends."""
    depth = 1
    while at < len(text) and depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at
