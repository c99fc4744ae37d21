"""A mix of commits of a history, some kinds of which are rare: each commit is a block."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

# with fewer of a kind nothing tells how much its commits differ
FEWEST_COMMITS = 2
_TAIL = 0.975
_BLOCK = ["scenario", "round"]

Numbers = NDArray[np.float64]


def is_replay(runs: pd.DataFrame) -> bool:
    """Whether runs are of the commits of a history, each of which is a block."""
    return "commit" in runs and bool(runs["commit"].notna().any())


def list_rare(runs: pd.DataFrame) -> list[str]:
    """Kinds of which a history has too few commits for an interval that every strategy built.

    Of pick_comparable's runs; none where they are of no history.
    """
    if not is_replay(runs):
        return []
    built = runs.groupby(["scenario", "round"])["strategy"].nunique()
    counts = built.eq(runs["strategy"].nunique()).groupby(level="scenario").sum()
    return [str(each) for each in counts.index[counts.lt(FEWEST_COMMITS)]]


def weigh_commits(table: pd.DataFrame, mix: Mapping[str, float]) -> pd.DataFrame:
    """Index as `table`'s but scenario (…, strategy, round, scenario: the n-th commit of a kind).

    A row a commit that all strategies have; none where a kind of the mix has too few. The mean of a
    strategy's rows is that of its kinds' means by the mix. They vary as commits do within their
    kind, so that an interval of their mean is as wide as those of the kinds' means make it: the
    squares of half widths add up (Zou and Donner, 2008, Statistics in Medicine 27).
    """
    keys = [str(name) for name in table.index.names if name not in _BLOCK]
    table = _keep_common(table, keys)
    groups = table.groupby(level=[*keys, "scenario"])
    number = groups[table.columns[0]].transform("size").to_numpy(dtype="float64")
    kinds = table.index.get_level_values("scenario")
    if set(kinds) != set(mix) or number.min() < FEWEST_COMMITS:
        return table.iloc[:0].droplevel("scenario")
    shares, means = kinds.map(mix).to_numpy(dtype="float64"), groups.transform("mean")
    whole = means.mul(shares / number, axis="index").groupby(level=keys).transform("sum")
    spread = _spread(number, _count_rows(table, _BLOCK))
    weighed = whole + (table - means).mul(shares * spread, axis="index")
    blocks = weighed.index.to_frame(index=False)
    blocks["round"] = pd.MultiIndex.from_frame(blocks[_BLOCK]).factorize(sort=True)[0] + 1
    return weighed.set_axis(pd.MultiIndex.from_frame(blocks[[*keys, "round"]]))


def _keep_common(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The commits that all have."""
    counts = table.groupby(level=_BLOCK)[table.columns[0]].transform("size")
    return table[counts.eq(_count_rows(table, keys))]


def _count_rows(table: pd.DataFrame, levels: list[str]) -> int:
    """How many combinations of these levels an index has."""
    return table.groupby(level=levels).ngroups


def _spread(number: Numbers, total: int) -> Numbers:
    """What deviations within a kind of so many commits count among `total` of all kinds."""
    width = stdtrit(number - 1.0, _TAIL) / stdtrit(total - 1.0, _TAIL)
    return np.asarray(width * np.sqrt(total * (total - 1) / (number * (number - 1))))
