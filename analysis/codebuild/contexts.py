"""Contexts as of a sequence's commits, as CodeBuild takes them: zips in S3.

The same files give the same bytes, and so the same place in the bucket.
"""

import io
import stat
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.aws import Aws, upload
from analysis.codebuild.target import CONTEXT
from analysis.experiment import Settings, digest_of
from analysis.workload import context_files, make_context, set_arguments

# the earliest time that a zip can hold: a build does not see it
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# BuildKit reads another .dockerignore beside a Dockerfile's name, which we don't
_OTHER_IGNORE = "Dockerfile.dockerignore"


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
) -> dict[str, ContextArchive]:
    """Scenario -> the context as of its commit, uploaded, later ones `without` some commits.

    `newer`: base image -> a newer one.
    """
    found = {}
    with tempfile.TemporaryDirectory(prefix="context-") as folder:
        for name in scenarios:
            target = Path(folder) / name
            make_context(settings.context, name, target, {}, newer, settings.replacements, without)
            set_arguments(target, settings.arguments)
            data = zip_context(target, CONTEXT)
            location = upload(aws, bucket, experiment, name, data)
            found[name] = ContextArchive(location, digest_of(target))
    return found


def zip_context(folder: Path, name: str) -> bytes:
    """A zip with the files of a context under NAME/: those that a build of it may see.

    Links stay links, files keep what may be done with them, empty folders are in it.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _list_sent(folder):
            _add(archive, folder / path, f"{name}/{path.as_posix()}")
    return buffer.getvalue()


def _list_sent(folder: Path) -> list[Path]:
    """What of a context is sent, relative to it: what .dockerignore leaves out stays here."""
    found = {path.relative_to(folder) for path in folder.rglob("*")}
    if (folder / _OTHER_IGNORE).exists():
        return sorted(path for path in found if not _is_full(folder / path))
    kept = {*context_files(folder), Path("Dockerfile"), Path(".dockerignore")}
    links = {path for path in found if (folder / path).is_symlink()}
    empty = {path for path in found if _is_empty(folder / path)}
    return sorted(found & (kept | links | empty))


def _is_full(path: Path) -> bool:
    """Whether a path is a folder with something in it."""
    return path.is_dir() and not path.is_symlink() and any(path.iterdir())


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
