"""Write a report on builds that a project already has; nothing is built.

    codebuild-cache history my-codebuild-project --since "30 days"
    codebuild-cache history 'logs/*.log' --out reports
    codebuild-cache history my-codebuild-project --repository my-images --policy policy.json

SOURCE is a CodeBuild project, a log group, s3://BUCKET/PREFIX, or files with logs: a folder, a file
or a pattern. Files need no AWS credentials.
"""

import argparse
from pathlib import Path
from typing import Any

from analysis import reports
from analysis.commands.reading_options import add_language, add_period, add_reading, use_reading


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the builds are, which of them, and where the page goes."""
    parser.add_argument(
        "source", metavar="SOURCE", help="project, log group, s3://BUCKET/PREFIX, or files"
    )
    parser.add_argument(
        "--out",
        default="reports",
        metavar="FOLDER",
        help="folder of the page (default: %(default)s)",
    )
    add_period(parser, "builds")
    parser.add_argument(
        "--repository",
        default="",
        metavar="NAME",
        help="ECR repository whose lifecycle policy ECR previews; nothing is deleted",
    )
    parser.add_argument(
        "--policy",
        default="",
        metavar="FILE",
        help="file of a policy to preview in place of the repository's own",
    )
    add_language(parser)
    add_reading(parser)


def run(options: argparse.Namespace) -> None:
    """Make the report, and print where it is."""
    use_reading(options)
    names = ("since", "limit", "repository", "policy")
    settings = {name: getattr(options, name) for name in names}
    page = make_history_report(options.source, options.out, **settings)
    print(f"{page} made")


def make_history_report(source: str, folder: str | Path, **parameters: Any) -> Path:
    """The page that reports.make_history_report writes, which is loaded only for that."""
    return reports.make_history_report(source, folder, **parameters)
