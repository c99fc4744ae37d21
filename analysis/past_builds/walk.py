"""The files that a path names: each once, and what can't be reached, told."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from analysis.logs import show_path

# what, and why it can't be used
Problem = tuple[str, str]
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def list_files(roots: Iterable[Path]) -> tuple[list[Path], list[Problem]]:
    """(every file that is meant, each once, what can't be reached); hidden ones are left out."""
    files: dict[Path, None] = {}
    problems: list[Problem] = []
    for root in roots:
        found, told = _walk(root)
        files |= dict.fromkeys(found)
        problems += [(_name_below(path, root), reason) for path, reason in told]
    return list(files), problems


def _walk(root: Path) -> tuple[list[Path], list[tuple[Path, str]]]:
    """(the files below a folder in order, or the one file itself, what can't be reached)."""
    files: dict[tuple[int, int], Path] = {}
    told: list[tuple[Path, str]] = []
    # links last: of a file and a link to it, the file is read
    waiting, links = [root], list[Path]()
    while waiting or links:
        path = waiting.pop() if waiting else links.pop(0)
        try:
            facts = path.stat()
            if stat.S_ISDIR(facts.st_mode) and (path == root or not path.is_symlink()):
                inside, linked = _list_folder(path)
                waiting += inside
                links += linked
            elif reason := _refuse(path, facts, files):
                told.append((path, reason))
            else:
                files[facts.st_dev, facts.st_ino] = path
        except OSError as error:
            told.append((path, _explain(path, error)))
    return sorted(files.values()), told


def _list_folder(folder: Path) -> tuple[list[Path], list[Path]]:
    """(what lies in a folder, the links in it), without hidden ones; OSError."""
    with os.scandir(folder) as entries:
        shown = [each for each in entries if not each.name.startswith(".")]
    inside = [folder / each.name for each in shown if not each.is_symlink()]
    return inside, sorted(folder / each.name for each in shown if each.is_symlink())


def _refuse(path: Path, facts: os.stat_result, files: dict[tuple[int, int], Path]) -> str:
    """Why what lies there is not read as a file, "" where it is."""
    name = show_path(path)
    if stat.S_ISDIR(facts.st_mode):
        target = show_path(path.resolve())
        return f"{name} is a link to a folder, which is not followed: name {target} itself."
    if not stat.S_ISREG(facts.st_mode):
        kind = _KINDS.get(stat.S_IFMT(facts.st_mode), "something else")
        return f"{name} is no file but {kind}: save the log as a file."
    same = files.get((facts.st_dev, facts.st_ino))
    return (
        f"{name} is the same file as {show_path(same)}, which is read: remove one." if same else ""
    )


def _explain(path: Path, error: OSError) -> str:
    """Why something can't be reached, and what to do."""
    name = show_path(path)
    if error.errno == errno.ELOOP:
        return f"{name} is a link that leads back to itself: remove it."
    if path.is_symlink() and isinstance(error, FileNotFoundError):
        target = show_path(os.readlink(path))
        return (
            f"{name} is a link to {target}, which does not exist: restore that or remove the link."
        )
    return f"{name} can't be read ({error.strerror}): check its permissions."


def _name_below(path: Path, root: Path) -> str:
    """A path as it lies below the root; the root's own name for the root."""
    return show_path(path.name if path == root else path.relative_to(root))
