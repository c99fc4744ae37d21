"""A run on disk, found and read again: writing.py writes it, whole or not at all.

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
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import RecordError
from analysis.logs import is_gzip
from analysis.records.disk import check_path
from analysis.records.values import KINDS
from analysis.times import read_time

FORMAT = 1
# experiment.json's entry for the commits that later ones are built without
FAILING = "failing_commits"
# and for what the commit of each scenario changes
CHANGES = "changes"
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
    "pressure": "float64",
    "others_cpu": "float64",
    "side_by_side": "boolean",
    "machine": "string",
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
_FILES = ("build.log.gz", "images.json.gz", "history.json.gz")
_BUILT = ("run", "context", "lab_images")
_VERSIONS = ("engine", "buildx", "buildkit", "storage_driver")
_TIMES = ("started", "finished")
# what of experiment.json has parts
_PARTS = ("buildspecs", "images", "bases", "replacements", "machine", CHANGES, FAILING)


@dataclass(frozen=True)
class Records:
    """`runs`: one row a finished run (COLUMNS); `problems`: path, reason of each that can't be.

    `built`: run, context (digest of what was built), lab_images (as text), of each.
    """

    runs: pd.DataFrame
    problems: pd.DataFrame
    built: pd.DataFrame


def run_name(strategy: str, scenario: str, number: int) -> str:
    """The name of a run's folder, unique in its experiment."""
    return f"{strategy}.{scenario}.{number:02d}"


def is_finished(experiment: Path, run: str) -> bool:
    """Whether a run was written and can be read: its record and the files beside it."""
    folder = experiment / "runs" / run
    return folder.is_dir() and explain_damage(folder) is None


def explain_damage(run: Path) -> str | None:
    """Why a run's folder is no finished run that can be read, in words; null when it is one.

    Of a record of another format nobody can say: it counts as finished.
    """
    return _explain_damage(run, tuple(_stamp(run / name) for name in ("record.json", *_FILES)))


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes when a file does; nothing of one that is not there."""
    try:
        known = path.stat()
    except OSError:
        return ()
    return known.st_ino, known.st_size, known.st_mtime_ns


@lru_cache(maxsize=1 << 16)
def _explain_damage(run: Path, _: tuple[tuple[int, ...], ...]) -> str | None:
    """explain_damage of files that have not changed since."""
    try:
        record = read_json(run / "record.json")
        if isinstance(record, dict) and record.get("format") != FORMAT:
            return None
        read_record(run)
        for name in _FILES:
            _check_gzip(run / name)
    except RecordError as error:
        return str(error)
    return None


def _check_gzip(path: Path) -> None:
    """RecordError for a file that is empty, cut off or damaged; its checksum tells."""
    try:
        data = path.read_bytes()
        whole = bool(gzip.decompress(data) if is_gzip(data) else data.strip(b"\0"))
    except FileNotFoundError as error:
        raise RecordError(f"{path} is missing: run it again.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise RecordError(f"{path} is damaged ({error}): run it again.") from error
    if not whole:
        raise RecordError(f"{path} is empty: run it again.")


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


def read_facts(folder: Path) -> dict[str, Any]:
    """What an experiment's experiment.json says, {} without one; RecordError for a damaged one."""
    path = folder / "experiment.json"
    if not path.exists():
        return {}
    try:
        facts = read_json(path)
    except RecordError:
        facts = None
    if isinstance(facts, dict) and all(isinstance(facts.get(n, {}), dict) for n in _PARTS):
        return facts
    raise RecordError(
        f"{path} can't be read, and it says what the runs in {folder} were built with: put back "
        "what was there, or choose another folder for new runs."
    )


def read_records(folder: str | Path) -> Records:
    """The finished runs of an experiment folder and the problems of the others."""
    folder = Path(folder)
    check_path(folder)
    if not (folder / "runs").is_dir():
        fact = "it is a file" if folder.is_file() else "it does not exist"
        fact = "there is no folder 'runs' in it" if folder.is_dir() else fact
        raise RecordError(
            f"{folder} holds no experiment: {fact}. Give the folder of one, such as data/lab."
        )
    rows, problems = [], []
    for run in _list_runs(folder / "runs"):
        try:
            rows.append(read_record(run))
        except RecordError as error:
            problems.append((run, error))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in _TIMES:
        frame[name] = pd.to_datetime(frame[name], utc=True)
    built = pd.DataFrame(rows, columns=list(_BUILT), dtype="string")
    return Records(frame.astype(COLUMNS), frame_problems(problems), built)


def _list_runs(folder: Path) -> list[Path]:
    """The folders of runs, and links that may lead to some; RecordError where they can't be listed.

    A hidden one is none of ours: JupyterLab makes .ipynb_checkpoints wherever it shows files.
    """
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
        paths = [folder / name for name in names]
        return [path for path in paths if path.is_symlink() or path.is_dir()]
    except OSError as error:
        raise RecordError(
            f"{folder} can't be read ({error.strerror}): check its permissions."
        ) from error


def frame_problems(problems: Iterable[tuple[object, object]]) -> pd.DataFrame:
    """path, reason of what can't be read, as text; a lone surrogate in it as a question mark."""
    rows = [
        [str(value).encode("utf-8", "replace").decode() for value in problem]
        for problem in problems
    ]
    return pd.DataFrame(rows, columns=["path", "reason"], dtype="string")


def read_record(run: Path) -> dict[str, Any]:
    """One row of COLUMNS and _BUILT; RecordError names the file and what is wrong with it."""
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
        | {"context": _as_text(record.get("context")), "lab_images": _as_text(record.get("images"))}
        | {
            "log": str(run / "build.log.gz"),
            "images": str(run / "images.json.gz"),
            "history": str(run / "history.json.gz"),
        }
    )


def _as_text(value: Any) -> str | None:
    """A value as text, keys in order; null for none."""
    return None if value is None else json.dumps(value, sort_keys=True)


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
