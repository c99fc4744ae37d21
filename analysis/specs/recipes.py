"""What a strategy does to any build command, read from the strategy's own buildspec.

Its options of the one build command, and the steps before that: to add a strategy is to add a
buildspec to deploy/buildspecs/.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.specs.finding import Commands, Place, find_commands
from analysis.specs.images import pushes_itself
from analysis.workload import Strategy

# what stands for the user's repository, image and the repository's last part in options
REPOSITORY, IMAGE, NAME = "<repository>", "<image>", "<name>"
_OF_OWN = (
    ("${CACHE_REPOSITORY_URL:-$ECR_REPOSITORY_URL}", REPOSITORY),
    ("${ECR_REPOSITORY_URL##*/}", NAME),
    ("$ECR_REPOSITORY_URL:$IMAGE_TAG", IMAGE),
    ("$ECR_REPOSITORY_URL", REPOSITORY),
)
# what a build command says of itself, and not of its strategy
_OWN = ("--tag", "--file", "--target", "--build-arg", "--secret", "--platform")
_INLINE = "BUILDKIT_INLINE_CACHE="
# variables that each build is given wherever it runs
_GIVEN = {"AWS_REGION", "CACHE_BUCKET", "CACHE_ENDPOINT_URL"}
_USED = re.compile(r"\$(?:\{([A-Za-z_]\w*)|([A-Za-z_]\w*))")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True)
class Recipe:
    """How a strategy builds: `steps` before, `options` of the build command, as `buildx` or not.

    `pushes`: the build pushes by itself.
    """

    strategy: Strategy
    steps: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    buildx: bool = False
    pushes: bool = False

    @property
    def name(self) -> str:
        """The strategy's name."""
        return self.strategy.name

    @property
    def caches_from_image(self) -> bool:
        """Whether the image itself is what it caches from."""
        return any(o.startswith("--cache-from") and IMAGE in o for o in self.options)

    @property
    def needs_repository(self) -> bool:
        """Whether an option names the repository."""
        places = (REPOSITORY, IMAGE, NAME)
        return any(place in option for option in self.options for place in places)


def read_recipe(strategy: Strategy) -> Recipe | str:
    """The recipe in a strategy's buildspec, or why there is none, in words."""
    if strategy.expect == "failed":
        return "its builds are to fail"
    commands = find_commands(strategy.buildspec)
    builds = commands.builds
    if len(builds) != 1 or builds[0].name not in ("build", "buildx build"):
        return f"it has {len(builds)} build commands, and only what one does can be carried over"
    (build,) = builds
    own = [place for place in commands.places if place.item is build.item]
    steps = tuple(_list_steps(strategy, build, commands))
    recipe = Recipe(
        strategy,
        steps,
        tuple(_list_options(build, _read_values(own))),
        buildx=build.name == "buildx build",
        pushes=pushes_itself(build),
    )
    return _find_rest(recipe, build, own, commands) or recipe


def _list_steps(strategy: Strategy, build: Place, commands: Commands) -> Iterator[str]:
    """The items before the build's own, in the phases install and build."""
    for phase in strategy.buildspec.phases:
        for item in phase.commands if phase.name in ("install", "build") else ():
            if item is build.item:
                return
            yield str(item).strip()


def _find_rest(recipe: Recipe, build: Place, own: list[Place], commands: Commands) -> str | None:
    """What a strategy does besides options and steps, which no recipe holds; null for nothing."""
    assert build.call is not None
    if "cache" in recipe.strategy.buildspec.around:
        return "it needs folders that CodeBuild caches (cache/paths)"
    others = [p for p in own if p is not build and p.command.words and p.name != "push"]
    if others or len(build.call.arguments) != 1:
        return "its build command stands among others, which can't be carried over"
    if commands.named("pull", "run", "save", "load"):
        return "it handles images by other commands, which can't be carried over"
    used = {m[1] or m[2] for text in (*recipe.options, *recipe.steps) for m in _USED.finditer(text)}
    if used - _GIVEN:
        return (
            f"it depends on {', '.join(sorted(used - _GIVEN))}, which your buildspec does not set"
        )
    return None


def _read_values(places: list[Place]) -> dict[str, str]:
    """Variables that a build's own item sets, in terms of those it does not set."""
    values: dict[str, str] = {}
    for place in places:
        if not place.command.words:
            for name, text in place.command.assignments.items():
                values[name] = _fill(text, values)
    return values


def _fill(text: str, values: dict[str, str]) -> str:
    """A text with the values of variables in place of their names."""
    return _VARIABLE.sub(lambda m: values.get(m[1] or m[2], m[0]), text)


def _list_options(build: Place, values: dict[str, str]) -> list[str]:
    """The options of a build command that are the strategy's, one a text."""
    assert build.call is not None
    texts = []
    for option in build.call.options:
        if option.name in _OWN and not option.value.startswith(_INLINE):
            continue
        value = _fill(option.value, values)
        for written, stands in _OF_OWN:
            value = value.replace(written, stands)
        texts.append(
            f"{option.name}={value}" if _is_joined(option.words) and value else option.name
        )
        if value and not _is_joined(option.words):
            texts[-1] = f"{option.name} {value}"
    return texts


def _is_joined(words: tuple[object, ...]) -> bool:
    """Whether an option and its value are one word."""
    return len(words) == 1
