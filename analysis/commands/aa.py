"""A control experiment (A/A): strategies against themselves under a second name.

    python -m analysis.commands.aa --folder data/control --strategies docker,registry-cache

Whatever differs between the two is chance, so a verdict of "faster" or "slower" is a wrong one.
The same call again runs what is missing.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.commands.experiment import exit_code, place_folder, split_names
from analysis.experiment import Settings, make_plan, run_experiment, say_plan
from analysis.lab import Images
from analysis.measures.compare import AGAIN
from analysis.workload import find_strategy

STRATEGIES, SCENARIOS = "docker,registry-cache", "cold,source"


def write_copies(names: Sequence[str], folder: Path) -> list[str]:
    """Write each strategy's buildspec into `folder` under its second name; all names.

    UnknownName for a strategy that does not exist.
    """
    found = [find_strategy(name) for name in names]
    folder.mkdir(parents=True, exist_ok=True)
    for strategy in found:
        (folder / f"{strategy.name}{AGAIN}.yml").write_text(strategy.buildspec.text)
    return [name for strategy in found for name in (strategy.name, strategy.name + AGAIN)]


def run_command(options: argparse.Namespace) -> None:
    """Run the control experiment that a command line asks for, or say what it would take."""
    folder, scenarios = place_folder(options.folder), split_names(options.scenarios)
    names = write_copies(split_names(options.strategies), folder / "strategies")
    settings = Settings(options.rounds, strategies_folder=folder / "strategies")
    images = Images.from_environment()
    print(say_plan(folder, make_plan(folder, names, scenarios, settings, images, print)))
    if not options.dry_run:
        run_experiment(folder, names, scenarios, settings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the control experiment a command line asks for; 1 when it failed, 130 when stopped."""
    parser = argparse.ArgumentParser(prog="python -m analysis.commands.aa", description=__doc__)
    parser.add_argument("--folder", default="runs/control", help="folder that keeps the runs")
    parser.add_argument("--strategies", default=STRATEGIES, help="names with commas between")
    parser.add_argument("--scenarios", default=SCENARIOS, help="names with commas between")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--dry-run", action="store_true", help="only say how many builds")
    return exit_code(run_command, parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
