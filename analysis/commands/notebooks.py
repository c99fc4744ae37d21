"""Write the notebooks of the analysis into a folder, their text in the language of the pages.

    codebuild-cache notebooks --language ja
    jupyter lab notebooks-ja

They are copies of all but 1-build, to be read, run and changed; what their cells show is in that
language, too. A copy that is there already stays as it is.
"""

import argparse
from pathlib import Path

from analysis.commands.reading_options import add_language
from analysis.languages import get_language
from analysis.reports import write_notebooks


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the notebooks go."""
    parser.add_argument(
        "--out",
        default="",
        metavar="FOLDER",
        help="folder of the copies (default: notebooks-LANGUAGE)",
    )
    add_language(parser)


def run(options: argparse.Namespace) -> None:
    """Write the notebooks, and print where they are."""
    folder = Path(options.out or f"notebooks-{get_language()}")
    for path in write_notebooks(folder):
        print(path)
