"""The files of a build context: its Dockerfile, and what of the rest a build sees and copies."""

from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ContextError, UnknownName
from analysis.workload.dockerfile import (
    copy_sources,
    list_defaults,
    list_images,
    replace_defaults,
    replace_images,
)

if TYPE_CHECKING:
    from docker.utils.build import Pattern

NOT_COPIED = (".git", "__pycache__")


def _read_dockerfile(context: Path) -> str:
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
    named = list_images(_read_dockerfile(context))
    return list(dict.fromkeys(each.image for each in named if each.base))


def list_named(context: Path) -> list[str]:
    """All images that a build of a context takes: bases, those it copies from, its syntax's."""
    return list(dict.fromkeys(each.image for each in list_images(_read_dockerfile(context))))


def set_images(context: Path, images: Mapping[str, str]) -> None:
    """Write other images into a context's Dockerfile."""
    write_text(context / "Dockerfile", replace_images(_read_dockerfile(context), images))


def set_arguments(context: Path, arguments: Mapping[str, str]) -> None:
    """Write other defaults of ARGs into a context's Dockerfile."""
    text = replace_defaults(_read_dockerfile(context), arguments)
    write_text(context / "Dockerfile", text)


def check_arguments(context: Path, arguments: Mapping[str, str]) -> None:
    """UnknownName for an argument that the context's Dockerfile gives no default.

    ContextError for one that names an image: what stands for that is chosen by the lab.
    """
    text = _read_dockerfile(context)
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
    # the Docker client takes a while to import
    from docker.utils.build import Pattern

    ignore = context / ".dockerignore"
    lines = read_text(ignore).splitlines() if ignore.is_file() else []
    patterns = [Pattern(line.strip()) for line in lines if line.strip()[:1] not in ("", "#")]
    names = sorted(
        path.relative_to(context).as_posix()
        for path in context.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    return [Path(name) for name in names if not _is_ignored(name, patterns)]


def _is_ignored(name: str, patterns: "list[Pattern]") -> bool:
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
    patterns = copy_sources(_read_dockerfile(context))
    return [path for path in context_files(context) if _is_copied(path.as_posix(), patterns)]


def _is_copied(name: str, patterns: list[str]) -> bool:
    """Whether a COPY of these sources takes the file."""
    return any(
        pattern == "." or fnmatch(name, pattern) or name.startswith(f"{pattern}/")
        for pattern in patterns
    )
