""".dockerignore: which files of a context no build sees.

Rules as BuildKit has them (https://docs.docker.com/build/concepts/context/#dockerignore-files,
https://github.com/moby/patternmatcher): the last line that fits a file or a folder above it
decides, `!` takes back, `**` stands for any number of folders. NAME.dockerignore beside a
Dockerfile of that name stands in for the context's own file.
"""

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

IGNORE = ".dockerignore"
# a build of ours never sends these: they change with every commit, or every test
_NOT_COPIED = frozenset((".git", "__pycache__"))
# what commands before a build read, also where the build itself is not to see it
BUILD_FILES = ("*Dockerfile*", "*.dockerignore", "*compose*.y*ml", "*bake*.hcl", "*bake*.json")
_SIGNS = re.compile(r"\*\*/?|\*|\?|\[\^?[^\]]+\]|\\.|.", re.DOTALL)
_WILD = re.compile(r"[*?\[\\]")


@lru_cache(1 << 12)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of paths as a regular expression: `*` and `?` stay in a folder, `**` does not."""
    parts, signs = [], _SIGNS.findall(pattern)
    for place, sign in enumerate(signs):
        if sign.startswith("**"):
            parts.append(".*" if place == len(signs) - 1 else "(?:.*/)?")
        elif sign[0] == "[" and len(sign) > 1:
            parts.append(sign)
        else:
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(sign) or re.escape(sign[-1]))
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))


class _Line(NamedTuple):
    """One line of an ignore file: its pattern, and whether it takes files back."""

    pattern: str
    back: bool

    def fits(self, path: str) -> bool:
        """Whether it names this file or folder."""
        return compile_pattern(self.pattern).fullmatch(path) is not None

    @property
    def fixed(self) -> tuple[str, ...]:
        """The folders that its pattern begins with, as far as they are named."""
        parts = self.pattern.split("/")
        wild = (number for number, part in enumerate(parts) if _WILD.search(part))
        return tuple(parts[: next(wild, len(parts))])


class _Judged(NamedTuple):
    """Whether a path is left out, and which lines fit it or a folder above."""

    out: bool = False
    fits: tuple[bool, ...] = ()


@dataclass(frozen=True)
class _Rules:
    """The lines of an ignore file, in their order."""

    lines: tuple[_Line, ...] = ()

    @cached_property
    def _back(self) -> list[tuple[str, ...]]:
        """Where each line that takes files back begins to look."""
        return [line.fixed for line in self.lines if line.back]

    def leaves_out(self, path: str) -> bool:
        """Whether a file or folder, as a/b/c, is left out."""
        parts, judged = path.split("/"), _Judged()
        for end in range(1, len(parts) + 1):
            judged = self.judge("/".join(parts[:end]), judged)
        return judged.out

    def judge(self, path: str, above: _Judged) -> _Judged:
        """What the lines say of a path, given what they say of the folder that it lies in."""
        if not self.lines:
            return above
        before = above.fits or (False,) * len(self.lines)
        fits = tuple(was or line.fits(path) for was, line in zip(before, self.lines, strict=True))
        fitting = [line for line, fit in zip(self.lines, fits, strict=True) if fit]
        return _Judged(bool(fitting) and not fitting[-1].back, fits)

    def takes_back_below(self, folder: str) -> bool:
        """Whether a line may take back something that lies in a folder."""
        parts = tuple(folder.split("/"))
        return any(fixed[: len(parts)] == parts[: len(fixed)] for fixed in self._back)


def parse_ignore(text: str) -> _Rules:
    """The rules in the text of an ignore file."""
    lines = []
    for line in text.removeprefix("\ufeff").splitlines():
        words = "" if line.startswith("#") else line.strip()
        back, words = words.startswith("!"), words.removeprefix("!").strip()
        pattern = posixpath.normpath(words) if words else ""
        pattern = pattern.lstrip("/") or pattern
        if pattern:
            lines.append(_Line(pattern, back))
    return _Rules(tuple(lines))


def find_ignore(context: Path, dockerfile: str = "Dockerfile") -> str | None:
    """The ignore file of a build, relative to its context; null without one."""
    names = (f"{dockerfile}{IGNORE}", IGNORE)
    return next((name for name in names if (context / name).is_file()), None)


def read_ignore(context: Path, dockerfile: str = "Dockerfile") -> _Rules:
    """The rules for a build of a context by this Dockerfile; none without an ignore file."""
    name = find_ignore(context, dockerfile)
    data = (context / name).read_bytes() if name else b""
    return parse_ignore(data.decode("utf-8", "surrogateescape"))


def walk_files(context: Path, rules: _Rules) -> Iterator[str]:
    """The files of a context that the rules let through, as a/b/c; no links, none behind them.

    Folders that are left out are not looked into.
    """
    return _walk(str(context), "", rules, _Judged())


def _walk(folder: str, prefix: str, rules: _Rules, above: _Judged) -> Iterator[str]:
    """walk_files of one folder, whose files are named with this prefix."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name in _NOT_COPIED:
            continue
        path = prefix + entry.name
        judged = rules.judge(path, above)
        if entry.is_dir(follow_symlinks=False):
            if not judged.out or rules.takes_back_below(path):
                yield from _walk(entry.path, f"{path}/", rules, judged)
        elif not judged.out and entry.is_file(follow_symlinks=False):
            yield path


def leave_out(context: Path, rules: _Rules) -> Callable[[str, list[str]], set[str]]:
    """What shutil.copytree is to leave out of a copy of a context, as its `ignore` takes it.

    Dockerfiles, ignore files, and those of compose and bake stay: commands may name them.
    """
    known = {str(context): ("", _Judged())}

    def ignore(folder: str, names: list[str]) -> set[str]:
        prefix, above = known[folder]
        found = set(_NOT_COPIED.intersection(names))
        for name in names:
            path, place = prefix + name, os.path.join(folder, name)
            judged = rules.judge(path, above)
            known[place] = (f"{path}/", judged)
            if judged.out and not _is_kept(place, path, rules):
                found.add(name)
        return found

    return ignore


def _is_kept(place: str, path: str, rules: _Rules) -> bool:
    """Whether something that is left out of builds is in a copy all the same."""
    if os.path.isdir(place) and not os.path.islink(place):
        return rules.takes_back_below(path)
    return any(fnmatch(os.path.basename(path), pattern) for pattern in BUILD_FILES)
