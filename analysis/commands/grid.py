"""Build over links and amounts of work, to see from when on a cache pays.

    codebuild-cache grid --links unshaped,400mbit,100mbit --work 8,24 --dry-run

Each point is an experiment in a folder of its own, FOLDER/LINK.WORKs. Each round builds every
point, in a shuffled order of its own, so that drift affects all alike. The same command again runs
what is missing.
"""

import argparse
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from analysis.commands.experiment import STOPPED
from analysis.commands.reading_options import read_count
from analysis.errors import EngineError, LabError, SettingError
from analysis.experiment import (
    Labs,
    Settings,
    make_plan,
    run_experiment,
    split_names,
)
from analysis.lab import Images
from analysis.shipped import GRID_CONTEXT, place_folder
from analysis.workload import COLD, SOURCE, read_link
from analysis.workload import SCENARIOS as ALL

__all__ = ["STOPPED", "add_arguments", "run"]
STRATEGIES, SCENARIOS = ("docker", "registry-cache"), (COLD.name, SOURCE.name)
# seconds that a build and its part of the lab take beside the work: a mean over the usual grid
_OVERHEAD_SECONDS = 27.0
_LINKS_HELP = "links with commas between, or with ; where they hold a comma: unshaped;100mbit,20ms"
_RunExperiment = Callable[[Path, Sequence[str], Sequence[str], Settings], object]
WORK, _COUNT, _BYTES = "WORK_SECONDS", "LAYER_COUNT", "LAYER_BYTES"


@dataclass(frozen=True)
class Point:
    """A link, by its text, and seconds of work."""

    link: str
    work: float

    @property
    def name(self) -> str:
        """The point's folder."""
        return f"{re.sub('[,/]', '-', self.link)}.{self.work:g}s"


@dataclass(frozen=True)
class Grid:
    """A grid of points, what is built at each, and the folder that keeps it.

    `arguments` are what the context is asked for besides the work.
    """

    folder: Path
    points: Sequence[Point]
    strategies: Sequence[str] = STRATEGIES
    scenarios: Sequence[str] = SCENARIOS
    rounds: int = 3
    seed: int = 1
    arguments: Mapping[str, str] = field(default_factory=dict)

    def order(self, number: int) -> list[Point]:
        """The points in the order of a round: the same for the same seed."""
        points = sorted(self.points, key=lambda point: point.name)
        random.Random(f"{self.seed}-{number}").shuffle(points)
        return points

    def settings(self, point: Point, rounds: int) -> Settings:
        """What a point's experiment is run with up to a round."""
        return Settings(
            rounds=rounds,
            seed=self.seed,
            context=GRID_CONTEXT,
            link=point.link,
            arguments={WORK: f"{point.work:g}", **self.arguments},
        )

    def count_missing(self, point: Point, rounds: int) -> int:
        """How many builds of a point are missing up to a round; errors as make_plan's."""
        folder, settings = self.folder / point.name, self.settings(point, rounds)
        images = Images.from_environment()
        plan = make_plan(folder, self.strategies, self.scenarios, settings, images, str)
        return plan.count_missing(folder)


def list_points(links: Iterable[str], works: Iterable[str]) -> list[Point]:
    """A point a link and amount of work, each once; SettingError for what is neither."""
    names, seconds = [read_link(link).text for link in links], [_read_work(work) for work in works]
    points = dict.fromkeys(Point(link, work) for link in names for work in seconds)
    if not points:
        raise SettingError("A grid needs a link and some work: --links 100mbit --work 8,20.")
    return list(points)


def _read_work(text: str) -> float:
    """Seconds of work; SettingError when it is no positive number."""
    try:
        seconds = float(text.removesuffix("s"))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise SettingError(f"--work has {text!r}: give seconds, as in --work 8,20.")
    return seconds


