"""Tell from a context's git history which kinds of commit it sees, without building.

    codebuild-cache mix .
    codebuild-cache mix services/api --commits v1.0..v1.2 --dockerfile build/Dockerfile
    codebuild-cache mix . --logs 'logs/*.log' --format csv --out commits.csv

A commit is of the kind of the first layer that must miss in a cache that the commit before left, by
what COPY and ADD take, .dockerignore and the Dockerfile. Builds of nothing new and of newer base
images are no commits: --logs tells how many there are; without it, the usual shares are assumed.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import measures
from analysis.commands.printing import align_rows
from analysis.commands.reading_options import add_language
from analysis.experiment import Settings, list_settings, read_settings
from analysis.languages import translate, translate_value
from analysis.measures.past import write_mix
from analysis.past_builds import read_history
from analysis.prose.template import tell
from analysis.records import write_output
from analysis.visible import show_signs
from analysis.words import count_words, say_percent
from analysis.workload import COMMITS, classify_commits

_OPTIONS = ("--dockerfile", "--target", "--build-args")
_FORMATS = ("text", "json", "csv")
_HEADS = ("kind", "share", "commits", "from", "most begin to miss at", "newest")
_WIDTH = 44
_MOST_PROBLEMS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the context, its commits, how it is built, and the form of what is told."""
    parser.add_argument(
        "context",
        nargs="?",
        default=".",
        metavar="CONTEXT",
        help="a folder in git (default: %(default)s)",
    )
    parser.add_argument(
        "--commits",
        default=str(COMMITS),
        metavar="N",
        help="how many commits, the newest, or a range such as v1.0..v1.2 (default: %(default)s)",
    )
    for each in list_settings(Settings):
        if each.option in _OPTIONS:
            words = f"{each.form.help} (default: {each.text or 'none'})"
            parser.add_argument(each.option, default="", metavar=each.variable, help=words)
    words = (
        "past builds, as codebuild-cache history takes them: how many there are without a commit"
    )
    parser.add_argument("--logs", default="", metavar="SOURCE", help=words)
    words = "form of the mix (default: %(default)s)"
    parser.add_argument("--format", choices=_FORMATS, default="text", help=words)
    parser.add_argument("--out", default="", metavar="FILE", help="file to write the mix to")
    add_language(parser)


def run(options: argparse.Namespace) -> None:
    """Print or write the commits and their mix."""
    names = ("context", "dockerfile", "target", "build_args")
    settings = read_settings({name: getattr(options, name) for name in names}, Settings)
    commits = classify_commits(settings.context, options.commits, settings.options)
    past = read_history(options.logs) if options.logs else None
    mix = measures.mix_of_commits(commits, past)
    write = {"text": _write_text, "json": _write_json, "csv": _write_csv}
    text = write[options.format](commits, mix)
    if options.out:
        write_output(Path(options.out), text)
        counted = count_words(len(commits), "commit")
        print(tell("{commits}: {path} written", commits=counted, path=options.out))
    else:
        print(text, end="")


def _write_text(commits: pd.DataFrame, mix: pd.DataFrame) -> str:
    """The mix as a table, what could not be told, and the mix as other commands take it."""
    rows = [[translate(name) for name in _HEADS]]
    for row in mix.fillna("").to_dict("records"):
        first, newest = (_shorten(str(row[name])) for name in ("first_miss", "example"))
        share, origin = say_percent(100 * row["share"], 1), translate_value(row["origin"])
        rows.append([row["kind"], share, str(row["commits"]), origin, first, newest])
    told = [show_signs(line) for line in (*_list_problems(commits), *_list_assumed(mix))]
    return "\n".join([align_rows(rows), *told, f"mix: {write_mix(mix)}", ""])


def _shorten(text: str) -> str:
    """A text that fits a column, in one line without signs that steer a terminal."""
    text = show_signs(" ".join(text.split()))
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def _list_problems(commits: pd.DataFrame) -> list[str]:
    """A sentence for commits of no kind, or of which git does not hold everything: the newest."""
    rows = commits[commits["problem"].notna()]
    lines = [f"{row.commit}: {row.problem}" for row in rows.tail(_MOST_PROBLEMS).itertuples()]
    if (more := len(rows) - len(lines)) > 0:
        lines.append(tell("{n} more commits have a problem: --format csv lists them.", n=str(more)))
    return lines


def _list_assumed(mix: pd.DataFrame) -> list[str]:
    """A sentence on shares that neither git nor logs tell."""
    kinds = mix.loc[mix["origin"].str.contains("assumed"), "kind"].tolist()
    if not kinds:
        return []
    return [
        tell(
            "Assumed, as git tells of no builds without a commit: {kinds}; --logs tells.",
            kinds=", ".join(kinds),
        )
    ]


def _write_json(commits: pd.DataFrame, mix: pd.DataFrame) -> str:
    """Both tables as JSON, and the shares by kind."""
    shares = dict(zip(mix["kind"], mix["share"].round(10), strict=True))
    found: dict[str, Any] = {"mix": shares}
    for name, table in (("kinds", mix), ("commits", commits)):
        found[name] = json.loads(table.to_json(orient="records", date_format="iso"))
    return json.dumps(found, indent=2) + "\n"


def _write_csv(commits: pd.DataFrame, mix: pd.DataFrame) -> str:
    """A row a commit."""
    return str(commits.to_csv(index=False))
