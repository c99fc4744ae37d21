"""The rules on what a RUN fetches that moves on while its layer stays: package lists and clones."""

import posixpath
import re
from collections.abc import Iterator

from analysis.doctor.case import Case
from analysis.doctor.dockerfiles import Dockerfile, Instruction, Stage
from analysis.doctor.findings import Finding
from analysis.doctor.installs import find_installs
from analysis.workload import list_commands

_UPDATERS = ("apt-get", "apt", "aptitude")
_UPDATE = "update"
# what reads a package list
_INSTALLS = {"install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "satisfy"}
# options of git before its command, and of clone, that have a value
_VALUED = {"-C", "-c", "--git-dir", "--work-tree"}
_CLONE_VALUED = {
    *("-b", "--branch", "-o", "--origin", "--depth", "-j", "--jobs", "-c", "--config"),
    *("-u", "--upload-pack", "--reference", "--shallow-since", "--shallow-exclude", "--filter"),
    *("--separate-git-dir", "--template", "--server-option", "--revision"),
}
_BRANCHES = {"main", "master", "develop", "development", "dev", "trunk", "head", "nightly", "next"}
_REMOTE = re.compile(r"(?:https?|git|ssh)://|[\w.-]+@[\w.-]+:")
_CHOOSES = ("checkout", "reset", "switch", "fetch")
# what makes the key of a RUN another with each build, or with each commit of what is cloned
_BREAKER = re.compile(
    r"cache_?(?:bust|break|date|key)|bust|commit|revision|\bsha\b|_sha|date", re.I
)


def check_updates(case: Case) -> Iterator[Finding]:
    """Package lists that are fetched in a RUN of their own, above an install that reads them."""
    for dockerfile in case.dockerfiles.values():
        for stage in dockerfile.stages:
            chain = stage.chain()
            for number, run in enumerate(chain):
                if run not in stage.instructions or not _is_update_alone(run):
                    continue
                if (below := _find_reader(dockerfile, stage, chain[number + 1 :])) is not None:
                    yield _stale(dockerfile, run, below)


def _list_apt(run: Instruction) -> list[tuple[str, str]]:
    """(program, action) of each command of apt in a RUN that takes package lists, or reads them."""
    found = []
    for command in list_commands(run.script) if run.keyword == "RUN" else ():
        program = posixpath.basename(command.texts[0]) if command.texts else ""
        # values of options stand before the action, too
        known = (text for text in command.texts[1:] if text == _UPDATE or text in _INSTALLS)
        action = next(known, None)
        if program in _UPDATERS and action:
            found.append((program, action))
    return found


def _is_update_alone(run: Instruction) -> bool:
    """Whether a RUN fetches package lists for its layer, and nothing that reads them."""
    actions = {action for _, action in _list_apt(run)}
    return _UPDATE in actions and not actions & _INSTALLS and not _keeps_lists(run)


def _keeps_lists(run: Instruction) -> bool:
    """Whether the lists lie in a mount instead of the layer."""
    targets = [mount.get("target", mount.get("dst", "")) for mount in run.mounts]
    return any(target.startswith("/var/lib/apt") for target in targets)


def _find_reader(
    dockerfile: Dockerfile, stage: Stage, below: list[Instruction]
) -> Instruction | None:
    """The first RUN that installs from the lists as they are; None where all fetch them anew.

    `below`: what follows in the stage; then come those that begin from it.
    """
    for run in below:
        actions = [action for _, action in _list_apt(run)]
        reads = next((at for at, action in enumerate(actions) if action in _INSTALLS), None)
        if reads is not None:
            return None if _UPDATE in actions[:reads] else run
    later = [each for each in dockerfile.stages if each.parent is stage]
    found = (_find_reader(dockerfile, each, each.instructions) for each in later)
    return next((each for each in found if each), None)


def _stale(dockerfile: Dockerfile, run: Instruction, below: Instruction) -> Finding:
    """The finding of an update in a RUN of its own."""
    program = next(program for program, action in _list_apt(run) if action == _UPDATE)
    install = next((each for each in find_installs(below.script) if each.tool == "system"), None)
    what = " ".join(install.names[:3]) if install else "PACKAGES"
    return Finding(
        "update-alone",
        dockerfile.file,
        run.line,
        f"{program} update is a layer of its own: the install in line {below.line} reads the lists "
        "of the day that layer was built.",
        f"RUN {program} update && {program} install -y {what}",
        words=run.words,
    )


def check_clones(case: Case) -> Iterator[Finding]:
    """Clones of a repository's newest commit, in a RUN whose key does not tell it."""
    for dockerfile in case.dockerfiles.values():
        for stage in dockerfile.stages:
            chain = stage.chain()
            for number, run in enumerate(chain):
                if run.keyword != "RUN" or run not in stage.instructions:
                    continue
                url = next(_list_clones(run), None)
                if url and not _is_told(chain, number):
                    yield _moving(dockerfile, run, url)


def _read_git(texts: list[str]) -> list[str]:
    """The command of git and what follows it, without the options before; [] for others."""
    if not texts or posixpath.basename(texts[0]) != "git":
        return []
    rest = texts[1:]
    while rest and rest[0].startswith("-"):
        rest = rest[2 if rest[0] in _VALUED else 1 :]
    return rest


def _list_clones(run: Instruction) -> Iterator[str]:
    """The addresses that a RUN clones without a commit, a tag or a variable."""
    for command in list_commands(run.script):
        rest = _read_git(command.texts)
        if rest[:1] != ["clone"]:
            continue
        branch, names, skip = "", [], ""
        for text in rest[1:]:
            name, sign, value = text.partition("=")
            if skip:
                branch = text if skip in ("-b", "--branch", "--revision") else branch
                skip = ""
            elif name in ("--branch", "--revision") and sign:
                branch = value
            elif text in _CLONE_VALUED:
                skip = text
            elif not text.startswith("-"):
                names.append(text)
        if names and _REMOTE.match(names[0]) and branch.lower() in ("", *_BRANCHES):
            yield names[0]


def _is_told(chain: list[Instruction], number: int) -> bool:
    """Whether a commit is chosen after a clone, or what stands above it differs with it."""
    for run in chain[number:]:
        commands = list_commands(run.script) if run.keyword == "RUN" else ()
        if any(
            _read_git(command.texts)[:1] in ([each] for each in _CHOOSES) for command in commands
        ):
            return True
    above = chain[:number]
    fetched = any(each.keyword == "ADD" and "://" in each.rest for each in above)
    named = any(each.keyword in ("ARG", "ENV") and _BREAKER.search(each.rest) for each in above)
    return fetched or named or "$" in chain[number].script.partition("clone")[2].split("&&")[0]


def _moving(dockerfile: Dockerfile, run: Instruction, url: str) -> Finding:
    """The finding of a clone without a commit."""
    return Finding(
        "clone-without-commit",
        dockerfile.file,
        run.line,
        "A hit keeps the clone of the day that this layer was built, whatever the repository has "
        "had since.",
        f"RUN git clone --branch TAG --depth 1 {url}",
        words=run.words,
    )
