"""A project's options, written into the commands of a buildspec that build its image."""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import yaml

from analysis.errors import BuildspecError
from analysis.workload.docker_calls import DockerCall, parse_docker
from analysis.workload.options import BuildOptions
from analysis.workload.shell import list_commands
from analysis.workload.strategies import Strategy
from analysis.workload.yaml_places import TextLoader

_VERBS = {"build", "b", "bake", "f"}
_COMMANDS = ("commands", "finally")
# variables of a strategy by which its commands find in the context what they read themselves
_DOCKERFILE, _TARGET, _BUILD_ARGS = "DOCKERFILE", "TARGET", "BUILD_ARGS"


def apply_options(strategy: Strategy, options: BuildOptions) -> Strategy:
    """The strategy with a project's options in each command that builds.

    What a command says itself stays; a strategy's DOCKERFILE, TARGET and BUILD_ARGS are set, too.
    BuildspecError where no command is seen to build, or where one can't be told.
    """
    if not options.chooses:
        return strategy
    source, text = strategy.buildspec.source, strategy.buildspec.text
    spec = yaml.load(text.removeprefix("\ufeff"), TextLoader)
    counted = [0]

    def change(script: str) -> str:
        new, count = add_options(script, options, source)
        counted[0] += count
        return new

    for phase in spec["phases"].values():
        _change_commands(phase, change)
    if not counted[0]:
        raise BuildspecError(
            f"{source} has no docker build command that can be seen, so it can't be told the "
            "Dockerfile, target, arguments, secrets or platform of these settings: write them "
            "into what it runs, and leave the settings out."
        )
    if not strategy.in_context:
        _set_variables(spec, options)
    dumped = yaml.safe_dump(spec, sort_keys=False, allow_unicode=True, width=1000)
    title = f"# {strategy.title}\n" if strategy.title else ""
    return replace(strategy, buildspec=strategy.buildspec.rewritten(title + dumped))


def _set_variables(spec: dict[str, Any], options: BuildOptions) -> None:
    """Let a strategy's variables say which Dockerfile, target and arguments are looked at."""
    variables = (spec.get("env") or {}).get("variables") or {}
    given = " ".join(f"{name}={value}" for name, value in options.build_args.items())
    told = {_DOCKERFILE: options.dockerfile, _TARGET: options.target, _BUILD_ARGS: given}
    variables |= {name: text for name, text in told.items() if name in variables and text}


def _change_commands(phase: Any, change: Callable[[str], str]) -> None:
    """Change each command of a phase in place."""
    for key in _COMMANDS if isinstance(phase, dict) else ():
        value = phase.get(key)
        if isinstance(value, str):
            phase[key] = change(value)
        elif isinstance(value, list):
            phase[key] = [change(item) if isinstance(item, str) else item for item in value]


def add_options(script: str, options: BuildOptions, source: str = "") -> tuple[str, int]:
    """(a script whose commands that build have these options, how many do). BuildspecError."""
    calls = [parse_docker(command) for command in list_commands(script)]
    building = [call for call in calls if call and call.builds]
    for call in sorted(building, key=lambda call: -call.command.start):
        at = next(
            word.end for word in call.command.words[1:] if word.text in _VERBS | {"up", "create"}
        )
        words = " ".join(_list_options(call, options, script, source))
        script = f"{script[:at]} {words}{script[at:]}" if words else script
    return script, len(building)


def _list_options(
    call: DockerCall, options: BuildOptions, script: str, source: str
) -> Iterator[str]:
    """The options that a call lacks, as words of a shell."""
    if call.name.startswith("compose"):
        yield from _tell_compose(call, options, source)
    elif call.name == "bake":
        yield from (f"--set=*.{each}" for each in _list_settings(options))
    else:
        yield from _tell_build(call, options, script)


def _tell_build(call: DockerCall, options: BuildOptions, script: str) -> Iterator[str]:
    """Those of docker build and docker buildx build."""
    if options.tells_dockerfile and call.arguments and not call.has("--file"):
        context = call.arguments[-1]
        yield f"--file {script[context.start : context.end]}/{_quote(options.dockerfile)}"
    if options.target and not call.has("--target"):
        yield f"--target {_quote(options.target)}"
    given = {value.partition("=")[0] for value in call.values("--build-arg")}
    for name, value in options.build_args.items():
        if name not in given:
            yield f"--build-arg {_quote(f'{name}={value}')}"
    told = " ".join(call.values("--secret"))
    for secret in options.secrets:
        if not re.search(rf"\bid={re.escape(secret.id)}(?:,|\s|$)", told):
            yield f"--secret {_quote(secret.option)}"
    if options.platform and not call.has("--platform"):
        yield f"--platform {_quote(options.platform)}"


def _list_settings(options: BuildOptions) -> Iterator[str]:
    """What bake's --set is given for each of its targets."""
    if options.tells_dockerfile:
        yield f"dockerfile={_quote(options.dockerfile)}"
    if options.target:
        yield f"target={_quote(options.target)}"
    yield from (f"args.{_quote(f'{name}={value}')}" for name, value in options.build_args.items())
    yield from (f"secrets={_quote(secret.option)}" for secret in options.secrets)
    if options.platform:
        yield f"platform={_quote(options.platform)}"


def _tell_compose(call: DockerCall, options: BuildOptions, source: str) -> Iterator[str]:
    """Build arguments: compose takes nothing else on its command line. BuildspecError."""
    other = replace(options, build_args={})
    if other.chooses or (options.build_args and call.name != "compose build"):
        raise BuildspecError(
            f"{source} builds by `docker {call.name}`, which takes a Dockerfile, a target, "
            "secrets and a platform from the compose file alone: write them there, and leave the "
            "settings out."
        )
    for name, value in options.build_args.items():
        yield f"--build-arg {_quote(f'{name}={value}')}"


def _quote(text: str) -> str:
    """A word of a shell, in double quotes where it needs any: commands may lie in single ones."""
    if shlex.quote(text) == text:
        return text
    return '"' + re.sub(r'(["\\$`])', r"\\\1", text) + '"'