def split_links(text: str) -> list[str]:
    """The links in a list with commas, or with semicolons where links themselves hold commas."""
    return [link for link in text.split(";") if link.strip()] if ";" in text else split_names(text)


def say_plan(grid: Grid) -> str:
    """How many builds are missing and about how long they take."""
    left = {point: grid.count_missing(point, grid.rounds) for point in grid.points}
    seconds = sum(builds * (point.work + _OVERHEAD_SECONDS) for point, builds in left.items())
    return (
        f"{sum(left.values())} builds to run in {grid.folder} ({len(left)} points, "
        f"{grid.rounds} rounds): about {seconds / 60:.0f} minutes"
    )


def run_grid(
    grid: Grid, report: Callable[[str], None] = print, build: _RunExperiment | None = None
) -> None:
    """Build what is missing, round by round, in one lab for each link.

    Each point is built by `build`, which is called as run_experiment is.

    LabError at the end names the points that broke off; EngineError and all others come at once.
    """
    report(say_plan(grid))
    broken: list[str] = []
    with Labs() as labs:
        for number in range(1, grid.rounds + 1):
            left = [point for point in grid.order(number) if grid.count_missing(point, number)]
            for at, point in enumerate(left, 1):
                report(f"round {number} of {grid.rounds}, {at} of {len(left)}: {point.name}")
                try:
                    _run_point(grid, point, number, build or partial(run_experiment, labs=labs))
                except EngineError:
                    raise
                except LabError as error:
                    broken.append(f"{point.name} in round {number}: {error}")
                    report(f"broke off: {broken[-1]}")
    if broken:
        raise LabError("\n".join([*broken, "The same call again runs what is missing."]))


def _run_point(grid: Grid, point: Point, number: int, build: _RunExperiment) -> None:
    folder, settings = grid.folder / point.name, grid.settings(point, number)
    build(folder, grid.strategies, grid.scenarios, settings)


def choose_grid(options: argparse.Namespace) -> Grid:
    """The grid that a command line asks for; SettingError."""
    given = {_COUNT: options.layer_count, _BYTES: options.layer_bytes}
    return Grid(
        folder=place_folder(options.folder),
        points=list_points(split_links(options.links), split_names(options.work)),
        strategies=split_names(options.strategies),
        scenarios=split_names(options.scenarios) or ALL,
        rounds=options.rounds,
        seed=options.seed,
        arguments={name: str(value) for name, value in given.items() if value is not None},
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the settings of a grid."""
    names = (",".join(STRATEGIES), ",".join(SCENARIOS))
    texts = (
        ("--folder", "FOLDER", "runs/grid", "folder that keeps the points"),
        ("--links", "LINKS", "unshaped,400mbit,100mbit", _LINKS_HELP),
        ("--work", "SECONDS", "8,24", "seconds of work in the Dockerfile, with commas between"),
        ("--strategies", "NAMES", names[0], "strategies with commas between, docker among them"),
        ("--scenarios", "NAMES", names[1], "scenarios with commas between"),
    )
    for option, value, default, words in texts:
        words += " (default: %(default)s)"
        parser.add_argument(option, metavar=value, default=default, help=words)
    words = "how often each point is built (default: %(default)s)"
    parser.add_argument("--rounds", type=read_count, default=3, metavar="N", help=words)
    words = "what the order of points is shuffled by (default: %(default)s)"
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=words)
    words = "layers that the work is made of, 1 to 8 (default: the Dockerfile's)"
    parser.add_argument("--layer-count", type=int, metavar="N", help=words)
    words = "bytes of each of these layers (default: the Dockerfile's)"
    parser.add_argument("--layer-bytes", type=int, metavar="N", help=words)
    parser.add_argument("--dry-run", action="store_true", help="only say what would be built")


def run(options: argparse.Namespace) -> None:
    """Run the grid that a command line asks for, or say what it would take."""
    grid = choose_grid(options)
    if options.dry_run:
        print(say_plan(grid))
    else:
        run_grid(grid)
