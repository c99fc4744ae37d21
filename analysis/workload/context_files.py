"""The files of a build context: its Dockerfile, and what of the rest a build sees and copies."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from analysis.errors import ContextError, UnknownName
from analysis.workload.dockerfile import (
    Named,
    drop_syntax,
    find_syntax,
    list_defaults,
    list_images,
    list_whole,
    replace_defaults,
    replace_images,
)
from analysis.workload.ignore import read_ignore, walk_files
from analysis.workload.layers import list_layers
from analysis.workload.options import BuildOptions

_USUAL = BuildOptions()


def read_dockerfile(context: Path, options: BuildOptions = _USUAL) -> str:
    """The Dockerfile of a context; ContextError when there is none."""
    path = context / options.dockerfile
    if not path.is_file():
        others = sorted(each.name for each in context.glob("*Dockerfile*") if each.is_file())
        known = f"; there is {', '.join(others)}" if others else ""
        raise ContextError(
            f"{context} has no {options.dockerfile}{known}: CONTEXT must be the folder that "
            "`docker build` is given, DOCKERFILE the file's path in it."
        )
    return read_text(path)


def read_text(path: Path) -> str:
    """A file's text; bytes that are not UTF-8 and ends of lines come back by write_text."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def write_text(path: Path, text: str) -> None:
    """Write what read_text gave, changed or not."""
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def list_bases(context: Path, options: BuildOptions = _USUAL) -> list[str]:
    """The images that a context's Dockerfile builds on; stages and scratch are left out."""
    return list(dict.fromkeys(each.image for each in _list_images(context, options) if each.base))


def list_named(context: Path, options: BuildOptions = _USUAL) -> list[str]:
    """All images that a build of a context takes: bases, those it copies from, its syntax's."""
    return list(dict.fromkeys(each.image for each in _list_images(context, options)))


def _list_images(context: Path, options: BuildOptions) -> list[Named]:
    """The images that a build names; for a target, those alone that it needs.

    Those of the images that are built with it, too.
    """
    others = [
        image for each in _list_beside(context, options) for image in _list_images(context, each)
    ]
    return [*_list_own_images(context, options), *others]


def _list_beside(context: Path, options: BuildOptions) -> list[BuildOptions]:
    """The options of the images that are built with this one, and are there."""
    there = (name for name in options.beside if (context / name).is_file())
    return [replace(options, dockerfile=name, target="", described={}) for name in there]


def _list_own_images(context: Path, options: BuildOptions) -> list[Named]:
    """The images that the build of one Dockerfile names."""
    return _list_images_in(read_dockerfile(context, options), options)


def list_named_in(text: str, options: BuildOptions = _USUAL) -> list[str]:
    """list_named of one Dockerfile's text."""
    return list(dict.fromkeys(each.image for each in _list_images_in(text, options)))


def _list_images_in(text: str, options: BuildOptions) -> list[Named]:
    """The images that a build of a Dockerfile's text names."""
    named = list(list_images(text, options.build_args))
    if not options.target:
        return named
    needed = {layer.line for layer in list_layers(text, options.target, options.build_args)}
    lines = {each: text.count("\n", 0, each.start) + 1 for each in named}
    # an instruction over several lines names its image below its first
    begins = sorted(each.number for each in list_whole(text))
    return [
        each
        for each, line in lines.items()
        if each.image == find_syntax(text) or max(n for n in begins if n <= line) in needed
    ]


def set_images(context: Path, images: Mapping[str, str], options: BuildOptions = _USUAL) -> None:
    """Write other images into a context's Dockerfile, and into those built with it."""
    for each in (options, *_list_beside(context, options)):
        text = read_dockerfile(context, each)
        write_text(context / each.dockerfile, replace_images(text, images, each.build_args))


def set_syntax(context: Path, options: BuildOptions = _USUAL) -> None:
    """Let BuildKit's own frontend read a context's Dockerfile, whatever `# syntax=` names."""
    text = drop_syntax(read_dockerfile(context, options))
    write_text(context / options.dockerfile, text)


def set_arguments(
    context: Path, arguments: Mapping[str, str], options: BuildOptions = _USUAL
) -> None:
    """Write other defaults of ARGs into a context's Dockerfile."""
    text = replace_defaults(read_dockerfile(context, options), arguments)
    write_text(context / options.dockerfile, text)


def check_arguments(
    context: Path, arguments: Mapping[str, str], options: BuildOptions = _USUAL
) -> None:
    """UnknownName for an argument that the context's Dockerfile gives no default.

    ContextError for one that names an image: what stands for that is chosen by the lab.
    """
    text, path = read_dockerfile(context, options), context / options.dockerfile
    known = {name for _, _, name in list_defaults(text)}
    named = [each.image for each in list_images(text)]
    for name, value in arguments.items():
        if name not in known:
            raise UnknownName(f"ARG with a default in {path}", name, known)
        if [each.image for each in list_images(replace_defaults(text, {name: value}))] != named:
            raise ContextError(
                f"{path}: the ARG {name} names an image: write the other image into a copy of the "
                "Dockerfile."
            )


def context_files(context: Path, options: BuildOptions = _USUAL) -> list[Path]:
    """Files of a context that .dockerignore does not leave out, relative, sorted by path.

    Folders that it leaves out are not looked into.
    """
    rules = read_ignore(context, options.dockerfile)
    return [Path(name) for name in sorted(walk_files(context, rules))]


def copied_files(context: Path, options: BuildOptions = _USUAL) -> list[Path]:
    """Files that a build copies or mounts from the context, sorted by path."""
    layers = list_layers(read_dockerfile(context, options), options.target, options.build_args)
    taking = [layer for layer in layers if layer.sources]
    files = context_files(context, options)
    return [path for path in files if any(layer.takes(path.as_posix()) for layer in taking)]
