"""All that was read of the files given: specs, Dockerfiles, builds, projects, repositories."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analysis.doctor.builds import Build
from analysis.doctor.buildspecs import Spec, Step
from analysis.doctor.caches import split_reference
from analysis.doctor.dockerfiles import Dockerfile
from analysis.doctor.findings import Finding
from analysis.doctor.projects import Project, Repository, matches

# drivers whose builder has a store of its own
_CONTAINERS = ("", "docker-container", "kubernetes")
# stands for a bucket whose name is not told
ANY_BUCKET = "*"


@dataclass
class Case:
    """What rules look at. texts: file -> what it says; problems: what could not be read."""

    specs: list[Spec] = field(default_factory=list)
    dockerfiles: dict[Path, Dockerfile] = field(default_factory=dict)
    builds: list[Build] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    repositories: list[Repository] = field(default_factory=list)
    buckets: list[tuple[Path, int, str, str]] = field(default_factory=list)
    expiring: set[str] = field(default_factory=set)
    logs: list[Path] = field(default_factory=list)
    texts: dict[Path, str] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)
    files: int = 0

    def find_dockerfile(self, path: Path | None) -> Dockerfile | None:
        """The Dockerfile that lies there, by whatever way the path leads."""
        if path is None:
            return None
        wanted = os.path.realpath(path)
        same = (each for file, each in self.dockerfiles.items() if os.path.realpath(file) == wanted)
        return next(same, None)

    def builds_of(self, dockerfile: Dockerfile) -> list[Build]:
        """The builds that use a Dockerfile."""
        wanted = os.path.realpath(dockerfile.file)
        return [
            build
            for build in self.builds
            if build.dockerfile and os.path.realpath(build.dockerfile) == wanted
        ]

    def projects_of(self, build: Build) -> list[Project]:
        """The projects that run a build."""
        return build.spec.projects if build.spec else []

    def find_repository(self, reference: str) -> Repository | None:
        """The repository of an image's reference, None where it is not known."""
        name = split_reference(reference)[0]
        alone = len(self.repositories) == 1
        return next((each for each in self.repositories if matches(each, name, alone)), None)

    def names_of(self, build: Build) -> set[str]:
        """The references that a build's image gets: its tags, and what docker tag adds."""
        names = {whole_reference(tag) for tag in build.tags}
        if build.spec:
            pairs = [
                tuple(whole_reference(word.text) for word in step.call.arguments[:2])
                for step in build.spec.docker("tag")
                if step.call and len(step.call.arguments) > 1
            ]
            for _ in range(3):
                names |= {target for source, target in pairs if source in names}
        return names

    def container_builder(self, build: Build) -> Step | None:
        """The command that made the container builder which a build runs in, None without one."""
        if build.spec is None or build.step is None:
            return None
        values = {**build.step.values, **build.step.command.assignments}
        wanted = build.builder or values.get("BUILDX_BUILDER", "").strip("\"'")
        for step in before(build.spec, build.step):
            if is_container(step) and step.call:
                named = step.call.value("--name")
                used = step.call.has("--use") or any(build.spec.docker("buildx use"))
                if used or (wanted and wanted in (named, "$" + named)):
                    return step
        return None


def before(spec: Spec, step: Step) -> Iterator[Step]:
    """The steps of a buildspec before one of them."""
    for each in spec.steps:
        if each is step:
            return
        yield each


def after(spec: Spec, step: Step) -> list[Step]:
    """The steps of a buildspec after one of them."""
    number = next((n for n, each in enumerate(spec.steps) if each is step), len(spec.steps))
    return spec.steps[number + 1 :]


def is_container(step: Step) -> bool:
    """Whether a step makes a builder with a store of its own."""
    call = step.call
    return bool(call and call.name == "buildx create" and call.value("--driver") in _CONTAINERS)


def whole_reference(reference: str) -> str:
    """A reference with the tag that it has by default."""
    name, tag = split_reference(reference)
    return reference if tag else f"{name}:latest"
