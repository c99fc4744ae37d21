"""Commits of a context's own git history, and the context as of each, read without a checkout."""

import posixpath
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from analysis.errors import ContextError, SettingError
from analysis.workload.git import LINK, MODULE, Entry, decode, list_entries, read_contents, run_git
from analysis.workload.ignore import IGNORE, parse_ignore
from analysis.workload.options import BuildOptions
from analysis.workload.tree import BuildTree

_NUMBER = re.compile(r"[1-9]\d{0,5}")
_RANGE = re.compile(r"(?![-.\s]*$)(?!-)(?!\S*\.{3})\S*\.\.\S*")
_BEGIN, _SIGN = "%H%x1f%P%x1f%cI%x1f%s", "\x1f"
_SHORT, _MOST_LINKS = 10, 40
_ATTRIBUTES = ".gitattributes"
# git's name for all of a repository
_ALL = ":/"


class GitCommit(NamedTuple):
    """A commit: its id, that of the one before it ("" for none), when, and its first line."""

    id: str
    before: str
    when: str
    subject: str

    @property
    def name(self) -> str:
        """Its short id."""
        return self.id[:_SHORT]


def read_range(text: str) -> str:
    """A range of commits as it is given: a number, or A..B; ` -- PATH` after it for those that

    change that path instead of the context. ValueError says how it is to be given.
    """
    given = " ".join(str(text).split())
    what, _, paths = given.partition(" -- ")
    if given and not (_NUMBER.fullmatch(what) or _RANGE.fullmatch(what)):
        raise ValueError("give a number (1 or more), or a range such as v1.0..v1.2")
    return f"{what} -- {paths}" if paths else what


def list_commits(context: Path, commits: str | int) -> list[GitCommit]:
    """The newest so many commits that change a context, or those of a range, the oldest first.

    Of the first parents; ` -- :/` after a range stands for all of the repository. SettingError for
    another range, ContextError where there is no history, or not enough of it.
    """
    try:
        what, _, paths = read_range(str(commits)).partition(" -- ")
    except ValueError as error:
        raise SettingError(f"COMMITS is {str(commits)!r}: {error}.") from error
    named = ["-n", what, "HEAD"] if what.isdecimal() else [what]
    found = _read_log(context, *named, "--", *_list_paths(paths))
    _check_depth(context, found, int(what) if what.isdecimal() else 1, str(commits))
    return found[::-1]


def find_commits(context: Path, commits: str | int, ids: Sequence[str] | None) -> list[GitCommit]:
    """list_commits, or the commits of these ids, in their order; SettingError, ContextError."""
    if ids is None:
        return list_commits(context, commits)
    return _read_log(context, "--no-walk=unsorted", *ids)


def _read_log(context: Path, *arguments: str) -> list[GitCommit]:
    """The commits that git log lists."""
    log = ("log", "-z", "--first-parent", "--no-color", "--encoding=UTF-8", f"--format={_BEGIN}")
    listed = run_git(context, *log, *arguments)
    rows = [line.split(_SIGN, 3) for line in decode(listed).split("\0") if line.strip()]
    return [GitCommit(one, before.split(" ")[0], when, said) for one, before, when, said in rows]


def list_before(context: Path, commit: str, most: int) -> list[str]:
    """A commit and those before it by its first parents, the newest first; ContextError."""
    named = run_git(context, "rev-list", "--first-parent", f"--max-count={most}", commit, "--")
    return decode(named).split()


def _list_paths(paths: str) -> list[str]:
    """The paths of which commits are asked for; none for all commits, empty ones among them."""
    return [] if paths == _ALL else paths.split() or ["."]


def _check_depth(context: Path, found: list[GitCommit], least: int, asked: str) -> None:
    """ContextError where a clone ends before the commits do, or there are none."""
    shallow = run_git(context, "rev-parse", "--is-shallow-repository").strip() == b"true"
    if shallow and (len(found) < least or not found[-1].before):
        raise ContextError(
            f"The clone at {context} is shallow: it holds {len(found)} of the commits {asked}, and "
            "not what was before them. Run git fetch --unshallow."
        )
    if not found and asked.isdecimal():
        raise ContextError(f"No commit of {context} changes a file there: commit some first.")
    if not found:
        raise ContextError(f"{context} has no commits {asked}: give a number, or another range.")


def find_inside(context: Path) -> str:
    """Where in its repository a context lies, as a/b; "" for its root. ContextError."""
    return decode(run_git(context, "rev-parse", "--show-prefix")).strip("\n").rstrip("/")


def is_dirty(context: Path) -> bool:
    """Whether a context has changes that no commit holds; ContextError."""
    return bool(run_git(context, "status", "--porcelain", "-z", "--", ".").strip())


