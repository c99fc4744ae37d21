"""What is known of CodeBuild projects and ECR repositories: JSON, CloudFormation, Terraform."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.doctor.caches import is_ecr
from analysis.doctor.hcl import Expression
from analysis.doctor.nodes import Node

LAYER_CACHE = "LOCAL_DOCKER_LAYER_CACHE"
# a source that gives a pipeline's one branch
PIPELINE = "CODEPIPELINE"
# what ends with / is the begin of many
_ONE_BRANCH = re.compile(r"\^?(?:refs/heads/)?[\w./-]*[\w.-]\$?")


@dataclass
class Project:
    """A CodeBuild project: what its builds run on, as far as it is told; None for not told.

    address: how Terraform names it. branches: whether it builds several. lines: fact -> line.
    """

    file: Path
    line: int
    name: str
    address: str = ""
    privileged: bool | None = None
    in_vpc: bool | None = None
    modes: tuple[str, ...] = ()
    cache: str = ""
    location: str = ""
    compute: str = ""
    kind: str = ""
    docker_server: bool = False
    buildspec: Node = field(default_factory=lambda: Node(None, 1))
    variables: Mapping[str, str] = field(default_factory=dict)
    branches: bool | None = None
    source: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def asks_for_layers(self) -> bool:
        """Whether it asks for the local Docker layer cache."""
        return self.cache.upper() == "LOCAL" and LAYER_CACHE in self.modes

    def refusals(self) -> list[str]:
        """Why CodeBuild can't give it the local Docker layer cache."""
        found = []
        if self.privileged is False:
            found.append("privileged mode is off")
        if self.in_vpc:
            found.append("the project runs in a VPC")
        if "2XLARGE" in self.compute.upper():
            found.append(f"{self.compute} is too large")
        if "GPU" in self.kind.upper():
            found.append(f"{self.kind} has GPUs")
        if "LAMBDA" in self.kind.upper() or "LAMBDA" in self.compute.upper():
            found.append(f"{self.kind or self.compute} is Lambda, which has no Docker")
        if "WINDOWS" in self.kind.upper():
            found.append(f"{self.kind} is not Linux")
        return found

    @property
    def keeps_layers(self) -> bool:
        """Whether its builds find what Docker kept from earlier ones."""
        return self.docker_server or (self.asks_for_layers and not self.refusals())


@dataclass
class Repository:
    """An ECR repository: its name, whether tags are fixed, and its lifecycle rules if told.

    filters: tags that may be overwritten all the same. rules: as ECR's JSON has them.
    """

    file: Path
    line: int
    name: str
    address: str = ""
    mutability: str = ""
    filters: tuple[str, ...] = ()
    rules: tuple[Mapping[str, object], ...] = ()


def is_true(text: str) -> bool | None:
    """A flag's value; None where it is computed."""
    lowered = text.lower()
    return {"true": True, "false": False}.get(lowered)


def list_projects(node: Node, path: Path) -> Iterator[Project]:
    """The projects in what `aws codebuild batch-get-projects` prints, or in a part of it."""
    items = node.get("projects").each() or [node.get("project"), node]
    for item in items:
        if item.get("environment").items() and item.get("name").text():
            yield _read_project(item, path, item.get("name").text())


def list_stack_projects(node: Node, path: Path) -> Iterator[Project]:
    """The projects of a CloudFormation template."""
    for name, resource in node.get("Resources").items().items():
        if resource.get("Type").text() == "AWS::CodeBuild::Project":
            yield _read_project(_lower(resource.get("Properties")), path, name)


def _lower(node: Node) -> Node:
    """CloudFormation's properties by the names that the API has."""
    if isinstance(node.value, dict):
        entries = {
            ("buildspec" if key == "BuildSpec" else key[:1].lower() + key[1:]): _lower(value)
            for key, value in node.value.items()
        }
        return Node(entries, node.line, node.first)
    if isinstance(node.value, list):
        return Node([_lower(item) for item in node.value], node.line, node.first)
    return node


def _read_project(node: Node, path: Path, name: str) -> Project:
    """A project as the API describes it."""
    environment, cache = node.get("environment"), node.get("cache")
    privileged = environment.get("privilegedMode")
    told = privileged.value is not None
    vpc = node.get("vpcConfig")
    variables = {
        each.get("name").text(): each.get("value").text()
        for each in environment.get("environmentVariables").each()
        if each.get("type").text() in ("", "PLAINTEXT") and each.get("value").text()
    }
    return Project(
        file=path,
        line=node.line,
        name=name,
        privileged=is_true(privileged.text()) if told else False,
        in_vpc=bool(vpc.get("vpcId").value or vpc.get("subnets").each()),
        modes=tuple(cache.get("modes").texts()),
        cache=cache.get("type").text(),
        location=cache.get("location").text(),
        compute=environment.get("computeType").text(),
        kind=environment.get("type").text(),
        docker_server=bool(environment.get("dockerServer").items()),
        buildspec=node.get("source", "buildspec"),
        variables=variables,
        branches=_read_branches(node),
        source=node.get("source", "type").text(),
        lines={
            "modes": cache.get("modes").line if cache.get("modes").value else cache.line,
        },
    )


