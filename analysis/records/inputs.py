"""What measures take: frames, or an experiment or its folder in their place."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import Signature, signature
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

import pandas as pd

from analysis.logs import Logs
from analysis.records.columns import COLUMN_DEFAULTS, complete, list_columns
from analysis.records.runs import Experiment, read_experiment, read_grid
from analysis.records.timeline import read_timelines
from analysis.shipped import find_folder
from analysis.store import read_logs
from analysis.words import join_words

_P = ParamSpec("_P")
T = TypeVar("T")
_Find = Callable[[Any], Any]
# what of an experiment a parameter of this name stands for
_FOUND: dict[str, _Find] = {
    "runs": lambda experiment: experiment.runs,
    "logs": lambda experiment: experiment.logs,
    "steps": lambda experiment: experiment.logs.steps,
    "builds": lambda experiment: experiment.logs.builds,
    "images": lambda experiment: experiment.images,
    "problems": lambda experiment: experiment.problems,
    "timelines": lambda experiment: read_timelines(experiment.runs, experiment.logs.steps)[0],
}
_FRAMES_OF_LOGS = ("logs", "steps", "builds")


class Need(NamedTuple):
    """The columns of a parameter's frame (none: it is a Logs), and how an experiment's is found.

    A column in braces is what the argument of that name says; without `find` it takes no
    experiment.
    """

    columns: str
    find: _Find | None = None


def takes(**needs: str | Need) -> Callable[[Callable[_P, T]], Callable[..., T]]:
    """A measure whose first parameters are these, each with the columns that it needs.

    In place of the first an experiment or its folder is taken; the others may then be left out.
    Columns with a default need not be there. FrameError names one that is missing; TypeError
    says what is taken in place of something else.
    """
    full = {
        name: need if isinstance(need, Need) else Need(need, _FOUND.get(name))
        for name, need in needs.items()
    }

    def decorate(measure: Callable[_P, T]) -> Callable[..., T]:
        form, name = signature(measure), measure.__name__
        call: Callable[..., T] = measure

        @wraps(measure)
        def taken(*args: Any, **kwargs: Any) -> T:
            given = _place(name, form, full, args, kwargs)
            for each in full.keys() & given:
                given[each] = _check(name, each, full[each], given)
            return call(**given)

        vars(taken)["needs"] = full
        if next(iter(full.values())).find is not None:
            instead = f"In place of {join_words(full)}: an experiment or its folder."
            text, example, rest = (measure.__doc__ or "").partition("\n\n    >>> ")
            taken.__doc__ = f"{text}\n\n    {instead}{example}{rest}"
        return taken

    return decorate


def to_grid(given: Any, measure: str) -> list[Experiment]:
    """The experiments that a measure takes: as given, one alone, or those in a folder's folders."""
    if isinstance(given, str | Path):
        return list(read_grid(given))
    found = [given] if isinstance(given, Experiment) else given
    if isinstance(found, Iterable) and not isinstance(found, pd.DataFrame | Mapping | bytes):
        found = list(found)
        if all(isinstance(each, Experiment) for each in found):
            return found
    raise TypeError(
        f"{measure} takes experiments, as read_grid gives them, or the folder that holds theirs, "
        f"not {type(given).__name__}."
    )


def _place(
    measure: str,
    form: Signature,
    needs: Mapping[str, Need],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> dict[str, Any]:
    """The arguments by name, with an experiment's frames where an experiment was given."""
    first, *others = needs
    whole = args[0] if args else kwargs.get(first)
    if needs[first].find is None or not _is_whole(whole, first):
        return _bind(form, *args, **kwargs)
    source, rest = _read(whole, first), list(args[1:])
    found = {first: _find(source, first, needs[first])}
    for name in others:
        if rest and isinstance(rest[0], pd.DataFrame | Logs):
            found[name] = rest.pop(0)
        elif name not in kwargs and needs[name].find is not None:
            found[name] = _find(source, name, needs[name])
    more = [name for name in form.parameters if name not in found and name not in kwargs]
    if len(rest) > len(more):
        raise TypeError(f"{measure} takes {len(more)} more than {join_words(found)}.")
    named = {name: value for name, value in kwargs.items() if name != first}
    return _bind(form, **found, **dict(zip(more, rest, strict=False)), **named)


def _bind(form: Signature, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """The arguments by name, those not given by their defaults; TypeError when one is missing."""
    bound = form.bind(*args, **kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def _is_whole(whole: Any, first: str) -> bool:
    """Whether something is given in place of all frames: an experiment, a folder, logs."""
    if isinstance(whole, Logs):
        return first in _FRAMES_OF_LOGS and first != "logs"
    return isinstance(whole, Experiment | str | Path)


def _read(whole: Any, first: str) -> Any:
    """The experiment of a folder; of a measure that takes logs alone, any logs."""
    if not isinstance(whole, str | Path):
        return whole
    if first in _FRAMES_OF_LOGS and not (find_folder(whole) / "runs").is_dir():
        return read_logs(whole)
    return read_experiment(whole)


def _find(source: Any, name: str, need: Need) -> Any:
    """What of an experiment, or of logs, a parameter stands for."""
    if isinstance(source, Logs):
        return source if name == "logs" else getattr(source, name)
    return need.find(source) if need.find else None


def _check(measure: str, name: str, need: Need, given: Mapping[str, Any]) -> Any:
    """The argument with its columns; TypeError when it is something else."""
    value, columns = given[name], list_columns(need.columns, given)
    if isinstance(value, pd.DataFrame) and columns:
        return complete(value, columns, measure, name)
    if (isinstance(value, Logs) and name == "logs") or (value is None and name == "problems"):
        return value
    needed = ", ".join(each for each in columns if each not in COLUMN_DEFAULTS)
    what = f"a frame ({needed})" if columns else "what read_logs gives"
    whole = ", an experiment or its folder" if need.find else ""
    raise TypeError(f"{measure} takes as {name} {what}{whole}, not {type(value).__name__}.")
