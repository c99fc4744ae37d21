"""Experiments on disk, or what a user has of one, as an object with its measures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from analysis import records
from analysis.results.experiment import Experiment
from analysis.shipped import find_folder
from analysis.store import Store

# folder -> the experiment there, as it was read already
_LENT: dict[Path, Experiment] = {}


def read_experiment(folder: str | Path, *, cluster: str = "", store: Store = None) -> Experiment:
    """Everything in an experiment's folder; RecordError when there is no experiment.

    A relative folder is looked for here, then beside the package. Damaged runs are left out
    and listed in `problems`. `cluster`, `store`: as read_logs takes them; what many runs came to
    is kept in the store, too, and not computed again.

    >>> experiment = analysis.read_experiment("data/control")
    >>> len(experiment.runs), int(experiment.runs["valid"].sum())
    (48, 48)
    >>> set(experiment.compare(baseline="registry-cache")["scenario"]) == {"cold", "source"}
    True
    """
    lent = _LENT.get(find_folder(folder).resolve()) if _LENT else None
    if lent is not None and not cluster and store is None:
        return lent
    return _add_measures(records.read_experiment(folder, cluster=cluster, store=store))


@contextmanager
def lend_experiment(experiment: Experiment) -> Iterator[None]:
    """While in the block, read_experiment gives this very object for its folder.

    With what it has computed, for many to ask of it; none may change its frames.
    """
    place = experiment.folder.resolve()
    _LENT[place] = experiment
    try:
        yield
    finally:
        _LENT.pop(place, None)


def read_grid(folder: str | Path) -> list[Experiment]:
    """The experiments in the folders of one, by name; RecordError when none of them is one.

    >>> grid = analysis.read_grid("data/sweep")
    >>> len(grid)
    6
    """
    return [_add_measures(point) for point in records.read_grid(folder)]


# the name it had first
read_sweep = read_grid


def to_experiment(experiment: records.Experiment | str | Path) -> Experiment:
    """The experiment with its measures, of one, of its frames or of its folder."""
    if isinstance(experiment, str | Path):
        return read_experiment(experiment)
    if isinstance(experiment, records.Experiment):
        return _add_measures(experiment)
    raise TypeError(
        "Give an experiment (analysis.read_experiment) or its folder, not "
        f"{type(experiment).__name__}."
    )


def _add_measures(frames: records.Experiment) -> Experiment:
    """These frames with their measures; an experiment that has them as it is."""
    if isinstance(frames, Experiment):
        return frames
    whole = Experiment(**{each.name: getattr(frames, each.name) for each in fields(frames)})
    # what is kept of the folder, which a copy with other frames does not have
    vars(whole).update(vars(frames))
    return whole
