"""What a real project's build needs: its Dockerfile, what it is given, what changes."""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import BuildspecError, SettingError
from analysis.experiment.forms import (
    form,
    read_file,
    read_named,
    read_platform,
    read_secrets,
    read_variables_of_builds,
    write_folder,
    write_named,
)
from analysis.redaction import redact_values
from analysis.shipped import find_folder
from analysis.specs import find_commands, list_dockerfiles
from analysis.workload import (
    DOCKERFILE,
    BuildOptions,
    Secret,
    choose_build,
    read_buildspec,
    read_range,
)


@dataclass(frozen=True, kw_only=True)
class ProjectSettings:
    """What of a build its project chooses; the defaults suit a context with a Dockerfile alone.

    Files are paths in the context. `secrets` hold no values: those are read when builds run.
    """

    dockerfile: str = field(
        default=DOCKERFILE,
        metadata=form("the Dockerfile's path in the context", rare=True),
    )
    target: str = field(
        default="", metadata=form("the stage to build; the last one without", rare=True)
    )
    build_args: Mapping[str, str] = field(
        default_factory=dict,
        metadata=form(
            "build arguments: NAME=value, several with commas",
            read=read_named,
            write=write_named,
            rare=True,
        ),
    )
    secrets: str = field(
        default="",
        metadata=form(
            "secrets: id=NAME,src=FILE or id=NAME,env=VARIABLE, several with blanks",
            read=read_secrets,
            rare=True,
        ),
    )
    platform: str = field(
        default="",
        metadata=form(
            "platform of the image, as in linux/arm64; the engine's without",
            read=read_platform,
            shown=False,
            rare=True,
        ),
    )
    env: Mapping[str, str] = field(
        default_factory=dict,
        metadata=form(
            "variables of the buildspec's commands: NAME=value, several with commas, or @FILE",
            read=read_variables_of_builds,
            write=write_named,
            shown=False,
            rare=True,
        ),
    )
    source_file: str = field(
        default="",
        metadata=form(
            "the file that scenario source changes; found without", shown=False, rare=True
        ),
    )
    dependency_file: str = field(
        default="",
        metadata=form(
            "the file that scenario dependency changes; found without", shown=False, rare=True
        ),
    )

    commits: str = field(
        default="",
        metadata=form(
            "commits of the context's git history to build in their order: a number, or a range",
            read=read_range,
            shown=False,
            rare=True,
        ),
    )
    buildspec: Path | None = field(
        default=None,
        metadata=form(
            "a buildspec of your own: every strategy is written from it",
            read=read_file,
            write=write_folder,
            recorded=False,
            shown=False,
        ),
    )
    batch_build: str = field(
        default="",
        metadata=form("the build of the buildspec's batch to take", shown=False, rare=True),
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "commits", str(self.commits))
        for name, read in _TEXTS.items():
            object.__setattr__(self, name, _read_text(name, getattr(self, name), read))

    @property
    def options(self) -> BuildOptions:
        """These settings as the functions on contexts take them."""
        return BuildOptions(
            dockerfile=self.dockerfile,
            target=self.target,
            build_args=self.build_args,
            secrets=self.given_secrets,
            platform=self.platform,
            source_file=self.source_file,
            dependency_file=self.dependency_file,
            described=_list_described(self),
        )

    @property
    def given_secrets(self) -> tuple[Secret, ...]:
        """The secrets, without their values."""
        return read_secrets(self.secrets, Secret)

    def read_hidden(self) -> list[str]:
        """The values that no record and no log may hold: of secrets, and of what is named as one.

        SettingError where one is not to be had.
        """
        named = {**self.build_args, **self.env}
        kept = redact_values(dict(named))
        hidden = [value for name, value in named.items() if kept.get(name) != value]
        return [*(secret.read() for secret in self.given_secrets), *hidden]


# settings that may be given as text, or as a list of texts, by those who call
_TEXTS: dict[str, Callable[[str], Any]] = {
    "build_args": read_named,
    "env": read_variables_of_builds,
    "secrets": read_secrets,
    "platform": read_platform,
}


def _read_text(name: str, value: Any, read: Callable[[str], Any]) -> Any:
    """A setting's value, read where it is text; SettingError."""
    if name == "secrets" and isinstance(value, Mapping):
        value = [f"id={each},src={file}" for each, file in value.items()]
    if isinstance(value, list | tuple):
        value = (" " if name == "secrets" else ",").join(map(str, value))
    try:
        return read(value) if isinstance(value, str) else value
    except ValueError as error:
        raise SettingError(f"{name.upper()} is {value!r}: {error}.") from error


def choose_context(settings: Any) -> Path:
    """The folder to build: the buildspec's where there is one and no context is given."""
    context: Path = settings.context
    if settings.buildspec is not None and context == find_folder("deploy"):
        return Path(settings.buildspec).parent
    return context


def _list_described(settings: Any) -> dict[str, str]:
    """Dockerfile -> context of all images that the settings' buildspec builds, in their context."""
    spec, context = settings.buildspec, settings.context.resolve()
    if spec is None or not context.is_relative_to(root := spec.resolve().parent):
        return {}
    place = context.relative_to(root).as_posix()
    try:
        own = choose_build(read_buildspec(spec), settings.batch_build)
        found = list_dockerfiles(find_commands(own, settings.env))
    except BuildspecError:
        return {}
    inside = {
        posixpath.relpath(path, place): posixpath.relpath(folder, place)
        for path, folder in found.items()
    }
    return {
        path: folder
        for path, folder in inside.items()
        if not (path.startswith("..") or folder.startswith("..")) and (context / path).is_file()
    }


def choose_dockerfile(settings: Any) -> str:
    """The Dockerfile's path in the context: without one there, the first that its buildspec builds.

    SettingError.
    """
    context, dockerfile = settings.context, str(settings.dockerfile)
    if dockerfile == DOCKERFILE and not (context / DOCKERFILE).is_file():
        dockerfile = next(iter(_list_described(settings)), DOCKERFILE)
    return _place_dockerfile(context, dockerfile)


def _place_dockerfile(context: Path, dockerfile: str) -> str:
    """A Dockerfile's path in its context, also where it was named from here; SettingError."""
    if (
        dockerfile == DOCKERFILE
        or (context / dockerfile).is_file()
        or not Path(dockerfile).is_file()
    ):
        inside = posixpath.normpath(dockerfile)
        if not inside.startswith("..") and not Path(inside).is_absolute():
            return inside
    path = Path(dockerfile).resolve()
    if not path.is_relative_to(context.resolve()):
        raise SettingError(
            f"DOCKERFILE={dockerfile} lies outside CONTEXT={context}: give a context that holds "
            "it, as `docker build -f` with the repository's root does."
        )
    return path.relative_to(context.resolve()).as_posix()
