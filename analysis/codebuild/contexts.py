"""Contexts as of a sequence's commits, as CodeBuild takes them: zips in S3.

The same files give the same bytes, and so the same place in the bucket.
"""

import io
import stat
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from analysis.aws import Aws, upload
from analysis.codebuild.target import CONTEXT
from analysis.experiment import Replay, Settings, digest_of, find_project
from analysis.lab import Project
from analysis.records import full_errors
from analysis.workload import (
    BUILD_FILES,
    BuildOptions,
    Commit,
    context_files,
    make_commit,
    make_context,
    set_arguments,
)

# the earliest time that a zip can hold: a build does not see it
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


@dataclass(frozen=True)
class ContextArchive:
    """A context as a build takes it: its location in S3, and its digest."""

    location: str
    digest: str


def upload_contexts(
    aws: Aws,
    bucket: str,
    experiment: str,
    scenarios: Iterable[str],
    settings: Settings,
    newer: Mapping[str, str],
    without: Collection[str] = (),
    replay: Replay | None = None,
) -> dict[str, ContextArchive]:
    """Scenario -> the context as of its commit, uploaded, later ones `without` some commits.

    `newer`: base image -> a newer one. `replay`: the history that the scenarios are of.
    """
    options, given = settings.options, settings.replacements

    def write(name: str, target: Path) -> None:
        if replay:
            replay.write(name, target, {})
        else:
            make_context(settings.context, name, target, {}, newer, given, without, options)

    return {
        name: _upload(aws, bucket, experiment, name, partial(write, name), settings)
        for name in scenarios
    }


def upload_commit(
    aws: Aws, bucket: str, experiment: str, commit: Commit, settings: Settings
) -> ContextArchive:
    """The context as of a commit of a story, uploaded; FROM takes what the Dockerfile names."""

    def write(target: Path) -> None:
        given = settings.replacements
        make_commit(settings.context, commit, target, {}, given, settings.options)

    name = "-".join((commit.branch, *commit.of))[:80]
    return _upload(aws, bucket, experiment, name, write, settings)


def _upload(
    aws: Aws,
    bucket: str,
    experiment: str,
    name: str,
    write: Callable[[Path], None],
    settings: Settings,
) -> ContextArchive:
    """A context that `write` writes, with its arguments set, uploaded under a name. RecordError."""
    with tempfile.TemporaryDirectory(prefix="context-") as folder:
        target = Path(folder) / CONTEXT
        with full_errors(target.parent, temporary=True):
            write(target)
            set_arguments(target, settings.arguments, settings.options)
        location = upload(aws, bucket, experiment, name, _pack(target, settings))
        return ContextArchive(location, digest_of(target, settings.options))


def _pack(context: Path, settings: Settings) -> bytes:
    """What a build finds: a context in its folder, or the project that it is a part of."""
    project = find_project(settings)
    if project is None:
        return zip_context(context, CONTEXT, settings.options)
    return _zip_project(project, context)


def _zip_project(project: Project, context: Path) -> bytes:
    """A zip with a project's files, and in their place those of its context as of a commit."""
    files = {path: project.root / path for path in project.list_files()}
    for path in context.rglob("*"):
        if not path.is_dir() or path.is_symlink():
            files[Path(project.place) / path.relative_to(context)] = path
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            _add(archive, files[path], path.as_posix())
    return buffer.getvalue()


def zip_context(folder: Path, name: str, options: BuildOptions | None = None) -> bytes:
    """A zip with the files of a context under NAME/: those that a build of it may read.

    Links stay links, files keep what may be done with them, empty folders are in it.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _list_sent(folder, options or BuildOptions()):
            _add(archive, folder / path, f"{name}/{path.as_posix()}")
    return buffer.getvalue()


def _list_sent(folder: Path, options: BuildOptions) -> list[Path]:
    """What of a context is sent, relative to it: what .dockerignore leaves out stays here."""
    found = {path.relative_to(folder) for path in folder.rglob("*")}
    kept = {*context_files(folder, options), Path(options.dockerfile), *_list_kept(folder)}
    links = {path for path in found if (folder / path).is_symlink()}
    empty = {path for path in found if _is_empty(folder / path)}
    return sorted(found & (kept | links | empty))


def _list_kept(folder: Path) -> Iterator[Path]:
    """The files of a context that commands read which build it: ignore files, bake's, compose's."""
    for pattern in BUILD_FILES:
        yield from (path.relative_to(folder) for path in folder.rglob(pattern) if path.is_file())


def _is_empty(path: Path) -> bool:
    """Whether a path is a folder with nothing in it."""
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    """Put one file, link or empty folder into a zip."""
    mode, folder = path.lstat().st_mode, path.is_dir() and not path.is_symlink()
    entry = zipfile.ZipInfo(f"{name}/" if folder else name, _EARLIEST)
    entry.create_system, entry.compress_type = _UNIX, zipfile.ZIP_DEFLATED
    entry.external_attr = mode << 16 | (0x10 if folder else 0)
    if stat.S_ISLNK(mode):
        archive.writestr(entry, path.readlink().as_posix())
    else:
        archive.writestr(entry, b"" if folder else path.read_bytes())
