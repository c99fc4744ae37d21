"""Rules on builders: which one is made, of what image, and how the image leaves it."""

import re
from collections.abc import Iterator

from analysis.doctor.builds import Build
from analysis.doctor.buildspecs import Spec, Step
from analysis.doctor.caches import split_reference
from analysis.doctor.case import Case, after, before, is_container, whole_reference
from analysis.doctor.edits import drop_option
from analysis.doctor.findings import Finding

_PINNED = re.compile(r"[:@](?:sha256:|v?\d+\.\d+|\$|.*\$)")
_IMAGE = "public.ecr.aws/vend/moby/buildkit:v0.26.2"
_HUB = re.compile(r"docker\.io|docker[-_]?hub", re.IGNORECASE)
# files that hold logins, or a mirror of Docker Hub's
_SETTINGS = re.compile(r"\.docker/config\.json|docker/daemon\.json|registry-mirror")
# what says of an image and does nothing with it
_LOOKS = {"tag", "push", "images", "image ls", "inspect", "image inspect", "rmi", "logout"}
# what may run images that it does not name
_RUNS = ("compose up", "compose run", "compose", "compose create")


def check_docker_server(case: Case) -> Iterator[Finding]:
    """docker buildx create in a project with a Docker server."""
    for spec in case.specs:
        served = [project for project in spec.projects if project.docker_server]
        for step in spec.docker("buildx create"):
            if served and is_container(step):
                yield Finding(
                    "builder-on-docker-server",
                    spec.file,
                    step.line,
                    f"The builder made here does not use the layers of the Docker server of "
                    f"{served[0].name}.",
                    "(delete it: docker buildx build uses the server)",
                    words=step.source,
                )


def image_of(step: Step) -> str:
    """The image of a builder that a step makes, "" for the default one."""
    given = step.call.values("--driver-opt") if step.call else []
    parts = [part for value in given for part in re.split(r"[,\s\"']+", value)]
    return next((part[6:] for part in parts if part.startswith("image=")), "")


def check_pins(case: Case) -> Iterator[Finding]:
    """Builders without a version."""
    for spec in case.specs:
        for step in spec.docker("buildx create"):
            image = image_of(step)
            if is_container(step) and not _PINNED.search(image) and "$" not in image:
                named = f"{image} has no version" if image else "No image is named"
                yield Finding(
                    "unpinned-builder",
                    spec.file,
                    step.line,
                    f"{named}: each build starts whatever BuildKit is the newest.",
                    _pin(step, image),
                )


def _pin(step: Step, image: str) -> str:
    """The command with a version of BuildKit's image, from a registry without its limits."""
    option = f"--driver-opt image={_IMAGE}"
    if image:
        name = image.partition("@")[0].rpartition(":")[0] or image
        return step.source.replace(f"image={image}", f"image={name}:{_IMAGE.rpartition(':')[2]}")
    return re.sub(r"\bcreate(?=\s|$)", f"create {option}", step.source, count=1)


def check_hub(case: Case) -> Iterator[Finding]:
    """BuildKit's image from Docker Hub, without a login there."""
    for spec in case.specs:
        if _SETTINGS.search(case.texts.get(spec.file, "")):
            continue
        for step in spec.docker("buildx create"):
            image, boot = image_of(step), _find_boot(spec, step)
            if is_container(step) and _is_hub(image) and not _logged_in(spec, boot):
                yield Finding(
                    "builder-from-docker-hub",
                    spec.file,
                    step.line,
                    "BuildKit's image is pulled from Docker Hub, and no docker login to Docker Hub "
                    "stands before it.",
                    re.sub(r"\s+--driver-opt\s+image=\S+", "", _pin(step, ""))
                    if not image
                    else step.source.replace(f"image={image}", f"image={_IMAGE}"),
                    words=step.source,
                )


def _is_hub(image: str) -> bool:
    """Whether an image is one of Docker Hub's."""
    host, sign, _ = image.partition("/")
    if "$" in host:
        return False
    return host in ("docker.io", "index.docker.io") or not (sign and ("." in host or ":" in host))


def _find_boot(spec: Spec, step: Step) -> Step:
    """The step that boots a builder: its first build, unless it is told to boot at once."""
    if step.call and step.call.has("--bootstrap"):
        return step
    calls = (each for each in after(spec, step) if each.call)
    boots = (each for each in calls if each.call and (each.call.builds or _inspects(each)))
    return next(boots, step)


def _inspects(step: Step) -> bool:
    """Whether a step boots a builder and does nothing else."""
    return step.texts[1:3] == ("buildx", "inspect") and "--bootstrap" in step.texts


def _logged_in(spec: Spec, step: Step) -> bool:
    """Whether something before a step logs in to Docker Hub, or may do so."""
    for each in before(spec, step):
        text = " ".join(each.texts)
        if each.call and each.call.name == "login":
            server = each.call.arguments[0].text if each.call.arguments else ""
            unknown = server.startswith("$") and "AWS" not in each.texts
            if not server or unknown or _HUB.search(text):
                return True
        if each.opaque and "login" in text.lower():
            return True
    return False


def check_loads(case: Case) -> Iterator[Finding]:
    """--load out of a container builder, and docker push."""
    for build in case.builds:
        if not build.load or build.push or not case.container_builder(build):
            continue
        names = case.names_of(build)
        if pushed := _find_push(build, names):
            yield Finding(
                "load-before-push",
                build.file,
                build.line,
                f"--load unpacks the image into the engine only for docker push in line "
                f"{pushed.line}: the builder can push it by itself.",
                _push_instead(build),
                words=pushed.source,
            )


def _find_push(build: Build, names: set[str]) -> Step | None:
    """The docker push of a build's image, None where it is used before, or not pushed."""
    if build.spec is None or build.step is None:
        return None
    for step in after(build.spec, build.step):
        if step.opaque or (step.call and step.call.name in _RUNS):
            return None
        if step.call and step.call.name == "push" and _pushes(step, names):
            return step
        if not any(whole_reference(text) in names for text in step.texts[1:]):
            continue
        if not (step.call and step.call.name in _LOOKS) and step.program not in ("echo", "printf"):
            return None
    return None


def _pushes(step: Step, names: set[str]) -> bool:
    """Whether a docker push takes one of some images."""
    call = step.call
    given = [word.text for word in call.arguments[:1]] if call else []
    if call and (call.has("--all-tags") or call.has("-a")):
        return any(split_reference(name)[0] in given for name in names)
    return any(whole_reference(text) in names for text in given)


def _push_instead(build: Build) -> str:
    """The build command with --push for --load."""
    if build.step is None or build.form != "buildx build":
        return "--push"
    if "--load" in build.step.source:
        return drop_option(build.step, "--load").replace(" build", " build --push", 1)
    return "--push"
