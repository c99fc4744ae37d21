"""CodeBuild projects, ECR repositories and buckets of Terraform files."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.doctor.hcl import Block, Expression
from analysis.doctor.nodes import BrokenText, Node, read_nodes
from analysis.doctor.projects import PIPELINE, Project, Repository, builds_branches, is_true

_REFERENCE = re.compile(r"^\$?\{?\s*(var|local)\.([\w-]+)\s*\}?$")
_ADDRESS = re.compile(r"\b((?:aws_\w+)\.[\w-]+)")
_MODULE = "cloudposse/codebuild/aws"
_FILE = re.compile(r'^\$?\{?\s*(?:file|templatefile)\(\s*"(?:\$\{path\.module\}/)?([^"]+)"')


@dataclass
class Resources:
    """What the Terraform files of one folder describe, as far as it concerns images.

    buckets: (file, line, name, address); expiring: names and addresses of buckets with expiry.
    """

    projects: list[Project] = field(default_factory=list)
    repositories: list[Repository] = field(default_factory=list)
    buckets: list[tuple[Path, int, str, str]] = field(default_factory=list)
    expiring: set[str] = field(default_factory=set)


def read_terraform(files: Mapping[Path, Block]) -> Resources:
    """The resources in the files of one folder."""
    known = _Known(files)
    found = Resources()
    for path, root in files.items():
        for block in root.find("module"):
            if block.labels and _MODULE in block.get("source").text():
                found.projects.append(_read_module(path, block, known))
    blocks = [(path, block) for path, root in files.items() for block in root.find("resource")]
    blocks = [(path, block) for path, block in blocks if len(block.labels) > 1]
    for path, block in blocks:
        kind, label = block.labels[:2]
        address = f"{kind}.{label}"
        if kind == "aws_codebuild_project":
            found.projects.append(_read_project(path, block, address, known))
        elif kind == "aws_ecr_repository":
            found.repositories.append(_read_repository(path, block, address, known))
        elif kind == "aws_s3_bucket":
            found.buckets.append((path, block.line, known.text(block.get("bucket")), address))
            if _expires(block.find("lifecycle_rule")):
                found.expiring.add(address)
        elif kind == "aws_s3_bucket_lifecycle_configuration" and _expires(block.find("rule")):
            found.expiring.add(
                find_address(block.get("bucket").text()) or block.get("bucket").text()
            )
    for path, block in blocks:
        _add(path, block, found, known)
    return found


def _expires(rules: Iterable[Block]) -> bool:
    """Whether one of a bucket's rules that are in force deletes objects."""
    return any(
        any(rule.find("expiration"))
        and rule.get("status").text() != "Disabled"
        and is_true(rule.get("enabled").text()) is not False
        for rule in rules
    )


def find_address(text: str) -> str:
    """The resource that an expression uses, "" for none."""
    found = _ADDRESS.search(text)
    return found[1] if found else ""


class _Known:
    """The values of a folder's variables and locals."""

    def __init__(self, files: Mapping[Path, Block]) -> None:
        self.values: dict[tuple[str, str], Node] = {}
        for root in files.values():
            for block in root.find("variable"):
                if block.labels and "default" in block.attributes:
                    self.values["var", block.labels[0]] = block.get("default")
            for block in root.find("locals"):
                self.values |= {("local", key): node for key, node in block.attributes.items()}
        for path in sorted(files):
            if path.suffix == ".tfvars":
                self._set(path, files[path])

    def _set(self, path: Path, root: Block) -> None:
        """Take the values of a .tfvars file; those of one that Terraform is to be told of differ.

        Which is read: https://developer.hashicorp.com/terraform/language/values/variables
        """
        read = path.name == "terraform.tfvars" or path.name.endswith(".auto.tfvars")
        for name, node in root.attributes.items():
            if read:
                self.values["var", name] = node
            else:
                self.values.pop(("var", name), None)

    def resolve(self, node: Node) -> Node:
        """A value, or that of the variable or local it names."""
        for _ in range(4):
            named = _REFERENCE.match(node.value) if isinstance(node.value, str) else None
            if not named or (named[1], named[2]) not in self.values:
                break
            node = Node(self.values[named[1], named[2]].value, node.line, node.first)
        return node

    def text(self, node: Node) -> str:
        """A value as text, as it is written where it is computed."""
        return self.resolve(node).text()


def _one(block: Block, kind: str) -> Block:
    """The inner block of a type, an empty one where there is none."""
    return next(block.find(kind), Block(kind, [], block.line))


