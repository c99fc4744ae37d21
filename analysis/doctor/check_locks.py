"""The rule on installs without a lock: nothing above them tells the versions."""

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from analysis.doctor.case import Case
from analysis.doctor.check_dockerfiles import find_context
from analysis.doctor.dockerfiles import Dockerfile, Instruction
from analysis.doctor.findings import Finding
from analysis.doctor.installs import LOCKS, MANIFESTS, Install, find_installs
from analysis.doctor.walk import NEVER

# what brings files that no COPY names
_FETCHES = ("git clone", "curl ", "wget ", "unzip ", "tar ")
# how far below a folder a lock is looked for
_DEEPEST = 3
# they refuse to go on without a lock
_STRICT = {("npm", "ci"), ("npm", "clean-install"), ("pipenv", "sync")}
_STRICT_OPTIONS = ("--frozen-lockfile", "--immutable", "--locked", "--frozen", "--deploy")


def check_locks(case: Case) -> Iterator[Finding]:
    """Installs whose versions nothing above them tells, one of each tool a Dockerfile."""
    for dockerfile in case.dockerfiles.values():
        context = find_context(case, dockerfile)
        told: set[str] = set()
        for stage in dockerfile.stages:
            chain = stage.chain()
            start = len(chain) - len(stage.instructions)
            for number in range(start, len(chain)):
                run = chain[number]
                if run.keyword != "RUN":
                    continue
                for install in find_installs(run.script):
                    found = _judge(dockerfile, chain[:number], run, install, context)
                    if found and install.tool not in told:
                        told.add(install.tool)
                        yield found


def _judge(
    dockerfile: Dockerfile,
    above: list[Instruction],
    run: Instruction,
    install: Install,
    context: Path | None,
) -> Finding | None:
    """What is to say of an install, None where its versions are told."""
    if install.tool in LOCKS and not install.names:
        return _judge_lock(dockerfile, above, run, install, context)
    if install.tool == "pip" and (files := install.values("-r", "--requirement")):
        return _judge_requirements(dockerfile, run, install, files, context)
    names = [name for name in install.unpinned if "$" not in name]
    if not names or len(names) < len(install.names) or _is_snapshot(run):
        return None
    most = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    sign = "==" if install.tool == "pip" else "@" if install.tool in LOCKS else "="
    return Finding(
        "install-without-lock",
        dockerfile.file,
        run.line,
        f"{install.says} names no version of {most}: a cached layer keeps the versions of the day "
        "it was built.",
        f"{install.says} {' '.join(f'{name}{sign}VERSION' for name in names[:3])}",
        words=run.words,
    )


def _is_snapshot(run: Instruction) -> bool:
    """Whether packages come from an archive of one day."""
    return "snapshot." in run.script


def _judge_lock(
    dockerfile: Dockerfile,
    above: list[Instruction],
    run: Instruction,
    install: Install,
    context: Path | None,
) -> Finding | None:
    """What is to say of a project's install by a tool with lock files."""
    locks = LOCKS[install.tool]
    strict = (install.tool, install.action) in _STRICT or install.has(*_STRICT_OPTIONS)
    if strict or install.has("-g", "--global") or _has_lock(above, run, locks, context):
        return None
    here = context is None or _lies_in(context, locks)
    why = "is not copied above it" if here else "is not in the context"
    return Finding(
        "install-without-lock",
        dockerfile.file,
        run.line,
        f"{locks[0]} {why}, so that {install.says} takes whatever versions are the newest when its "
        "layer misses.",
        f"COPY {MANIFESTS[install.tool]} {locks[0]} ./",
        severity="warning",
        words=run.words,
    )


def _has_lock(
    above: list[Instruction], run: Instruction, locks: tuple[str, ...], context: Path | None
) -> bool:
    """Whether a lock may lie where an install runs."""
    mounted = [mount for mount in run.mounts if mount.get("type", "bind") == "bind"]
    sources = [mount.get("source", mount.get("src", ".")) for mount in mounted]
    for instruction in above:
        if instruction.flag("from") or instruction.keyword == "ONBUILD":
            return True
        if instruction.keyword == "RUN" and any(each in instruction.script for each in _FETCHES):
            return True
        sources += instruction.sources
    return any(each in run.script for each in _FETCHES) or any(
        _takes_lock(source, locks, context) for source in sources
    )


def _takes_lock(source: str, locks: tuple[str, ...], context: Path | None) -> bool:
    """Whether a source is a lock, a folder that holds one, or a pattern that takes one."""
    name = source.rpartition("/")[2]
    if name in locks or "$" in source:
        return True
    if context is None:
        return "." not in name or any(fnmatchcase(lock, name) for lock in locks)
    if os.path.isdir(context / source):
        return _lies_in(context / source, locks)
    try:
        return any(path.name in locks for path in context.glob(source))
    except (OSError, ValueError, NotImplementedError):
        return True


def _lies_in(folder: Path, locks: tuple[str, ...]) -> bool:
    """Whether a lock lies in a folder, or in one not far below."""
    for here, folders, names in os.walk(folder):
        if not set(locks).isdisjoint(names):
            return True
        depth = len(Path(here).parts) - len(folder.parts)
        folders[:] = [name for name in folders if depth < _DEEPEST and name not in NEVER]
    return False


def _judge_requirements(
    dockerfile: Dockerfile,
    run: Instruction,
    install: Install,
    files: list[str],
    context: Path | None,
) -> Finding | None:
    """What is to say of pip install -r: a file whose lines name no version at all."""
    path = context / files[0].removeprefix("./") if context and "$" not in files[0] else None
    if path is None or not os.path.isfile(path) or install.has("-c", "--constraint"):
        return None
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return None
    named = [line.strip() for line in lines if line.strip() and line.strip()[0] not in "#-"]
    if not named or any("==" in line or "@" in line for line in named):
        return None
    return Finding(
        "install-without-lock",
        dockerfile.file,
        run.line,
        f"{files[0]} names no version with ==: a cached layer keeps the versions of the day it was "
        "built.",
        f"{named[0].partition('>')[0].partition('~')[0].strip()}==VERSION (in {files[0]})",
        words=run.words,
    )
