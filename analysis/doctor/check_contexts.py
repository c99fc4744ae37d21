"""The rule on contexts: .git and node_modules that a COPY takes."""

import os
from collections.abc import Iterator
from pathlib import Path

from analysis.doctor.builds import find_folder
from analysis.doctor.case import Case
from analysis.doctor.check_dockerfiles import find_context, takes_all
from analysis.doctor.dockerfiles import Dockerfile
from analysis.doctor.findings import Finding
from analysis.doctor.ignored import Ignored
from analysis.doctor.installs import find_installs
from analysis.doctor.walk import is_git_ignored

_FOLDERS = (".git", "node_modules")
_INSTALLERS = ("npm", "yarn", "pnpm", "bun")


def check_contexts(case: Case) -> Iterator[Finding]:
    """Contexts with .git or node_modules that COPY takes."""
    for dockerfile in case.dockerfiles.values():
        context = find_context(case, dockerfile)
        copies = [
            instruction
            for stage in dockerfile.stages
            for instruction in stage.instructions
            if takes_all(instruction)
        ]
        if context is None or not copies:
            continue
        ignored = _read_ignored(context, dockerfile)
        if ignored is None:
            continue
        there = [name for name in _FOLDERS if _lies_there(case, dockerfile, context, name)]
        taken = [name for name in there if not ignored.leaves_out(name)]
        if taken:
            file = "no .dockerignore" if not ignored.lines else ".dockerignore does not name"
            names = " and ".join(taken)
            said = f"and there is {file}" if not ignored.lines else f"and {file} it"
            yield Finding(
                "context-without-ignore",
                dockerfile.file,
                copies[0].line,
                f"This copies {names}, {said}: the layer differs each time though no source does.",
                "\n".join(f"{name}  (in .dockerignore)" for name in taken),
            )


def _read_ignored(context: Path, dockerfile: Dockerfile) -> Ignored | None:
    """What .dockerignore leaves out, None where it can't be read."""
    own = dockerfile.file.with_name(f"{dockerfile.file.name}.dockerignore")
    for path in (own, context / ".dockerignore"):
        if path.is_file():
            try:
                return Ignored(path.read_text("utf-8", errors="replace"))
            except OSError:
                return None
    return Ignored("")


def _lies_there(case: Case, dockerfile: Dockerfile, context: Path, name: str) -> bool:
    """Whether a folder lies in a context, or a buildspec's install puts it there."""
    if name == ".git":
        return (context / name).exists()
    for build in case.builds_of(dockerfile):
        for step in build.spec.steps if build.spec else []:
            if step is build.step:
                break
            if step.program not in _INSTALLERS or not any(find_installs(step.source)):
                continue
            folder = find_folder(build.spec, step.folder, ".") if build.spec else None
            if folder and os.path.realpath(folder) == os.path.realpath(context):
                return True
    # what git leaves out is on a host only if its build puts it there
    return (context / name).is_dir() and not (case.specs and is_git_ignored(context / name))
