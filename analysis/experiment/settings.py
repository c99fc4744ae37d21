"""The settings of an experiment: each is one field, which says all that is to be known of it.

From a field follow its option (--strategies-folder), its variable of make (STRATEGIES_FOLDER),
its line among the parameters of notebooks/1-build and its entry in experiment.json.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from analysis.errors import SettingError
from analysis.experiment.forms import (
    AUTO,
    KEY,
    OPEN,
    Form,
    as_is,
    form,
    read_arguments,
    read_folder,
    read_names,
    read_place,
    read_retry,
    read_rounds,
    read_seconds,
    read_seed,
    read_whole,
    write_arguments,
    write_folder,
    write_names,
    write_rounds,
)
from analysis.experiment.project import ProjectSettings, choose_context, choose_dockerfile
from analysis.shipped import find_folder, place_folder
from analysis.workload import CODEBUILD, POOL, read_link


@dataclass(frozen=True)
class Settings(ProjectSettings):
    """What an experiment varies besides strategies; the defaults suit a first look.

    Folders may be given as text: the context, the buildspecs of a user's own strategies, and
    the files that replace the context's in a scenario (replacements/SCENARIO). `link` as
    read_link takes it; `arguments` are defaults for ARGs of the Dockerfile. What a project's own
    build needs besides, ProjectSettings says. SettingError.

    >>> analysis.Settings(seed=7).seed
    7
    """

    rounds: int = field(
        default=3,
        metadata=form(
            "how often each strategy builds its scenarios in all; auto: until all is told",
            read=read_rounds,
            write=write_rounds,
            first=1,
            recorded=False,
        ),
    )
    seed: int = field(
        default=1,
        metadata=form(
            "what the order of strategies is shuffled by",
            read=read_seed,
            write=as_is,
            same=False,
            shown=False,
        ),
    )
    context: Path = field(
        default=Path("deploy"),
        metadata=form("folder with the Dockerfile to build", read=find_folder, recorded=False),
    )
    strategies_folder: Path | None = field(
        default=None,
        metadata=form(
            "folder with buildspecs of your own, beside those of deploy/",
            read=read_folder,
            write=write_folder,
            recorded=False,
        ),
    )
    replacements: Path | None = field(
        default=None,
        metadata=form(
            "folder with files to replace, each in SCENARIO/ as in the context",
            read=read_folder,
            write=write_folder,
            recorded=False,
        ),
    )
    time_limit: float = field(
        default=1800.0,
        metadata=form(
            "seconds after which a build is given up",
            read=read_seconds,
            write=as_is,
            same=False,
            shown=False,
        ),
    )
    pool: int = field(
        default=POOL,
        metadata=form(
            "how many hosts are kept for a strategy that keeps them",
            read=read_whole,
            write=as_is,
            same=False,
            shown=False,
        ),
    )
    link: str = field(
        default=CODEBUILD,
        metadata=form("between host and registries: codebuild, unshaped, or as in 200mbit,20ms"),
    )
    arguments: Mapping[str, str] = field(
        default_factory=dict,
        metadata=form(
            "defaults for ARGs of the Dockerfile: NAME=value, several with commas",
            read=read_arguments,
            write=write_arguments,
            shown=False,
        ),
    )
    retry: str = field(
        default="",
        metadata=form(
            "failed or pressed: build such runs anew; what is replaced stays in set-aside/",
            read=read_retry,
            recorded=False,
        ),
    )

    # rounds after which it is judged whether more are built; no setting, as ROUNDS=auto sets it
    looks: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "rounds", OPEN if self.rounds in (AUTO, OPEN) else self.rounds)
        object.__setattr__(self, "link", read_link(self.link).text)
        object.__setattr__(self, "context", find_folder(self.context))
        for name in ("strategies_folder", "replacements", "buildspec"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, Path(getattr(self, name)))
        object.__setattr__(self, "context", choose_context(self))
        object.__setattr__(self, "dockerfile", choose_dockerfile(self))


@dataclass(frozen=True)
class Request(Settings):
    """What a call asks for: which builds, where, the folder that keeps them, and the settings.

    No strategies or scenarios stand for all of them.
    """

    strategies: tuple[str, ...] = field(
        default=(),
        metadata=form(
            "a buildspec's name without .yml, several with commas between, or all",
            read=read_names,
            write=write_names,
            parameter="strategy",
            recorded=False,
        ),
    )
    scenarios: tuple[str, ...] = field(
        default=(),
        metadata=form(
            "a kind of commit, several with commas between, or all",
            read=read_names,
            write=write_names,
            parameter="scenario",
            recorded=False,
        ),
    )
    place: str = field(
        default="lab",
        metadata=form(
            "where the builds run: lab (a Docker engine here) or codebuild (AWS)",
            read=read_place,
            recorded=False,
        ),
    )
    experiment: Path = field(
        default=Path("runs/latest"),
        metadata=form("folder that keeps what is recorded", read=place_folder, recorded=False),
    )


@dataclass(frozen=True)
class Setting:
    """One setting of a class of them: its name, its default, and its form."""

    name: str
    default: Any
    form: Form

    @property
    def option(self) -> str:
        """Its option on a command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Its variable of make."""
        return self.name.upper()

    @property
    def parameter(self) -> str:
        """Its name in the notebook."""
        return self.form.parameter or self.name

    @property
    def text(self) -> str:
        """Its default as text."""
        return str(self.form.write(self.default))

    def read(self, value: Any) -> Any:
        """The value in a text, any other as it is; SettingError says how it is to be given."""
        try:
            return self.form.read(value) if isinstance(value, str) else value
        except ValueError as error:
            raise SettingError(f"{self.variable} is {value!r}: {error}.") from error

    def write_parameter(self) -> str:
        """Its line in the parameters cell of the notebook."""
        first = self.form.first
        value = self.form.write(self.default if first is None else first)
        text = f'"{value}"' if isinstance(value, str) else repr(value)
        return f"{self.parameter}: {type(value).__name__} = {text}  # {self.form.help}"


def list_settings(made_of: type = Request) -> list[Setting]:
    """The settings of a class, what is asked for before how it is built."""
    fields = [each for each in dataclasses.fields(made_of) if KEY in each.metadata]
    known = {each.name for each in dataclasses.fields(Settings)}
    fields.sort(key=lambda each: (each.name in known, each.kw_only))
    return [Setting(each.name, _default_of(each), each.metadata[KEY]) for each in fields]


def _default_of(field: dataclasses.Field[Any]) -> Any:
    """A field's default, made if need be."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


