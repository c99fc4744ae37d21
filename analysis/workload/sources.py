"""What an instruction of a Dockerfile takes from the context, and where it puts it.

COPY and ADD (https://docs.docker.com/reference/dockerfile/#copy) and the bind mounts of RUN.
"""

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from analysis.workload.ignore import compile_pattern, parse_ignore

_FLAG = re.compile(r"""\s*--([\w-]+)(?:=("[^"]*"|'[^']*'|\S*))?(?:\s+|$)""")
_WORD = re.compile(r"""(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\])+""")
_QUOTES = re.compile(r"""\\(.)|"|'""")
_REMOTE = re.compile(r"(?:https?|git|ssh|oci-layout)://|git@|\S+\.git(?:#|$)", re.IGNORECASE)
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Source:
    """A pattern of files, "" for all; `into`: they go into the folder `target`, not in its place.

    `below`: with their folders, from this one on. `excludes`: patterns of those that stay.
    """

    pattern: str
    target: str
    into: bool = True
    below: str | None = None
    excludes: tuple[str, ...] = ()

    def place(self, path: str) -> str | None:
        """Where a file of the context goes, as it is written; null when it is not taken."""
        parts, end = path.split("/"), self.count_matched(path)
        if end is None:
            return None
        if self.below is not None:
            return posixpath.join(self.target, path.removeprefix(self.below).lstrip("/"))
        rest = parts[end:] or (parts[-1:] if self.into else [])
        return posixpath.join(self.target, *rest)

    @property
    def is_wild(self) -> bool:
        """Whether its pattern may fit nothing, or several."""
        return not self.pattern or bool(_WILD.search(self.pattern))

    def follow(self, pattern: str) -> "Source":
        """The same of another place."""
        return replace(self, pattern=pattern)

    def count_matched(self, path: str) -> int | None:
        """How many parts of a path its pattern names; null when the file is not taken."""
        parts = path.split("/")
        end = self._find_end(parts) if self.pattern else 0
        return None if end is None or self._stays(parts, end) else end

    def _find_end(self, parts: list[str]) -> int | None:
        """How many parts of a path make what the pattern names; null where it does not fit."""
        if not _WILD.search(self.pattern) and "\\" not in self.pattern:
            named = self.pattern.split("/")
            return len(named) if parts[: len(named)] == named else None
        fits = compile_pattern(self.pattern).fullmatch
        ends = range(1, len(parts) + 1)
        return next((end for end in ends if fits("/".join(parts[:end]))), None)

    def _stays(self, parts: list[str], end: int) -> bool:
        """Whether a file is excluded, by its path below what the pattern names or by all of it."""
        if not self.excludes:
            return False
        rules = parse_ignore("\n".join(self.excludes))
        return rules.leaves_out("/".join(parts[end:] or parts[-1:])) or rules.leaves_out(
            "/".join(parts)
        )


class Flags(NamedTuple):
    """The flags of an instruction, by name and in their order, and what stands behind them."""

    values: list[tuple[str, str]]
    rest: str

    def all(self, name: str) -> list[str]:
        """The values of a flag."""
        return [value for flag, value in self.values if flag == name]


def split_flags(text: str) -> Flags:
    """The flags that an instruction begins with (behind its keyword)."""
    values, at = [], 0
    while found := _FLAG.match(text, at):
        values.append((found[1].lower(), (found[2] or "").strip("\"'")))
        at = found.end()
    return Flags(values, text[at:])


def read_mounts(flags: Flags) -> list[dict[str, str]]:
    """The options of each --mount of a RUN, by their names."""
    return [
        {name.lower(): value for name, _, value in (o.partition("=") for o in mount.split(","))}
        for mount in flags.all("mount")
    ]


def list_copied(rest: str, flags: Flags) -> Iterator[Source]:
    """What COPY or ADD takes from the context; nothing of heredocs and addresses."""
    words = split_words(rest)
    files = [word for word in words[:-1] if not word.startswith("<<") and not _REMOTE.match(word)]
    if len(words) < 2:
        return
    several, target = len(words) > 2, words[-1]
    excludes, parents = tuple(flags.all("exclude")), bool(flags.all("parents"))
    for word in files:
        below, name = None, word
        if parents:
            below = _clean(word.partition("/./")[0]) if "/./" in word else ""
            name = word.replace("/./", "/")
        else:
            name = re.sub(r"\*{2,}", "*", word)
        into = several or target.endswith(("/", ".")) or bool(_WILD.search(name))
        yield Source(_clean(name), target, into, below, excludes)


def list_mounted(mounts: list[dict[str, str]]) -> Iterator[Source]:
    """What the bind mounts of a RUN take from the context: it all where they name no source."""
    for mount in mounts:
        if mount.get("type", "bind") == "bind" and "from" not in mount:
            name = mount.get("source") or mount.get("src") or ""
            target = mount.get("target") or mount.get("dst") or mount.get("destination") or "."
            yield Source(_clean(name), target, into=False)


def list_stages_taken(flags: Flags, mounts: list[dict[str, str]]) -> list[str]:
    """The stages or images that an instruction takes files from."""
    return [*flags.all("from"), *(mount["from"] for mount in mounts if "from" in mount)]


def split_words(rest: str) -> list[str]:
    """The words of an instruction, of its JSON form too."""
    text = rest.strip()
    if text.startswith("["):
        try:
            return [str(word) for word in json.loads(text)]
        except ValueError:
            pass
    return [_QUOTES.sub(lambda sign: sign[1] or "", word) for word in _WORD.findall(text)]


def _clean(name: str) -> str:
    """A path of the context as its root has it: nothing lies above."""
    path = posixpath.normpath("/" + name).strip("/")
    return "" if path == "." else path
