"""What the result of an instruction depends on besides its parents and files of the context.

As BuildKit's cache keys have it (https://github.com/moby/buildkit, solver/llbsolver/ops and
frontend/dockerfile/dockerfile2llb): a RUN on its words, variables, user, shell, folder and mounts,
a COPY on its words and its target, WORKDIR on its folder. LABEL, CMD and their like make no layer.
"""

import json
import posixpath
import re
from collections.abc import Mapping

from analysis.workload.dockerfile import Instruction, fill_in, join_exactly
from analysis.workload.sources import Flags, split_flags, split_words

_NAME = re.compile(r"""(\w+)(?:=(?:"(?:\\.|[^"\\])*"|'[^']*'|\S*))?""")
_PLATFORM = re.compile(r"FROM\s+--platform=(\S+)", re.IGNORECASE)
# as hosts of builds have it, and names that BuildKit gives it
_USUAL = {
    "linux/amd64",
    "$BUILDPLATFORM",
    "${BUILDPLATFORM}",
    "$TARGETPLATFORM",
    "${TARGETPLATFORM}",
}
_QUOTED_HEREDOC = re.compile(r"""<<-?["']""")
Made = tuple[object, ...]
# what beside variables a step is given: no variable has such a name
USER, SHELL = "USER ", "SHELL "


def note_variables(given: dict[str, str], one: Instruction, values: Mapping[str, str]) -> None:
    """Note what an ARG or ENV gives the steps after it: a name without a value gives nothing.

    `values`: those of all names, after the instruction.
    """
    names = [found[1] for found in _NAME.finditer(one.rest)]
    if one.keyword == "ENV" and "=" not in one.rest.partition(" ")[0]:
        names = names[:1]
    for name in names:
        if name in values:
            given.pop(name, None)
            given[name] = values[name]


def make_from(one: Instruction, image: str, values: Mapping[str, str]) -> Made:
    """What FROM of an image depends on: the image and its platform, not the stage's name.

    The platform of most hosts is that of an image without one.
    """
    found = _PLATFORM.match(one.line)
    platform = fill_in(found[1], values) if found else ""
    return ("FROM", image, "" if platform in _USUAL else platform)


def make_run(text: str, one: Instruction, folder: str, given: Mapping[str, str]) -> Made:
    """What a RUN depends on: its shell fills in variables, which `given` holds."""
    flags = split_flags(join_exactly(text, one)[len(one.keyword) :])
    rest = flags.rest.strip()
    told = sorted((name, fill_in(value, given)) for name, value in flags.values)
    return ("RUN", _read_list(rest) or rest, one.body, folder, tuple(given.items()), *told)


def _read_list(rest: str) -> Made | None:
    """The words of the JSON form; null where it is none."""
    try:
        return tuple(map(str, json.loads(rest))) if rest.startswith("[") else None
    except ValueError:
        return None


def make_copy(one: Instruction, flags: Flags, folder: str, values: Mapping[str, str]) -> Made:
    """What a COPY or ADD depends on: names of what it takes without their folders, and a target."""
    *taken, target = split_words(fill_in(flags.rest, values)) or [""]
    end = "/" if target.endswith("/") or target in (".", "") else ""
    place = posixpath.normpath(posixpath.join("/", folder, target)).rstrip("/") + end
    body = one.body if _QUOTED_HEREDOC.search(one.rest) else fill_in(one.body, values)
    names = [each if "://" in each else posixpath.basename(each.rstrip("/")) for each in taken]
    return (one.keyword, tuple(names), place, body, *sorted(flags.values))


def make_folder(folder: str, given: Mapping[str, str]) -> Made:
    """What a WORKDIR depends on: the folder, and the user whose it will be."""
    return ("WORKDIR", posixpath.normpath(folder), given.get(USER, ""))
