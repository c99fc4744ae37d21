"""Which images a build command's result is pushed as, and which commands do that."""

from dataclasses import dataclass, field

from analysis.specs.finding import Commands, Place, repository_of

# what may name an image without asking the engine for it
_NAMING = {"echo", "printf", "export", "aws", "jq", "sed"}
_OF_IMAGES = ("tag", "push", "pull", "build", "buildx build", "bake", "login", "logout")


@dataclass(frozen=True)
class Pushes:
    """What becomes of a build's image: `references` it is pushed as, and the commands for that.

    `by_build`: the build command pushes it itself. `used`: a command after it that needs the image
    on the host, null for none.
    """

    references: tuple[str, ...]
    places: tuple[Place, ...] = ()
    by_build: bool = False
    used: Place | None = None
    tags: tuple[str, ...] = field(default_factory=tuple)

    def repository(self, commands: Commands) -> str:
        """The repository that it is pushed to, '' for none."""
        return repository_of(self.references[0], commands) if self.references else ""


def find_pushes(build: Place, commands: Commands) -> Pushes:
    """How the image of one build command is pushed; commands after it, in any phase."""
    assert build.call is not None
    tags = build.call.values("--tag")
    if pushes_itself(build):
        own = tuple(tags) or _output_names(build)
        return Pushes(own, by_build=True, tags=own)
    known, moved = {commands.resolve(tag) for tag in tags}, list[Place]()
    alone = len(commands.builds) == 1
    for place in commands.named("tag"):
        source, target = _arguments(place, 2)
        if commands.resolve(source) in known:
            known.add(commands.resolve(target))
            moved.append(place)
    references, pushed = list[str](), list[Place]()
    for place in commands.named("push"):
        (name,) = _arguments(place, 1)
        if (place.call and place.call.has("--all-tags")) or (place.call and place.call.has("-a")):
            whole = [each for each in known if each.rpartition(":")[0] == _bare(name, commands)]
            references += [_written(each, build, moved, commands) for each in whole]
            pushed += [place] if whole else []
        elif commands.resolve(name) in known or (alone and not _is_known(name, commands)):
            references.append(name)
            pushed.append(place)
    used = next((p for p in commands.places if uses_image(p, known, commands)), None)
    return Pushes(tuple(dict.fromkeys(references)), (*moved, *pushed), used=used, tags=tuple(tags))


def pushes_itself(build: Place) -> bool:
    """Whether a build command pushes."""
    call = build.call
    assert call is not None
    return call.has("--push") or any(
        "push=true" in v or "type=registry" in v for v in outputs(build)
    )


def exports_files(build: Place) -> bool:
    """Whether a build command writes files in the place of an image."""
    kinds = ("type=image", "type=registry", "type=docker", "push=true")
    return any(not any(kind in text for kind in kinds) for text in outputs(build))


def outputs(build: Place) -> list[str]:
    """What a build command says of its outputs."""
    return build.call.values("--output") if build.call else []


def _output_names(build: Place) -> tuple[str, ...]:
    """The names of images in a build command's outputs."""
    fields = [part for text in outputs(build) for part in text.replace('"', "").split(",")]
    return tuple(part[5:] for part in fields if part.startswith("name="))


def _arguments(place: Place, count: int) -> list[str]:
    """The first arguments of a call, '' for those it lacks."""
    found = [word.text for word in place.call.arguments] if place.call else []
    return [*found, "", ""][:count]


def _bare(name: str, commands: Commands) -> str:
    """A repository as names of images in it begin, once compared."""
    return commands.resolve(name).removesuffix(":latest")


def _written(resolved: str, build: Place, moved: list[Place], commands: Commands) -> str:
    """How a name that was compared is written in the buildspec."""
    assert build.call is not None
    names = [*build.call.values("--tag"), *(_arguments(place, 2)[1] for place in moved)]
    return next((each for each in names if commands.resolve(each) == resolved), resolved)


def _is_known(name: str, commands: Commands) -> bool:
    """Whether another command makes an image of this name: then it is not the one build's."""
    resolved = commands.resolve(name)
    targets = [_arguments(place, 2)[1] for place in commands.named("tag")]
    tags = [t for each in commands.builds if each.call for t in each.call.values("--tag")]
    return resolved in {commands.resolve(each) for each in (*targets, *tags)}


def uses_image(place: Place, known: set[str], commands: Commands) -> bool:
    """Whether a command needs one of some images on the host."""
    words = place.command.texts
    if not words or words[0] in _NAMING or place.name in _OF_IMAGES:
        return False
    return any(commands.resolve(word) in known for word in words[1:] if word[:1] != "-")
