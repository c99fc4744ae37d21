"""Builds as files: exported logs, what CodeBuild said of them, and runs of this package."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import RecordError, SourceError
from analysis.logs import match_files
from analysis.past_builds.described import describe_build
from analysis.past_builds.frames import Found, Phase
from analysis.records import read_json, read_record

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECORD, _LOG = "record.json", "build.log.gz"


def find_files(text: str) -> tuple[list[Found], list[tuple[str, str]]]:
    """(every build of which a file tells, what and why of files that can't be used).

    A run of this package (record.json beside its log) is a build, and its strategy the project;
    any other file is a log, and its folder's name the project. A JSON file with `builds`, as
    `aws codebuild batch-get-builds` writes it, tells of the logs whose names hold the build's id.
    """
    paths = _list_files(match_files(text))
    if not paths:
        raise SourceError(
            f"{text!r} names no file, no folder with files and no project here: give a folder of "
            "build logs, or the name of a CodeBuild project, a log group (/aws/codebuild/NAME) or "
            "s3://BUCKET/PREFIX."
        )
    runs = {path.parent for path in paths if path.name == _RECORD}
    records, problems = _read_runs(sorted(runs))
    others = [path for path in paths if path.parent not in runs]
    told = {path: builds for path in others if (builds := _read_builds(path))}
    logs = [path for path in others if path not in told]
    items = [item for builds in told.values() for item in builds]
    return records + list(_match_logs(logs, items)), problems


def _list_files(found: Iterable[Path]) -> list[Path]:
    """Every file that is meant, each once, without hidden ones."""
    paths: dict[Path, None] = {}
    for path in found:
        below = sorted(each for each in path.rglob("*") if each.is_file())
        shown = [each for each in below if not _is_hidden(each.relative_to(path))]
        paths |= dict.fromkeys(shown if path.is_dir() else [path])
    return list(paths)


def _is_hidden(path: Path) -> bool:
    """Whether a file, or a folder it is in, is one that systems and tools hide."""
    return any(part.startswith(".") for part in path.parts)


def _read_runs(folders: Iterable[Path]) -> tuple[list[Found], list[tuple[str, str]]]:
    """(the builds of this package's runs, what and why of those that are damaged)."""
    found, problems = [], []
    for folder in folders:
        try:
            found.append(_read_run(folder))
        except RecordError as error:
            problems.append((folder.name, str(error)))
    return found, problems


def _read_run(folder: Path) -> Found:
    """The build that a run of this package is; RecordError when its record is damaged."""
    row = read_record(folder)
    known = {name: row[name] for name in ("status", "started", "finished", "seconds", "idle_gap")}
    known |= {"project": row["strategy"], "emulated": row["emulated"]}
    waited = row["provisioning_seconds"]
    waiting = [] if waited is None else [Phase("PROVISIONING", "succeeded", None, waited)]
    log = folder / _LOG
    if not log.is_file():
        return Found(row["run"], known, waiting, problem=f"{log} is missing: restore it.")
    return Found(row["run"], known, waiting, log)


def _read_builds(path: Path) -> list[Mapping[str, Any]]:
    """The builds of which a JSON file tells, as CodeBuild words them; [] for any other file."""
    if path.suffix != ".json":
        return []
    try:
        value = read_json(path)
    except RecordError:
        return []
    items = value.get("builds") if isinstance(value, dict) else None
    known = [each for each in items or () if isinstance(each, dict)]
    return [each for each in known if isinstance(each.get("id"), str)]


def _match_logs(logs: Iterable[Path], items: Iterable[Mapping[str, Any]]) -> Iterator[Found]:
    """A build a log, with what is told of it, then the builds of which there is no log."""
    told = {item["id"].rpartition(":")[2].lower(): item for item in items}
    logs = list(logs)
    for path, name in zip(logs, _name_logs(logs), strict=True):
        found = _UUID.search(path.name.lower())
        item = told.pop(found[0], None) if found else None
        if item is None:
            yield Found(name, {"project": path.resolve().parent.name}, log=path)
        else:
            yield describe_build(item, log=path)
    for item in told.values():
        yield describe_build(item, problem="its log is not among the files.")


def _name_logs(logs: Sequence[Path]) -> list[str]:
    """The paths of logs below the folder that has them all."""
    if not logs:
        return []
    root = os.path.commonpath([path.parent for path in logs])
    return [path.relative_to(root).as_posix() if root else path.as_posix() for path in logs]
