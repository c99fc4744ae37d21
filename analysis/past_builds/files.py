"""Builds as files: exported logs, what CodeBuild said of them, and runs of this package."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from analysis.errors import RecordError, SourceError
from analysis.logs import match_files, show_path
from analysis.past_builds.described import describe_build
from analysis.past_builds.frames import Found, Phase
from analysis.past_builds.told import Item, key_items, read_told
from analysis.past_builds.walk import Problem, list_files
from analysis.records import read_record

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECORD, _LOG = "record.json", "build.log.gz"
_NO_LOG = "its log is not among the files: save it there, with the build's id in its name."


def find_files(text: str) -> tuple[list[Found], list[Problem]]:
    """(every build of which a file tells, what and why of what can't be used).

    A run of this package (record.json beside its log) is a build, and its strategy the project;
    any other file is a log, and its folder's name the project. A JSON file with the builds that
    `aws codebuild batch-get-builds` prints tells of the logs whose names hold the build's id.
    """
    paths, problems = list_files(match_files(text))
    if not paths and not problems:
        raise SourceError(
            f"{show_path(text)!r} names no file, no folder with files and no project here: give a "
            "folder of build logs, or the name of a CodeBuild project, a log group "
            "(/aws/codebuild/NAME) or s3://BUCKET/PREFIX."
        )
    runs = {path.parent for path in paths if path.name == _RECORD}
    records, damaged = _read_runs(sorted(runs))
    logs, items, unread = _part_files(path for path in paths if path.parent not in runs)
    found, repeated = _match_logs(logs, items)
    return records + found, [*problems, *damaged, *unread, *repeated]


def _part_files(paths: Iterable[Path]) -> tuple[list[Path], list[Item], list[Problem]]:
    """(logs, what other files tell of builds, what can't be used of those)."""
    logs: list[Path] = []
    items: list[Item] = []
    problems: list[Problem] = []
    for path in paths:
        told = read_told(path)
        if told is None:
            logs.append(path)
        else:
            items += told[0]
            problems += [(show_path(path.name), reason) for reason in told[1]]
    return logs, items, problems


def _read_runs(folders: Iterable[Path]) -> tuple[list[Found], list[Problem]]:
    """(the builds of this package's runs, what and why of those that are damaged)."""
    found, problems = [], []
    for folder in folders:
        try:
            found.append(_read_run(folder))
        except RecordError as error:
            problems.append((show_path(folder.name), show_path(str(error))))
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
        return Found(
            row["run"], known, waiting, problem=f"{show_path(log)} is missing: restore it."
        )
    return Found(row["run"], known, waiting, log)


def _match_logs(logs: Sequence[Path], items: Iterable[Item]) -> tuple[list[Found], list[Problem]]:
    """(a build a log, with what is told of it, then those without one; logs that repeat one)."""
    told = key_items(items)
    projects = {folder: _name_project(folder) for folder in {path.parent for path in logs}}
    used: dict[str, Path] = {}
    found: list[Found] = []
    problems: list[Problem] = []
    for path, name in zip(logs, _name_logs(logs), strict=True):
        key = next((each for each in _UUID.findall(path.name.lower()) if each in told), None)
        if key is None:
            found.append(Found(name, {"project": projects[path.parent]}, log=path))
        elif key in used:
            problems.append((name, _say_repeated(path, used[key])))
        else:
            used[key] = path
            found.append(describe_build(told[key], log=path))
    rest = [item for key, item in told.items() if key not in used]
    return [*found, *(describe_build(item, problem=_NO_LOG) for item in rest)], problems


def _name_project(folder: Path) -> str | None:
    """The name of the folder that logs lie in."""
    return show_path(folder.resolve().name) or None


def _say_repeated(path: Path, first: Path) -> str:
    """That a build has its log already."""
    return (
        f"{show_path(path)} names the same build as {show_path(first)}, which is read: keep the "
        "one that is its log."
    )


def _name_logs(logs: Sequence[Path]) -> list[str]:
    """The paths of logs below the folder that has them all."""
    if not logs:
        return []
    root = os.path.commonpath([path.parent for path in logs])
    below = [path.relative_to(root) if root else path for path in logs]
    return [show_path(path.as_posix()) for path in below]