def _read_project(path: Path, block: Block, address: str, known: _Known) -> Project:
    """An aws_codebuild_project."""
    environment, cache, source = (_one(block, kind) for kind in ("environment", "cache", "source"))
    dynamic = {each.labels[0] for each in block.find("dynamic") if each.labels}
    told = "privileged_mode" in environment.attributes
    privileged = is_true(known.text(environment.get("privileged_mode"))) if told else False
    modes = known.resolve(cache.get("modes"))
    variables = {
        known.text(each.get("name")): known.text(each.get("value"))
        for each in environment.find("environment_variable")
        if known.text(each.get("type")) in ("", "PLAINTEXT")
    }
    return Project(
        file=path,
        line=block.line,
        name=known.text(block.get("name")) or address,
        address=address,
        privileged=None if "environment" in dynamic else privileged,
        in_vpc=None if "vpc_config" in dynamic else any(block.find("vpc_config")),
        modes=tuple(known.resolve(item).text() for item in modes.each()),
        cache=known.text(cache.get("type")),
        location=known.text(cache.get("location")),
        compute=known.text(environment.get("compute_type")),
        kind=known.text(environment.get("type")),
        docker_server=any(environment.find("docker_server")),
        buildspec=_find_text(path, known.resolve(source.get("buildspec"))),
        variables=variables,
        branches=False if known.text(source.get("type")) == PIPELINE else None,
        source=known.text(source.get("type")),
        lines={"modes": cache.get("modes").line},
    )


def _read_module(path: Path, block: Block, known: _Known) -> Project:
    """A project of the module cloudposse/codebuild/aws, by its inputs and their defaults.

    Inputs: https://registry.terraform.io/modules/cloudposse/codebuild/aws
    """
    modes = known.resolve(block.get("local_cache_modes"))
    privileged = block.get("privileged_mode")
    return Project(
        file=path,
        line=block.line,
        name=known.text(block.get("name")) or block.labels[0],
        address=f"module.{block.labels[0]}",
        privileged=is_true(known.text(privileged)) if privileged.value else False,
        in_vpc=bool(block.get("vpc_config").items()),
        modes=tuple(known.resolve(item).text() for item in modes.each()),
        cache=known.text(block.get("cache_type")),
        compute=known.text(block.get("build_compute_type")),
        kind=known.text(block.get("build_type")),
        buildspec=_find_text(path, known.resolve(block.get("buildspec"))),
        source=known.text(block.get("source_type")),
        lines={"modes": block.get("local_cache_modes").line},
    )


def _find_text(path: Path, node: Node) -> Node:
    """A value, or for file("…") the name of the file."""
    named = _FILE.match(node.text()) if isinstance(node.value, Expression) else None
    return Node(named[1], node.line, node.line) if named else node


def _read_repository(path: Path, block: Block, address: str, known: _Known) -> Repository:
    """An aws_ecr_repository."""
    mutability = known.resolve(block.get("image_tag_mutability"))
    filters = block.find("image_tag_mutability_exclusion_filter")
    return Repository(
        path,
        mutability.line,
        known.text(block.get("name")),
        address=address,
        mutability=mutability.text(),
        filters=tuple(known.text(each.get("filter")) for each in filters),
    )


def _add(path: Path, block: Block, found: Resources, known: _Known) -> None:
    """Add what a resource says of another: a lifecycle policy, a webhook."""
    if block.labels[0] == "aws_codebuild_webhook":
        address = find_address(block.get("project_name").text())
        for project in found.projects:
            if project.address == address or project.name == block.get("project_name").text():
                project.branches = _builds_branches(block, known)
    if block.labels[0] == "aws_ecr_lifecycle_policy":
        rules = read_rules(_load(path, known.resolve(block.get("policy"))))
        named = known.text(block.get("repository"))
        address = find_address(named)
        for repository in found.repositories:
            if repository.address == address or (named and repository.name == named):
                repository.rules = rules
                break
        else:
            line = block.get("policy").line
            found.repositories.append(Repository(path, line, named, rules=rules))


def _builds_branches(block: Block, known: _Known) -> bool:
    """Whether a webhook builds several branches."""
    return builds_branches(
        [
            (each.get("type").text(), known.text(each.get("pattern")))
            for each in group.find("filter")
            if not is_true(each.get("exclude_matched_pattern").text())
        ]
        for group in block.find("filter_group")
    )


def _load(path: Path, node: Node) -> Node:
    """A policy, or what lies in the file that it names."""
    named = _FILE.match(node.text()) if isinstance(node.value, Expression) else None
    if not named:
        return node
    try:
        return Node((path.parent / named[1]).read_text("utf-8"), node.line, node.line)
    except (OSError, UnicodeDecodeError):
        return Node(None, node.line)


def read_rules(node: Node) -> tuple[Mapping[str, object], ...]:
    """The rules of a lifecycle policy, an object or its JSON; () where there are none."""
    if isinstance(node.value, str):
        try:
            node = read_nodes(node.value.replace("\t", " "))
        except BrokenText:
            return ()
    rules = node.get("rules").each()
    return tuple(rule.plain() for rule in rules if isinstance(rule.value, dict))
