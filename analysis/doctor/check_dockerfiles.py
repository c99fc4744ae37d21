"""Rules on Dockerfiles: the order of instructions, arguments, locks, and cache mounts."""

import os
from collections.abc import Iterator
from pathlib import Path

from analysis.doctor.case import Case
from analysis.doctor.dockerfiles import Dockerfile, Instruction, Stage
from analysis.doctor.findings import Finding
from analysis.doctor.installs import MANIFESTS, Install, find_installs
from analysis.doctor.variables import CHANGING_NAME, is_changing

_WHOLE = (".", "*", "**")


def find_context(case: Case, dockerfile: Dockerfile) -> Path | None:
    """The folder of a Dockerfile's context: what builds say, else its own folder."""
    builds = case.builds_of(dockerfile)
    told = [build.context for build in builds if build.context]
    if told:
        return told[0]
    return None if builds else dockerfile.file.parent


def takes_all(instruction: Instruction) -> bool:
    """Whether a COPY or ADD takes the whole context."""
    return any(source in _WHOLE for source in instruction.sources)


def check_order(case: Case) -> Iterator[Finding]:
    """COPY of the whole context before dependencies are installed."""
    for dockerfile in case.dockerfiles.values():
        context = find_context(case, dockerfile)
        seen: set[int] = set()
        for stage in dockerfile.stages:
            for copy, run, install in _find_late(stage.chain(), context):
                if copy.line not in seen and run in stage.instructions:
                    seen.add(copy.line)
                    yield _misplaced(dockerfile, copy, run, install)


def _find_late(
    chain: list[Instruction], context: Path | None
) -> Iterator[tuple[Instruction, Instruction, Install]]:
    """(COPY, RUN, install) of each install below a COPY that any change of a source changes."""
    copies: list[tuple[Instruction, str]] = []
    # tools that have installed the project, or packages by name, above any such COPY
    before: set[tuple[str, bool]] = set()
    for instruction in chain:
        if takes_all(instruction):
            copies.append((instruction, ""))
        elif folder := _takes_folder(instruction, context):
            copies.append((instruction, folder))
        if instruction.keyword != "RUN":
            continue
        for install in find_installs(instruction.script):
            named = (install.tool, bool(install.names))
            if not copies:
                before.add(named)
            elif not {named, (install.tool, False)} & before and not _is_local(install):
                copy = next(
                    (c for c, folder in copies if _concerns(folder, install, context)), None
                )
                if copy and not (install.compiles and _has_mount(instruction)):
                    yield copy, instruction, install


def _takes_folder(instruction: Instruction, context: Path | None) -> str:
    """The folder with a manifest and other files that a COPY takes, "" for none."""
    for source in instruction.sources:
        folder = context / source if context and "$" not in source and "*" not in source else None
        if folder and os.path.isdir(folder):
            names = {path.name for path in folder.iterdir()}
            if names & set(MANIFESTS.values()) and len(names) > 2:
                return source
    return ""


def _concerns(folder: str, install: Install, context: Path | None) -> bool:
    """Whether what a COPY of a folder takes is what an install reads."""
    if not folder:
        return True
    manifest = MANIFESTS.get(install.tool)
    return bool(manifest and context and os.path.isfile(context / folder / manifest))


def _is_local(install: Install) -> bool:
    """Whether an install fetches nothing, or only puts the project itself in its place."""
    return install.has("--no-deps", "--offline", "--no-index") or (
        install.tool == "gem" and any(name.endswith(".gem") for name in install.names)
    )


def _has_mount(instruction: Instruction) -> bool:
    return any(mount.get("type") == "cache" for mount in instruction.mounts)


def _misplaced(
    dockerfile: Dockerfile, copy: Instruction, run: Instruction, install: Install
) -> Finding:
    """The finding of a COPY that stands above an install."""
    manifest = MANIFESTS.get(install.tool, "")
    if install.tool == "system":
        instead = f"{run.words}\n{copy.words}"
    elif install.compiles:
        fetch = {
            "mvn": "RUN mvn dependency:go-offline",
            "go": "RUN go mod download",
            "dotnet": "RUN dotnet restore",
            "cargo": "RUN cargo fetch",
            "gradle": "RUN gradle dependencies",
        }[install.tool]
        named = "*.csproj" if install.tool == "dotnet" else f"{manifest}*"
        instead = f"COPY {named} ./\n{fetch}\n{copy.words}"
    elif install.names and not any(name.startswith(".") for name in install.names):
        instead = f"{run.words}\n{copy.words}"
    else:
        named = {"npm": "package*.json", "yarn": "package.json yarn.lock"}.get(
            install.tool, manifest
        )
        named = _find_requirements(install) or named
        instead = f"COPY {named} ./\n{run.words}\n{copy.words}"
    does = "fetches its dependencies" if install.compiles else "runs"
    return Finding(
        "copy-before-install",
        dockerfile.file,
        copy.line,
        f"Any changed file changes this layer, so that {install.says} in line {run.line} {does} "
        "with each commit.",
        instead,
        severity="note" if install.compiles else "",
        words=run.words,
    )


