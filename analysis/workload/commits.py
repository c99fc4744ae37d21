"""How often git shows each file of a folder to change."""

import os
import subprocess
from collections import Counter
from functools import lru_cache
from pathlib import Path

# commits that are looked at, the newest first
_COMMITS = 500
_SECONDS = 20
# a repository's own settings may name programs, which none of these is to run
_TRUST_NOTHING = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false")
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
    return Counter(_count(folder.resolve(), _read_head(folder)))


def _read_head(folder: Path) -> str:
    """What git calls the newest commit; '' without one."""
    return _run_git(folder, "rev-parse", "HEAD").strip()


# the same folder is asked about for each scenario
@lru_cache(1 << 6)
def _count(folder: Path, head: str) -> Counter[str]:
    """count_changes as of a commit."""
    if not head:
        return Counter()
    names = _run_git(folder, *_LOG, "--name-only", "--relative", "-z", "--", ".")
    return Counter(name.strip("\n") for name in names.split("\0") if name.strip("\n"))


def _run_git(folder: Path, *arguments: str) -> str:
    """What git prints in a folder; '' where it fails or is not there."""
    command = ["git", "--no-pager", *_TRUST_NOTHING, "-C", str(folder), *arguments]
    env = os.environ | {"GIT_NO_LAZY_FETCH": "1"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, env=env, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else ""
