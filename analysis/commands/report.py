"""Write the reports on an experiment's recorded builds: a page for each question, and an index.

    codebuild-cache report runs/latest
    codebuild-cache report runs/latest --out /tmp/reports
    codebuild-cache report runs/latest --runs
    codebuild-cache report runs/latest --language ja

A folder that does not exist here is looked for among those that the package brings: data/lab is
the recorded experiment.
"""

import argparse
import time

from analysis import answers, prose, records, reports, results
from analysis.commands.printing import print_answer
from analysis.commands.reading_options import add_language, add_reading, use_reading

STOPPED = "stopped: some pages may be missing, the same command makes them all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the experiment's folder and where the pages go."""
    parser.add_argument(
        "experiment",
        nargs="?",
        default="data/lab",
        metavar="FOLDER",
        help="an experiment's folder (default: %(default)s, the recorded one)",
    )
    parser.add_argument(
        "--out",
        default="reports",
        metavar="FOLDER",
        help="folder of the pages (default: %(default)s)",
    )
    parser.add_argument(
        "--runs", action="store_true", help="also a page for each run, with its log"
    )
    parser.add_argument(
        "--speeds",
        metavar="FILE",
        help="print the answer at a host's speeds, as codebuild-cache calibrate writes them",
    )
    parser.add_argument(
        "--others",
        metavar="FOLDER",
        default=(),
        help="print the answer with what a grid, as data/sweep, tells of other links and work",
    )
    add_language(parser)
    add_reading(parser)


def run(options: argparse.Namespace) -> None:
    """Make the reports, print the answer and where they are."""
    use_reading(options)
    begin = time.monotonic()
    # what can't be read is told before pages are made
    speeds = records.read_host(options.speeds) if options.speeds else None
    others = results.read_grid(options.others) if options.others else ()
    experiment = results.read_experiment(options.experiment)
    index = reports.make_reports(experiment, options.out, runs=options.runs)
    print(f"{index} made in {time.monotonic() - begin:.1f} s")
    found = answers.answer(experiment, speeds=speeds, others=others)
    print_answer(prose.say_answer(found))
