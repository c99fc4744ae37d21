"""All strategies from one buildspec: each with its text, its diff, or why there is none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.errors import BuildspecError
from analysis.specs.edits import RewriteError, apply_edits, quote_flow, say_diff
from analysis.specs.finding import CHANGED, Commands, find_commands
from analysis.specs.hidden import Hidden, find_hidden
from analysis.specs.recipes import read_recipe
from analysis.specs.rewriting import list_cached, rewrite
from analysis.workload import Buildspec, Strategy, load_strategies

# the buildspec as it is, where that caches in a way of its own
AS_IS = "as-is"
_TITLE = "the buildspec as it is"


@dataclass(frozen=True)
class Derived:
    """Strategies made from a buildspec: name -> strategy and -> diff, and what was left out.

    `left_out`: name -> why, in words; `hidden`: commands that build out of its sight.
    """

    buildspec: Buildspec
    strategies: Mapping[str, Strategy]
    diffs: Mapping[str, str]
    left_out: Mapping[str, str]
    hidden: tuple[Hidden, ...] = ()

    def write(self, folder: Path) -> list[Path]:
        """Write NAME.yml and NAME.diff of each strategy into a folder; the paths."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, strategy in self.strategies.items():
            for end, text in ((".yml", strategy.buildspec.text), (".diff", self.diffs[name])):
                path = folder / f"{name}{end}"
                path.write_bytes(text.encode())
                paths.append(path)
        return paths


def derive(
    buildspec: Buildspec,
    known: Iterable[Strategy] | None = None,
    env: Mapping[str, str] | None = None,
) -> Derived:
    """A buildspec once for each of the shipped strategies, or of those `known`.

    `env`: variables that the project sets. BuildspecError where none of its commands builds an
    image in its sight.
    """
    commands = _read_commands(buildspec, env or {})
    hidden = find_hidden(commands)
    if not commands.builds:
        told = "".join(f"\n  {each}" for each in hidden)
        raise BuildspecError(
            f"{buildspec.source} has no docker build, buildx build, bake or compose build command "
            f"that can be rewritten: write it into the buildspec.{told}"
        )
    strategies, left_out = dict[str, Strategy](), dict[str, str]()
    for strategy in load_strategies().values() if known is None else known:
        recipe = read_recipe(strategy)
        try:
            if isinstance(recipe, str):
                raise RewriteError(recipe)
            text = rewrite(commands, recipe)
            text = buildspec.text if text == commands.buildspec.text else text
            spec = buildspec.rewritten(text)
        except (RewriteError, BuildspecError) as error:
            left_out[strategy.name] = str(error)
            continue
        strategies[strategy.name] = replace(strategy, buildspec=spec, in_context=True)
    if list_cached(commands):
        strategies[AS_IS] = _make_as_is(buildspec)
    name = Path(buildspec.source).name
    diffs = {n: say_diff(buildspec.text, s.buildspec.text, name) for n, s in strategies.items()}
    return Derived(buildspec, strategies, diffs, left_out, tuple(hidden))


def _read_commands(buildspec: Buildspec, env: Mapping[str, str]) -> Commands:
    """The commands of a buildspec, those of lists in brackets with quotes around them."""
    commands = find_commands(buildspec, env)
    quoted = quote_flow(place.item for place in commands.places if place.name in CHANGED)
    if not quoted:
        return commands
    return find_commands(buildspec.rewritten(apply_edits(buildspec.text, quoted)), env)


def _make_as_is(buildspec: Buildspec) -> Strategy:
    """The buildspec unchanged, as a strategy."""
    return Strategy(
        name=AS_IS,
        title=_TITLE,
        buildspec=buildspec,
        expect="succeeded",
        host="fresh",
        emulated=False,
        store="classic",
        in_context=True,
    )