def _read_branches(node: Node) -> bool | None:
    """Whether a project's webhook builds several branches; None where nothing tells."""
    if node.get("source", "type").text() == PIPELINE:
        return False
    hook, triggers = node.get("webhook"), node.get("triggers")
    if not hook.items() and is_true(triggers.get("webhook").text()) is not True:
        return None
    groups = hook.get("filterGroups").each() or triggers.get("filterGroups").each()
    return builds_branches(
        [
            (each.get("type").text(), each.get("pattern").text())
            for each in group.each()
            if not is_true(each.get("excludeMatchedPattern").text())
        ]
        for group in groups
    )


def builds_branches(groups: Iterable[list[tuple[str, str]]]) -> bool:
    """Whether a webhook with groups of (type, pattern) builds more than one branch.

    Without the patterns that exclude, which leave all others.
    """
    found: set[str] = set()
    for group in groups:
        found |= {pattern for kind, pattern in group if kind == "HEAD_REF"} or {".*"}
    return len(found) != 1 or not all(_ONE_BRANCH.fullmatch(each) for each in found)


def list_stack_buckets(node: Node, path: Path) -> Iterator[tuple[tuple[Path, int, str, str], bool]]:
    """((file, line, name, address), whether its objects expire) of a template's buckets."""
    for name, resource in node.get("Resources").items().items():
        if resource.get("Type").text() == "AWS::S3::Bucket":
            body = resource.get("Properties")
            rules = body.get("LifecycleConfiguration", "Rules").each()
            place = (path, resource.line, body.get("BucketName").text(), name)
            yield place, any(_deletes(rule) for rule in rules)


def is_bucket_rules(node: Node) -> bool:
    """Whether a file is what get-bucket-lifecycle-configuration prints, with a rule that deletes.

    It does not say of which bucket.
    """
    return any(_deletes(rule) for rule in node.get("Rules").each())


def _deletes(rule: Node) -> bool:
    """Whether a rule of S3's or CloudFormation's deletes objects."""
    when = rule.get("Expiration").items() or [
        name for name in ("ExpirationInDays", "ExpirationDate") if rule.get(name).text()
    ]
    return bool(when) and rule.get("Status").text() == "Enabled"


def list_repositories(node: Node, path: Path) -> Iterator[Repository]:
    """The repositories in what describe-repositories or get-lifecycle-policy prints."""
    for item in [*node.get("repositories").each(), node.get("repository")]:
        if item.get("repositoryName").text():
            filters = item.get("imageTagMutabilityExclusionFilters").each()
            yield Repository(
                path,
                item.get("imageTagMutability").line,
                item.get("repositoryName").text(),
                mutability=item.get("imageTagMutability").text(),
                filters=tuple(each.get("filter").text() for each in filters),
            )


def list_stack_repositories(node: Node, path: Path) -> Iterator[tuple[Repository, Node]]:
    """(repository, the text of its lifecycle policy) of a CloudFormation template."""
    for name, resource in node.get("Resources").items().items():
        if resource.get("Type").text() == "AWS::ECR::Repository":
            body = resource.get("Properties")
            found = Repository(
                path,
                resource.line,
                body.get("RepositoryName").text() or name,
                address=name,
                mutability=body.get("ImageTagMutability").text(),
            )
            yield found, body.get("LifecyclePolicy", "LifecyclePolicyText")


def is_policy(node: Node) -> bool:
    """Whether a file's values are those of a lifecycle policy."""
    rules = node.get("rules").each()
    return bool(rules) and all(rule.get("selection").items() for rule in rules)


def matches(repository: Repository, name: str, alone: bool) -> bool:
    """Whether an image's repository, as a command writes it, is this one.

    `alone`: whether no other repository is known, so that a variable can only mean this one.
    """
    if isinstance(name, Expression) or "aws_ecr_repository." in name:
        return bool(repository.address) and f"{repository.address}." in f"{name}."
    last = name.split("/", 1)[-1] if is_ecr(name.split("/")[0]) else name
    if not (repository.name or repository.address):
        return alone
    if "$" not in last:
        return last == repository.name or name.endswith(f"/{repository.name}")
    if "$" in repository.name:
        return alone
    return name.endswith(f"/{repository.name}") or (
        alone and last.rpartition("/")[2].startswith("$")
    )
