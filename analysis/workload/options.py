"""What of a build its project chooses: the Dockerfile, its target, arguments, secrets, platform."""

import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.errors import SettingError

DOCKERFILE = "Dockerfile"
# where the secrets that are files lie in a build host
SECRETS_FOLDER = "/codebuild/output/secrets"
_ID = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Secret:
    """A secret of a build: its id, and the file or the variable that holds it, never its value."""

    id: str
    file: str = ""
    variable: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """How a setting says it, as `docker build --secret` takes it."""
        return f"id={self.id},src={self.file}" if self.file else f"id={self.id},env={self.variable}"

    @property
    def option(self) -> str:
        """What a command in a build host is given."""
        where = f"src={SECRETS_FOLDER}/{self.id}" if self.file else f"env={self.variable}"
        return f"id={self.id},{where}"

    def read(self) -> str:
        """Its value; SettingError where it is not to be had."""
        if not self.file:
            if self.variable not in os.environ:
                raise SettingError(
                    f"The secret {self.id} is to come from the variable {self.variable}, which is "
                    f"not set: export {self.variable}, or give SECRETS=id={self.id},src=FILE."
                )
            return os.environ[self.variable]
        try:
            return Path(self.file).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(
                f"The secret {self.id} is to come from {self.file}, which can't be read: give a "
                f"text file, or SECRETS=id={self.id},env=NAME."
            ) from error


def read_secret(text: str) -> Secret:
    """The secret in `id=NAME,src=FILE`, `id=NAME,env=VARIABLE`, or VARIABLE alone; ValueError."""
    words = dict(part.partition("=")[::2] for part in text.split(","))
    if len(words) == 1 and "=" not in text:
        words = {"id": text, "env": text}
    file = words.pop("src", "") or words.pop("source", "")
    secret = Secret(words.pop("id", ""), file, words.pop("env", ""))
    words.pop("type", None)
    if words or not _ID.fullmatch(secret.id) or bool(secret.file) == bool(secret.variable):
        raise ValueError(
            "give id=NAME,src=FILE or id=NAME,env=VARIABLE, with blanks between several"
        )
    return secret


@dataclass(frozen=True)
class BuildOptions:
    """What of a build its project chooses; paths are relative to the context.

    `target`: a stage, "" for the last; `source_file`, `dependency_file`: what scenarios change,
    "" for what is found. `described`: the Dockerfiles that the project's own commands, bake or
    Compose file name, each with the folder that its build is given ("." for the context).
    """

    dockerfile: str = DOCKERFILE
    target: str = ""
    build_args: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = ()
    platform: str = ""
    source_file: str = ""
    dependency_file: str = ""
    described: Mapping[str, str] = field(default_factory=dict)

    @property
    def chooses(self) -> bool:
        """Whether a command that builds must be told of any of it."""
        chosen = (self.target, self.build_args, self.secrets, self.platform)
        return self.tells_dockerfile or any(chosen)

    @property
    def tells_dockerfile(self) -> bool:
        """Whether a command that builds must be told its Dockerfile."""
        return self.dockerfile != DOCKERFILE and self.dockerfile not in self.described

    @property
    def inner(self) -> str:
        """The folder in the context that the Dockerfile's build is given."""
        return self.described.get(self.dockerfile, ".")

    @property
    def beside(self) -> list[str]:
        """The Dockerfiles of other images that are built with this one."""
        return [path for path in self.described if path != self.dockerfile]

    def within(self) -> "BuildOptions":
        """The same with paths relative to `inner`."""
        dockerfile, source, dependency = (
            posixpath.relpath(path, self.inner) if path else ""
            for path in (self.dockerfile, self.source_file, self.dependency_file)
        )
        return replace(
            self,
            dockerfile=dockerfile,
            source_file=source,
            dependency_file=dependency,
            described={},
        )
