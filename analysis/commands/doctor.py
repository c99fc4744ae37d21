"""Find what a cache can't use in buildspecs, Dockerfiles and what belongs to them.

    codebuild-cache doctor .
    codebuild-cache doctor buildspec.yml Dockerfile project.json build.log
    codebuild-cache doctor . --format sarif --out doctor.sarif --fail-on error

PATH is a file or a folder: buildspecs, Dockerfiles, .dockerignore, compose and bake files, what
`aws codebuild batch-get-projects` and `aws ecr get-lifecycle-policy` print, Terraform, and logs of
builds, which tell the costs. A comment `# codebuild-cache: ignore=RULE reason` suppresses a finding
on its line and the next one.

Exit codes: 0 nothing as bad as --fail-on, 1 findings as bad or worse, 2 wrong usage or
nothing to read.
"""

import argparse
import sys
from pathlib import Path

from analysis import doctor
from analysis.records import write_output
from analysis.words import count_words

_FORMATS = ("text", "json", "sarif")
_NEVER = "never"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files, the form of what is found, and when it is a failure."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files and folders to read")
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="text",
        help="form of the findings (default: %(default)s)",
    )
    parser.add_argument("--out", default="", metavar="FILE", help="file to write the findings to")
    parser.add_argument(
        "--fail-on",
        choices=(*doctor.SEVERITIES, _NEVER),
        default="warning",
        help="exit with 1 for findings this bad or worse (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Print or write what is found; 1 where something is as bad as it may not be, 2 for no file."""
    found = doctor.examine(options.paths)
    write = {"text": doctor.to_text, "json": doctor.to_json, "sarif": doctor.to_sarif}
    text = write[options.format](found)
    if options.out:
        write_output(Path(options.out), f"{text}\n")
        print(f"{count_words(len(found.findings), 'finding')}: {options.out} written")
    else:
        print(text)
    if not found.files and found.findings.empty:
        print("Nothing to read there: name a buildspec, a Dockerfile or a folder.", file=sys.stderr)
        return 2
    if options.fail_on == _NEVER:
        return 0
    return int(found.count(options.fail_on) > 0)