_Made = TypeVar("_Made")


def read_settings(values: Mapping[str, Any], made_of: type[_Made] = Request) -> _Made:  # type: ignore[assignment]
    """Settings of a class from texts by name; '' is the default. SettingError, UnknownName."""
    given, once = {}, values.get("commits") and not values.get("rounds")
    values = {**values, "rounds": 1} if once else values
    for each in list_settings(made_of):
        value = values.get(each.name)
        given[each.name] = each.read(each.text if value in ("", None) else value)
    return made_of(**given)


def read_parameters(values: Mapping[str, Any], made_of: type[_Made] = Request) -> _Made:  # type: ignore[assignment]
    """Settings from the parameters of the notebook, by the names that they have there."""
    names = {each.parameter: each.name for each in list_settings(made_of)}
    return read_settings({names[n]: value for n, value in values.items() if n in names}, made_of)


def read_variables(values: Mapping[str, str], made_of: type = Request) -> dict[str, str]:
    """Text by name of the settings whose variables of make are among `values`."""
    found = {each.name: values.get(each.variable, "") for each in list_settings(made_of)}
    return {name: text for name, text in found.items() if text}


def write_parameters(made_of: type = Request) -> str:
    """What the parameters cell of notebooks/1-build says."""
    listed = (each for each in list_settings(made_of) if each.form.shown)
    return "\n".join(each.write_parameter() for each in listed)


def record_settings(settings: Settings) -> dict[str, Any]:
    """What experiment.json says of the settings whose values it holds."""
    recorded = {
        each.name: as_json(getattr(settings, each.name))
        for each in list_settings(type(settings))
        if each.form.recorded
        and not (each.form.rare and getattr(settings, each.name) == each.default)
    }
    return recorded | ({"looks": list(settings.looks)} if settings.looks else {})


def as_json(value: Any) -> Any:
    """A value of a setting as JSON holds it."""
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, int | float | str | None) else str(value)
