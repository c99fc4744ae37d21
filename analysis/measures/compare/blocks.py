"""Rounds as blocks: one that was built on several machines, or days, counts as several.

Of a history each commit is a block of its own.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.workload import BASELINE

# a longer time without a build begins another day: the machine may have become another
_PAUSE = np.timedelta64(4, "h")


def split_rounds(runs: pd.DataFrame) -> pd.DataFrame:
    """`runs`, the rounds renumbered where one is of several machines, or was paused for hours.

    Then only builds of one machine and day are compared. Columns, where there are any,
    round, machine and started; rows without a round stay as they are. Of commits (columns commit
    and kind) the scenario is the kind, and each is a round, however often it was built: builds that
    would compare two strategies on it once more have none.
    """
    if "round" not in runs:
        return runs
    commits = _find_commits(runs)
    if commits.any():
        runs = _split_commits(runs, commits)
    known = (runs["round"].notna() & ~commits).to_numpy()
    rounds = runs["round"].to_numpy()[known]
    pairs = pd.MultiIndex.from_arrays([rounds, _number_sittings(runs)[known]])
    if pairs.nunique() == len(pd.unique(rounds)):
        return runs
    numbers = runs["round"].copy()
    numbers[known] = pairs.factorize(sort=True)[0] + 1
    return runs.assign(round=numbers)


def is_replay(runs: pd.DataFrame) -> bool:
    """Whether runs are of the commits of a history, each of which is a block."""
    return "commit" in runs and bool(runs["commit"].notna().any())


def list_kinds(runs: pd.DataFrame) -> list[str]:
    """The scenarios of split_rounds' frame that are kinds of a history's commits."""
    if not is_replay(runs):
        return []
    return [str(kind) for kind in runs.loc[runs["commit"].notna(), "scenario"].dropna().unique()]


def _find_commits(runs: pd.DataFrame) -> pd.Series:
    """Which runs are of a history's commits, and have a round."""
    if "commit" not in runs or "kind" not in runs:
        return pd.Series(False, runs.index)
    return runs["commit"].notna() & runs["kind"].notna() & runs["round"].notna()


def _split_commits(runs: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """`runs`, those of commits by their kinds: the n-th commit of each kind is round n.

    Several rounds of one commit are one, its builds repeats. Only what was built together, on one
    machine and day, is compared: _choose_blocks says which of several days. Builds of others have
    no round.
    """
    rows = runs[["commit", "kind", "round", "strategy"]].reset_index(drop=True)
    rows = rows.assign(sitting=_number_sittings(runs))[known.to_numpy()]
    rows["built"] = rows.groupby(["commit", "sitting"])["strategy"].transform(_join_names)
    counted = rows[_find_counted(rows)]
    order = counted.groupby(["commit", "built"])["round"].transform("min")
    pairs = pd.MultiIndex.from_arrays([order, counted["commit"], counted["built"]])
    places = pd.Series(pairs.factorize(sort=True)[0], counted.index)
    rounds = runs["round"].reset_index(drop=True)
    if len(counted) < len(rows):
        rounds = rounds.astype("Int64").mask(known.to_numpy())
    rounds[counted.index] = places.groupby(counted["kind"]).rank("dense").astype("int64")
    rounds = rounds.set_axis(runs.index)
    return runs.assign(scenario=runs["scenario"].mask(known, runs["kind"]), round=rounds)


def _join_names(names: pd.Series) -> str:
    """Which strategies were built together, as one text."""
    return "\n".join(sorted(set(names)))


def _find_counted(rows: pd.DataFrame) -> pd.Series:
    """Which builds of commits (commit, built, strategy) are compared."""
    numbers: dict[str, dict[str, int]] = {}
    sizes = rows.groupby(["commit", "built"], sort=False).size()
    for commit, built, number in sizes.reset_index().itertuples(index=False):
        numbers.setdefault(commit, {})[built] = number
    counted = {
        (commit, built, name)
        for commit, groups in numbers.items()
        for built, names in _choose_blocks(groups).items()
        for name in names
    }
    keys = zip(rows["commit"], rows["built"], rows["strategy"], strict=True)
    return pd.Series([key in counted for key in keys], rows.index, dtype="bool")


def _choose_blocks(numbers: Mapping[str, int]) -> dict[str, list[str]]:
    """Strategies that were built together -> which of them count, of one commit.

    Two strategies are compared once on a commit, or it would count as several. The day counts on
    which most strategies were built, then the one with most builds; of another only strategies that
    no better one has, and the usual baseline, or another that was built with them.
    """
    chosen: dict[str, list[str]] = {}
    seen: set[str] = set()
    for built in sorted(numbers, key=lambda one: (-one.count("\n"), -numbers[one])):
        names = built.split("\n")
        new = [name for name in names if name not in seen]
        old = sorted((n for n in names if n in seen), key=lambda n: n != BASELINE)
        if new:
            chosen[built] = [*new, *old[:1]]
        seen.update(new)
    return chosen


def _number_sittings(runs: pd.DataFrame) -> NDArray[np.int64]:
    """Which machine and day each run is of, as a number; one for all where nothing is known."""
    sittings = np.zeros(len(runs), dtype=np.int64)
    if "started" in runs:
        started = runs["started"].to_numpy("datetime64[ns]")
        order = np.argsort(started, kind="stable")
        sittings[order[1:]] = np.cumsum(np.diff(started[order]) > _PAUSE)
    if "machine" in runs:
        sittings += runs["machine"].factorize()[0] * len(runs)
    return sittings
