"""Build a Dockerfile with every strategy and for every kind of commit, and record the builds.

    codebuild-cache experiment --context . --experiment runs/mine --rounds 3
    codebuild-cache experiment --strategies docker,registry-cache --link 200mbit,20ms --dry-run

Rounds are outside, within each the strategies in the round's own shuffled order, so that drift
hits all alike. The same command again runs what is missing.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from analysis.codebuild import run_on_codebuild, say_on_codebuild
from analysis.errors import LabError, UnknownName
from analysis.experiment import Settings, make_plan, missing, run_experiment, say_plan
from analysis.lab import Images
from analysis.records import find_folder
from analysis.reports import BUILD, NotebookFailed, run_notebook
from analysis.shipped import ROOT
from analysis.workload import SCENARIOS, UNSHAPED

STOPPED = "stopped: finished builds are kept, the same command runs the rest"
PLACES = ("lab", "codebuild")
# of these the next strategy may be free; of all others it is not
ONE_HISTORY = ("LabError", "HostError")


def build(
    strategy: str,
    scenario: str,
    place: str,
    rounds: int,
    context: str,
    experiment: str,
    replacements: str = "",
    strategies_folder: str = "",
    link: str = UNSHAPED,
) -> Path:
    """Run the builds that are missing in an experiment; its folder. Names: one, a,b,c or all.

    A relative folder is one of the project's, also for a kernel that was started elsewhere.
    On codebuild the environment says where and how: CODEBUILD_PROJECT, …, CONCURRENCY, CONFIRM.
    Raises UnknownName and what run_experiment, or run_on_codebuild, raises.
    """
    check_place(place)
    build_all = run_on_codebuild if place == "codebuild" else run_experiment
    return build_all(
        place_folder(experiment),
        split_names(strategy),
        split_names(scenario) or SCENARIOS,
        choose_settings(rounds, context, replacements, strategies_folder, link),
    )


def check_place(place: str) -> None:
    """UnknownName for a place where nothing can be built."""
    if place not in PLACES:
        raise UnknownName("place", place, PLACES)


def choose_settings(
    rounds: int,
    context: str,
    replacements: str = "",
    strategies_folder: str = "",
    link: str = UNSHAPED,
) -> Settings:
    """The settings of a call, its folders found; an empty name stands for none."""
    return Settings(
        rounds=rounds,
        context=find_folder(context),
        replacements=find_folder(replacements) if replacements else None,
        strategies_folder=find_folder(strategies_folder) if strategies_folder else None,
        link=link,
    )


def place_folder(folder: str) -> Path:
    """A folder of the project by its shortest name from here."""
    path = ROOT / folder
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def split_names(text: str) -> list[str]:
    """The names in a list with commas or blanks; none when it is empty or says all."""
    names = text.replace(",", " ").split()
    return [] if names == ["all"] else names


def run_rounds(
    experiment: str, strategies: Sequence[str], scenarios: Sequence[str], settings: Settings
) -> None:
    """Execute the build notebook for each history that is missing, kept in its own folder.

    LabError at the end when histories broke off; any other failure ends the rounds at once.
    """
    folder = place_folder(experiment)
    plan = make_plan(folder, strategies, scenarios, settings, Images.from_environment(), print)
    print(say_plan(folder, plan), flush=True)
    builds = [len(missing(folder, each, plan.scenarios, number)) for number, each in plan.histories]
    broken, begin = [], time.monotonic()
    for place, (number, strategy) in enumerate(plan.histories):
        rest = say_time_left(builds[:place], builds[place:], time.monotonic() - begin)
        where = f"{place + 1} of {len(plan.histories)}"
        print(f"{where}: {strategy.name}, round {number}{rest}", flush=True)
        try:
            run_history(folder, strategy.name, plan.scenarios, number, settings)
        except NotebookFailed as error:
            if error.error not in ONE_HISTORY:
                raise
            broken.append(str(error))
    if broken:
        raise LabError("\n".join([*broken, "The same call again runs what is missing."]))


def say_time_left(done: Sequence[int], left: Sequence[int], seconds: float) -> str:
    """`; 40 of 90 builds done, about 25 min left`, by what those done took; '' at first."""
    if not sum(done):
        return ""
    minutes = seconds / sum(done) * sum(left) / 60
    return (
        f"; {sum(done)} of {sum(done) + sum(left)} builds done, "
        f"about {max(round(minutes), 1)} min left"
    )


def say_rounds(
    experiment: str, strategies: Sequence[str], scenarios: Sequence[str], settings: Settings
) -> str:
    """What run_rounds would build, in one sentence; nothing is built and no engine asked."""
    folder = place_folder(experiment)
    images = Images.from_environment()
    return say_plan(folder, make_plan(folder, strategies, scenarios, settings, images, print))


def run_history(
    folder: Path, strategy: str, scenarios: Sequence[str], number: int, settings: Settings
) -> None:
    """Execute the build notebook for one strategy up to one round; NotebookFailed."""
    parameters = {
        "strategy": strategy,
        "scenario": ",".join(scenarios),
        "rounds": number,
        "context": str(settings.context),
        "experiment": str(folder),
        "replacements": str(settings.replacements or ""),
        "strategies_folder": str(settings.strategies_folder or ""),
        "link": settings.link,
    }
    output = folder / "notebooks" / f"{BUILD.stem}.{strategy}.{number:02d}.ipynb"
    run_notebook(BUILD, parameters, output, show=True)


def run_cloud(
    experiment: str,
    strategies: Sequence[str],
    scenarios: Sequence[str],
    settings: Settings,
    dry_run: bool = False,
) -> None:
    """Run the rounds on CodeBuild, whose histories go side by side: one call, not one for each.

    With `dry_run` only say what that would take.
    """
    call = (place_folder(experiment), strategies, scenarios, settings)
    if dry_run:
        print(say_on_codebuild(*call))
    else:
        run_on_codebuild(*call, report=print_line)


def print_line(line: str) -> None:
    """A line beside a progress bar, seen at once also in a file."""
    tqdm.write(line)
    sys.stdout.flush()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the settings of an experiment."""
    parser.add_argument("--experiment", default="runs/latest", help="folder that keeps the runs")
    parser.add_argument("--strategies", default="all", help="names, or all")
    parser.add_argument("--scenarios", default="all", help="names, or all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--place", default="lab", help="lab (default) or codebuild")
    parser.add_argument("--context", default="deploy", help="folder with the Dockerfile")
    parser.add_argument("--replacements", default="", help="folder with SCENARIO/files to replace")
    parser.add_argument("--strategies-folder", default="", help="folder with your own buildspecs")
    parser.add_argument(
        "--link",
        default=UNSHAPED,
        help="between host and registries: bandwidth, round trip or both, as in 200mbit,20ms",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only say how many builds and about how long"
    )


def run(options: argparse.Namespace) -> None:
    """Run the rounds that a command line asks for, or say what they would take."""
    check_place(options.place)
    settings = choose_settings(
        options.rounds,
        options.context,
        options.replacements,
        options.strategies_folder,
        options.link,
    )
    scenarios = split_names(options.scenarios) or SCENARIOS
    call = (options.experiment, split_names(options.strategies), scenarios, settings)
    if options.place == "codebuild":
        run_cloud(*call, dry_run=options.dry_run)
    elif options.dry_run:
        print(say_rounds(*call))
    else:
        run_rounds(*call)
