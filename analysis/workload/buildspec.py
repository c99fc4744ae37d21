"""Reads CodeBuild buildspec files, versions 0.1 and 0.2, with all keys of the reference.

Format: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html; of batches
https://docs.aws.amazon.com/codebuild/latest/userguide/batch-build-buildspec.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import BuildspecError
from analysis.workload.on_failure import Retry, read_on_failure, read_retry
from analysis.workload.yaml_places import PlacedLoader, RepeatedKey, SpecText

PHASES = ("install", "pre_build", "build", "post_build")
VERSIONS = ("0.1", "0.2")
# where things go after a build, and what AWS does around it: a build runs the same without them
_AROUND = ("artifacts", "batch", "cache", "proxy", "reports")
_TOP_KEYS = {"version", "run-as", "env", "phases", *_AROUND}
_VARIABLES, _PARAMETERS, _SECRETS = "variables", "parameter-store", "secrets-manager"
_ENV_KEYS = {_VARIABLES, _PARAMETERS, _SECRETS, "exported-variables", "shell"}
_ENV_KEYS |= {"git-credential-helper"}
_PHASE_KEYS = {"commands", "finally", "on-failure", "run-as", "runtime-versions"}
# what version 0.1 names otherwise
_OLD_ENV, _OLD_VARIABLES = "environment_variables", "plaintext"
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHELLS = ("/bin/sh", "sh", "bash", "/bin/bash")
# of Windows, which no host of the lab is
WINDOWS_SHELLS = ("powershell.exe", "cmd.exe", "pwsh.exe")
_YES = ("yes", "true", "on")


@dataclass(frozen=True)
class Phase:
    """A phase's commands, those that run whatever happens, and what a failure leads to.

    `run_as`: the user that runs them, None for the buildspec's; `runtimes`: name -> version.
    """

    name: str
    commands: tuple[SpecText, ...]
    final: tuple[SpecText, ...] = ()
    on_failure: str | None = None
    run_as: str | None = None
    runtimes: Mapping[str, str] = field(default_factory=dict)

    @property
    def retry(self) -> Retry | None:
        """How often the whole build is run again when this phase fails; null: never."""
        return read_retry(self.on_failure)


@dataclass(frozen=True)
class Buildspec:
    """Phases in CodeBuild's order, variables with their defaults, and the text itself.

    `parameters` and `secrets`: variable -> its name in Parameter Store or Secrets Manager;
    `around`: artifacts, batch, cache, proxy and reports as they are written; `unknown`: keys that
    CodeBuild's reference does not have.
    """

    source: str
    text: str
    phases: tuple[Phase, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    shell: str = "sh"
    version: str = "0.2"
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    git_credentials: bool = False
    run_as: str | None = None
    around: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def commands(self) -> list[SpecText]:
        """All commands in the order in which they run, when nothing fails."""
        return [each for phase in self.phases for each in (*phase.commands, *phase.final)]

    @property
    def runtimes(self) -> dict[str, str]:
        """Runtime -> version of all phases."""
        return {name: text for phase in self.phases for name, text in phase.runtimes.items()}

    @property
    def chosen(self) -> dict[str, str]:
        """The variables that its text does not say: those of the build of a batch."""
        written = parse_buildspec(self.text, self.source).variables
        return {name: text for name, text in self.variables.items() if written.get(name) != text}

    def rewritten(self, text: str) -> "Buildspec":
        """The buildspec with another text, for the same build of a batch. BuildspecError."""
        spec = parse_buildspec(text, self.source)
        return replace(spec, variables={**spec.variables, **self.chosen})


def read_buildspec(path: str | Path) -> Buildspec:
    """The buildspec in a file; BuildspecError names the file, the key and the cure."""
    try:
        # CRLF stays, so that what is replaced in the text can be replaced in the file
        text = Path(path).read_bytes().decode("utf-8")
    except IsADirectoryError as error:
        raise BuildspecError(f"{path} is a folder: name the buildspec in it.") from error
    except OSError as error:
        raise BuildspecError(
            f"{path} can't be read as a buildspec ({error.strerror}): name one that can."
        ) from error
    except UnicodeDecodeError as error:
        raise BuildspecError(
            f"{path} can't be read as a buildspec (it is not UTF-8): save it as UTF-8."
        ) from error
    return parse_buildspec(text, str(path))


# each sequence of builds reads the same files again
@lru_cache(1 << 8)
def parse_buildspec(text: str, source: str = "buildspec") -> Buildspec:
    """The buildspec in `text`; BuildspecError names `source`, the key and the cure."""
    text = text.removeprefix("\ufeff")
    spec = _load(text, source)
    version = str(spec.get("version"))
    if version not in VERSIONS:
        known = " or ".join(VERSIONS)
        raise BuildspecError(f"{source} has version {version}: write version: 0.2 ({known}).")
    reader = _Reader(source)
    env = _rename_old(reader.mapping(spec, "env"), spec, version)
    phases = reader.mapping(spec, "phases")
    reader.note_unknown(spec, _TOP_KEYS | ({_OLD_ENV} if version == "0.1" else set()), "")
    reader.note_unknown(env, _ENV_KEYS, "env/")
    shell = _read_shell(env, source)
    around = {name: spec[name] for name in _AROUND if spec.get(name) is not None}
    if not phases and "batch" not in around:
        raise BuildspecError(f"{source} has no phases: give it phases/build/commands.")
    _check_phases(phases, source)
    return Buildspec(
        source=source,
        text=text,
        phases=tuple(reader.read_phase(n, phases) for n in PHASES if n in phases),
        variables=reader.read_variables(env, _VARIABLES),
        shell=shell,
        version=version,
        parameters=reader.read_variables(env, _PARAMETERS),
        secrets=reader.read_variables(env, _SECRETS),
        exported=reader.texts(env.get("exported-variables"), "env/exported-variables"),
        git_credentials=str(env.get("git-credential-helper", "no")).lower() in _YES,
        run_as=spec.get("run-as"),
        around=around,
        unknown=tuple(reader.unknown),
    )


def _load(text: str, source: str) -> dict[str, Any]:
    """The mapping in a text of YAML; BuildspecError with the line."""
    # JSON may be indented with tabs; places stay
    json = text.lstrip().startswith("{")
    try:
        spec = yaml.load(text.replace("\t", " ") if json else text, PlacedLoader)
    except RepeatedKey as error:
        raise BuildspecError(f"{source} {error}") from error
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else ""
        lines = text.split("\n")[where.line : where.line + 1] if where else []
        tab = any("\t" in each[: len(each) - len(each.lstrip())] for each in lines)
        cure = "indent with blanks, not with tabs" if tab else "correct it there"
        raise BuildspecError(f"{source} is not YAML{line}: {cure}.") from error
    except RecursionError as error:
        raise BuildspecError(f"{source} is nested too deeply to be a buildspec.") from error
    if not isinstance(spec, dict):
        raise BuildspecError(f"{source} is not a buildspec: it has no 'version' and 'phases'.")
    return spec


def _rename_old(env: dict[str, Any], spec: Mapping[str, Any], version: str) -> dict[str, Any]:
    """`env` with what version 0.1 calls environment_variables/plaintext."""
    old = spec.get(_OLD_ENV)
    if version != "0.1" or not isinstance(old, dict):
        return env
    return {_VARIABLES if n == _OLD_VARIABLES else n: v for n, v in old.items()} | env


def _check_phases(phases: Mapping[str, Any], source: str) -> None:
    """BuildspecError for a phase that CodeBuild would never enter."""
    for name in phases:
        if name not in PHASES:
            meant = get_close_matches(str(name), PHASES, 1)
            cure = f"did you mean {meant[0]}?" if meant else f"use {', '.join(PHASES)}."
            raise BuildspecError(f"{source} has the phase 'phases/{name}', which is none: {cure}")


def _read_shell(env: Mapping[str, Any], source: str) -> str:
    """The shell of env/shell; BuildspecError for one that is none of CodeBuild's."""
    shell = env.get("shell") or "sh"
    if shell not in _SHELLS + WINDOWS_SHELLS:
        raise BuildspecError(f"{source} asks for the shell {shell!r} (env/shell): use sh or bash.")
    return str(shell)


