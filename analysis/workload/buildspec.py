"""Reads CodeBuild buildspec files, version 0.2, as far as the lab can run them.

Format: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import BuildspecError

PHASES = ("install", "pre_build", "build", "post_build")
_TOP_KEYS = {"version", "env", "phases"}
# say where things go after a build; a build runs the same without them
_IGNORED_KEYS = {"artifacts", "reports", "cache"}
_ENV_KEYS = {"variables", "shell"}
_PHASE_KEYS = {"commands", "finally", "on-failure"}
_ON_FAILURE = ("ABORT", "CONTINUE")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHELLS = ("/bin/sh", "sh", "bash")


class TextLoader(yaml.SafeLoader):
    """Reads values as they are written: 1.10, 010 and yes are text to CodeBuild, as to sh."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """A mapping as it is written; RepeatedKey when it has a key twice."""
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise _RepeatedKey(key.value, key.start_mark.line + 1)
            seen.add(key.value)
        return node


TextLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag.endswith((":null", ":merge"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _RepeatedKey(ValueError):
    """A key that a mapping has already, and its line; YAML would keep the last one."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(f"has the key {key!r} a second time at line {line}: keep one of them.")


@dataclass(frozen=True)
class Phase:
    """A phase's commands, those that run whatever happens, and what a failure leads to."""

    name: str
    commands: tuple[str, ...]
    final: tuple[str, ...] = ()
    on_failure: str | None = None


@dataclass(frozen=True)
class Buildspec:
    """Phases in CodeBuild's order, variables with their defaults, and the text itself."""

    source: str
    text: str
    phases: tuple[Phase, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    shell: str = "sh"


def read_buildspec(path: str | Path) -> Buildspec:
    """The buildspec in a file; BuildspecError names the file, the key and the cure."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildspecError(f"{path} can't be read as a buildspec: {error}.") from error
    return parse_buildspec(text, str(path))


# each sequence of builds reads the same files again
@lru_cache(1 << 8)
def parse_buildspec(text: str, source: str = "buildspec") -> Buildspec:
    """The buildspec in `text`; BuildspecError names `source`, the key and the cure."""
    text = text.removeprefix("\ufeff")
    try:
        spec = yaml.load(text, TextLoader)
    except _RepeatedKey as error:
        raise BuildspecError(f"{source} {error}") from error
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else ""
        raise BuildspecError(f"{source} is not YAML{line}: correct it there.") from error
    if not isinstance(spec, dict):
        raise BuildspecError(f"{source} is not a buildspec: it has no 'version' and 'phases'.")
    if str(spec.get("version")) != "0.2":
        raise BuildspecError(f"{source} has version {spec.get('version')}: write version: 0.2.")
    _check_keys(spec, _TOP_KEYS | _IGNORED_KEYS, source, "")
    env = _mapping(spec.get("env"), source, "env")
    _check_keys(env, _ENV_KEYS, source, "env/")
    if env.get("shell", "sh") not in _SHELLS:
        raise BuildspecError(
            f"{source} asks for the shell {env['shell']!r} (env/shell): use sh or bash."
        )
    phases = _mapping(spec.get("phases"), source, "phases")
    _check_keys(phases, set(PHASES), source, "phases/")
    if not phases:
        raise BuildspecError(f"{source} has no phases: give it phases/build/commands.")
    return Buildspec(
        source=source,
        text=text,
        phases=tuple(_read_phase(n, phases[n], source) for n in PHASES if n in phases),
        variables=_read_variables(env.get("variables"), source),
        shell=env.get("shell", "sh"),
    )


def _read_phase(name: str, value: Any, source: str) -> Phase:
    """One phase; BuildspecError names the key that is wrong."""
    value = _mapping(value, source, f"phases/{name}")
    _check_keys(value, _PHASE_KEYS, source, f"phases/{name}/")
    on_failure = value.get("on-failure")
    if on_failure not in (None, *_ON_FAILURE):
        raise BuildspecError(
            f"{source} has phases/{name}/on-failure: {on_failure}; use ABORT or CONTINUE."
        )
    commands = _read_commands(value.get("commands"), source, f"phases/{name}/commands")
    final = _read_commands(value.get("finally"), source, f"phases/{name}/finally")
    return Phase(name, commands, final, on_failure)


def _read_commands(value: Any, source: str, key: str) -> tuple[str, ...]:
    """A list of commands, () for none; BuildspecError if there is anything but text in it."""
    if value is None:
        return ()
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise BuildspecError(
            f"{source} has something other than text in {key}: quote commands that hold ': '."
        )
    return tuple(values)


def _read_variables(value: Any, source: str) -> dict[str, str]:
    """Name -> text of env/variables."""
    values = _mapping(value, source, "env/variables")
    for name, content in values.items():
        if not isinstance(name, str) or not _VARIABLE_NAME.fullmatch(name):
            raise BuildspecError(
                f"{source} has the variable {name!r} (env/variables): use letters, digits and _, "
                "no digit first."
            )
        if isinstance(content, dict | list):
            raise BuildspecError(f"{source}: env/variables/{name} must be text or a number.")
    return {name: "" if item is None else str(item) for name, item in values.items()}


def _mapping(value: Any, source: str, key: str) -> dict[str, Any]:
    """`value` as a mapping, {} for nothing; BuildspecError otherwise."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BuildspecError(f"{source} has no names and values under {key!r}: indent them.")
    return value


def _check_keys(value: Mapping[str, Any], known: set[str], source: str, prefix: str) -> None:
    """BuildspecError names the first key that is not among those supported."""
    for key in value:
        if key not in known:
            raise BuildspecError(
                f"{source} uses '{prefix}{key}', which is not supported; supported here: "
                f"{', '.join(sorted(known))}."
            )