class CommitTree(BuildTree):
    """A context as of a commit; ContextError where it has no Dockerfile then."""

    def __init__(self, context: Path, commit: str, inside: str, options: BuildOptions) -> None:
        super().__init__(context, options)
        self.commit, self.inside = commit, inside

    @classmethod
    def at(cls, context: Path, commit: str, options: BuildOptions) -> "CommitTree":
        """The context as of a commit; ContextError without a history."""
        return cls(context, commit, find_inside(context), options)

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Path -> entry of all that the commit holds of the context."""
        return list_entries(self.context, self.commit, self.inside)

    def read(self, path: str) -> str:
        """A file's text; ContextError without it."""
        if path not in self.entries:
            raise ContextError(f"{self.context} has no {path} as of {self.commit[:_SHORT]}.")
        return _read_text(self.context, self.entries[path].id)

    @cached_property
    def text(self) -> str:
        """The Dockerfile as of the commit, behind links too."""
        return self.read(self.follow(self.options.dockerfile, self.entries))

    def follow(self, path: str, entries: Mapping[str, Entry]) -> str:
        """Where a path leads whose folders, or itself, are links among these entries."""
        links = {name for name, entry in entries.items() if entry.mode == LINK}
        for _ in range(_MOST_LINKS if links else 0):
            parts = path.split("/")
            heads = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
            link = next((head for head in heads if head in links), None)
            if link is None:
                break
            to = posixpath.join("/", posixpath.dirname(link), self.read(link))
            path = posixpath.normpath(to + path.removeprefix(link)).strip("/")
        return path

    @cached_property
    def seen(self) -> dict[str, Entry]:
        """Path -> entry of what .dockerignore does not leave out, links among them."""
        names = (f"{self.options.dockerfile}{IGNORE}", IGNORE)
        rules = next((self.read(name) for name in names if name in self.entries), "")
        there = self.entries.items()
        return {path: entry for path, entry in there if not _is_left_out(rules, path)}

    @cached_property
    def files(self) -> list[str]:
        """The files of the context that the build sees, without links."""
        return sorted(p for p, entry in self.seen.items() if entry.mode not in (LINK, MODULE))

    def list_problems(self) -> list[str]:
        """What of the commit git alone does not hold: submodules, and large files elsewhere."""
        modules = [path for path, entry in self.seen.items() if entry.mode == MODULE]
        told = [f"{path} is a submodule, which is left out" for path in modules]
        marked = any("filter=lfs" in text for text in self._list_attributes())
        return [*told, *(["files in Git LFS are built as their pointers"] if marked else [])]

    def _list_attributes(self) -> Iterator[str]:
        """What the context's .gitattributes say, and those of the folders above it."""
        names = [path for path in self.entries if posixpath.basename(path) == _ATTRIBUTES]
        yield from (self.read(path) for path in names)
        above = self.inside.split("/") if self.inside else []
        for end in range(len(above)):
            path = "/".join([*above[:end], _ATTRIBUTES])
            listed = run_git(self.context, "ls-tree", "--full-tree", self.commit, "--", path)
            for line in decode(listed).splitlines():
                yield _read_text(self.context, line.split()[2])

    def write(self, target: Path) -> None:
        """Write the context as of the commit to a folder that does not exist yet."""
        kept = {path: entry for path, entry in self.entries.items() if entry.mode != MODULE}
        contents = read_contents(self.context, [entry.id for entry in kept.values()])
        target.mkdir(parents=True)
        # links last: nothing is written through one
        for path, entry in sorted(kept.items(), key=lambda each: each[1].mode == LINK):
            _write(_place(target, path), entry, contents[entry.id])


def _place(target: Path, path: str) -> Path:
    """Where a path of a commit goes; ContextError for one that leads out of the folder."""
    parts = path.split("/")
    if {"", ".", ".."} & set(parts) or any(part.lower() == ".git" for part in parts):
        raise ContextError(f"git holds {path!r}, which is no path of a context.")
    place = target.joinpath(*parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _write(place: Path, entry: Entry, data: bytes) -> None:
    """Write one entry of a commit."""
    if entry.mode == LINK:
        place.symlink_to(decode(data))
        return
    place.write_bytes(data)
    executable = stat.S_IXUSR & int(entry.mode, 8)
    place.chmod(0o755 if executable else 0o644)


@lru_cache(1 << 10)
def _read_text(context: Path, name: str) -> str:
    """The text of contents by their id."""
    return decode(read_contents(context, [name])[name])


@lru_cache(1 << 6)
def _parse(rules: str) -> object:
    return parse_ignore(rules)


@lru_cache(1 << 18)
def _is_left_out(rules: str, path: str) -> bool:
    """Whether an ignore file of this text leaves a path out."""
    return bool(rules) and _parse(rules).leaves_out(path)  # type: ignore[attr-defined]
