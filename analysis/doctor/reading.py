"""Reads the files given, each by its kind, into a case."""

import re
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from analysis.doctor.buildspecs import is_buildspec
from analysis.doctor.case import ANY_BUCKET, Case
from analysis.doctor.composed import bake_json, is_bake_json, is_compose
from analysis.doctor.dockerfiles import is_dockerfile, parse_dockerfile
from analysis.doctor.findings import Finding
from analysis.doctor.gathering import Parts, gather
from analysis.doctor.hcl import parse_hcl
from analysis.doctor.nodes import BrokenText, Node, read_nodes
from analysis.doctor.projects import (
    Repository,
    is_bucket_rules,
    is_policy,
    list_projects,
    list_repositories,
    list_stack_buckets,
    list_stack_projects,
    list_stack_repositories,
)
from analysis.doctor.terraform import read_rules
from analysis.doctor.walk import Given, find_git, list_given

_LARGEST, _HEAD = 8 << 20, 1 << 16
_YAML, _LOGS = (".yml", ".yaml", ".json", ".template"), (".log", ".gz")
_SPEC_LIKE = re.compile(r"^version:\s*[\"']?0\.[12]\b.*^phases:", re.M | re.S)
_LOG_LIKE = re.compile(
    rb"^(?:.*\] ?)?(?:#\d+ \[|Step \d+/\d+ :|\[Container\] \d{4}/|#\d+ (?:DONE|CACHED))", re.M
)
# what stands in every YAML and JSON file that is read here
_TELLING = re.compile(
    r"\b(?:phases|services|target|privilegedMode|environment|repositories|repository|selection|"
    r"lifecyclePolicyText|Expiration|AWS::CodeBuild|AWS::ECR|AWS::S3)\b"
)
_MATTERS = re.compile(r"aws_codebuild_|aws_ecr_|privilegedMode|lifecyclePolicyText")
_NAMED_LIKE = re.compile(r"buildspec|compose|docker-bake", re.IGNORECASE)


def read_case(paths: Iterable[Path]) -> Case:
    """All that the paths mean."""
    given, problems = list_given(paths)
    reader = _Reader(given)
    for path, reason in problems:
        reader.complain(path, 1, f"{path} {reason}.")
    for each in given:
        reader.read(each)
    gather(reader.case, reader.parts)
    reader.read_named()
    return reader.case


def _unpack(head: bytes) -> bytes:
    """The first bytes of a file, unpacked where they are gzip's."""
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(31).decompress(head, _HEAD)
    except zlib.error:
        return b""


