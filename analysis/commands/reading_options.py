"""Options of the commands that read many files: a cluster that does it, a store that keeps it."""

import argparse
import os

from analysis.languages import ENGLISH, list_languages
from analysis.languages import VARIABLE as LANGUAGE_VARIABLE
from analysis.store import CLUSTER_VARIABLE, VARIABLE

_SETTINGS = {"cluster": CLUSTER_VARIABLE, "store": VARIABLE}


def read_count(text: str) -> int:
    """A whole number from 1 on; argparse tells its user of others."""
    if not text.strip().isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 or more")
    return int(text)


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add --cluster and --store."""
    parser.add_argument(
        "--cluster",
        default="",
        metavar="ADDRESS",
        help=f"a Dask cluster that reads: tcp://HOST:PORT (default: ${CLUSTER_VARIABLE}, or none)",
    )
    parser.add_argument(
        "--store", default="", metavar="FOLDER",
        help="keeps what was read of inputs over 10 MB, also s3://BUCKET/PREFIX; off keeps nothing "
        f"(default: ${VARIABLE}, or a folder below ~/.cache)",
    )  # fmt: skip


def add_period(parser: argparse.ArgumentParser, builds: str) -> None:
    """Add --since and --limit, which say which of these builds are read."""
    parser.add_argument(
        "--since", default="", metavar="WHEN", help='read from a date on, or an age: "30 days"'
    )
    words = f"read so many {builds} at most, the newest (default: %(default)s)"
    parser.add_argument("--limit", type=read_count, default=200, metavar="N", help=words)


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add --language."""
    known = ", ".join(list_languages())
    parser.add_argument(
        "--language",
        default="",
        metavar="LANGUAGE",
        help=f"language of pages and of the answer: {known} "
        f"(default: ${LANGUAGE_VARIABLE}, or {ENGLISH})",
    )


def use_reading(options: argparse.Namespace) -> None:
    """Have this process, and the notebooks that it starts, read as these options say."""
    for name, variable in _SETTINGS.items():
        if value := getattr(options, name):
            os.environ[variable] = value
