"""The rule on contexts: .git and node_modules that a COPY takes."""

import os
from collections.abc import Iterator
from pathlib import Path

from analysis.doctor.builds import find_folder
from analysis.doctor.buildspecs import Spec
from analysis.doctor.case import Case
from analysis.doctor.check_dockerfiles import find_context, takes_all
from analysis.doctor.dockerfiles import Dockerfile, Instruction
from analysis.doctor.findings import Finding
from analysis.doctor.installs import find_installs
from analysis.doctor.walk import is_git_ignored
from analysis.workload import parse_ignore

_FOLDERS = (".git", "node_modules")
# what CodePipeline's deploy actions are given
_PIPELINE = {"imagedefinitions.json", "imageDetail.json", "taskdef.json", "appspec.yaml"}
_INSTALLERS = ("npm", "yarn", "pnpm", "bun")


def check_contexts(case: Case) -> Iterator[Finding]:
    """Contexts with .git or node_modules that COPY takes."""
    for dockerfile in case.dockerfiles.values():
        context = find_context(case, dockerfile)
        text = _read_ignore(context, dockerfile) if context else None
        if context is None or text is None:
            continue
        rules, found = parse_ignore(text), dict[str, Instruction]()
        for instruction, name in _list_copied(dockerfile):
            # NAME/* leaves the folder itself, and nothing in it
            if not rules.leaves_out(f"{name}/file") and _lies_there(
                case, dockerfile, context, name
            ):
                found.setdefault(name, instruction)
        if found:
            first = min(found.values(), key=lambda each: each.line)
            yield _copied(case, dockerfile, first, list(found), bool(text.strip()))


def _list_copied(dockerfile: Dockerfile) -> Iterator[tuple[Instruction, str]]:
    """(instruction, a folder that it copies where the context has it) of a Dockerfile."""
    for stage in dockerfile.stages:
        for instruction in stage.instructions:
            if takes_all(instruction):
                yield from ((instruction, name) for name in _FOLDERS)
            else:
                yield from ((instruction, f"{name}/{_FOLDERS[1]}") for name in instruction.sources)


def _copied(
    case: Case, dockerfile: Dockerfile, copy: Instruction, taken: list[str], ignores: bool
) -> Finding:
    """The finding of a COPY that takes these folders."""
    names = " and ".join(taken)
    said = ".dockerignore does not name it" if ignores else "there is no .dockerignore"
    specs = [build.spec for build in case.builds_of(dockerfile) if build.spec]
    handed = taken == [".git"] and any(_PIPELINE & set(_list_artifacts(spec)) for spec in specs)
    where = "Where the source is a clone, this" if handed else "This"
    return Finding(
        "context-without-ignore",
        dockerfile.file,
        copy.line,
        f"{where} copies {names}, and {said}: the layer differs each time though no source does.",
        "\n".join(f"{name}  (in .dockerignore)" for name in taken),
        severity="note" if handed else "",
        words=copy.words,
    )


def _list_artifacts(spec: Spec) -> list[str]:
    """The names of the files that a buildspec hands on."""
    return [text.rpartition("/")[2] for text in spec.node.get("artifacts", "files").texts()]


def _read_ignore(context: Path, dockerfile: Dockerfile) -> str | None:
    """The text of the .dockerignore that counts, "" without one; None where it can't be read."""
    own = dockerfile.file.with_name(f"{dockerfile.file.name}.dockerignore")
    for path in (own, context / ".dockerignore"):
        if os.path.isfile(path):
            try:
                return path.read_text("utf-8", errors="replace")
            except OSError:
                return None
    return ""


def _lies_there(case: Case, dockerfile: Dockerfile, context: Path, name: str) -> bool:
    """Whether a folder lies in a context, or a buildspec's install puts it there."""
    builds = case.builds_of(dockerfile)
    if name == ".git":
        projects = [project for build in builds for project in case.projects_of(build)]
        # CodePipeline hands on files without their history
        handed = projects and all(each.source == "CODEPIPELINE" for each in projects)
        return os.path.exists(context / name) and not handed
    for build in builds:
        for step in build.spec.steps if build.spec else []:
            if step is build.step:
                break
            if step.program not in _INSTALLERS or not any(find_installs(step.source)):
                continue
            folder = find_folder(build.spec, step.folder, ".") if build.spec else None
            if folder and os.path.realpath(folder) == os.path.realpath((context / name).parent):
                return True
    # what git leaves out is on a host only if its build puts it there
    return os.path.isdir(context / name) and not (case.specs and is_git_ignored(context / name))
