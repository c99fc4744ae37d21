"""A run is written once, whole or not at all: to a folder beside its own, which is then renamed."""

import gzip
import json
import os
import shutil
from pathlib import Path
from typing import Any

from analysis.errors import RecordError
from analysis.records.disk import (
    make_folder,
    set_aside,
    sync_folder,
    write_synced,
    writing_errors,
)
from analysis.records.recording import is_finished
from analysis.redaction import redact_log, redact_values


def write_run(
    experiment: Path,
    record: dict[str, Any],
    log: bytes,
    images: dict[str, Any],
    history: dict[str, Any],
    anew: bool = False,
) -> Path:
    """The folder of a run, whole and on disk; RecordError if that run is finished already.

    What can't be read in its place, or `anew` what is finished, is kept in EXPERIMENT/set-aside.
    """
    folder = experiment / "runs" / record["run"]
    finished = is_finished(experiment, record["run"])
    if finished and not anew:
        raise RecordError(f"{folder} holds a finished run, which is never overwritten.")
    part = folder.with_name(folder.name + ".part")
    log, record, history = redact_log(log), redact_values(record), redact_values(history)
    files = {
        "build.log.gz": _to_gzip(log),
        "images.json.gz": _to_gzip(to_json(images)),
        "history.json.gz": _to_gzip(to_json(history)),
        "record.json": to_json(record, indent=1),
    }
    with writing_errors(experiment):
        _write_folder(part, files)
        if os.path.lexists(folder):
            set_aside(experiment, folder, "replaced" if finished else "damaged")
        os.replace(part, folder)
        sync_folder(folder.parent)
    return folder


def _write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write a folder of files anew, all of it on disk; nothing of it stays where that fails."""
    if folder.exists():
        shutil.rmtree(folder)
    try:
        make_folder(folder)
        for name, data in files.items():
            write_synced(folder / name, data)
        sync_folder(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _to_gzip(data: bytes) -> bytes:
    """`data` compressed; the same data gives the same bytes."""
    return gzip.compress(data, 9, mtime=0)


def to_json(value: Any, indent: int | None = None) -> bytes:
    """Stable UTF-8 JSON with a last newline."""
    return (json.dumps(value, indent=indent, sort_keys=indent is not None) + "\n").encode()
