"""Build strategies against themselves under a second name (an A/A test).

    codebuild-cache aa --strategies docker,registry-cache --rounds 6

Whatever differs between the two is chance, so a verdict of "faster" or "slower" is a wrong one.
The same command again runs what is missing.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from analysis.commands.experiment import STOPPED
from analysis.commands.reading_options import read_count
from analysis.experiment import (
    Settings,
    make_plan,
    run_experiment,
    say_plan,
    split_names,
)
from analysis.lab import Images
from analysis.measures.compare import AGAIN
from analysis.records import write_output
from analysis.shipped import place_folder
from analysis.workload import COLD, SOURCE, find_strategy

__all__ = ["STOPPED", "add_arguments", "run"]
STRATEGIES, SCENARIOS = "docker,registry-cache", f"{COLD.name},{SOURCE.name}"


def write_copies(names: Sequence[str], folder: Path) -> list[str]:
    """Write each strategy's buildspec into `folder` under its second name; all names.

    UnknownName for a strategy that does not exist, RecordError on a full disk.
    """
    found = [find_strategy(name) for name in names]
    for strategy in found:
        write_output(folder / f"{strategy.name}{AGAIN}.yml", strategy.buildspec.text)
    return [name for strategy in found for name in (strategy.name, strategy.name + AGAIN)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the settings of an A/A test."""
    parser.add_argument(
        "--folder", default="runs/control", help="folder that keeps the runs (default: %(default)s)"
    )
    for name, names in (("strategies", STRATEGIES), ("scenarios", SCENARIOS)):
        words = f"{name} with commas between (default: %(default)s)"
        parser.add_argument(f"--{name}", default=names, metavar="NAMES", help=words)
    words = "how often each strategy builds its scenarios (default: %(default)s)"
    parser.add_argument("--rounds", type=read_count, default=6, metavar="N", help=words)
    parser.add_argument("--dry-run", action="store_true", help="only say how many builds")


def run(options: argparse.Namespace) -> None:
    """Run the A/A test that a command line asks for, or say what it would take."""
    folder, scenarios = place_folder(options.folder), split_names(options.scenarios)
    names = write_copies(split_names(options.strategies), folder / "strategies")
    settings = Settings(options.rounds, strategies_folder=folder / "strategies")
    if options.dry_run:
        images = Images.from_environment()
        print(say_plan(folder, make_plan(folder, names, scenarios, settings, images, print)))
    else:
        run_experiment(folder, names, scenarios, settings)
