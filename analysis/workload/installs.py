"""Steps that install dependencies: which lists of them each tool reads, and from which folder."""

import contextlib
import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import pairwise

from analysis.workload.layers import Layer
from analysis.workload.shell import list_commands

_JSON = "package.json"
_PYPROJECT = "pyproject.toml"
_GRADLE = ("build.gradle", "build.gradle.kts", "gradle/libs.versions.toml", "settings.gradle*")
_DOTNET = ("*.csproj", "*.fsproj", "*.vbproj", "Directory.Packages.props", "packages.lock.json")
# program and first arguments -> what it reads, what is changed first of it in front
_TOOLS: dict[str, tuple[str, ...]] = {
    "npm ci|install|i|clean-install|it|cit": (_JSON, "package-lock.json", "npm-shrinkwrap.json"),
    "pnpm fetch": ("pnpm-lock.yaml", "pnpm-workspace.yaml"),
    "pnpm install|i|deploy": (_JSON, "pnpm-lock.yaml"),
    "yarn install|workspaces|--*|": (_JSON, "yarn.lock"),
    "bun install|i|ci": (_JSON, "bun.lock", "bun.lockb"),
    "deno install|cache": ("deno.json", "deno.jsonc", "deno.lock"),
    "uv sync|export": (_PYPROJECT, "uv.lock"),
    "poetry install|sync|export": (_PYPROJECT, "poetry.lock"),
    "pdm install|sync": (_PYPROJECT, "pdm.lock"),
    "pipenv install|sync|requirements": ("Pipfile", "Pipfile.lock"),
    "cargo fetch|build|chef|install|vendor|check|test": ("Cargo.toml", "Cargo.lock"),
    "go mod|get|build|install|test|vet": ("go.mod", "go.sum", "go.work"),
    "mvn *": ("pom.xml",),
    "mvnw *": ("pom.xml",),
    "gradle *": _GRADLE,
    "gradlew *": _GRADLE,
    "sbt *": ("build.sbt", "project/plugins.sbt"),
    "composer install|i|update": ("composer.json", "composer.lock"),
    "bundle install|package|--*|": ("Gemfile", "Gemfile.lock", "*.gemspec"),
    "mix deps.get|deps.compile|do": ("mix.exs", "mix.lock"),
    "dotnet restore|build|publish": _DOTNET,
    "nuget restore": _DOTNET,
    "dart pub": ("pubspec.yaml", "pubspec.lock"),
    "flutter pub": ("pubspec.yaml", "pubspec.lock"),
    "swift package|build": ("Package.swift", "Package.resolved"),
    "lein deps|uberjar": ("project.clj",),
    "clojure -P*": ("deps.edn",),
    "clj -P*": ("deps.edn",),
    "stack build|setup|install": ("package.yaml", "stack.yaml", "*.cabal"),
    "cabal build|install": ("*.cabal", "cabal.project"),
    "rebar3 *": ("rebar.config", "rebar.lock"),
    "cpanm --installdeps|.": ("cpanfile",),
    "conan install": ("conanfile.txt", "conanfile.py"),
}
_PIP = ("install", "sync", "wheel", "download", "compile")
_CONDA = ("conda", "mamba", "micromamba")
# options that name another folder, or a list
_FOLDERS = ("--prefix", "-C", "--dir", "--cwd", "--directory", "--project", "--working-dir")
_LISTS = ("-r", "--requirement", "--requirements", "-f", "--file", "--manifest-path", "-b")
_GLOBAL = {"-g", "--global", "global"}
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*")
_PROGRAM = re.compile(r"pip[\d.]*")
# the lists of dependencies that there are, by their names
_NAMES = ("requirements*.txt", *(name for names in _TOOLS.values() for name in names))
_OTHERS = ("environment.y*ml", "setup.py", "setup.cfg")
MANIFESTS = tuple(dict.fromkeys(posixpath.basename(name) for name in (*_NAMES, *_OTHERS)))


@dataclass(frozen=True)
class Install:
    """A command that installs dependencies: in which folder, and what it reads, best first."""

    command: str
    folder: str
    reads: tuple[str, ...]


