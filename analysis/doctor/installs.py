"""What a script installs: by which tool, and whether versions are told."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from analysis.workload import Command, list_commands

_SYSTEM = {
    "apt-get": {"install"},
    "apt": {"install"},
    "aptitude": {"install"},
    "apk": {"add"},
    "yum": {"install"},
    "dnf": {"install"},
    "microdnf": {"install"},
    "zypper": {"install", "in"},
}
_PACKAGES = {
    "npm": {"install", "i", "ci", "add", "clean-install"},
    "yarn": {"install", "add", "", "workspaces"},
    "pnpm": {"install", "i", "add", "fetch"},
    "bun": {"install", "i", "add"},
    "pip": {"install"},
    "pip3": {"install"},
    "pipenv": {"install", "sync"},
    "poetry": {"install", "sync"},
    "uv": {"sync", "pip"},
    "bundle": {"install", ""},
    "bundler": {"install"},
    "gem": {"install"},
    "composer": {"install", "update", "require"},
    "conda": {"install", "env"},
    "mamba": {"install", "env"},
    "mix": {"deps.get"},
}
# they fetch dependencies, too; without their own step these come with the compiled code
_COMPILERS = {
    "mvn": {"package", "install", "verify", "compile", "deploy"},
    "gradle": {"build", "assemble", "bootjar", "shadowjar", "installdist", "war", "jar"},
    "dotnet": {"restore", "build", "publish"},
    "go": {"build", "install"},
    "cargo": {"build", "install"},
}
# steps that only fetch what a compiler needs
_FETCHES = {
    "mvn": {"dependency:go-offline", "dependency:resolve", "dependency:resolve-plugins"},
    "gradle": {"dependencies", "downloaddependencies", "resolvedependencies"},
    "dotnet": {"restore"},
    "go": {"download", "get", "mod"},
    "cargo": {"fetch", "chef"},
}
# tool -> the files that hold the versions of what it installs
LOCKS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "yarn": ("yarn.lock",),
    "pnpm": ("pnpm-lock.yaml",),
    "bun": ("bun.lockb", "bun.lock"),
    "pipenv": ("Pipfile.lock",),
    "poetry": ("poetry.lock",),
    "uv": ("uv.lock",),
    "bundle": ("Gemfile.lock", "gems.locked"),
    "composer": ("composer.lock",),
}
MANIFESTS = {
    "npm": "package.json",
    "yarn": "package.json",
    "pnpm": "package.json",
    "bun": "package.json",
    "pip": "requirements.txt",
    "pipenv": "Pipfile",
    "poetry": "pyproject.toml",
    "uv": "pyproject.toml",
    "bundle": "Gemfile",
    "composer": "composer.json",
    "mvn": "pom.xml",
    "gradle": "build.gradle",
    "go": "go.mod",
    "cargo": "Cargo.toml",
    "mix": "mix.exs",
}
_VALUED = {
    "pip": {"-r", "-c", "-i", "-t", "-f", "-e", "--requirement", "--index-url", "--constraint"}
    | {"--extra-index-url", "--target", "--prefix", "--trusted-host", "--find-links", "--editable"}
    | {"--timeout", "--default-timeout", "--retries", "--progress-bar", "--root-user-action"},
    "system": {"-t", "--virtual", "-o", "--repository", "-X", "--target-release", "--releasever"}
    | {"--installroot", "--setopt", "--enablerepo", "-c"},
    "npm": {"--registry", "--prefix", "--loglevel", "--cache", "--omit", "--include", "-C", "-w"}
    | {"--network-timeout", "--cwd", "--workspace", "--filter", "--production-only"},
}
_PIP_ITSELF = {"pip", "setuptools", "wheel"}
_PINNED_SYSTEM = re.compile(r"[=~<>]|-\d|\.(?:deb|rpm|apk)$|^[./$@]")
_PINNED_PIP = re.compile(r"==|<|~=|@|\.whl$|\.tar\.gz$|^[./$]|://")
_PINNED_NPM = re.compile(r".@[^/]|^[./$]|://")


class Install(NamedTuple):
    """An install: tool (system, npm, pip, …), the program, what it names, and its command.

    compiles: it builds code, and fetches what that needs. fetches: it only fetches.
    """

    tool: str
    program: str
    action: str
    names: tuple[str, ...]
    command: Command
    compiles: bool = False
    fetches: bool = False

    @property
    def says(self) -> str:
        """The command's first words, as a message names it."""
        return f"{self.program} {self.action}".strip()

    def has(self, *options: str) -> bool:
        """Whether one of these options is given."""
        return any(text.partition("=")[0] in options for text in self.command.texts)

    def values(self, *options: str) -> list[str]:
        """The values of these options."""
        found, texts = [], self.command.texts
        for text, following in zip(texts, [*texts[1:], ""], strict=True):
            name, sign, value = text.partition("=")
            short = next((each for each in options if len(each) == 2 and text.startswith(each)), "")
            if name in options:
                found.append(value if sign else following)
            elif short and len(text) > 2:
                found.append(text[2:])
        return found

    @property
    def unpinned(self) -> list[str]:
        """The packages that are named without a version."""
        forms = {"system": _PINNED_SYSTEM, "pip": _PINNED_PIP, "npm": _PINNED_NPM}
        family = {"yarn": "npm", "pnpm": "npm", "bun": "npm", "uv": "pip"}.get(self.tool, self.tool)
        form = forms.get(family)
        return [name for name in self.names if form and not form.search(name)]