class _Reader:
    """Reads files into a case, and into parts that are put together later."""

    def __init__(self, given: list[Given]) -> None:
        self.case = Case()
        self.parts = Parts({each.file: find_git(each.root) or each.root for each in given})

    def complain(self, path: Path, line: int, message: str) -> None:
        """Note what could not be read."""
        self.case.problems.append(Finding("unreadable", path, line, message))

    def read(self, given: Given) -> None:
        """Read a file by its kind, which its name tells, or what it says."""
        path, name = given.file, given.file.name.lower()
        kinds: list[tuple[bool, Callable[[Given, str], bool]]] = [
            (is_dockerfile(path), self._read_dockerfile),
            (name.endswith((".tf", ".tfvars", ".hcl")), self._read_hcl),
            (name.endswith(_YAML) or given.named, self._read_values),
            (given.named, self._read_dockerfile),
        ]
        if name.endswith(".dockerignore"):
            self.case.files += 1
            return
        if not any(fits for fits, _ in kinds) and not name.endswith(_LOGS):
            return
        if given.named or name.endswith(_LOGS):
            if self._is_log(given):
                return
            if not given.named:
                return
        text = self._load(given)
        if text is None:
            return
        if not any(fits and read(given, text) for fits, read in kinds) and given.named:
            self.complain(path, 1, f"{path} is of no kind that is read here: see docs/doctor.md.")

    def _is_log(self, given: Given) -> bool:
        """Whether a file is a build log; it is kept as one."""
        path = given.file
        try:
            with path.open("rb") as file:
                head = _unpack(file.read(_HEAD))
        except OSError as error:
            self.complain(path, 1, f"{path} can't be read: {error.strerror}.")
            return True
        events = head.lstrip()[:1] in (b"{", b"[") and b'"events"' in head[:400]
        if is_dockerfile(path) or not (events or _LOG_LIKE.search(head)):
            return False
        self.case.logs.append(path)
        self.case.files += 1
        return True

    def _load(self, given: Given) -> str | None:
        """A file's text; None, and a problem where it matters, when it can't be had."""
        path = given.file
        try:
            if path.stat().st_size > _LARGEST:
                if given.named:
                    self.complain(path, 1, f"{path} is larger than 8 MB: no such file is.")
                return None
            return path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            self.complain(path, 1, f"{path} can't be read: {error.strerror}.")
        except UnicodeDecodeError:
            if given.named or is_dockerfile(path) or _NAMED_LIKE.search(path.name):
                self.complain(path, 1, f"{path} is not UTF-8: save it as such.")
        return None

    def _keep(self, path: Path, text: str) -> None:
        """Count a file that is read, and keep its text."""
        self.case.texts[path] = text
        self.case.files += 1

    def _read_dockerfile(self, given: Given, text: str) -> bool:
        """Read a Dockerfile; whether it is one."""
        try:
            found = parse_dockerfile(text, given.file)
        except BrokenText as error:
            if not is_dockerfile(given.file):
                return False
            message = f"{given.file.name} is no Dockerfile: {error.fault}."
            self.complain(given.file, error.line, message)
        else:
            self.case.dockerfiles[given.file] = found
        self._keep(given.file, text)
        return True

    def _read_hcl(self, given: Given, text: str) -> bool:
        """Read a file of Terraform or bake; whether it is one."""
        path = given.file
        try:
            root = parse_hcl(text)
        except BrokenText as error:
            if given.named or _MATTERS.search(text) or _NAMED_LIKE.search(path.name):
                self.complain(path, error.line, f"{path.name} is not HCL: {error.fault}.")
            return True
        if path.suffix in (".tf", ".tfvars"):
            self.parts.terraform.setdefault(path.parent, {})[path] = root
        elif any(root.find("target")):
            self.parts.bakes[path] = root
        else:
            return not given.named
        self._keep(path, text)
        return True

    def _read_values(self, given: Given, text: str) -> bool:
        """Read a YAML or JSON file; whether its kind is known."""
        path = given.file
        if not (given.named or _TELLING.search(text) or _NAMED_LIKE.search(path.name)):
            return False
        is_json = path.suffix == ".json" or text.lstrip().startswith("{")
        try:
            node = read_nodes(text.replace("\t", " ") if is_json else text)
        except BrokenText as error:
            named = given.named and path.suffix in _YAML
            if named or _NAMED_LIKE.search(path.name) or _SPEC_LIKE.search(text):
                kind = "JSON" if is_json else "YAML"
                self.complain(path, error.line, f"{path.name} is not {kind}: {error.fault}.")
                self._keep(path, text)
                return True
            return False
        known = self._sort(path, node)
        if known:
            self._keep(path, text)
        return known or not given.named

    def _sort(self, path: Path, node: Node) -> bool:
        """Keep what a YAML or JSON file describes; whether that is anything known."""
        if is_buildspec(node) or is_compose(node):
            self.parts.nodes[path] = node
            return True
        if is_bake_json(node):
            self.parts.bakes[path] = bake_json(node)
            return True
        if is_policy(node):
            self.parts.policies.append((Repository(path, 1, "", rules=read_rules(node)), True))
            return True
        if node.get("lifecyclePolicyText").value:
            name, text = node.get("repositoryName").text(), node.get("lifecyclePolicyText")
            self.parts.policies.append(
                (Repository(path, text.line, name, rules=read_rules(text)), False)
            )
            return True
        if is_bucket_rules(node):
            self.case.expiring.add(ANY_BUCKET)
            return True
        projects = [*list_projects(node, path), *list_stack_projects(node, path)]
        repositories = list(list_repositories(node, path))
        for found, policy in list_stack_repositories(node, path):
            found.rules = read_rules(policy)
            repositories.append(found)
        buckets = list(list_stack_buckets(node, path))
        self.case.buckets += [place for place, _ in buckets]
        self.case.expiring |= {place[3] for place, expires in buckets if expires}
        self.case.projects += projects
        self.case.repositories += repositories
        return bool(projects or repositories or buckets)

    def read_named(self) -> None:
        """Read the Dockerfiles that builds name and nobody gave."""
        for build in self.case.builds:
            if build.dockerfile and not self.case.find_dockerfile(build.dockerfile):
                given = Given(build.dockerfile, build.dockerfile.parent, named=True)
                text = self._load(given)
                if text is not None and build.dockerfile not in self.case.texts:
                    self._read_dockerfile(given, text)
