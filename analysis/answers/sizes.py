"""The answers for projects of several sizes, and from how much work on each strategy pays."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import measures, records
from analysis.answers.asking import answer
from analysis.answers.calibrated import find_model, list_changes, weigh_changes
from analysis.answers.fields import Answer
from analysis.answers.mixed import Mix, find_nearest, list_strategies
from analysis.errors import UnknownName
from analysis.measures.model import Conditions, name_context, name_link
from analysis.results import Experiment, read_grid, to_experiment
from analysis.words import FASTER, UNTOLD
from analysis.workload import BASELINE

_NUMBERS = ("difference", "low", "high")
_PAYS = ("pays_from", "pays_from_low", "pays_from_high")
_COLUMNS = {
    "project": "string",
    "work": "float64",
    "seconds_from": "float64",
    "use": "string",
    "strategy": "string",
    **dict.fromkeys(_NUMBERS, "float64"),
    "n": "int64",
    "verdict": "string",
    **dict.fromkeys(_PAYS, "float64"),
}
# amounts of work at which a difference is asked for: between two of them it is taken for a line
_POINTS = 401


def answer_sizes(
    experiment: records.Experiment | str | Path,
    others: Sequence[records.Experiment] | str | Path = (),
    mix: Mix = None,
    baseline: str = BASELINE,
) -> pd.DataFrame:
    """A row a project that was built over the experiment's link, the one with least work first.

    project (its context, with arguments), work (seconds of all its layers when none is a hit),
    seconds_from (baseline), use (the advice; null: it can't be told yet), strategy (the answer's;
    where the baseline is to stay the nearest other) with its difference, low, high, n, verdict;
    and pays_from, pays_from_low, pays_from_high: the work from which on `strategy` is faster than
    the baseline, as the model of all these builds has it, and its 95 % interval, which ends where
    the work ends that was run; null where within that it does not change from slower to faster as
    work grows. `others`: experiments, or the folder of a grid; the mix is the same for all. What
    has too few rounds to tell anything is no row; nothing is one where that is the experiment.

    >>> found = analysis.answers.answer_sizes("data/sweep/100mbit.8s", "data/sweep", "source 100")
    >>> found["project"].tolist()
    ['sweep WORK_SECONDS=8', 'sweep WORK_SECONDS=24']
    """
    own = to_experiment(experiment)
    known = map(to_experiment, read_grid(others) if isinstance(others, str | Path) else others)
    every = [own, *(each for each in known if each.folder.resolve() != own.folder.resolve())]
    alike = [each for each in every if name_link(each) == name_link(own)]
    found = answer(own, mix, baseline)
    # of several of one project the first
    projects = {name_context(each): each for each in reversed(alike if _tells(found) else [])}
    rows = [
        {"project": name} | row
        for name, each in projects.items()
        for row in _list_row(
            each,
            found if each is own else _ask(each, found),
            [other for other in every if other is not each],
        )
    ]
    table = pd.DataFrame(rows, columns=[*_COLUMNS]).astype(_COLUMNS)
    return table.sort_values(["work", "project"], ignore_index=True)


def _tells(found: Answer | None) -> bool:
    """Whether an answer has rounds enough to tell anything."""
    return found is not None and found.strategy is not None and found.verdict != UNTOLD


def _ask(experiment: Experiment, found: Answer) -> Answer | None:
    """The answer of another project for the same mix; null where it was not built like that."""
    try:
        return answer(experiment, dict(found.mix), found.baseline)
    except UnknownName:
        return None


def _list_row(
    experiment: Experiment, found: Answer | None, others: Sequence[Experiment]
) -> Iterator[dict[str, Any]]:
    """What answer_sizes says of a project; nothing where its runs tell nothing."""
    if found is None or not _tells(found):
        return
    baseline = found.baseline
    rows = list_strategies(experiment, found.mix, baseline)
    name = found.strategy if found.strategy != baseline else find_nearest(rows, baseline)
    model = find_model(experiment, baseline, None, others)
    if name is None or model is None:
        return
    rows = rows[~rows["emulated"] & rows["strategy"].isin([name, baseline])]
    told = rows[rows["strategy"].eq(name)].iloc[0]
    advised = found.verdict == FASTER or found.strategy == baseline
    row = {"use": found.strategy if advised else None, "seconds_from": found.seconds_from}
    numbers = {each: told[each] for each in ("strategy", *_NUMBERS, "n", "verdict")}
    yield row | numbers | _find_turns(model, rows, found)


def _find_turns(model: measures.Model, rows: pd.DataFrame, found: Answer) -> dict[str, float]:
    """work, and _PAYS of the strategy that `rows` (list_strategies') hold beside the baseline."""
    work = float(model.found["total_work"].iloc[0])
    factors = np.linspace(*model.ranges["work_factor"], _POINTS)
    moved = _shift(model, rows, found, factors)
    at, low, high = (_find_fall(work * factors, values) for values in moved)
    if np.isnan(at) or np.isnan(moved).any():
        return {"work": work}
    least, most = work * factors[0], work * factors[-1]
    ends = at, least if np.isnan(low) else low, most if np.isnan(high) else high
    return {"work": work, **dict(zip(_PAYS, map(float, ends), strict=True))}


def _shift(
    model: measures.Model, rows: pd.DataFrame, found: Answer, factors: np.ndarray
) -> np.ndarray:
    """difference, low and high of the strategy beside the baseline, a value for each of so many

    times the work: as shift_rows has them, for seconds change as work does.
    """
    twice = weigh_changes(list_changes(model, Conditions(work_factor=2.0)), found.mix)
    row = rows[rows["strategy"].ne(found.baseline)].iloc[0]
    own, base = (twice.reindex([name]).iloc[0] for name in (row["strategy"], found.baseline))
    more = factors - 1.0
    difference = row["difference"] + more * (own["change"] - base["change"])
    error = np.abs(more) * np.hypot(own["off"], base["off"])
    low, high = (np.hypot(row["difference"] - row[end], error) for end in ("low", "high"))
    return np.array([difference, difference - low, difference + high])


def _find_fall(works: np.ndarray, values: np.ndarray) -> float:
    """The work at which values first fall below 0; NaN where they do not."""
    falls = np.flatnonzero((values[:-1] >= 0) & (values[1:] < 0))
    if not len(falls):
        return np.nan
    at = int(falls[0])
    share = values[at] / (values[at] - values[at + 1])
    return float(works[at] + share * (works[at + 1] - works[at]))
