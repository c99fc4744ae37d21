"""What tells how far verdicts can be trusted: experiments of the project, read and asked at once.

What was found is kept with the folders: nothing else of them is read once it is.
"""

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
    asked = [(_ask_contexts, contexts), (_ask_sweep, sweep), (_ask_control, control)]
    (validated,), (checked, busy), (again,) = call_all(
        [partial(ask, find_folder(folder)) for ask, folder in asked]
    )
    return Trials(again, checked, busy, validated)


def _ask_control(folder: Path) -> list[pd.DataFrame]:
    """judge_aa's frame of an experiment."""

    def compute() -> list[pd.DataFrame]:
        return [measures.judge_aa(read_experiment(folder).runs)]

    return recall(find_answers(folder), ["judge_aa"], compute)


def _ask_sweep(folder: Path) -> list[pd.DataFrame]:
    """The frames of check_break_even and busy_by_link of a grid."""

    def compute() -> list[pd.DataFrame]:
        points = read_grid(folder)
        return [measures.check_break_even(points), measures.busy_by_link(points, _SHOWN)]

    return recall(find_answers(folder), ["check_break_even", "busy_by_link"], compute)


def _ask_contexts(folder: Path) -> list[pd.DataFrame]:
    """validate_model's frame of a grid."""

    def compute() -> list[pd.DataFrame]:
        return [measures.validate_model(read_grid(folder))]

    return recall(find_answers(folder), ["validate_model"], compute)
