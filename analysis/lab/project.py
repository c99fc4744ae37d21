"""A user's project in a build host: its folder, with the context of a scenario at its place."""

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

    def put(self, host: BuildHost, context: Path, name: str, fresh: bool) -> None:
        """Put it into a host under a name, its context as of a scenario."""
        left_out = _LEFT_OUT if self.with_git else _LEFT_OUT | {_GIT}
        host.put(self.root, name, fresh, left_out)
        host.put(context, name if self.place == "." else f"{name}/{self.place}", fresh=True)
