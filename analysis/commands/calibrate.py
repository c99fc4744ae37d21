"""Read from build logs how fast their hosts were; nothing is built.

    codebuild-cache calibrate build.log
    codebuild-cache calibrate 'logs/*.log' --out speeds.json
    codebuild-cache calibrate my-codebuild-project --since "30 days" --experiment data/lab

LOG is what `codebuild-cache history` takes: files (a path, a folder, a pattern), a CodeBuild
project, a log group or s3://BUCKET/PREFIX. Files need no AWS credentials. Speeds are megabytes of
compressed layers a second, of layers of 10 MB and more; best are logs of --progress=plain.
`codebuild-cache report FOLDER --speeds speeds.json` prints the answer at these speeds.
"""

import argparse
from typing import Any

from analysis import measures, past_builds, records
from analysis.commands.printing import align_rows
from analysis.commands.reading_options import add_period, add_reading, use_reading
from analysis.errors import SourceError
from analysis.redaction import redact
from analysis.visible import show_signs
from analysis.words import SPEEDS, count_words

# speed -> why logs may not tell it
_REASONS = {
    "unpack_mbps": "no log shows BuildKit unpack a layer of 10 MB; the legacy builder and docker "
    "pull print no sizes and times",
    "download_mbps": "no log shows BuildKit fetch a layer of 10 MB; docker pull prints no sizes "
    "and times",
    "push_mbps": "no log tells the sizes of what it pushed; docker push does not print them, and "
    "--load does",
    "boot_seconds": "no log shows a new builder boot",
    "restart_seconds": "no log shows a command that restarts the engine",
    "round_trip_seconds": "logs do not tell it; measure it, and add it to the file",
}
_MOST_PROBLEMS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the logs, an experiment to compare with, and where the speeds go."""
    parser.add_argument("logs", nargs="+", metavar="LOG", help="logs, or where they are")
    parser.add_argument(
        "--out", default="", metavar="FILE", help="file to write the medians to, as JSON"
    )
    parser.add_argument(
        "--experiment", default="", metavar="FOLDER", help="show this experiment's speeds beside"
    )
    add_period(parser, "builds of each LOG")
    add_reading(parser)


def run(options: argparse.Namespace) -> None:
    """Print the speeds and what could not be read; write the medians where asked."""
    use_reading(options)
    known = records.read_experiment(options.experiment) if options.experiment else None
    builds, problems = past_builds.read_host_logs(options.logs, options.since, options.limit)
    table = measures.host_speeds(builds)
    beside = None if known is None else measures.host_speeds(known)
    print(align_rows(_list_rows(table, beside, len(builds))))
    _print_gaps(table)
    _print_problems(problems)
    if not table["n"].any():
        raise SourceError(
            f"{count_words(len(builds), 'log')} read, and none tells how fast its host is: give "
            "logs of docker buildx or docker build with --progress=plain."
        )
    if options.out:
        records.Speeds.from_table(table).write(options.out)
        print(f"{options.out} written")


def _list_rows(table: Any, beside: Any, builds: int) -> list[list[str]]:
    """The cells of the table, a row a speed that some log or the experiment tells."""
    head = ["speed", "unit", "median", "range", f"told by (of {count_words(builds, 'build')})"]
    rows = [head + (["experiment", "told by"] if beside is not None else [])]
    for number, row in enumerate(table.itertuples()):
        known = bool(row.n)
        cells = [SPEEDS[row.speed], row.unit, *(_say_range(row) if known else ["-", "-"])]
        cells.append(str(row.n))
        if beside is not None:
            other = beside.iloc[number]
            cells += [f"{other['median']:.1f}" if other["n"] else "-", str(other["n"])]
        rows.append(cells)
    return rows


def _say_range(row: Any) -> list[str]:
    """The median, and the lowest and highest."""
    return [f"{row.median:.1f}", f"{row.low:.1f} to {row.high:.1f}"]


def _print_gaps(table: Any) -> None:
    """Print why speeds are not known."""
    for speed in table.loc[table["n"].eq(0), "speed"]:
        print(f"{SPEEDS[speed]}: {_REASONS[speed]}.")


def _print_problems(problems: Any) -> None:
    """Print what could not be read, and why."""
    for row in problems.head(_MOST_PROBLEMS).itertuples():
        print(show_signs(redact(f"not read: {row.what}: {row.problem}")))
    if (more := len(problems) - _MOST_PROBLEMS) > 0:
        print(f"not read: {more} more")
