"""How often git shows each file of a folder to change."""

import contextlib
from collections import Counter
from functools import lru_cache
from pathlib import Path

from analysis.errors import ContextError
from analysis.workload.git import decode, run_git

# commits that are looked at, the newest first
_COMMITS = 500
_LOG = (
    "log",
    f"--max-count={_COMMITS}",
    "--no-merges",
    "--no-ext-diff",
    "--no-renames",
    "--format=",
)


def count_changes(folder: Path) -> Counter[str]:
    """File of a folder, as a/b/c -> in how many of its newest commits it changed.

    Nothing where there is no git, or no history.
    """
    return Counter(_count(folder.resolve(), _ask(folder, "rev-parse", "HEAD").strip()))


# the same folder is asked about for each scenario
@lru_cache(1 << 6)
def _count(folder: Path, head: str) -> Counter[str]:
    """count_changes as of a commit."""
    if not head:
        return Counter()
    names = _ask(folder, *_LOG, "--name-only", "--relative", "-z", "--", ".")
    return Counter(name.strip("\n") for name in names.split("\0") if name.strip("\n"))


def _ask(folder: Path, *arguments: str) -> str:
    """What git prints in a folder; '' where it fails or is not there."""
    with contextlib.suppress(ContextError):
        return decode(run_git(folder, *arguments))
    return ""
