"""One report on the builds that a project already has.

`python -m analysis.commands.history SOURCE` is what `make history` calls.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.reports import (
    HISTORY,
    Site,
    name_page,
    read_title,
    render_page,
    run_notebook,
    write_html,
)


def make_history_report(source: str, folder: str | Path = "reports", **parameters: Any) -> Path:
    """The written page of the history notebook with these parameters; ReportError if it fails."""
    notebook = run_notebook(HISTORY, {"source": source} | parameters)
    folder, file, title = Path(folder), name_page(HISTORY), read_title(HISTORY)
    site = Site({file: title.partition(":")[0]}, f"Builds of {source}.")
    folder.mkdir(parents=True, exist_ok=True)
    write_html(folder / file, render_page(notebook, title, file, site))
    return folder / file


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the report a command line asks for; 1 when something failed, with the reason."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.commands.history", description=__doc__
    )
    parser.add_argument(
        "source", help="CodeBuild project, log group, s3://bucket/prefix, or folder of logs"
    )
    parser.add_argument("--since", default="", help='a date, or an age such as "30 days"')
    parser.add_argument("--limit", type=int, default=200, help="at most so many builds")
    parser.add_argument(
        "--repository", default="", help="ask ECR what a lifecycle policy does to it"
    )
    parser.add_argument("--policy", default="", help="file of a policy to try in its own's place")
    parser.add_argument("--folder", default="reports", help="where the page goes")
    options = vars(parser.parse_args(arguments))
    try:
        page = make_history_report(**options)
    except AnalysisError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{page} made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