class _Reader:
    """Reads the parts of one buildspec, and gathers the keys that it does not know."""

    def __init__(self, source: str) -> None:
        self.source, self.unknown = source, list[str]()

    def note_unknown(self, value: Mapping[str, Any], known: set[str], prefix: str) -> None:
        """Gather the keys that are not among those known."""
        self.unknown += [f"{prefix}{key}" for key in value if key not in known]

    def mapping(self, parent: Mapping[str, Any], name: str, prefix: str = "") -> dict[str, Any]:
        """What stands under a key as a mapping, {} for nothing; BuildspecError otherwise."""
        value = parent.get(name)
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            raise BuildspecError(
                f"{self.source} has no names and values under {prefix + name!r}: indent them."
            )
        return value

    def read_phase(self, name: str, phases: Mapping[str, Any]) -> Phase:
        """One phase; BuildspecError names the key that is wrong."""
        key = f"phases/{name}"
        value = self.mapping(phases, name, "phases/")
        self.note_unknown(value, _PHASE_KEYS, f"{key}/")
        commands = self.texts(value.get("commands"), f"{key}/commands")
        final = self.texts(value.get("finally"), f"{key}/finally")
        on_failure = read_on_failure(value.get("on-failure"), f"{self.source} has {key}")
        runtimes = self.mapping(value, "runtime-versions", f"{key}/")
        named = {n: "latest" if v is None else str(v) for n, v in runtimes.items()}
        return Phase(name, commands, final, on_failure, value.get("run-as"), named)

    def texts(self, value: Any, key: str) -> tuple[SpecText, ...]:
        """A list of texts, () for none; BuildspecError if there is anything else in it."""
        if value is None:
            return ()
        values: Any = [value] if isinstance(value, str) else value
        # an item without a command is one that was left empty
        values = [each for each in values if each is not None] if isinstance(values, list) else None
        if values is None or not all(isinstance(item, str) for item in values):
            inner = any(isinstance(each, list) for each in values or ())
            cure = "write one list, not lists in it" if inner else "quote commands that hold ': '"
            where = f"{key}{_find_line(values)}"
            raise BuildspecError(f"{self.source} has something other than text in {where}: {cure}.")
        return tuple(values)

    def read_variables(self, env: Mapping[str, Any], name: str) -> dict[str, str]:
        """Name -> text of a part of env."""
        values = self.mapping(env, name, "env/")
        for key, content in values.items():
            if not isinstance(key, str) or not _VARIABLE_NAME.fullmatch(key):
                raise BuildspecError(
                    f"{self.source} has the variable {key!r} (env/{name}): use letters, "
                    "digits and _, no digit first."
                )
            if isinstance(content, dict | list):
                raise BuildspecError(f"{self.source}: env/{name}/{key} must be text or a number.")
        return {key: "" if item is None else str(item) for key, item in values.items()}


def _find_line(values: Sequence[Any] | None) -> str:
    """Where the first thing among some texts is that is none, in words."""
    for each in values or ():
        if isinstance(each, dict) and isinstance(key := next(iter(each), None), SpecText):
            return f" at line {key.line}"
    return ""
