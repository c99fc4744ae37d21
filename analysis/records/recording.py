"""A run on disk: written once, whole or not at all, and found again.

EXPERIMENT/experiment.json           settings, seed, versions, images
EXPERIMENT/runs/RUN/record.json      written last: a folder without it is an unfinished run
EXPERIMENT/runs/RUN/build.log.gz     the log, in CodeBuild's format
EXPERIMENT/runs/RUN/images.json.gz   the repository after the run, every manifest
EXPERIMENT/runs/RUN/history.json.gz  the builds' own records, as BuildKit kept them
"""

import gzip
import json
import os
import reprlib
import shutil
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import RecordError
from analysis.logs import is_gzip
from analysis.redaction import redact_log, redact_values
from analysis.times import YEARS, read_time

FORMAT = 1
COLUMNS = {
    "run": "string",
    "strategy": "string",
    "scenario": "string",
    "round": "int64",
    "place": "string",
    "emulated": "bool",
    "host": "string",
    "idle_gap": "float64",
    "link": "string",
    "order": "int64",
    "started": "datetime64[ns, UTC]",
    "finished": "datetime64[ns, UTC]",
    "seconds": "float64",
    "queue_seconds": "float64",
    "provisioning_seconds": "float64",
    "exit_code": "Int64",
    "status": "string",
    "expect": "string",
    "host_empty": "boolean",
    "engine": "string",
    "buildx": "string",
    "buildkit": "string",
    "storage_driver": "string",
    "repository": "string",
    "store_objects": "Int64",
    "store_bytes": "Int64",
    "log": "string",
    "images": "string",
    "history": "string",
}
REQUIRED = (
    "run",
    "strategy",
    "scenario",
    "round",
    "place",
    "emulated",
    "host",
    "order",
    "started",
    "status",
    "expect",
)
_VERSIONS = ("engine", "buildx", "buildkit", "storage_driver")
_TIMES = ("started", "finished")


@dataclass(frozen=True)
class Records:
    """`runs`: one row a finished run (COLUMNS); `problems`: path, reason of each that can't be."""

    runs: pd.DataFrame
    problems: pd.DataFrame


def run_name(strategy: str, scenario: str, number: int) -> str:
    """The name of a run's folder, unique in its experiment."""
    return f"{strategy}.{scenario}.{number:02d}"


def is_finished(experiment: Path, run: str) -> bool:
    """Whether the run's record was written: that is done last."""
    return (experiment / "runs" / run / "record.json").is_file()


def write_run(
    experiment: Path,
    record: dict[str, Any],
    log: bytes,
    images: dict[str, Any],
    history: dict[str, Any],
) -> Path:
    """The folder of a run written whole; RecordError if that run is already finished."""
    folder = experiment / "runs" / record["run"]
    if is_finished(experiment, record["run"]):
        raise RecordError(f"{folder} holds a finished run, which is never overwritten.")
    part = folder.with_name(folder.name + ".part")
    for old in (part, folder):
        if old.exists():
            shutil.rmtree(old)
    part.mkdir(parents=True)
    log, record, history = redact_log(log), redact_values(record), redact_values(history)
    _write_gzip(part / "build.log.gz", log)
    _write_gzip(part / "images.json.gz", to_json(images))
    _write_gzip(part / "history.json.gz", to_json(history))
    (part / "record.json").write_bytes(to_json(record, indent=1))
    os.replace(part, folder)
    return folder


def _write_gzip(path: Path, data: bytes) -> None:
    """Write `data` compressed; the same data gives the same bytes."""
    path.write_bytes(gzip.compress(data, 9, mtime=0))


def to_json(value: Any, indent: int | None = None) -> bytes:
    """Stable UTF-8 JSON with a last newline."""
    return (json.dumps(value, indent=indent, sort_keys=indent is not None) + "\n").encode()


def read_json(path: str | Path) -> Any:
    """The value in a JSON file, gzip or not; RecordError if it is cut off or damaged."""
    return read_source(str(path), path)


def read_source(name: str, source: str | Path | bytes) -> Any:
    """The value in a JSON file, or in its bytes; RecordError tells of it by that name."""
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        return json.loads(gzip.decompress(data) if is_gzip(data) else data)
    except FileNotFoundError as error:
        raise RecordError(f"{name} is missing: the run was cut off; run it again.") from error
    except (OSError, EOFError, ValueError, RecursionError, zlib.error) as error:
        raise RecordError(f"{name} is damaged ({error}): run it again.") from error


