"""Options of the commands that read many files: a cluster that does it, a store that keeps it."""

import argparse
import os

from analysis.languages import ENGLISH, list_languages
from analysis.languages import VARIABLE as LANGUAGE_VARIABLE
from analysis.store import CLUSTER_VARIABLE, VARIABLE

_SETTINGS = {"cluster": CLUSTER_VARIABLE, "store": VARIABLE}


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add --cluster and --store."""
    parser.add_argument(
        "--cluster",
        default="",
        metavar="ADDRESS",
        help="a Dask cluster that reads: tcp://HOST:PORT",
    )
    parser.add_argument(
        "--store", default="", metavar="FOLDER",
        help='what was read is kept there, or in s3://BUCKET/PREFIX; "off" keeps nothing',
    )  # fmt: skip


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add --language."""
    known = ", ".join(list_languages())
    parser.add_argument(
        "--language",
        default="",
        metavar="LANGUAGE",
        help=f"of pages and of the answer: {known} (default: ${LANGUAGE_VARIABLE}, or {ENGLISH})",
    )


def use_reading(options: argparse.Namespace) -> None:
    """Have this process, and the notebooks that it starts, read as these options say."""
    for name, variable in _SETTINGS.items():
        if value := getattr(options, name):
            os.environ[variable] = value