def list_installs(layer: Layer) -> Iterator[Install]:
    """The commands of a RUN that install dependencies, in their order."""
    folder = layer.workdir
    for words in _list_words(layer.script):
        if words[0] == "cd" and len(words) > 1:
            folder = posixpath.normpath(posixpath.join(folder, words[1]))
            continue
        reads = _find_reads(words)
        if reads:
            within = _find_option(words, _FOLDERS)
            place = posixpath.normpath(posixpath.join("/", folder, within[0] if within else ""))
            yield Install(" ".join(words), place, tuple(reads))


def _list_words(script: str) -> Iterator[list[str]]:
    """The words of each command of a RUN, of its JSON form too; programs without their folders."""
    text = script.strip()
    if text.startswith("["):
        with contextlib.suppress(ValueError, TypeError):
            text = shlex.join(json.loads(text))
    for command in list_commands(text):
        words = command.texts
        if words and words[0]:
            yield [words[0].rstrip("/").rpartition("/")[2] or words[0], *words[1:]]


def _find_reads(words: Sequence[str]) -> list[str]:
    """The lists that a command reads: those it names, else those of its tool; [] for no install."""
    if _PYTHON.fullmatch(words[0]) and list(words[1:2]) == ["-m"]:
        words = words[2:]
    if not words or _GLOBAL & set(words[1:4]):
        return []
    if words[0] == "uv" and list(words[1:2]) == ["pip"]:
        words = words[1:]
    if words[0] == "pip-sync" or (_PROGRAM.fullmatch(words[0]) and set(_PIP) & set(words[1:4])):
        return _find_option(words, _LISTS[:3]) or _list_packages(words)
    if words[0] in _CONDA and {"env", "install", "create", "update"} & set(words[1:4]):
        return _find_option(words, _LISTS) or (["environment.y*ml"] if "env" in words else [])
    reads = next((reads for tool, reads in _TOOLS.items() if _is_call(words, tool)), ())
    named = [word for word in words[1:] if _is_manifest(word)]
    return [*_find_option(words, _LISTS[3:6]), *named, *reads] if reads else []


def _is_manifest(word: str) -> bool:
    """Whether a word names a list of dependencies."""
    return any(fnmatch(posixpath.basename(word), name) for name in MANIFESTS)


def _is_call(words: Sequence[str], tool: str) -> bool:
    """Whether a command calls a tool of _TOOLS; options in front of what it is to do are none."""
    program, _, verbs = tool.partition(" ")
    if words[0] != program or _installs_a_tool(words):
        return False
    rest = [
        word
        for before, word in pairwise(words)
        if not word.startswith("-") and before not in _FOLDERS
    ]
    given = {(rest or [""])[0], words[1] if len(words) > 1 else ""}
    return any(fnmatch(word, verb) for word in given for verb in verbs.split("|"))


def _installs_a_tool(words: Sequence[str]) -> bool:
    """Whether what is installed is no part of a project: `go install PATH@VERSION` and the like."""
    if words[0] == "go":
        return any("@" in word for word in words)
    return list(words[:2]) == ["cargo", "install"] and "--path" not in words


def _list_packages(words: Sequence[str]) -> list[str]:
    """What `pip install .` reads; nothing where packages are named."""
    folders = [word.partition("[")[0] for word in words if word.startswith((".", "/"))]
    files = [folder for folder in folders if folder.endswith(".txt")]
    if files:
        return files
    return [
        posixpath.normpath(posixpath.join(folder, name))
        for folder in folders[:1]
        for name in (_PYPROJECT, "setup.cfg", "setup.py")
    ]


def _find_option(words: Sequence[str], names: Sequence[str]) -> list[str]:
    """The values of options, as `--name value`, `--name=value` or, for short ones, `-nvalue`."""
    found = []
    for number, word in enumerate(words):
        name, sign, value = word.partition("=")
        if name in names and sign:
            found.append(value)
        elif word in names and number + 1 < len(words):
            found.append(words[number + 1])
        elif word[:2] in names and len(word) > 2 and not word.startswith("--"):
            found.append(word[2:])
    return found
