"""The build context as of each scenario, on base images that the lab serves."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import ContextError, ImageError
from analysis.lab import Images, Lab, ensure_image
from analysis.records import full_errors
from analysis.workload import (
    SCENARIOS,
    STORY_NAMES,
    BuildOptions,
    Commit,
    context_files,
    find_syntax,
    list_named,
    list_replacements,
    make_commit,
    make_context,
    needs_newer_base,
    read_dockerfile,
    set_arguments,
    set_syntax,
)


class Contexts(dict[str, Path]):
    """Scenario -> a copy of the context as of its commit.

    `make(scenario, target, without)` writes one, `without` the commits of some scenarios;
    `make_story(commit, target)` one of a story. `absent_syntax`: the frontend's image that
    BuildKit's own one stands in for.
    """

    def __init__(
        self,
        folder: Path,
        scenarios: Iterable[str],
        make: Callable[[str, Path, Collection[str]], None],
        without: Collection[str] = (),
        options: BuildOptions | None = None,
        absent_syntax: str | None = None,
        make_story: Callable[[Commit, Path], None] | None = None,
    ) -> None:
        super().__init__({name: folder / name for name in scenarios})
        self._make, self.without = make, set(without)
        self._options, self.absent_syntax = options or BuildOptions(), absent_syntax
        self._folder, self._make_story = folder, make_story
        self._commits: dict[Commit, Path] = {}
        for name, target in self.items():
            make(name, target, self.without)

    def at(self, commit: Commit) -> Path:
        """A copy of the context as of a commit of a story, made when it is first asked for."""
        if commit not in self._commits and self._make_story:
            self._commits[commit] = self._folder / f"story-{len(self._commits)}"
            self._make_story(commit, self._commits[commit])
        return self._commits[commit]

    def leave_out(self, commits: Collection[str]) -> None:
        """Make those anew that come after commits which are left out from now on."""
        known = {*commits}.intersection(SCENARIOS)
        new = {SCENARIOS.index(name) for name in known - self.without}
        self.without |= set(commits)
        # a commit of a history holds those before it, whatever became of them
        for name, target in self.items():
            if name in SCENARIOS and any(at < SCENARIOS.index(name) for at in new):
                shutil.rmtree(target)
                self._make(name, target, self.without)

    def digest(self) -> dict[str, str]:
        """Scenario -> digest_of its context."""
        return {name: digest_of(context, self._options) for name, context in self.items()}


def _set_options(
    target: Path, arguments: Mapping[str, str] | None, absent: bool, options: BuildOptions
) -> None:
    """Set a copy's arguments and, where the image of its `# syntax=` is absent, leave that out."""
    set_arguments(target, arguments or {}, options)
    if absent:
        set_syntax(target, options)


@contextmanager
def contexts_for(
    lab: Lab,
    source: Path,
    scenarios: Sequence[str],
    bases: Mapping[str, str],
    replacements: Path | None = None,
    arguments: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    folder: Path | None = None,
    options: BuildOptions | None = None,
    write: Callable[[str, Path, Mapping[str, str]], None] | None = None,
) -> Iterator[Contexts]:
    """Scenario -> a copy of the context, until the block ends; `bases` as of choose_bases,

    `arguments` in place of the defaults of its Dockerfile's ARGs, later ones `without` some
    commits. They lie in `folder`, or where temporary files do; RecordError where that disk is
    full. `write(scenario, target, bases)` writes those of a history.
    """
    options = options or BuildOptions()
    absent = _find_absent_syntax(lab, source, options)
    bases = {name: image for name, image in bases.items() if name != absent}
    served = serve_bases(lab, bases, newer=False)
    newer = serve_bases(lab, bases, newer=True) if needs_newer_base(scenarios) else {}

    def make(name: str, target: Path, left_out: Collection[str]) -> None:
        with full_errors(target.parent, temporary=True):
            if write:
                write(name, target, served)
            else:
                make_context(source, name, target, served, newer, replacements, left_out, options)
            _set_options(target, arguments, bool(absent), options)

    def make_story(commit: Commit, target: Path) -> None:
        with full_errors(target.parent, temporary=True):
            make_commit(source, commit, target, served, replacements, options)
            _set_options(target, arguments, bool(absent), options)

    with tempfile.TemporaryDirectory(prefix="context-", dir=folder) as place:
        names = [name for name in scenarios if name not in STORY_NAMES]
        yield Contexts(Path(place), names, make, without, options, absent, make_story)


def _find_absent_syntax(lab: Lab, source: Path, options: BuildOptions) -> str | None:
    """The image of a Dockerfile's `# syntax=` that can't be had, which is told; else null."""
    syntax = find_syntax(read_dockerfile(source, options))
    if syntax is None:
        return None
    try:
        ensure_image(lab.client, syntax, "the Dockerfile's # syntax=", lab.say)
    except ImageError:
        lab.say(
            f"# syntax={syntax} can't be pulled: BuildKit's built-in frontend reads the "
            "Dockerfile, which may know less than that one"
        )
        return syntax
    return None


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


def stand_in(names: Iterable[str], images: Images) -> dict[str, str]:
    """Name in a Dockerfile -> the image for it: BASE_IMAGE for the default base, else itself."""
    return {name: images.base if name == Images().base else name for name in names}


def choose_bases(
    source: Path,
    images: Images,
    replacements: Path | None = None,
    options: BuildOptions | None = None,
) -> dict[str, str]:
    """stand_in for the images of a context's Dockerfile, and of those that replace it."""
    options, folders = options or BuildOptions(), [source]
    if replacements is not None:
        folders += [replacements / name for name in sorted(list_replacements(replacements))]
    found = [
        list_named(folder, options) for folder in folders if (folder / options.dockerfile).is_file()
    ]
    names = dict.fromkeys(name for names in found for name in names)
    return stand_in(names, images)


def say_replaced(bases: Mapping[str, str]) -> list[str]:
    """A sentence for each base image that another one stands for."""
    return [
        f"FROM {name} is replaced by {image} (BASE_IMAGE)"
        for name, image in bases.items()
        if name != image
    ]


def digest_of(context: Path, options: BuildOptions | None = None) -> str:
    """sha256 over the names and contents of the files that a build of this context may see."""
    if not context.is_dir():
        raise ContextError(f"{context} is not a folder: CONTEXT must be one with a Dockerfile.")
    options = options or BuildOptions()
    read_dockerfile(context, options)
    # a build reads its Dockerfile also where .dockerignore leaves it out
    return _digest_files(context, {*context_files(context, options), Path(options.dockerfile)})


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
