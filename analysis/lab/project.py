"""A user's project in a build host: its folder, with the context of a scenario at its place."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.lab.host import BuildHost

# what a build makes by itself, or does not look at
_LEFT_OUT = frozenset({"node_modules", ".venv", ".terraform", ".tox"})
_GIT = ".git"


@dataclass(frozen=True)
class Project:
    """A folder, and the place in it of the context that scenarios change ("." for all of it).

    `with_git`: whether its commands ask git.
    """

    root: Path
    place: str = "."
    with_git: bool = False

    @property
    def _left_out(self) -> frozenset[str]:
        """The names of what stays here."""
        return _LEFT_OUT if self.with_git else _LEFT_OUT | {_GIT}

    def list_files(self) -> Iterator[Path]:
        """Its files and links relative to it, without what a host does not get."""
        for folder, names, files in os.walk(self.root):
            names[:] = sorted(set(names) - self._left_out)
            links = [name for name in names if Path(folder, name).is_symlink()]
            for name in sorted({*files, *links} - self._left_out):
                yield Path(folder, name).relative_to(self.root)

    def put(self, host: BuildHost, context: Path, name: str, fresh: bool) -> None:
        """Put it into a host under a name, its context as of a scenario."""
        host.put(self.root, name, fresh, self._left_out)
        host.put(context, name if self.place == "." else f"{name}/{self.place}", fresh=True)
