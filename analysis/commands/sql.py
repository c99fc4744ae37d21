"""Ask in SQL: about logs, an experiment, or all that was read before; DuckDB answers.

    codebuild-cache sql "select kind, sum(seconds) from steps group by kind" --from logs/
    codebuild-cache sql "select strategy, avg(seconds) from runs group by all" --from data/lab
    codebuild-cache sql "select count(*) from logs"
    codebuild-cache sql --views
    codebuild-cache sql --athena --from s3://BUCKET/STORE

Without --from it is about the store of what was read, which keeps inputs of more than 10 MB.
Tables: logs, phases, commands, builds, steps and parts; of an experiment also runs, problems and
images; of a store also files, listings, images and records.
"""

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from analysis import records, results
from analysis import store as kept
from analysis.commands.reading_options import add_reading, use_reading
from analysis.errors import SettingError
from analysis.redaction import redact


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the query, what it is about and how its answer is printed."""
    parser.add_argument("query", nargs="?", default="", metavar="QUERY", help="a query in SQL")
    parser.add_argument(
        "--from", dest="source", default="", metavar="SOURCE",
        help="logs, an experiment's folder or a store (default: the user's store)",
    )  # fmt: skip
    parser.add_argument(
        "--format",
        default="table",
        choices=["table", "csv", "json"],
        help="form of the answer (default: %(default)s)",
    )
    parser.add_argument("--views", action="store_true", help="print the views on the store")
    parser.add_argument("--athena", action="store_true", help="print Athena's tables on the store")
    add_reading(parser)


def run(options: argparse.Namespace) -> None:
    """Print the answer to a query, or the statements that were asked for."""
    use_reading(options)
    kinds = _list_kinds()
    store = options.source or None
    if options.views:
        print(kept.define_views(store, kinds), end="")
    elif options.athena:
        print(kept.define_athena(store, kinds), end="")
    elif not options.query:
        raise SettingError('There is no query: give one, such as "select count(*) from logs".')
    else:
        answer = _answer(options.query, options.source)
        _PRINTERS[options.format](_redact(answer))


def _list_kinds() -> "tuple[kept.Kind, ...]":
    """What a store can hold; `sql --help` is printed without loading it."""
    return kept.LOGS, records.LISTINGS, records.HISTORIES


def _answer(query: str, source: str) -> "kept.Answer":
    """What a query gives, about a store or about what a source holds."""
    if not source or "://" in source or _is_store(Path(source)):
        return kept.query_store(query, source or None, _list_kinds())
    return kept.query_tables(query, results.list_tables(source))


def _is_store(folder: Path) -> bool:
    """Whether a folder is a store."""
    return folder.is_dir() and kept.is_store(kept.Folder(folder))


def _redact(answer: "kept.Answer") -> "kept.Answer":
    """An answer without the secrets that logs show."""
    rows = [tuple(redact(each) if isinstance(each, str) else each for each in row)
            for row in answer.rows]  # fmt: skip
    return answer._replace(rows=rows)


def _print_table(answer: "kept.Answer") -> None:
    """Print columns under each other, what can't be printed as Python writes it."""
    rows = [answer.columns, *([_show(each) for each in row] for row in answer.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _show(value: Any) -> str:
    """A value in a line, nothing for null."""
    text = "" if value is None else str(value)
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _print_csv(answer: "kept.Answer") -> None:
    """Print a header and the rows."""
    csv.writer(sys.stdout, lineterminator="\n").writerows([answer.columns, *answer.rows])


def _print_json(answer: "kept.Answer") -> None:
    """Print a list of objects; what JSON has no form for as text."""
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    print(json.dumps(rows, default=str, indent=1))


_PRINTERS = {"table": _print_table, "csv": _print_csv, "json": _print_json}
