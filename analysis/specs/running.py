"""What a command runs that is written elsewhere: scripts, rules of make or just, package.json.

Makefiles: https://www.gnu.org/software/make/manual/make.html; of just https://just.systems/man/en/;
of task https://taskfile.dev/.
"""

import fnmatch
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash", "zsh", "dash")
SOURCES = ("source", ".")
_PACKAGES = ("npm", "yarn", "pnpm", "bun")
# programs with files of rules -> the names of these
_RULES = {
    "make": ("GNUmakefile", "makefile", "Makefile"),
    "gmake": ("GNUmakefile", "makefile", "Makefile"),
    "just": ("justfile", ".justfile", "Justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml"),
}
# programs that run a file of another language
_LANGUAGES = re.compile(r"(?:python|python\d[\d.]*|node|ruby|perl|deno|tsx|ts-node)$")
_RULE = re.compile(r"^([\w./%-][\w ./%-]*):(?!=)([^\n]*)$")
_RECIPE = re.compile(r"^@?([\w-]+)(?: [^:\n]*)?:(?!=)([^\n]*)$")
_TASK = re.compile(r"^  ([\w:.-]+):\s*$")
_FOLDER_OPTIONS = ("-C", "--directory", "--prefix", "--cwd", "--dir", "-d")
_FILE_OPTIONS = ("-f", "--file", "--makefile", "--justfile", "--taskfile", "-t")


class Part(NamedTuple):
    """Lines of a file that a command runs: their place in it, and how a sentence names that.

    `shell`: whether they are commands of a shell; else another language, or not known.
    """

    path: Path
    line: int
    text: str
    runner: str
    shell: bool = True


def list_parts(words: Sequence[str], folders: Iterable[Path]) -> list[Part] | None:
    """What a command of these words runs out of files, found from the first folder that has it.

    Null where it runs a file that can't be found or read.
    """
    program, rest = words[0], list(words[1:])
    places = [Path(_clean(folder), "") for folder in map(str, folders)]
    if program in _RULES:
        return _read_rules(program, rest, places)
    if program in _PACKAGES:
        return _read_scripts(program, rest, places)
    named = [word for word in rest if not word.startswith("-")]
    if program in SHELLS or program in SOURCES:
        if not named or any(re.fullmatch(r"-\w*c", word) for word in rest):
            return []
        return _read_whole(named[0], places, "a script")
    if _LANGUAGES.match(program):
        file = next((word for word in named if "." in word), "")
        found = _read_whole(file, places, f"{program} {file}", shell=False) if file else []
        return found or []
    if "/" in program or program.endswith(".sh"):
        found = _read_whole(program, places, "a script")
        return found if found is not None or program.endswith(".sh") else []
    return []


def _clean(path: str) -> str:
    """A path without the variables that stand for the source's folder."""
    return re.sub(r"^\$\{?(?:CODEBUILD_SRC_DIR|PWD)\}?/?", "./", path)


def _find(name: str, folders: Iterable[Path]) -> Path | None:
    """The first file of a name in some folders."""
    try:
        return next((f / _clean(name) for f in folders if os.path.isfile(f / _clean(name))), None)
    except (OSError, ValueError):
        return None


def _read(path: Path) -> str | None:
    """A file's text, null for what is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    return None if "\0" in text else text


def _read_whole(
    name: str, folders: Iterable[Path], runner: str, shell: bool = True
) -> list[Part] | None:
    """A whole file; null where it can't be read."""
    path = _find(name, folders)
    text = _read(path) if path else None
    if path is None or text is None:
        return None
    first = text.partition("\n")[0]
    other = first.startswith("#!") and not re.search(r"\b(?:ba|da|z|k)?sh\b", first)
    return [Part(path, 1, text, runner, shell and not other)]


def _take_option(words: list[str], names: Sequence[str]) -> str:
    """The value of an option by one of some names, which is taken out of the words."""
    for at, word in enumerate(words):
        for name in names:
            if word == name and at + 1 < len(words):
                del words[at]
                return words.pop(at)
            sign = "=" if name.startswith("--") else ""
            if word.startswith(name + sign) and word != name and name != "-d":
                return words.pop(at)[len(name + sign) :]
    return ""


