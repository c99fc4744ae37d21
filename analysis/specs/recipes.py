"""What a strategy does to any build command, read from the strategy's own buildspec.

Its options of the one build command, and the steps before that: to add a strategy is to add a
buildspec to deploy/buildspecs/.
"""

import re
from dataclasses import dataclass

from analysis.specs.finding import BUILDS, Place, find_commands
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
    steps, values = list[str](), dict[str, str]()
    for phase in strategy.buildspec.phases:
        if phase.name not in ("install", "build"):
            continue
        for item in phase.commands:
            own = [place for place in commands.places if place.item is item]
            if build in own:
                values = _read_values(own)
                break
            if any(place.name in (*BUILDS, "push") for place in own):
                continue
            steps.append(str(item).strip())
    return Recipe(
        strategy,
        tuple(steps),
        tuple(_list_options(build, values)),
        buildx=build.name == "buildx build",
        pushes=pushes_itself(build),
    )


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
        if option.name in _OWN:
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
