"""Remove what a lab that crashed, or an experiment on AWS, left behind.

    codebuild-cache cleanup
    codebuild-cache cleanup --place codebuild --experiment runs/codebuild

In the lab these are containers, networks and volumes of every lab on the engine, also of one that
is in use, and its temporary folders on this machine; on CodeBuild, the ECR repositories of an
experiment. Recorded builds stay.
"""

import argparse
from pathlib import Path

from analysis import codebuild, lab
from analysis.experiment import check_place
from analysis.shipped import place_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where to clean up, and what."""
    parser.add_argument("--place", default="lab", help="lab or codebuild (default: %(default)s)")
    parser.add_argument(
        "--experiment",
        default="runs/latest",
        metavar="FOLDER",
        help="folder of the experiment on CodeBuild (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> None:
    """Remove what a place still has, and print how much that was."""
    check_place(options.place)
    if options.place == "codebuild":
        print(_clean_codebuild(place_folder(options.experiment)))
    else:
        print(_clean_lab())


def _clean_lab() -> str:
    """Remove what labs left in the Docker engine; how much that was, in words."""
    return f"{lab.down()} containers, networks, volumes and folders removed"


def _clean_codebuild(folder: Path) -> str:
    """Remove the repositories of an experiment on AWS; how many, in words."""
    return f"{codebuild.clean_up(folder)} repositories of {folder} removed"
