"""Rules on the caches of a build: what can't hit, and what is not exported."""

import re
from collections.abc import Iterator

from analysis.doctor.builds import Build
from analysis.doctor.buildspecs import Step
from analysis.doctor.caches import is_ecr, split_reference
from analysis.doctor.case import Case, after, whole_reference
from analysis.doctor.check_builders import image_of
from analysis.doctor.dockerfiles import Stage
from analysis.doctor.edits import add_option, drop_option, replace_text
from analysis.doctor.findings import Finding
from analysis.doctor.variables import expand

_BUILDS = ("build", "buildx build", "bake", "compose build", "compose up")
# of BuildKit, and from which on it writes a cache as an image manifest
_VERSION = re.compile(r":v?0\.(\d+)(?:\.|-|$|@)")
_FIRST_OF_MANIFESTS = 21
# programs that only name an image
_SAYS = {"echo", "printf", "export", "test", "[", "[["}


def check_cache_from(case: Case) -> Iterator[Finding]:
    """--cache-from of an image whose builds give it no cache metadata."""
    for build in case.builds:
        empty = list(dict.fromkeys(_list_empty(case, build)))
        if not empty:
            continue
        if build.step and build.form in ("build", "buildx build"):
            instead = add_option(build.step, "--build-arg BUILDKIT_INLINE_CACHE=1")
        elif build.form == "bake":
            instead = 'cache-to = ["type=inline"]'
        else:
            instead = "cache_to: [type=inline]"
        names = " and ".join(empty)
        yield Finding(
            "cache-from-without-metadata",
            build.file,
            build.line_of("cache-from"),
            f"{names} is pushed without cache metadata, so that --cache-from finds nothing in it.",
            instead,
        )


def _list_empty(case: Case, build: Build) -> Iterator[str]:
    """The references of a build's --cache-from that hold no cache."""
    if build.legacy:
        return
    exported = {each.ref for other in case.builds for each in other.exports()}
    for cache in build.cache_from:
        if cache.kind != "registry" or not cache.ref or cache.ref in exported:
            continue
        makers = _find_makers(case, build, cache.ref)
        if makers and not any(maker.inline for maker in makers):
            yield cache.ref


def _find_makers(case: Case, build: Build, reference: str) -> list[Build]:
    """The builds that make an image: those of its tag, else those of its repository."""
    wanted = whole_reference(reference)
    builds = [other for other in case.builds if other.spec is build.spec] or [build]
    exact = [other for other in builds if wanted in case.names_of(other)]
    if exact:
        return exact
    repository = split_reference(wanted)[0]
    return [
        other
        for other in builds
        if any(split_reference(name)[0] == repository for name in case.names_of(other))
    ]


def check_no_cache(case: Case) -> Iterator[Finding]:
    """--no-cache, on a command line or in a compose or bake file."""
    for spec in case.specs:
        for step in spec.docker(*_BUILDS):
            if step.call and step.call.builds and step.call.has("--no-cache"):
                yield Finding(
                    "no-cache",
                    spec.file,
                    step.line,
                    "--no-cache builds every layer again, whatever a cache holds.",
                    drop_option(step, "--no-cache"),
                )
    for build in case.builds:
        if build.no_cache and build.form in ("compose", "bake"):
            name = "no_cache" if build.form == "compose" else "no-cache"
            line = build.line_of("no-cache")
            message = f"{name} builds every layer again, whatever a cache holds."
            instead = f"{name}: false" if build.form == "compose" else f"{name} = false"
            yield Finding("no-cache", build.file, line, message, instead)


def check_pulls(case: Case) -> Iterator[Finding]:
    """docker pull of an image that nothing uses."""
    for spec in case.specs:
        builds = [build for build in case.builds if build.spec is spec]
        for step in spec.docker("pull"):
            call = step.call
            if call is None or not call.arguments:
                continue
            name = call.arguments[0].text
            others = [each for each in spec.steps if each is not step]
            used = [each for each in others if _uses(each, name)]
            used = [each for each in used if each.program not in _SAYS]
            used = [each for each in used if not (each.call and each.call.name in ("pull", "push"))]
            caching = [build for build in builds if any(_is(c.ref, name) for c in build.cache_from)]
            steps = {id(build.step) for build in caching}
            if any(id(each) not in steps and not _retags(each.texts, name) for each in used):
                continue
            if caching:
                if any(name not in set(_list_empty(case, build)) for build in caching):
                    continue
                message = (
                    f"Nothing uses {name}: BuildKit takes no layers of an image without cache "
                    "metadata."
                )
            elif _may_be_used(case, builds, name, after(spec, step)):
                continue
            else:
                message = f"Nothing uses {name} after this pull."
            yield Finding(
                "pull-unused", spec.file, step.line, message, "(delete it)", words=step.source
            )


def _is(reference: str, name: str) -> bool:
    """Whether two references are the same, whether or not they say latest."""
    return bool(reference) and whole_reference(reference) == whole_reference(name)


