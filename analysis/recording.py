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
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import RecordError

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
    "log": "string",
    "images": "string",
    "history": "string",
}


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
    experiment: Path, record: dict[str, Any], log: bytes, images: dict, history: dict
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
    write_gzip(part / "build.log.gz", log)
    write_gzip(part / "images.json.gz", to_json(images))
    write_gzip(part / "history.json.gz", to_json(history))
    (part / "record.json").write_bytes(to_json(record, indent=1))
    os.replace(part, folder)
    return folder


def write_gzip(path: Path, data: bytes) -> None:
    """Write `data` compressed; the same data gives the same bytes."""
    path.write_bytes(gzip.compress(data, 9, mtime=0))


def to_json(value: Any, indent: int | None = None) -> bytes:
    """Stable UTF-8 JSON with a last newline."""
    return (json.dumps(value, indent=indent, sort_keys=indent is not None) + "\n").encode()


def read_json(path: str | Path) -> Any:
    """The value in a JSON file, gzip or not; RecordError if it is cut off or damaged."""
    path = Path(path)
    try:
        data = path.read_bytes()
        return json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    except FileNotFoundError as error:
        raise RecordError(f"{path} is missing: the run was cut off; run it again.") from error
    except (OSError, EOFError, ValueError) as error:
        raise RecordError(f"{path} is damaged ({error}): run it again.") from error


def read_records(folder: str | Path) -> Records:
    """The finished runs of an experiment folder and the problems of the others."""
    folder = Path(folder)
    if not (folder / "runs").is_dir():
        raise RecordError(f"{folder} holds no experiment: there is no folder 'runs' in it.")
    rows, problems = [], []
    for run in sorted(path for path in (folder / "runs").iterdir() if path.is_dir()):
        try:
            rows.append(read_record(run))
        except RecordError as error:
            problems.append((str(run), str(error)))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("started", "finished"):
        frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601", errors="coerce")
    frame = frame.astype(COLUMNS)
    return Records(frame, pd.DataFrame(problems, columns=["path", "reason"], dtype="string"))


def read_record(run: Path) -> dict[str, Any]:
    """One row of COLUMNS; RecordError names the file and what is wrong with it."""
    if run.name.endswith(".part"):
        raise RecordError(f"{run} was cut off while it was written; run it again.")
    record = read_json(run / "record.json")
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise RecordError(f"{run / 'record.json'} is not a record of format {FORMAT}.")
    row = {name: record.get(name) for name in COLUMNS} | record.get("versions", {})
    absent = [name for name in ("run", "strategy", "scenario", "round") if row[name] is None]
    if absent:
        raise RecordError(f"{run / 'record.json'} lacks {', '.join(absent)}; run it again.")
    row |= {
        "log": str(run / "build.log.gz"),
        "images": str(run / "images.json.gz"),
        "history": str(run / "history.json.gz"),
    }
    return {name: row[name] for name in COLUMNS}