def _read_rules(program: str, words: list[str], folders: Iterable[Path]) -> list[Part] | None:
    """The rules that make, just or task runs for its arguments, those that they need too."""
    folder, file = _take_option(words, _FOLDER_OPTIONS), _take_option(words, _FILE_OPTIONS)
    places = [each / _clean(folder) for each in folders] if folder else list(folders)
    names = (file,) if file else _RULES[program]
    path = next(filter(None, (_find(name, places) for name in names)), None)
    text = _read(path) if path else None
    if path is None or text is None:
        return None
    rules = _split_rules(text, {"task": _TASK, "just": _RECIPE}.get(program, _RULE))
    asked = [word for word in words if not word.startswith("-") and "=" not in word]
    asked = asked or [next(iter(rules), "")]
    known = [r for name in asked for r in ([name] if name in rules else _list_fitting(name, rules))]
    # names with variables in them may be any
    asked = known or list(rules)
    return [
        Part(path, line, line_text, program)
        for name in _list_needed(asked, rules)
        for line, line_text in rules[name][1]
    ]


def _list_fitting(name: str, rules: Iterable[str]) -> list[str]:
    """The rules whose names are patterns of make's that a name fits."""
    return [r for r in rules if "%" in r and fnmatch.fnmatchcase(name, r.replace("%", "*"))]


_Rules = dict[str, tuple[list[str], list[tuple[int, str]]]]


def _split_rules(text: str, pattern: re.Pattern[str]) -> _Rules:
    """Name -> (the rules that it needs, its lines by their numbers), those that go on as one."""
    rules: _Rules = {}
    names: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        found = pattern.match(line)
        if found:
            names = found[1].split() if pattern is _RULE else [found[1]]
            needs = found[2].split() if pattern is not _TASK else []
            for name in names:
                rules.setdefault(name, ([], []))[0].extend(needs)
            continue
        for name in names:
            lines = rules[name][1]
            if lines and lines[-1][1].endswith("\\"):
                lines[-1] = (lines[-1][0], f"{lines[-1][1]}\n{line}")
            else:
                lines.append((number, _strip(line)))
    return rules


def _strip(line: str) -> str:
    """A line of a rule as a command of a shell."""
    line = re.sub(r"^\s*(?:- )?(?:cmd:\s*)?[@+-]*\s*", "", line)
    return re.sub(r"\$\((\w+)\)", r"${\1}", line)


def _list_needed(names: Iterable[str], rules: Mapping[str, tuple[list[str], object]]) -> list[str]:
    """The rules of some names and those that they need, each once."""
    found: list[str] = []
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name in rules and name not in found:
            found.append(name)
            waiting += rules[name][0]
    return found


def _read_scripts(program: str, words: list[str], folders: Iterable[Path]) -> list[Part]:
    """The script of package.json that a command runs, and what runs before and after it."""
    folder = _take_option(words, _FOLDER_OPTIONS)
    places = [each / _clean(folder) for each in folders] if folder else folders
    path = _find("package.json", places)
    text = _read(path) if path else None
    named = [
        word for word in words if not word.startswith("-") and word not in ("run", "run-script")
    ]
    try:
        scripts = json.loads(text or "{}").get("scripts", {})
    except (ValueError, AttributeError):
        return []
    return [
        Part(path or Path(), _line_of(text or "", name), script, program)
        for name in (f"{start}{n}" for n in named[:1] for start in ("pre", "", "post"))
        if isinstance(script := scripts.get(name), str)
    ]


def _line_of(text: str, name: str) -> int:
    """The line of a key in a text of JSON."""
    return text.count("\n", 0, max(text.find(json.dumps(name)), 0)) + 1


def list_heredocs(text: str) -> Iterator[tuple[int, str]]:
    """(lines before it, text) of each text that a shell reads from its commands: sh <<EOF."""
    shells = "|".join(map(re.escape, SHELLS))
    head = rf"(?m)(?:^|[;&|]\s*)\s*(?:sudo\s+)?(?:{shells})\b[^\n<]*<<-?\s*(['\"]?)(\w+)\1[^\n]*\n"
    for found in re.finditer(head, text):
        end = re.search(rf"(?m)^\s*{found[2]}\s*$", text[found.end() :])
        yield text.count("\n", 0, found.end()), text[found.end() :][: end.start() if end else None]
