"""Strategies that are written from a buildspec of the user's own, and the project it stands in."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.errors import BuildspecError
from analysis.experiment.settings import Settings
from analysis.lab import Project
from analysis.records import WRITTEN, writing_errors
from analysis.specs import Derived, derive
from analysis.workload import Strategy, choose_build, find_strategy, load_strategies, read_buildspec

_GIT = re.compile(r"(?:^|[\s;&|(`])git\s", re.MULTILINE)


def choose_own(
    settings: Settings, names: Sequence[str], report: Callable[[str], object]
) -> list[Strategy]:
    """The strategies of these names, or all, as they are written from the settings' buildspec.

    What is left out or hidden is reported. BuildspecError for a name that can't be
    written, UnknownName for one that there is not.
    """
    derived = _derive_own(settings)
    for name in names:
        if why := derived.left_out.get(name):
            source = derived.buildspec.source
            raise BuildspecError(f"{name} can't be written from {source}: {why}.")
    if not names:
        for name, reason in derived.left_out.items():
            if _is_usual(load_strategies()[name]):
                report(f"strategy {name} is left out: {reason}")
    for line in map(_say_hidden, derived.hidden):
        report(line)
    chosen = [find_strategy(name, derived.strategies) for name in dict.fromkeys(names)]
    return chosen or [each for each in derived.strategies.values() if _is_usual(each)]


def _is_usual(strategy: Strategy) -> bool:
    """Whether a strategy is built where none is named."""
    return bool(getattr(strategy, "by_default", True))


def _say_hidden(hidden: object) -> str:
    """What is said of a build out of the buildspec's sight."""
    return f"can't be rewritten: {hidden}"


def _derive_own(settings: Settings) -> Derived:
    """The strategies of the settings' buildspec; BuildspecError, UnknownName."""
    assert settings.buildspec is not None
    spec = choose_build(read_buildspec(settings.buildspec), settings.batch_build)
    return derive(spec, load_strategies().values(), settings.env)


def find_project(settings: Settings) -> Project | None:
    """The folder of the settings' buildspec, with the context in it; null without a buildspec.

    A context elsewhere is the whole project.
    """
    if settings.buildspec is None:
        return None
    root, inner = settings.buildspec.resolve().parent, settings.context.resolve()
    asks = bool(_GIT.search("\n".join(_derive_own(settings).buildspec.commands)))
    if not inner.is_relative_to(root):
        return Project(inner, with_git=asks)
    return Project(root, inner.relative_to(root).as_posix(), asks)


def keep_own(settings: Settings, folder: Path) -> None:
    """Keep what was written from the settings' buildspec, with diffs, in an experiment's folder.

    RecordError on a full disk.
    """
    if settings.buildspec is not None:
        with writing_errors(folder):
            _derive_own(settings).write(folder / WRITTEN)


def read_diff(folder: Path, strategy: str | None) -> str:
    """The diff that an experiment keeps of a strategy, '' for none."""
    path = folder / WRITTEN / f"{strategy}.diff"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
