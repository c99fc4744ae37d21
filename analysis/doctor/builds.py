"""Builds of images, wherever they are written: commands of buildspecs, compose, bake."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.doctor.buildspecs import Spec, Step
from analysis.doctor.caches import Cache, read_cache, split_reference

_URL = ("http://", "https://", "git@", "git://", "ssh://")


@dataclass(frozen=True)
class Build:
    """One build of an image: where it is written, what it reads, and its caches.

    lines: option -> the line it is written on. spec, step: of the buildspec that runs it.
    """

    file: Path
    line: int
    form: str
    context: Path | None = None
    dockerfile: Path | None = None
    target: str = ""
    tags: tuple[str, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)
    cache_from: tuple[Cache, ...] = ()
    cache_to: tuple[Cache, ...] = ()
    no_cache: bool = False
    load: bool = False
    push: bool = False
    provenance: str = ""
    builder: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    spec: Spec | None = None
    step: Step | None = None

    def line_of(self, option: str) -> int:
        """The line of an option, that of the build where it is not known."""
        return self.lines.get(option, self.line)

    @property
    def inline(self) -> bool:
        """Whether the image gets inline cache metadata."""
        given = self.arguments.get("BUILDKIT_INLINE_CACHE", "")
        return given not in ("", "0", "false") or any(
            each.kind == "inline" for each in self.cache_to
        )

    @property
    def legacy(self) -> bool:
        """Whether it is built without BuildKit."""
        if self.step is None or self.form != "build":
            return False
        values = {**self.step.values, **self.step.command.assignments}
        return values.get("DOCKER_BUILDKIT", "").strip("\"'") in ("0", "false")

    @property
    def repositories(self) -> set[str]:
        """The repositories of its tags."""
        return {split_reference(tag)[0] for tag in self.tags}

    def exports(self) -> Iterator[Cache]:
        """The caches it exports apart from the image."""
        return (each for each in self.cache_to if each.kind not in ("inline", ""))


def find_builds(spec: Spec) -> Iterator[Build]:
    """The builds of docker build and docker buildx build in a buildspec."""
    for step in spec.docker("build", "buildx build"):
        yield _read_build(spec, step)


def _read_build(spec: Spec, step: Step) -> Build:
    """The build that a command of a buildspec starts."""
    call = step.call
    assert call is not None
    given = call.arguments[0].text if call.arguments else ""
    context = find_folder(spec, step.folder, given)
    named = call.value("--file")
    arguments: dict[str, str] = {}
    for text in call.values("--build-arg"):
        name, sign, value = text.partition("=")
        arguments[name] = value if sign else step.values.get(name, f"${name}")
    outputs = [read_cache(each) for each in call.values("--output")]
    return Build(
        file=spec.file,
        line=step.line,
        form=call.name,
        context=context,
        dockerfile=_find_dockerfile(spec, step, context, named),
        target=call.value("--target"),
        tags=(*call.values("--tag"), *filter(None, (each.option("name") for each in outputs))),
        arguments=arguments,
        cache_from=tuple(read_cache(each) for each in call.values("--cache-from")),
        cache_to=tuple(read_cache(each) for each in call.values("--cache-to")),
        no_cache=call.has("--no-cache"),
        load=call.has("--load") or any(_loads(each) for each in outputs),
        push=call.has("--push") or any(_pushes(each) for each in outputs),
        provenance=call.value("--provenance") or _read_attest(call.values("--attest")),
        builder=call.value("--builder"),
        spec=spec,
        step=step,
    )


def _loads(output: Cache) -> bool:
    """Whether --output gives the image to the engine, and to no file."""
    return output.kind == "docker" and not output.option("dest")


def _pushes(output: Cache) -> bool:
    """Whether --output pushes."""
    return output.kind == "registry" or output.option("push") == "true"


def _read_attest(values: list[str]) -> str:
    """What --attest says of provenance, as --provenance would."""
    options = [read_cache(value) for value in values]
    disabled = [each for each in options if each.kind == "provenance" and each.option("disabled")]
    return "false" if disabled else ""


def find_folder(spec: Spec, folder: str, target: str) -> Path | None:
    """The folder on disk that a command of a buildspec means; None where that can't be told."""
    target = target.replace("${CODEBUILD_SRC_DIR}", "$CODEBUILD_SRC_DIR")
    if target.startswith("$CODEBUILD_SRC_DIR"):
        folder, target = ".", target.removeprefix("$CODEBUILD_SRC_DIR").strip("/") or "."
    if not target or target == "-" or "$" in target or "`" in target or "?" in folder:
        return None
    if target.startswith(_URL) or folder.startswith("/") or target.startswith("/"):
        return None
    for root in dict.fromkeys((spec.root, spec.file.parent)):
        if os.path.isdir(found := root / folder / target):
            return found
    return None


def _find_dockerfile(spec: Spec, step: Step, context: Path | None, named: str) -> Path | None:
    """The Dockerfile of a build, None where it can't be told or is not there."""
    if not named:
        return _existing(context / "Dockerfile") if context else None
    if "$" in named or "`" in named or "?" in step.folder or named == "-":
        return None
    roots = dict.fromkeys((spec.root, spec.file.parent))
    found = (_existing(root / step.folder / named) for root in roots)
    return next((each for each in found if each), None)


def _existing(path: Path) -> Path | None:
    return path if os.path.isfile(path) else None