def _find_requirements(install: Install) -> str:
    """The requirements file that pip is given."""
    return next(iter(install.values("-r", "--requirement")), "") if install.tool == "pip" else ""


def check_arguments(case: Case) -> Iterator[Finding]:
    """Arguments that differ with each build above expensive steps."""
    for dockerfile in case.dockerfiles.values():
        builds = case.builds_of(dockerfile)
        told: set[int] = set()
        for build in builds:
            for name in build.arguments:
                if is_changing(build.arguments[name], build.step.values if build.step else {}):
                    where = f"{build.file.name}:{build.line_of('args')}"
                    found = _find_argument(dockerfile, dockerfile.needed(build.target), name)
                    for argument, run in found:
                        if argument.line not in told:
                            told.add(argument.line)
                            yield _changing(dockerfile, argument, name, run, where)
        if not builds:
            yield from _guess_arguments(dockerfile)


def _guess_arguments(dockerfile: Dockerfile) -> Iterator[Finding]:
    """Arguments whose names tell that they differ, of a Dockerfile that nothing given builds."""
    for stage in dockerfile.stages:
        for instruction in stage.instructions:
            if instruction.keyword == "ARG":
                name = instruction.rest.partition("=")[0].strip()
                if CHANGING_NAME.search(name):
                    for argument, run in _find_argument(dockerfile, [stage], name):
                        yield _changing(dockerfile, argument, name, run, "")


def _find_argument(
    dockerfile: Dockerfile, stages: list[Stage], name: str
) -> Iterator[tuple[Instruction, Instruction]]:
    """(ARG, the first expensive RUN below it) of each stage that takes an argument."""
    for stage in stages:
        above = stage.parent.chain() if stage.parent else []
        whole = any(takes_all(each) for each in above)
        argument = None
        for instruction in stage.instructions:
            if instruction.keyword == "ARG" and name in _list_names(instruction):
                argument = instruction
            whole = whole or takes_all(instruction)
            if argument is None or whole or instruction.keyword != "RUN":
                continue
            if any(find_installs(instruction.script)):
                yield argument, instruction
                break


def _list_names(instruction: Instruction) -> set[str]:
    """The names that an ARG declares."""
    return {word.partition("=")[0] for word in instruction.rest.split()}


def _changing(
    dockerfile: Dockerfile, argument: Instruction, name: str, run: Instruction, where: str
) -> Finding:
    """The finding of an argument above an expensive step."""
    said = f"{name} differs with each build ({where})" if where else f"If {name} differs each time"
    joined = ", and" if where else ","
    return Finding(
        "changing-argument",
        dockerfile.file,
        argument.line,
        f"{said}{joined} {run.words[:60].rstrip()} in line {run.line} is built again each time.",
        f"{run.words}\n{argument.words}",
        severity="" if where else "note",
        words=run.words,
    )


def check_mounts(case: Case) -> Iterator[Finding]:
    """Cache mounts on hosts that keep nothing."""
    for dockerfile in case.dockerfiles.values():
        builds = [build for build in case.builds_of(dockerfile) if build.spec]
        needed = [dockerfile.needed(build.target) for build in builds] or [dockerfile.stages]
        lines = [
            instruction.line
            for stage in dockerfile.stages
            for instruction in stage.instructions
            if any(stage is each for stages in needed for each in stages)
            and _has_mount(instruction)
        ]
        projects = [project for build in builds for project in case.projects_of(build)]
        if not case.specs:
            projects = case.projects
        if (
            not lines
            or not (builds or projects)
            or any(project.keeps_layers for project in projects)
        ):
            continue
        on = "no file given here has a project with a Docker server or a local layer cache"
        if projects:
            on = f"{projects[0].name} has neither a Docker server nor a local layer cache"
        more = f" (also in lines {', '.join(map(str, lines[1:]))})" if lines[1:] else ""
        yield Finding(
            "mounts-not-kept",
            dockerfile.file,
            lines[0],
            f"This cache mount is empty in each build: {on}{more}.",
            "COPY the lock file and install in a layer that a registry cache keeps, or build on a "
            "Docker server",
            severity="warning" if projects else "",
            words=_list_mounted(dockerfile),
        )


def _list_mounted(dockerfile: Dockerfile) -> str:
    """The first step with a cache mount, as logs show it."""
    runs = (each for stage in dockerfile.stages for each in stage.instructions if _has_mount(each))
    return next(runs).words