def _uses(step: Step, name: str) -> bool:
    """Whether a command names an image, other than as the tag of what it builds."""
    short = split_reference(name)[0] if whole_reference(name).endswith(":latest") else name
    tags = step.call.values("--tag") if step.call and step.call.builds else []
    texts = [text for text in step.texts[1:] if text.removeprefix("--tag=") not in tags]
    return any(name in text or text == short for text in texts)


def _retags(texts: tuple[str, ...], name: str) -> bool:
    """Whether a command gives the name to another image."""
    return texts[:2] == ("docker", "tag") and len(texts) > 3 and _is(texts[3], name)


def _may_be_used(case: Case, builds: list[Build], name: str, steps: list[Step]) -> bool:
    """Whether a Dockerfile, or a script that is not read, may use an image."""
    own = [build.step for build in builds if whole_reference(name) in case.names_of(build)]
    if own:
        # the build that comes gives the name to another image
        number = next((n for n, each in enumerate(steps) if each is own[0]), 0)
        return any(each.opaque for each in steps[:number])
    if any(each.opaque for each in steps) or (
        "$" in name.rpartition("/")[2].partition(":")[0] and len(builds) != 1
    ):
        return True
    for build in builds:
        dockerfile = case.find_dockerfile(build.dockerfile)
        if dockerfile is None:
            return True
        bases = [expand(stage.base, dict(build.arguments)) for stage in dockerfile.stages]
        if any(_is(base, name) or "$" in base for base in bases):
            return True
        if any(_is(used, name) for stage in dockerfile.stages for used in stage.uses()):
            return True
    return not builds


def check_modes(case: Case) -> Iterator[Finding]:
    """Caches of the final stage alone, of a Dockerfile with several."""
    for build in case.builds:
        dockerfile = case.find_dockerfile(build.dockerfile)
        if dockerfile is None:
            continue
        stages = _list_lost(dockerfile.needed(build.target), dockerfile.find_stage(build.target))
        if not stages:
            continue
        for cache in build.exports():
            mode = cache.option("mode")
            if mode == "max" or "$" in mode or not cache.kind:
                continue
            said = "mode=min exports" if mode else "Without mode=max, the cache holds"
            message = f"{said} the final stage alone: the layers of {stages} are not in it."
            old, new = ("mode=min", "mode=max") if mode else ("type=", "mode=max,type=")
            instead = replace_text(build.step, "--cache-to", old, new) or "mode=max"
            line = build.line_of("cache-to")
            yield Finding("min-with-stages", build.file, line, message, instead)
        if build.inline and not list(build.exports()) and not _caches_stages(case, build):
            yield Finding(
                "min-with-stages",
                build.file,
                build.line,
                "Inline metadata holds the final stage alone: the layers of "
                f"{stages} are not in it.",
                "--cache-to type=registry,mode=max,ref=REPOSITORY:cache",
                severity="note",
            )


def _list_lost(needed: list[Stage], final: Stage | None) -> str:
    """The stages with layers of their own that the final one is not built on, as words."""
    chain: list[Stage] = []
    stage = final
    while stage:
        chain.append(stage)
        stage = stage.parent
    lost = [
        each.name or f"the stage of line {each.line}"
        for each in needed
        if not any(each is one for one in chain)
        and any(instruction.keyword == "RUN" for instruction in each.instructions)
    ]
    return " and ".join(lost)


def _caches_stages(case: Case, build: Build) -> bool:
    """Whether another build of the same file pushes an earlier stage with its own metadata."""
    others = [other for other in case.builds if other.spec is build.spec and other is not build]
    return any(other.target and other.inline for other in others) or bool(build.target)


def check_index_caches(case: Case) -> Iterator[Finding]:
    """A cache in the form of an index on ECR."""
    for build in case.builds:
        for cache in build.exports():
            if cache.kind != "registry" or not _goes_to_ecr(build, cache.ref):
                continue
            told, new = cache.option("image-manifest").lower(), "image-manifest=true"
            if told == "false":
                who, old = "image-manifest=false", "image-manifest=false"
            elif not told and (builder := _find_old(case, build)):
                who, old, new = builder, "type=registry", f"{new},type=registry"
            else:
                continue
            yield Finding(
                "index-cache-on-ecr",
                build.file,
                build.line_of("cache-to"),
                f"ECR refuses {cache.ref}: {who} writes the cache as an index.",
                replace_text(build.step, "--cache-to", old, new) or "image-manifest=true",
            )


def _find_old(case: Case, build: Build) -> str:
    """The image of a build's builder where that writes an index unless told otherwise, or ""."""
    step = case.container_builder(build)
    image = image_of(step) if step else ""
    told = _VERSION.search(image)
    return image if told and int(told[1]) < _FIRST_OF_MANIFESTS else ""


def _goes_to_ecr(build: Build, reference: str) -> bool:
    """Whether a reference is ECR's, as far as its name or the logins before it tell."""
    if is_ecr(reference):
        return True
    host = reference.partition("/")[0]
    if build.spec is None or ("$" not in host and ("." in host or ":" in host)):
        return False
    return any(
        step.program == "aws" and "ecr" in step.texts[1:3] and "login" in " ".join(step.texts)
        for step in build.spec.steps
    )
