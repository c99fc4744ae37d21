"""Build a Dockerfile with every strategy and for every kind of commit, and record the builds.

    codebuild-cache experiment --context . --experiment runs/mine --rounds 3
    codebuild-cache experiment --strategies docker,registry-cache --link 200mbit,20ms --dry-run

Each round builds every strategy, in a shuffled order of its own, so that drift affects all alike.
The same command again runs what is missing.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis import answers, prose
from analysis.codebuild import run_on_codebuild, say_on_codebuild
from analysis.commands.printing import print_answer
from analysis.commands.reading_options import add_language
from analysis.experiment import (
    Request,
    list_settings,
    make_plan,
    read_diff,
    read_parameters,
    read_settings,
    read_variables,
    run_experiment,
    say_images,
    say_needs,
    say_plan,
)
from analysis.lab import Images
from analysis.languages import ENGLISH, speaking
from analysis.redaction import redact
from analysis.visible import show_signs
from analysis.words import FASTER
from analysis.workload import SCENARIOS

STOPPED = "stopped: finished builds are kept, the same command runs the rest"


def build(parameters: Mapping[str, Any]) -> Path:
    """Run the builds that are missing in an experiment; its folder.

    `parameters` by their names in the notebook; others are left alone. A relative folder is one
    of the project's, also for a kernel that was started elsewhere. On codebuild the environment
    says where and how: CODEBUILD_PROJECT, …, CONCURRENCY, CONFIRM. Raises UnknownName,
    SettingError and what run_experiment, or run_on_codebuild, raises.
    """
    return run_request(read_parameters(parameters))


def run_request(request: Request) -> Path:
    """Run the builds of a request that are missing; the experiment's folder.

    What is recorded and told meanwhile is in English, whatever language the answer is in.
    """
    build_all = run_on_codebuild if request.place == "codebuild" else run_experiment
    with speaking(ENGLISH):
        return build_all(*_called_with(request))


def say_request(request: Request) -> str:
    """What run_request would build, in words, once all that it needs was looked for.

    Nothing is built; an engine is only asked for images.
    """
    folder, strategies, scenarios, settings = _called_with(request)
    if request.place == "codebuild":
        return say_on_codebuild(folder, strategies, scenarios, settings)
    plan = make_plan(folder, strategies, scenarios, settings, Images.from_environment(), print)
    changes = plan.say(settings)
    needs, images = say_needs(settings, plan.strategies), plan.facts["bases"].values()
    for line in (*changes, *needs, *say_images(settings, images)):
        print(line)
    settings.read_hidden()
    return say_plan(folder, plan)


def _called_with(request: Request) -> tuple[Path, Sequence[str], Sequence[str], Request]:
    return request.experiment, request.strategies, request.scenarios or SCENARIOS, request


def _add_settings(parser: argparse.ArgumentParser, made_of: type = Request) -> None:
    """Give a command line an option for each setting of a class."""
    for each in list_settings(made_of):
        words = f"{each.form.help} (default: {each.text or 'none'})".replace("%", "%%")
        parser.add_argument(each.option, metavar=each.variable, help=words)


def _read_options(options: argparse.Namespace) -> Request:
    """The request of a command line, and of make's variables where it says so. SettingError."""
    given = {name: value for name, value in vars(options).items() if value is not None}
    return read_settings((read_variables(os.environ) if options.from_make else {}) | given)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a parser the options of an experiment."""
    _add_settings(parser)
    parser.add_argument(
        "--from-make",
        action="store_true",
        help="take settings that are not given from variables of their names, as make sets them",
    )
    add_language(parser)
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="only check images, arguments and files, and say what changes and how many builds",
    )


def run(options: argparse.Namespace) -> None:
    """Run the builds that a command line asks for and print the answer, or what they would take."""
    request = _read_options(options)
    if options.dry_run:
        with speaking(ENGLISH):
            print(say_request(request))
    else:
        answer = answers.answer(run_request(request))
        print_answer(prose.say_answer(answer))
        advised = request.buildspec and answer.verdict == FASTER
        diff = read_diff(request.experiment, answer.strategy) if advised else ""
        if diff:
            print(f"the change to {request.buildspec}:\n{show_signs(redact(diff))}", end="")
