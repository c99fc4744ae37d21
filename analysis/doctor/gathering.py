"""Puts together what needs several files: projects with buildspecs, builds with their files."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.doctor.builds import Build, find_builds
from analysis.doctor.buildspecs import Spec, Step, is_buildspec, read_spec
from analysis.doctor.case import Case
from analysis.doctor.composed import read_bake, read_compose
from analysis.doctor.hcl import Block
from analysis.doctor.inlined import find_inlined, link_projects
from analysis.doctor.nodes import Node
from analysis.doctor.projects import Repository
from analysis.doctor.terraform import read_terraform
from analysis.doctor.walk import find_git

_COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_BAKE_FILES = (
    *_COMPOSE_FILES,
    "docker-bake.json",
    "docker-bake.override.json",
    "docker-bake.hcl",
    "docker-bake.override.hcl",
)


@dataclass
class Parts:
    """What single files say. roots: file -> the folder that builds of it begin in.

    policies: (repository with rules, whether the file names no repository).
    """

    roots: dict[Path, Path]
    nodes: dict[Path, Node] = field(default_factory=dict)
    terraform: dict[Path, dict[Path, Block]] = field(default_factory=dict)
    bakes: dict[Path, Block] = field(default_factory=dict)
    policies: list[tuple[Repository, bool]] = field(default_factory=list)


def gather(case: Case, parts: Parts) -> None:
    """Add to a case what its parts say together."""
    for files in parts.terraform.values():
        found = read_terraform(files)
        case.projects += found.projects
        case.repositories += found.repositories
        case.buckets += found.buckets
        case.expiring |= found.expiring
    _add_policies(case, parts)
    specs = [path for path, node in parts.nodes.items() if is_buildspec(node)]
    for path in specs:
        root = _find_root(parts, path)
        projects = link_projects(path, root, case.projects, len(specs))
        given: dict[str, str] = {}
        for project in projects:
            given |= project.variables
        spec = read_spec(parts.nodes[path], path, root, given)
        spec.projects += projects
        _add_builds(case, parts, spec)
    for project in case.projects:
        if (inlined := find_inlined(project)) is not None and is_buildspec(inlined):
            root = _find_root(parts, project.file)
            spec = read_spec(inlined, project.file, root, project.variables)
            spec.projects.append(project)
            _add_builds(case, parts, spec)
    done = {build.file for build in case.builds}
    for path in [*parts.bakes, *parts.nodes]:
        if path not in done:
            case.builds += _read_composed(parts, path, {})


def _find_root(parts: Parts, path: Path) -> Path:
    """The folder that builds of a file begin in."""
    return parts.roots.get(path) or find_git(path.parent) or path.parent


def _add_policies(case: Case, parts: Parts) -> None:
    """Give lifecycle policies to the repositories that they are of."""
    for policy, nameless in parts.policies:
        known = case.repositories
        same = [each for each in known if each.name == policy.name]
        same = known if nameless and len(known) == 1 else same
        for each in same:
            each.rules = policy.rules
        if not same:
            known.append(policy)


def _add_builds(case: Case, parts: Parts, spec: Spec) -> None:
    """Add a buildspec and the builds that it starts."""
    case.specs.append(spec)
    case.builds += find_builds(spec)
    for step in spec.steps:
        if step.call and step.call.builds and step.call.name not in ("build", "buildx build"):
            _add_composed(case, parts, spec, step)


def _add_composed(case: Case, parts: Parts, spec: Spec, step: Step) -> None:
    """Add the builds of the compose or bake files that a command builds."""
    call = step.call
    assert call is not None
    names = call.values("--file") or list(_BAKE_FILES if call.name == "bake" else _COMPOSE_FILES)
    roots = (spec.root, spec.file.parent)
    wanted = {os.path.realpath(root / step.folder / name) for root in roots for name in names}
    values = {**step.values, **step.command.assignments}
    for path in [*parts.bakes, *parts.nodes]:
        if os.path.realpath(path) in wanted:
            case.builds += [
                replace(
                    build,
                    spec=spec,
                    step=step,
                    push=build.push or call.has("--push"),
                    load=build.load or call.has("--load"),
                    builder=call.value("--builder"),
                )
                for build in _read_composed(parts, path, values)
            ]


def _read_composed(parts: Parts, path: Path, values: Mapping[str, str]) -> list[Build]:
    """The builds of a compose or bake file."""
    if path in parts.bakes:
        return list(read_bake(parts.bakes[path], path, values))
    node = parts.nodes[path]
    return [] if is_buildspec(node) else list(read_compose(node, path, values))