def read_records(folder: str | Path) -> Records:
    """The finished runs of an experiment folder and the problems of the others."""
    folder = Path(folder)
    if not (folder / "runs").is_dir():
        fact = "there is no folder 'runs' in it" if folder.is_dir() else "it does not exist"
        raise RecordError(
            f"{folder} holds no experiment: {fact}. Give the folder of one, such as data/lab."
        )
    rows, problems = [], []
    # a hidden folder is none of ours: JupyterLab makes .ipynb_checkpoints wherever it shows files
    for run in sorted((folder / "runs").glob("[!.]*/")):
        try:
            rows.append(read_record(run))
        except RecordError as error:
            problems.append((run, error))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in _TIMES:
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return Records(frame.astype(COLUMNS), frame_problems(problems))


def frame_problems(problems: Iterable[tuple[object, object]]) -> pd.DataFrame:
    """path, reason of what can't be read, as text; a lone surrogate in it as a question mark."""
    rows = [
        [str(value).encode("utf-8", "replace").decode() for value in problem]
        for problem in problems
    ]
    return pd.DataFrame(rows, columns=["path", "reason"], dtype="string")


def read_record(run: Path) -> dict[str, Any]:
    """One row of COLUMNS; RecordError names the file and what is wrong with it."""
    if run.name.endswith(".part"):
        raise RecordError(f"{run} was cut off while it was written; run it again.")
    path = run / "record.json"
    record = read_json(path)
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise RecordError(f"{path} is not a record of format {FORMAT}.")
    row = _make_row(record, run)
    faults = list(_find_faults(record, row))
    if faults:
        raise RecordError(f"{path} {'; '.join(faults)}: run it again.")
    if row["run"] != run.name:
        raise RecordError(f"{path} is of run {row['run']}: a copy of another's; remove it.")
    return row | {name: None if row[name] is None else read_time(row[name]) for name in _TIMES}


def _make_row(record: dict[str, Any], run: Path) -> dict[str, Any]:
    """COLUMNS of a run as its record says, null what it does not, and where its files are."""
    versions = record.get("versions")
    known = versions if isinstance(versions, dict) else {}
    return (
        {name: record.get(name) for name in COLUMNS}
        | {name: known.get(name) for name in _VERSIONS}
        | {
            "log": str(run / "build.log.gz"),
            "images": str(run / "images.json.gz"),
            "history": str(run / "history.json.gz"),
        }
    )


def _find_faults(record: dict[str, Any], row: dict[str, Any]) -> Iterator[str]:
    """What a record lacks, and each of its values that its column can't hold, in words."""
    absent = [name for name in REQUIRED if row[name] is None]
    if absent:
        yield f"lacks {', '.join(absent)}"
    if not isinstance(record.get("versions", {}), dict):
        yield f"has versions {reprlib.repr(record['versions'])}, which is no object"
    for name, kind in COLUMNS.items():
        fits, words = KINDS[kind]
        if row[name] is not None and not fits(row[name]):
            yield f"has {name} {reprlib.repr(row[name])}, which is no {words}"


def _is_text(value: Any) -> bool:
    """Whether a value is text that UTF-8 can hold: JSON can name a lone surrogate."""
    return isinstance(value, str) and (
        value.isascii() or value == value.encode("utf-8", "replace").decode()
    )


def _is_whole(value: Any) -> bool:
    """Whether a value is a whole number of 64 bits."""
    return type(value) is int and abs(value) < 1 << 63


def _is_number(value: Any) -> bool:
    """Whether a value is a finite number that a float can hold."""
    return type(value) in (int, float) and abs(value) <= sys.float_info.max


def _is_truth(value: Any) -> bool:
    """Whether a value is true or false."""
    return isinstance(value, bool)


def _is_time(value: Any) -> bool:
    """Whether a value is a time in ISO 8601, of years in which builds can have run."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).year in YEARS
    except ValueError:
        return False


# type of a column -> (whether a value of a record fits it, what such a value is called)
KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (_is_text, "text"),
    "int64": (_is_whole, "whole number"),
    "Int64": (_is_whole, "whole number"),
    "float64": (_is_number, "number"),
    "bool": (_is_truth, "true or false"),
    "boolean": (_is_truth, "true or false"),
    "datetime64[ns, UTC]": (_is_time, "time"),
}
