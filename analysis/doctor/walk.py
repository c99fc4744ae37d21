"""The files that paths mean: folders are walked, without what git ignores."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pathspec import GitIgnoreSpec

NEVER = {".git", "node_modules", "site-packages", ".terraform", ".venv", "__pycache__"}


class Given(NamedTuple):
    """A file, the folder that it was found in, and whether it was named itself."""

    file: Path
    root: Path
    named: bool


def list_given(paths: Iterable[Path]) -> tuple[list[Given], list[tuple[Path, str]]]:
    """(the files that paths mean, each once; what can't be reached, and why)."""
    found: dict[str, Given] = {}
    problems: list[tuple[Path, str]] = []
    for path in paths:
        try:
            if path.is_dir():
                for file in _walk(path, problems):
                    found.setdefault(os.path.abspath(file), Given(file, path, named=False))
            elif path.exists():
                found[os.path.abspath(path)] = Given(path, path.parent, named=True)
            else:
                problems.append((path, "does not exist: name a file or a folder that does"))
        except OSError as error:
            problems.append((path, _say_closed(error)))
    return list(found.values()), problems


def _say_closed(error: OSError) -> str:
    """That a file or folder can't be read, and what to look at."""
    cure = ": check its permissions" if isinstance(error, PermissionError) else ""
    return f"can't be read ({error.strerror}){cure}"


def _walk(root: Path, problems: list[tuple[Path, str]]) -> Iterator[Path]:
    """The files below a folder, in the order of their names."""
    ignores = _Ignores()
    ignores.read_above(root)

    def note(error: OSError) -> None:
        problems.append((Path(error.filename or root), _say_closed(error)))

    for folder, folders, names in os.walk(root, onerror=note):
        here = Path(folder)
        ignores.read(here)
        folders[:] = sorted(
            name
            for name in folders
            if name not in NEVER and not ignores.match(here / name, folder=True)
        )
        for name in sorted(names):
            if not ignores.match(here / name, folder=False):
                yield here / name


class _Ignores:
    """What .gitignore files leave out: the last line that fits, of the deepest file, decides."""

    def __init__(self) -> None:
        self.rules: dict[str, GitIgnoreSpec] = {}

    def read(self, folder: Path) -> None:
        """Add the .gitignore of a folder, if there is one."""
        file = folder / ".gitignore"
        if os.path.isfile(file):
            try:
                lines = file.read_text("utf-8", errors="replace").splitlines()
                self.rules[os.path.abspath(folder)] = GitIgnoreSpec.from_lines(lines)
            except (OSError, ValueError):
                return

    def read_above(self, folder: Path) -> None:
        """Add those of the folders above, up to the one that holds .git."""
        above = find_git(folder)
        if above:
            path = Path(os.path.abspath(folder))
            for each in [above, *(p for p in reversed(path.parents) if above in p.parents)]:
                self.read(each)

    def match(self, path: Path, folder: bool) -> bool:
        """Whether a file or folder is left out."""
        whole = os.path.abspath(path)
        ignored = False
        for base, rules in self.rules.items():
            if whole.startswith(base.rstrip("/") + "/"):
                name = os.path.relpath(whole, base) + ("/" if folder else "")
                told = rules.check_file(name).include
                ignored = ignored if told is None else told
        return ignored


def is_git_ignored(path: Path) -> bool:
    """Whether git leaves a folder out of what it keeps."""
    ignores = _Ignores()
    ignores.read_above(path.parent)
    ignores.read(path.parent)
    return ignores.match(path, folder=True)


def find_git(path: Path) -> Path | None:
    """The folder at or above a path that holds .git, None where none does."""
    whole = Path(os.path.abspath(path))
    return next((each for each in (whole, *whole.parents) if os.path.exists(each / ".git")), None)
