"""The build context as of each scenario, on base images that the lab serves."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import ContextError
from analysis.lab import Images, Lab, ensure_image
from analysis.workload import (
    context_files,
    list_named,
    list_replacements,
    make_context,
    needs_newer_base,
    set_arguments,
)


@contextmanager
def contexts_for(
    lab: Lab,
    source: Path,
    scenarios: Sequence[str],
    bases: Mapping[str, str],
    replacements: Path | None = None,
    arguments: Mapping[str, str] | None = None,
) -> Iterator[dict[str, Path]]:
    """Scenario -> a copy of the context, until the block ends; `bases` as of choose_bases,

    `arguments` in place of the defaults of its Dockerfile's ARGs.
    """
    served = serve_bases(lab, bases, newer=False)
    newer = serve_bases(lab, bases, newer=True) if needs_newer_base(scenarios) else {}
    with tempfile.TemporaryDirectory(prefix="context-") as folder:
        contexts = {name: Path(folder) / name for name in scenarios}
        for name, target in contexts.items():
            make_context(source, name, target, served, newer, replacements)
            set_arguments(target, arguments or {})
        yield contexts


def serve_bases(lab: Lab, bases: Mapping[str, str], newer: bool) -> dict[str, str]:
    """Name in a Dockerfile -> that of its image in the lab's public registry; ImageError."""
    served = {}
    for number, image in enumerate(dict.fromkeys(bases.values())):
        if image != lab.images.base:
            ensure_image(lab.client, image, "an image that the Dockerfile names", lab.say)
        # two tags for each, since images may differ by their tag or registry alone
        serve, tag = (lab.serve_newer, 2) if newer else (lab.serve_base, 1)
        served[image] = serve(image, str(2 * number + tag))
    return {name: served[image] for name, image in bases.items()}


def choose_bases(source: Path, images: Images, replacements: Path | None = None) -> dict[str, str]:
    """Name in a Dockerfile -> the image for it: BASE_IMAGE for the default base, else itself.

    Also of the Dockerfiles that replace the context's.
    """
    folders = [source]
    if replacements is not None:
        folders += [replacements / name for name in sorted(list_replacements(replacements))]
    found = [list_named(folder) for folder in folders if (folder / "Dockerfile").is_file()]
    names = dict.fromkeys(name for names in found for name in names)
    return {name: images.base if name == Images().base else name for name in names}


def say_replaced(bases: Mapping[str, str]) -> list[str]:
    """A sentence for each base image that another one stands for."""
    return [
        f"FROM {name} is replaced by {image} (BASE_IMAGE)"
        for name, image in bases.items()
        if name != image
    ]


def digest_of(context: Path) -> str:
    """sha256 over the names and contents of the files that a build of this context may see."""
    if not context.is_dir():
        raise ContextError(f"{context} is not a folder: CONTEXT must be one with a Dockerfile.")
    # a build reads its Dockerfile also where .dockerignore leaves it out
    return _digest_files(context, {*context_files(context), Path("Dockerfile")})


def digest_replacements(folder: Path | None) -> dict[str, str]:
    """Scenario -> sha256 over the files that replace those of the context."""
    if folder is None:
        return {}
    found = {}
    for name in sorted(list_replacements(folder)):
        paths = (path for path in (folder / name).rglob("*") if path.is_file())
        found[name] = _digest_files(folder / name, (p.relative_to(folder / name) for p in paths))
    return found


def _digest_files(folder: Path, files: Iterable[Path]) -> str:
    """sha256 over the names, relative to a folder, and the contents of its files."""
    digest = hashlib.sha256()
    for path in sorted(files, key=Path.as_posix):
        data = (folder / path).read_bytes()
        digest.update(f"{path.as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()
