"""Rounds as blocks: one that was built on several machines, or days, counts as several.

Of a history each commit is a block of its own.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# a longer time without a build begins another day: the machine may have become another
_PAUSE = np.timedelta64(4, "h")


def split_rounds(runs: pd.DataFrame) -> pd.DataFrame:
    """`runs`, the rounds renumbered where one is of several machines, or was paused for hours.

    Then only builds of one machine and day are compared. Columns, where there are any,
    round, machine and started; rows without a round stay as they are. Of commits (columns commit
    and kind) the scenario is the kind, and each is a round, however often it was built.
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


def _find_commits(runs: pd.DataFrame) -> pd.Series:
    """Which runs are of a history's commits, and have a round."""
    if "commit" not in runs or "kind" not in runs:
        return pd.Series(False, runs.index)
    return runs["commit"].notna() & runs["kind"].notna() & runs["round"].notna()


def _split_commits(runs: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """`runs`, those of commits by their kinds: the n-th commit of each kind is round n.

    Several rounds of one commit are one, its builds repeats. On another machine or day, where other
    strategies were built, they are a round of their own: only what was built together is compared.
    """
    rows = runs[known]
    sittings = pd.Series(_number_sittings(runs)[known.to_numpy()], rows.index)
    together = rows.groupby([rows["commit"], sittings])["strategy"]
    built = together.agg(lambda names: " ".join(sorted(set(names)))).rename("built")
    keys = pd.DataFrame({"commit": rows["commit"], "sitting": sittings}).join(
        built.rename_axis(["commit", "sitting"]), on=["commit", "sitting"]
    )
    order = rows["round"].groupby([keys["commit"], keys["built"]]).transform("min")
    pairs = pd.MultiIndex.from_arrays([order, keys["commit"], keys["built"]])
    places = pd.Series(pairs.factorize(sort=True)[0], rows.index)
    rounds = runs["round"].copy()
    rounds[known] = places.groupby(rows["kind"]).rank("dense").astype("int64")
    return runs.assign(scenario=runs["scenario"].mask(known, runs["kind"]), round=rounds)


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
