"""Records small contexts over several links: what a model's predictions are checked with.

    python -m benchmarks.record_contexts --rounds 2 --hours 5

Each context over each link is an experiment in FOLDER/CONTEXT.LINK. Rounds are outside, so that
whenever it is stopped there is as much as there can be of everything; the same command again runs
what is missing. It wants a quiet machine: records say how quiet it was.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import LabError
from analysis.experiment import Labs, Settings, make_plan, run_experiment, split_names
from analysis.lab import Images
from analysis.shipped import GRID_CONTEXT, ROOT, place_folder
from analysis.workload import SCENARIOS

_FOREIGN = ROOT / "tests" / "contexts"
# name -> folder, and what its Dockerfile is asked for; those that take least come first
CONTEXTS: dict[str, tuple[Path, dict[str, str]]] = {
    "sweep-5": (GRID_CONTEXT, {"WORK_SECONDS": "5"}),
    "deploy": (ROOT / "deploy", {}),
    "sweep-30": (GRID_CONTEXT, {"WORK_SECONDS": "30", "LAYER_COUNT": "2"}),
    "go": (_FOREIGN / "go", {}),
    "node": (_FOREIGN / "node", {}),
}
LINKS = ("codebuild", "unshaped", "100mbit")
STRATEGIES = (
    "docker",
    "inline-cache",
    "registry-cache",
    "registry-cache-push",
    "containerd-store",
    "container-push",
)


@dataclass(frozen=True)
class _Point:
    """A context over a link, and the folder of its experiment."""

    context: str
    link: str
    folder: Path

    @property
    def name(self) -> str:
        """As messages and folders have it."""
        return f"{self.context}.{self.link}"

    def settings(self, rounds: int) -> Settings:
        """What it is built with, up to a round."""
        path, arguments = CONTEXTS[self.context]
        return Settings(rounds=rounds, context=path, link=self.link, arguments=arguments)


@dataclass
class _Clock:
    """How long builds took so far, by context, and how many are left in all."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def note(self, context: str, builds: int, seconds: float) -> None:
        """Note what some builds of a context took together."""
        if builds:
            self.seconds.setdefault(context, []).extend([seconds / builds] * builds)

    def estimate(self, left: dict[str, int]) -> str:
        """About how long so many builds by context will take; a context not seen as the usual."""
        known = [each for values in self.seconds.values() for each in values]
        if not known:
            return "time unknown so far"
        usual = sum(known) / len(known)
        means = {name: sum(values) / len(values) for name, values in self.seconds.items()}
        total = sum(count * means.get(name, usual) for name, count in left.items())
        return f"about {total / 60:.0f} min left"


def record(
    folder: Path,
    contexts: Sequence[str],
    links: Sequence[str],
    strategies: Sequence[str],
    scenarios: Sequence[str],
    rounds: int,
    hours: float,
    report: Callable[[str], None] = print,
) -> None:
    """Build what is missing until it is all there, or no hours are left. LabError at the end."""
    points = [_Point(c, link, folder / f"{c}.{link}") for link in links for c in contexts]
    clock, end, broken = _Clock(), time.monotonic() + hours * 3600, []
    with Labs() as labs:
        for number, point, builds in _list_missing(points, strategies, scenarios, rounds):
            if time.monotonic() > end:
                report(f"stopped after {hours:g} h; the same command again runs what is missing")
                break
            left: dict[str, int] = {}
            for _, other, count in _list_missing(points, strategies, scenarios, rounds):
                left[other.context] = left.get(other.context, 0) + count
            total = sum(left.values())
            report(
                f"round {number}: {point.name}, {builds} builds; {total} builds in all, "
                f"{clock.estimate(left)}"
            )
            begin = time.monotonic()
            try:
                run_experiment(
                    point.folder, strategies, scenarios, point.settings(number), labs=labs
                )
            except LabError as error:
                broken.append(f"{point.name} in round {number}: {error}")
                report(f"broke off: {broken[-1]}")
            clock.note(point.context, builds, time.monotonic() - begin)
    if broken:
        raise LabError("\n".join([*broken, "The same call again runs what is missing."]))


def _list_missing(
    points: Sequence[_Point], strategies: Sequence[str], scenarios: Sequence[str], rounds: int
) -> Iterator[tuple[int, _Point, int]]:
    """(round, point, how many builds of it are missing), where some are, in their order."""
    images, had = Images.from_environment(), dict.fromkeys(points, 0)
    for number in range(1, rounds + 1):
        for point in points:
            plan = make_plan(
                point.folder, strategies, scenarios, point.settings(number), images, str
            )
            builds = plan.count_missing(point.folder) - had[point]
            had[point] += builds
            if builds:
                yield number, point, builds


def main() -> None:
    """Record as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/contexts")
    parser.add_argument("--contexts", default=",".join(CONTEXTS))
    parser.add_argument("--links", default=",".join(LINKS))
    parser.add_argument("--strategies", default=",".join(STRATEGIES))
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--hours", type=float, default=6)
    given = parser.parse_args()
    record(
        place_folder(given.folder),
        split_names(given.contexts),
        split_names(given.links),
        split_names(given.strategies),
        split_names(given.scenarios),
        given.rounds,
        given.hours,
    )


if __name__ == "__main__":
    main()
