"""What git tells of a folder: asked by its command, which only reads and starts nothing else."""

import os
import re
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from analysis.errors import ContextError

_SECONDS = 60
# a repository's own settings may name programs, which none of these is to run
_TRUST_NOTHING = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false")
_ELSEWHERE = re.compile(r"GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|COMMON_DIR|NAMESPACE)")
# what git says, as it begins -> what to do
_CURES = {
    "not a git repository": ": give a folder of a clone",
    "bad revision": ": give commits, tags or branches that the clone has",
    "detected dubious ownership": ": it belongs to another user",
    "warning: lazy fetching disabled": ": run git fetch --refetch",
    "Not a valid object name": ": that commit has no such folder",
}
LINK, MODULE = "120000", "160000"


class Entry(NamedTuple):
    """What a commit holds at a path: its mode, as git writes it, and the id of its contents."""

    mode: str
    id: str


def run_git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints in a folder; ContextError with what it says where it fails."""
    command = ["git", "--no-pager", *_TRUST_NOTHING, "-C", str(folder), *arguments]
    env = {name: value for name, value in os.environ.items() if not _ELSEWHERE.fullmatch(name)}
    env |= {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, timeout=_SECONDS, env=env, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ContextError(f"git can't be asked about {folder} ({error}): install git.") from error
    if done.returncode:
        said = decode(done.stderr).strip().removeprefix("fatal: ").splitlines() or ["nothing"]
        raise ContextError(_explain(folder, said[0]))
    return done.stdout


def _explain(folder: Path, said: str) -> str:
    """Why git tells no history of a folder, by what it says, and what to give instead."""
    if not folder.is_dir():
        fact = "is no folder" if folder.exists() else "does not exist"
        return f"{folder} {fact}: give a folder of a git repository."
    cure = next((words for begin, words in _CURES.items() if said.startswith(begin)), "")
    return f"git does not tell the history of {folder}: it says {said!r}{cure}."


def decode(data: bytes) -> str:
    """Text of git's, whose bytes that are not UTF-8 come back by encoding it alike."""
    return data.decode("utf-8", "surrogateescape")


def list_entries(folder: Path, commit: str, inside: str) -> dict[str, Entry]:
    """Path -> entry of what a commit holds below a path of its repository, relative to that."""
    place = f"{commit}:{inside}"
    listed = decode(run_git(folder, "ls-tree", "-r", "-z", "--full-tree", place))
    found = {}
    for line in filter(None, listed.split("\0")):
        facts, _, path = line.partition("\t")
        mode, _, name = facts.split(" ")
        found[path] = Entry(mode, name)
    return found


def read_contents(folder: Path, ids: Collection[str]) -> dict[str, bytes]:
    """Id -> contents; ContextError where this clone lacks some."""
    wanted = list(dict.fromkeys(ids))
    answer = run_git(
        folder, "cat-file", "--batch", given="".join(f"{i}\n" for i in wanted).encode()
    )
    found, at = {}, 0
    for name in wanted:
        end = answer.index(b"\n", at)
        facts = answer[at:end].split()
        if facts[-1] == b"missing":
            raise ContextError(
                f"The clone at {folder} lacks contents of its commits: run git fetch --refetch."
            )
        size = int(facts[2])
        found[name] = answer[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return found
