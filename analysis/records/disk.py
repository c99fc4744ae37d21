"""Files that are on disk once they are said to be: whole, synced, and never without a word gone."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import RecordError
from analysis.logs import show_path

# where an experiment keeps what was replaced, beside its runs
ASIDE = "set-aside"
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_NUMBER = re.compile(r"\[Errno (\d+)\]")
_FREE = "remove reports or experiments that you don't need, or move the folder to another disk"
_FREE_TEMPORARY = "free some there, or let TMPDIR name a folder on another disk"


@contextmanager
def writing_errors(folder: Path) -> Iterator[None]:
    """Turn a full disk, or a folder that can't be written, into a RecordError with the cure."""
    try:
        with full_errors(folder):
            yield
    except (FileExistsError, NotADirectoryError) as error:
        raise RecordError(
            f"{error.filename or folder} can't be made: a file is in its way. Name another folder."
        ) from error
    except OSError as error:
        if error.errno not in _FORBIDDEN:
            raise
        # a file is written beside its place first
        path = str(error.filename or folder).removesuffix(".part")
        raise RecordError(
            f"{path} can't be written ({error.strerror}): let this user "
            "write there, or name another folder."
        ) from error


@contextmanager
def full_errors(folder: Path, temporary: bool = False) -> Iterator[None]:
    """Turn a full disk into a RecordError with what to free; of `temporary` files another disk."""
    try:
        yield
    except OSError as error:
        if not _is_full(error):
            raise
        raise RecordError(
            f"The disk that holds {folder} is full ({_say_free(folder)}): "
            f"{_FREE_TEMPORARY if temporary else _FREE}. What is finished is kept; the same call "
            "again runs the rest."
        ) from error


def _is_full(error: OSError) -> bool:
    """Whether an error is that of a full disk, also for some file of a folder that was copied."""
    if isinstance(error, shutil.Error):
        return any(int(number) in _FULL for number in _NUMBER.findall(str(error)))
    return error.errno in _FULL


def check_path(folder: Path) -> None:
    """RecordError for a folder whose path is not UTF-8: the frames of its runs can't name it."""
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        raise RecordError(
            f"{show_path(folder)} holds signs that are not UTF-8, which tables of runs can't name: "
            "rename that folder, or go into it and give a path from there."
        ) from error


def _say_free(folder: Path) -> str:
    """How much is free where a folder is, or would be."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return f"{shutil.disk_usage(there).free / 1e6:.1f} MB free"


def write_synced(path: Path, data: bytes) -> None:
    """Write a file that is on disk when this returns; its name may not be yet."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be on disk, where the system can be asked for that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows opens no folder
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_file(path: Path, data: bytes, synced: bool = True) -> None:
    """Write a file whole or not at all, in place of the one before. RecordError on a full disk.

    It is on disk when this returns, unless it need not be `synced`, as what can be made again.
    """
    part = path.with_name(f"{path.name}.part")
    with writing_errors(path.parent):
        make_folder(path.parent)
        try:
            if synced:
                write_synced(part, data)
            else:
                part.write_bytes(data)
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        if synced:
            sync_folder(path.parent)


def write_output(path: Path, text: str) -> None:
    """Write a text as replace_file does; what is there and no file, as a pipe, gets it as it is."""
    data = text.encode("utf-8", "replace")
    if path.is_file() or not path.exists():
        replace_file(path, data)
        return
    with writing_errors(path.parent):
        path.write_bytes(data)


def make_folder(folder: Path) -> None:
    """Make a folder with those above it; their names are on disk when this returns."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in made:
        sync_folder(path.parent)


def set_aside(experiment: Path, path: Path, why: str) -> Path:
    """Move a file or folder to EXPERIMENT/set-aside/NAME.WHY, numbered from the second on."""
    number, aside = 1, experiment / ASIDE / f"{path.name}.{why}"
    while aside.exists():
        number += 1
        aside = aside.with_name(f"{path.name}.{why}-{number}")
    make_folder(aside.parent)
    os.replace(path, aside)
    sync_folder(aside.parent)
    sync_folder(path.parent)
    return aside
