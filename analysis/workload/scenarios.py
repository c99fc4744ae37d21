"""Scenarios: a short history of commits to a build context, each on top of the one before.

cold, unchanged: the context as it is; source: a source file changes; dependency: the list of
dependencies changes; base: the base images are newer ones.
"""

import shutil
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

from docker.utils.build import Pattern

from analysis.errors import ContextError, UnknownName
from analysis.workload.dockerfile import (
    copy_sources,
    list_defaults,
    list_images,
    replace_defaults,
    replace_images,
)

SCENARIOS = ("cold", "unchanged", "source", "dependency", "base")
# dependency lists and a line that changes each of them to no effect
DEPENDENCY_FILES = {
    "requirements*.txt": "# changed",
    "pyproject.toml": "# changed",
    "package.json": "",
    "go.mod": "// changed",
    "pom.xml": "<!-- changed -->",
    "build.gradle": "// changed",
    "build.gradle.kts": "// changed",
    "*.csproj": "<!-- changed -->",
    "Cargo.toml": "# changed",
    "Gemfile": "# changed",
    "Pipfile": "# changed",
    "composer.json": "",
}
COMMENTS = {
    "#": ".py .rb .sh .pl .r .yml .yaml .toml",
    "//": ".js .mjs .cjs .jsx .ts .tsx .go .java .kt .rs .c .cc .cpp .h .cs .php .scala .swift",
}
# settings rather than source, which changes first
SETTINGS = (".yml", ".yaml", ".toml")
COMMENT_OF = {suffix: sign for sign, text in COMMENTS.items() for suffix in text.split()}
# in our own context the change of a dependency is a real one
VERSION_CHANGES = {"click==8.1.8": "click==8.1.7"}


def make_context(
    source: Path,
    scenario: str,
    target: Path,
    bases: Mapping[str, str],
    newer: Mapping[str, str],
    replacements: Path | None = None,
) -> None:
    """Write to `target` the context as of the commit that `scenario` is.

    `bases` says which image stands for each that the Dockerfile names, `newer` for those that it
    builds on in scenario base; others stay. Files under `replacements`/SCENARIO replace those of
    the context instead of a derived change. ContextError when that commit can't be derived;
    such commits before it are left out.
    """
    if scenario not in SCENARIOS:
        raise UnknownName("scenario", scenario, SCENARIOS)
    reasons, given = derivable(source, replacements), list_replacements(replacements)
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
    before = SCENARIOS[: SCENARIOS.index(scenario)]
    for commit in [*(name for name in before if reasons[name] is None), scenario]:
        if commit in given:
            shutil.copytree(replacements / commit, target, symlinks=True, dirs_exist_ok=True)
        elif commit == "source":
            change_source(target)
        elif commit == "dependency":
            change_dependency(target)
    images = {name: newer[name] for name in list_bases(target) if name in newer}
    set_images(target, {**bases, **images} if scenario == "base" else bases)


NOT_COPIED = (".git", "__pycache__")


def derivable(source: Path, replacements: Path | None = None) -> dict[str, str | None]:
    """Scenario -> why it can't be derived for this context and the cure, null when it can.

    ContextError when the folder has no Dockerfile or the replacements are none, UnknownName
    when one of them is for no scenario.
    """
    given = list_replacements(replacements)
    found = {
        "source": find_source(source),
        "dependency": find_dependency(source),
        "base": list_bases(source),
    }
    absent = [name for name, what in found.items() if not what and name not in given]
    return {
        name: f"{ABSENT[name]}; give its files as REPLACEMENTS/{name}" if name in absent else None
        for name in SCENARIOS
    }


ABSENT = {
    "source": "no file that the Dockerfile copies is of a known source language",
    "dependency": f"none of {', '.join(DEPENDENCY_FILES)} is copied by the Dockerfile",
    "base": "the Dockerfile builds on no image",
}


def list_replacements(folder: Path | None) -> set[str]:
    """The scenarios whose files a user gives, each in a folder of its name.

    ContextError when there is none, UnknownName for a folder of another name.
    """
    if folder is None:
        return set()
    names = {path.name for path in folder.glob("[!.]*") if path.is_dir()}
    for name in sorted(names - set(SCENARIOS)):
        raise UnknownName(f"scenario in {folder} for the folder", name, SCENARIOS)
    if not names:
        what = "holds no folder" if folder.is_dir() else "is not a folder"
        raise ContextError(
            f"{folder} {what}: REPLACEMENTS must be one with the files of a commit in source, "
            "dependency or another scenario's folder."
        )
    return names


def read_dockerfile(context: Path) -> str:
    """The Dockerfile of a context; ContextError when there is none."""
    path = context / "Dockerfile"
    if not path.is_file():
        raise ContextError(
            f"{context} has no Dockerfile: CONTEXT must be the folder that `docker build` is given."
        )
    return read_text(path)


