"""One buildspec changed to build and push by one recipe, in those lines alone."""

import re
from collections.abc import Iterator
from pathlib import Path

from analysis.specs.composed import COMPOSED, list_pushes, number_cache, write_sets
from analysis.specs.edits import (
    Edit,
    RewriteError,
    apply_edits,
    insert_step,
    quote,
    remove,
    replace,
)
from analysis.specs.finding import BUILDERS, Commands, Place, find_commands, span
from analysis.specs.images import Pushes, exports_files, find_pushes
from analysis.specs.recipes import IMAGE, NAME, REPOSITORY, Recipe
from analysis.workload import BASELINE, Option, parse_buildspec

# what each strategy says by itself, or not at all
_DROPPED = {"--cache-from", "--cache-to", "--load", "--push", "--output", "--builder"}
_DROPPED |= {"--provenance", "--sbom", "--attest", "--no-cache"}
# options of docker itself: its builders and logins are those of a configuration
_OF_CLIENT = {"--config", "--context", "--host"}
_INLINE = re.compile(r"BUILDKIT_INLINE_CACHE=")
_FROM = re.compile(r"(?mi)^\s*FROM\s+(?:--\S+\s+)*(\S+)")


def rewrite(commands: Commands, recipe: Recipe) -> str:
    """The text of a buildspec that builds by a recipe; RewriteError says why there is none."""
    builds = commands.builds
    if recipe.name == BASELINE and not list_cached(commands):
        return commands.buildspec.text
    edits, references = list[Edit](), list[str]()
    for build in builds:
        pushes = find_pushes(build, commands)
        edits += _change_build(build, pushes, commands, recipe, references)
        if recipe.pushes and build.name in COMPOSED:
            edits += remove(list_pushes(build, commands), commands.places)
        elif recipe.pushes and not pushes.by_build:
            edits += remove(pushes.places, commands.places)
    edits += remove(_list_dropped(commands), commands.places)
    edits += [insert_step(builds[0].item, step) for step in recipe.steps]
    text = apply_edits(commands.buildspec.text, _join_steps(edits))
    _check(text, commands, recipe)
    return text


def _check(text: str, commands: Commands, recipe: Recipe) -> None:
    """RewriteError where a changed text does not read as what was written into it."""
    after = find_commands(parse_buildspec(text, commands.buildspec.source)).builds
    said = [{option.name for option in build.call.options} for build in after if build.call]
    named = {option.partition(" ")[0] for option in recipe.options}
    wanted = set() if recipe.caches_from_image else named & {"--cache-from", "--cache-to"}
    whole = [names >= wanted for names, b in zip(said, after, strict=True) if b.name != "bake"]
    if len(after) != len(commands.builds) or not all(whole):
        raise RewriteError("the commands are written in a way that hides where they stand")


def _join_steps(edits: list[Edit]) -> list[Edit]:
    """Insertions at one place as one, in their order."""
    joined: dict[tuple[int, int], str] = {}
    for edit in edits:
        key = (edit.start, edit.end)
        joined[key] = joined.get(key, "") + edit.text if edit.start == edit.end else edit.text
    return [Edit(*key, text) for key, text in joined.items()]


def list_cached(commands: Commands) -> list[Place]:
    """The build commands that say something of a cache or a builder already."""
    found = [
        each
        for each in commands.builds
        if each.call
        and any(
            option.name in _DROPPED - {"--push", "--load"} or _is_inline(option)
            for option in each.call.options
        )
    ]
    return found + commands.named(*BUILDERS)


def _is_inline(option: Option) -> bool:
    """Whether an option puts the cache's description into the image."""
    return option.name == "--build-arg" and bool(_INLINE.match(option.value))


def _list_dropped(commands: Commands) -> Iterator[Place]:
    """Commands that serve another way of caching: builders, and pulls of what is cached from."""
    yield from commands.named(*BUILDERS)
    cached = {
        commands.resolve(value)
        for build in commands.builds
        if build.call
        for value in build.call.values("--cache-from")
    }
    for place in commands.named("pull"):
        names = [word.text for word in place.call.arguments] if place.call else []
        if names and all(commands.resolve(name) in cached for name in names):
            yield place


def _change_build(
    build: Place, pushes: Pushes, commands: Commands, recipe: Recipe, references: list[str]
) -> list[Edit]:
    """The changes of one build command; `references` are the caches that others have already."""
    assert build.call is not None
    told = [option.name for option in build.call.options if option.name in _OF_CLIENT]
    if told and (recipe.steps or pushes.by_build or build.name in COMPOSED):
        raise RewriteError(
            f"line {build.line} gives docker {told[0]}, and a builder is known to one configuration"
        )
    if build.name in COMPOSED:
        return write_sets(build, commands, recipe, references) if recipe.buildx else []
    exported = exports_files(build)
    _check_build(build, pushes, commands, recipe)
    if recipe.caches_from_image and not pushes.references:
        edits = []
    else:
        options = _list_options(build, pushes, commands, recipe, references)
        if exported or not pushes.references:
            options = _keep_here(options, exported)
        edits = [_name_build(build, recipe, options)]
    dropped = [option for option in build.call.options if _goes(option)]
    edits += [
        _cut_option(build, option)
        for option in dropped
        if not (exported and option.name == "--output")
    ]
    if recipe.pushes and pushes.references and not pushes.by_build:
        edits += _change_tags(build, pushes, commands)
    if pushes.by_build and not recipe.pushes:
        pushed = "".join(f" && docker push {quote(each)}" for each in pushes.references)
        edits.append(replace(build.item, build.command.end, build.command.end, pushed))
    return edits


