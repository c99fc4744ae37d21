"""What tells how far verdicts can be trusted: experiments of the project, read and asked at once.

What was found is kept with the folders: nothing else of them is read once it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from analysis import measures
from analysis.results.reading import read_experiment, read_grid
from analysis.shipped import find_folder
from analysis.store import call_all, find_answers, recall

# the strategy whose busy seconds are told by link
_SHOWN = "registry-cache"
_Judge = Callable[[Path], list[pd.DataFrame]]


@dataclass(frozen=True)
class Trials:
    """The frames of three trials.

    again: measures.judge_aa's of strategies against themselves · checked: check_break_even's of a
    grid over links and amounts of work · busy: busy_by_link's of the grid's builds with a registry
    cache · validated: validate_model's of small experiments.
    """

    again: pd.DataFrame
    checked: pd.DataFrame
    busy: pd.DataFrame
    validated: pd.DataFrame


def read_trials(control: str | Path, sweep: str | Path, contexts: str | Path) -> Trials:
    """What was tried in these folders; RecordError when one of them holds no experiment.

    They are read by all cores.

    >>> trials = analysis.results.read_trials("data/control", "data/sweep", "data/contexts")
    >>> sorted(trials.again["baseline"].unique())
    ['docker', 'registry-cache']
    """
    # what takes longest begins first
    asked = [(_judge_contexts, contexts), (_judge_sweep, sweep), (_judge_control, control)]
    (validated,), (checked, busy), (again,) = call_all(
        [partial(_recall, judge, find_folder(folder)) for judge, folder in asked]
    )
    return Trials(again, checked, busy, validated)


def _recall(judge: _Judge, folder: Path) -> list[pd.DataFrame]:
    """The frames of a trial, as they are kept with its folder."""
    return recall(find_answers(folder), _FRAMES[judge], partial(judge, folder))


def _judge_control(folder: Path) -> list[pd.DataFrame]:
    """judge_aa's frame of an experiment."""
    return [measures.judge_aa(read_experiment(folder).runs)]


def _judge_sweep(folder: Path) -> list[pd.DataFrame]:
    """The frames of check_break_even and busy_by_link of a grid."""
    points = read_grid(folder)
    return [measures.check_break_even(points), measures.busy_by_link(points, _SHOWN)]


def _judge_contexts(folder: Path) -> list[pd.DataFrame]:
    """validate_model's frame of a grid."""
    return [measures.validate_model(read_grid(folder))]


# the names under which the frames of each are kept
_FRAMES: dict[_Judge, list[str]] = {
    _judge_control: ["judge_aa"],
    _judge_sweep: ["check_break_even", "busy_by_link"],
    _judge_contexts: ["validate_model"],
}