def read_text(path: Path) -> str:
    """A file's text; bytes that are not UTF-8 and ends of lines come back by write_text."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def write_text(path: Path, text: str) -> None:
    """Write what read_text gave, changed or not."""
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def list_bases(context: Path) -> list[str]:
    """The images that a context's Dockerfile builds on; stages and scratch are left out."""
    named = list_images(read_dockerfile(context))
    return list(dict.fromkeys(each.image for each in named if each.base))


def list_named(context: Path) -> list[str]:
    """All images that a build of a context takes: bases, those it copies from, its syntax's."""
    return list(dict.fromkeys(each.image for each in list_images(read_dockerfile(context))))


def set_images(context: Path, images: Mapping[str, str]) -> None:
    """Write other images into a context's Dockerfile."""
    write_text(context / "Dockerfile", replace_images(read_dockerfile(context), images))


def set_arguments(context: Path, arguments: Mapping[str, str]) -> None:
    """Write other defaults of ARGs into a context's Dockerfile."""
    text = replace_defaults(read_dockerfile(context), arguments)
    write_text(context / "Dockerfile", text)


def check_arguments(context: Path, arguments: Mapping[str, str]) -> None:
    """UnknownName for an argument that the context's Dockerfile gives no default.

    ContextError for one that names an image: what stands for that is chosen by the lab.
    """
    text = read_dockerfile(context)
    known = {name for _, _, name in list_defaults(text)}
    named = [each.image for each in list_images(text)]
    for name, value in arguments.items():
        if name not in known:
            raise UnknownName(f"ARG with a default in {context / 'Dockerfile'}", name, known)
        if [each.image for each in list_images(replace_defaults(text, {name: value}))] != named:
            raise ContextError(
                f"{context / 'Dockerfile'}: the ARG {name} names an image: write the other image "
                "into a copy of the Dockerfile."
            )


def context_files(context: Path) -> list[Path]:
    """Files of a context that .dockerignore does not leave out, relative, sorted by path."""
    ignore = context / ".dockerignore"
    lines = read_text(ignore).splitlines() if ignore.is_file() else []
    patterns = [Pattern(line.strip()) for line in lines if line.strip()[:1] not in ("", "#")]
    names = sorted(
        path.relative_to(context).as_posix()
        for path in context.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    return [Path(name) for name in names if not is_ignored(name, patterns)]


def is_ignored(name: str, patterns: list[Pattern]) -> bool:
    """Whether .dockerignore leaves a file out: the last line that fits it or a folder above."""
    parts = name.split("/")
    paths = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    ignored = False
    for pattern in patterns:
        if any(pattern.match(path) for path in paths):
            ignored = not pattern.exclusion
    return ignored or bool(set(parts) & set(NOT_COPIED))


def copied_files(context: Path) -> list[Path]:
    """Files that the Dockerfile copies or mounts from the context, sorted by path."""
    patterns = copy_sources(read_dockerfile(context))
    return [path for path in context_files(context) if is_copied(path.as_posix(), patterns)]


def is_copied(name: str, patterns: list[str]) -> bool:
    """Whether a COPY of these sources takes the file."""
    return any(
        pattern == "." or fnmatch(name, pattern) or name.startswith(f"{pattern}/")
        for pattern in patterns
    )


def find_dependency(context: Path) -> Path | None:
    """The dependency list that the Dockerfile copies, null without one."""
    for pattern in DEPENDENCY_FILES:
        for path in copied_files(context):
            if fnmatch(path.name, pattern):
                return path
    return None


def find_source(context: Path) -> Path | None:
    """A source file that the Dockerfile copies, settings and tests last; null without one."""
    found = [
        path
        for path in copied_files(context)
        if path.suffix in COMMENT_OF
        and not any(fnmatch(path.name, pattern) for pattern in DEPENDENCY_FILES)
    ]
    return min(found, key=rank_source, default=None)


def rank_source(path: Path) -> tuple[bool, bool, Path]:
    """What source files are sorted by: settings and hidden folders last, before them tests."""
    settings = path.suffix in SETTINGS or any(part.startswith(".") for part in path.parts)
    return settings, "test" in path.as_posix().lower(), path


def change_source(context: Path) -> None:
    """Add a comment to a source file; ContextError when there is none."""
    path = find_source(context)
    if path is None:
        raise ContextError(f"{context}: no source file to change; give one by REPLACEMENTS/source.")
    append_line(context / path, f"{COMMENT_OF[path.suffix]} changed")


def change_dependency(context: Path) -> None:
    """Change the dependency list: another version where we know one, else a line of no effect."""
    path = find_dependency(context)
    if path is None:
        raise ContextError(
            f"{context}: no dependency list to change; give one by REPLACEMENTS/dependency."
        )
    text = read_text(context / path)
    for old, new in VERSION_CHANGES.items():
        if old in text.splitlines():
            write_text(context / path, text.replace(old, new))
            return
    line = next(line for glob, line in DEPENDENCY_FILES.items() if fnmatch(path.name, glob))
    append_line(context / path, line)


def append_line(path: Path, line: str) -> None:
    """Add a line of its own at a file's end."""
    text = path.read_bytes()
    gap = b"" if text.endswith(b"\n") or not text else b"\n"
    path.write_bytes(text + gap + f"{line}\n".encode())
