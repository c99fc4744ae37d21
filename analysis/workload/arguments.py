"""What a build must be given: arguments without a default that its steps use, and secrets."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from analysis.errors import ContextError, UnknownName
from analysis.words import join_words
from analysis.workload.dockerfile import Instruction, list_whole
from analysis.workload.layers import PLATFORM_ARGUMENTS
from analysis.workload.options import BuildOptions
from analysis.workload.tree import BuildTree

# those that need no ARG (https://docs.docker.com/reference/dockerfile/#predefined-args)
_PREDEFINED = re.compile(
    r"(?:https?|ftp|no|all)_proxy|BUILDKIT_\w+|SOURCE_DATE_EPOCH", re.IGNORECASE
)
_NAMED = re.compile(r"""(\w+)(=(?:"(?:\\.|[^"\\])*"|'[^']*'|\S*))?""")
# what a build does otherwise where an argument is empty; a label or a command it only notes
_USING = {"FROM", "RUN", "COPY", "ADD", "ENV", "WORKDIR", "USER", "VOLUME"}


class _Unset(NamedTuple):
    """An argument without a value, and the instruction that uses it."""

    name: str
    used: str
    line: int


def check_build_arguments(
    context: Path, options: BuildOptions, told: Collection[str] | None = ()
) -> None:
    """ContextError for arguments without a default that steps use, and for secrets they require.

    `told`: arguments and ids of secrets that the commands give themselves; null where what they
    give can't be seen. UnknownName for a build argument that no ARG of the Dockerfile is for.
    """
    tree = BuildTree(context, options)
    path = context / options.dockerfile
    known = set(_list_declared(tree.text))
    for name in options.build_args:
        if name not in known and not _PREDEFINED.fullmatch(name):
            raise UnknownName(f"ARG in {path}", name, known)
    if told is None:
        return
    given = dict.fromkeys(told, "") | dict(options.build_args)
    unset = {each.name: each for each in _find_unset(tree.text, tree, given)}
    if unset:
        uses = join_words(f"{e.name} (line {e.line}: {e.used[:60]})" for e in unset.values())
        values = ",".join(f"{name}=VALUE" for name in unset)
        raise ContextError(
            f"{path} has no default for {uses}: give BUILD_ARGS={values}; an empty VALUE is one."
        )
    secrets = list_secrets(tree).items()
    lacking = sorted(name for name, required in secrets if required and name not in told)
    if lacking:
        values = " ".join(f"id={name},src=FILE" for name in lacking)
        raise ContextError(f"{path} requires {join_words(lacking)}: give SECRETS='{values}'.")


def list_secrets(tree: BuildTree) -> dict[str, bool]:
    """Id -> whether it is required, of the secrets that steps mount and nobody gives."""
    given = {secret.id for secret in tree.options.secrets}
    mounts = [m for layer in tree.layers for m in layer.mounts if m.get("type") == "secret"]
    found: dict[str, bool] = {}
    for mount in mounts:
        target = mount.get("target") or mount.get("dst") or ""
        name = mount.get("id") or target.rpartition("/")[2]
        required = mount.get("required", "false").lower() in ("true", "1", "")
        found[name] = found.get(name, False) or required
    return {name: required for name, required in found.items() if name not in given}


def _list_declared(text: str) -> Iterator[str]:
    """The names of all ARGs."""
    for each in list_whole(text):
        if each.keyword == "ARG":
            yield from (found[1] for found in _NAMED.finditer(each.rest))


def _find_unset(text: str, tree: BuildTree, given: Mapping[str, str]) -> Iterator[_Unset]:
    """The arguments without a value that the stages of a build use, each once or more."""
    needed = {layer.line for layer in tree.layers}
    defaults = {*given, *PLATFORM_ARGUMENTS}
    unset: set[str] = set()
    for stage in _split_stages(list_whole(text)):
        if stage[0].keyword == "FROM":
            yield from _find_used(stage[0], unset)
            unset = set()
        built = stage[0].keyword != "FROM" or any(each.number in needed for each in stage)
        for each in stage:
            if each.keyword == "ARG":
                with_value = {n for n, value in _NAMED.findall(each.rest) if value}
                names = {n for n, _ in _NAMED.findall(each.rest)}
                defaults |= with_value if stage[0].keyword != "FROM" else set()
                unset = (unset | names) - with_value - defaults
            elif each.keyword == "ENV":
                unset -= {
                    n for n, value in _NAMED.findall(each.rest) if value and f"${n}" not in value
                }
            if built and each.keyword in _USING and each.keyword != "FROM":
                yield from _find_used(each, unset)


def _split_stages(instructions: list[Instruction]) -> list[list[Instruction]]:
    """The instructions before the first FROM, if any, and those of each stage."""
    stages: list[list[Instruction]] = []
    for each in instructions:
        if each.keyword == "FROM" or not stages:
            stages.append([])
        stages[-1].append(each)
    return stages


def _find_used(one: Instruction, unset: set[str]) -> Iterator[_Unset]:
    """Which arguments without a value an instruction uses; one that asks for it copes."""
    text = one.rest + one.body
    for name in sorted(unset):
        used = re.search(rf"(?<!\\)\$(?:{name}\b|\{{{name}(?:\}}|:?\?|[#%/^,:](?![-+=])))", text)
        asked = re.search(rf"-[nz]\s+\"?\$\{{?{name}\b|\$\{{{name}:?[-+=]", text)
        if used and not asked:
            yield _Unset(name, " ".join(one.line.split()), one.number)