def find_installs(script: str) -> Iterator[Install]:
    """What the commands of a script install, in their order."""
    for command in list_commands(script):
        texts = command.texts
        if len(texts) > 2 and re.fullmatch(r"python[\d.]*", texts[0]) and texts[1] == "-m":
            texts = texts[2:]
        if found := _read_install(texts, command):
            yield found


def _read_install(texts: list[str], command: Command) -> Install | None:
    """The install that a command is, None for any other."""
    program = texts[0].rpartition("/")[2] if texts else ""
    program = {"mvnw": "mvn", "gradlew": "gradle"}.get(program, program)
    program = re.sub(r"^pip3?(\.\d+)?$", "pip", program)
    if program in _SYSTEM:
        action, names = _split(texts[1:], "system")
        return (
            Install("system", program, action, names, command)
            if action in _SYSTEM[program]
            else None
        )
    if program in _COMPILERS:
        return _read_compiler(program, texts[1:], command)
    if program not in _PACKAGES:
        return None
    action, names = _split(texts[1:], "npm" if program != "pip" else "pip")
    if program == "uv" and action == "pip" and names:
        return Install("pip", "uv pip", names[0], names[1:], command)
    if action not in _PACKAGES[program] or (program == "yarn" and not action and names):
        return None
    if program == "yarn" and not action and {"--version", "-v", "--help"} & set(texts):
        return None
    tool = {"bundler": "bundle"}.get(program, program)
    # pip that only renews itself installs nothing of the project's
    itself = tool == "pip" and names and set(names) <= _PIP_ITSELF
    return None if itself else Install(tool, program, action, names, command)


def _read_compiler(program: str, texts: list[str], command: Command) -> Install | None:
    """A build that fetches its dependencies, or a step that only fetches them."""
    goals = [
        text.lower().rpartition(":")[2] if program == "gradle" else text.lower() for text in texts
    ]
    goals = [goal for goal in goals if not goal.startswith("-")]
    fetches = bool(_FETCHES[program] & set(goals))
    if program == "cargo" and goals[:1] == ["chef"]:
        fetches = "cook" in goals
    compiles = bool(_COMPILERS[program] & set(goals))
    if not (fetches or compiles):
        return None
    action = next(g for g in goals if g in _FETCHES[program] | _COMPILERS[program])
    return Install(program, program, action, (), command, not fetches, fetches)


def _split(texts: list[str], family: str) -> tuple[str, tuple[str, ...]]:
    """(the action, the names behind it), without options and their values."""
    found: list[str] = []
    skip = False
    for text in texts:
        if skip:
            skip = False
        elif text.startswith("-"):
            skip = text in _VALUED[family]
        else:
            found.append(text)
    return (found[0], tuple(found[1:])) if found else ("", ())
