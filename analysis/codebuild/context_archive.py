"""A build's context as CodeBuild takes it: a zip, the same bytes for the same files."""

import io
import stat
import zipfile
from pathlib import Path

from analysis.workload import context_files

# the earliest time that a zip can hold: a build does not see it
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# BuildKit reads another .dockerignore beside a Dockerfile's name, which we don't
_OTHER_IGNORE = "Dockerfile.dockerignore"


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