def _check_build(build: Place, pushes: Pushes, commands: Commands, recipe: Recipe) -> None:
    """RewriteError where a build can't be by a recipe."""
    assert build.call is not None
    pushed = any(find_pushes(each, commands).references for each in commands.builds)
    if recipe.pushes and not pushed:
        raise RewriteError(f"nothing pushes what line {build.line} builds")
    if recipe.pushes and pushes.used and pushes.references:
        raise RewriteError(
            f"line {pushes.used.line} needs the image on the host ({pushes.used.text}), and this "
            "strategy leaves it in the builder"
        )
    apart = any("buildx create" in step for step in recipe.steps)
    if "," in build.call.value("--platform") and not (recipe.pushes and recipe.steps):
        raise RewriteError(
            f"line {build.line} builds for several platforms, which only a builder of its own that "
            "pushes can do"
        )
    base = _find_base(build, commands) if apart else None
    if base:
        raise RewriteError(
            f"line {build.line} builds on the image of line {base.line}, which a builder of its "
            "own does not see"
        )


def _find_base(build: Place, commands: Commands) -> Place | None:
    """The build command whose image another's Dockerfile begins from, as far as it can be read."""
    assert build.call is not None
    folder = Path(commands.buildspec.source).parent
    context = next((word.text for word in build.call.arguments), ".")
    path = folder / (build.call.value("--file") or f"{context}/Dockerfile")
    try:
        names = set(_FROM.findall(path.read_text(encoding="utf-8", errors="replace")))
    except (OSError, ValueError):
        return None
    for each in commands.builds:
        tags = each.call.values("--tag") if each.call and each is not build else []
        if {commands.resolve(tag) for tag in tags} & {commands.resolve(name) for name in names}:
            return each
    return None


def _keep_here(options: list[str], exported: bool) -> list[str]:
    """Options of a build whose image is not pushed: it is loaded, or its files are exported."""
    kept = [each for each in options if each.split()[0] not in ("--push", "--load", "--output")]
    return kept if exported or len(kept) == len(options) else ["--load", *kept]


def _goes(option: Option) -> bool:
    """Whether an option of the user's is one that the strategy decides."""
    return option.name in _DROPPED or _is_inline(option)


def _list_options(
    build: Place, pushes: Pushes, commands: Commands, recipe: Recipe, references: list[str]
) -> list[str]:
    """What a recipe adds to a build command, with its repository; each its own cache."""
    repository = pushes.repository(commands) or _find_repository(commands)
    if recipe.needs_repository and not repository:
        raise RewriteError(f"nothing pushes what line {build.line} builds, so no cache has a place")
    number = number_cache(repository, references)
    image = next((each for each in pushes.references if commands.is_stable(each)), "")
    if not image and recipe.caches_from_image:
        raise RewriteError(
            f"it caches from the image itself, and line {build.line} pushes it under no tag that "
            "stays the same: push it as latest too"
        )
    found = []
    for option in recipe.options:
        # the build command names the image by its tags
        text = option.replace(f"name={IMAGE},", "")
        text = text.replace(f"{REPOSITORY}:cache", f"{REPOSITORY}:cache{number}")
        name = repository.rpartition("/")[2] + number
        text = text.replace(REPOSITORY, repository).replace(IMAGE, image).replace(NAME, name)
        flag, blank, value = text.partition(" ")
        found.append(f"{flag} {quote(value)}" if blank else quote(flag))
    return found


def _find_repository(commands: Commands) -> str:
    """The repository of the first image that is pushed, '' for none."""
    found = (find_pushes(each, commands).repository(commands) for each in commands.builds)
    return next(filter(None, found), "")


def _name_build(build: Place, recipe: Recipe, options: list[str]) -> Edit:
    """Name the build command as a recipe does, and give it options."""
    words = build.command.words
    start = next(
        n
        for n, word in enumerate(words)
        if word.text in ("build", "buildx", "image", "builder", "b")
    )
    end = start if words[start].text in ("build", "b") else start + 1
    buildx = recipe.buildx or build.name == "buildx build"
    name = "buildx build" if buildx else "build"
    return replace(build.item, words[start].start, words[end].end, " ".join([name, *options]))


def _cut_option(build: Place, option: Option) -> Edit:
    """Take an option out, with the blanks before it."""
    start, end = span(option.words)
    before = [word.end for word in build.command.words if word.end <= start]
    return replace(build.item, max(before, default=start), end, "")


def _change_tags(build: Place, pushes: Pushes, commands: Commands) -> list[Edit]:
    """Let a build command name its image as it is pushed, and by no other name."""
    assert build.call is not None
    tags = [option for option in build.call.options if option.name == "--tag"]
    wanted = {commands.resolve(each): each for each in pushes.references}
    kept = [option for option in tags if commands.resolve(option.value) in wanted]
    gone = [option for option in tags if option not in kept]
    for option in kept:
        wanted.pop(commands.resolve(option.value), None)
    names = " ".join(f"--tag {quote(each)}" for each in wanted.values())
    if names and gone:
        first = replace(build.item, *span(gone[0].words), names)
        return [first, *(_cut_option(build, option) for option in gone[1:])]
    edits = [_cut_option(build, option) for option in gone]
    if names:
        at = max(word.end for word in (kept[-1].words if kept else build.command.words))
        edits.append(replace(build.item, at, at, f" {names}"))
    return edits
