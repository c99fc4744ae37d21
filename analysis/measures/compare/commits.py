"""A mix of commits of a history, some kinds of which are rare: each commit is a block."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from analysis.measures.compare.blocks import is_replay
from analysis.measures.compare.comparison import name_baseline
from analysis.workload import BASELINE

# with fewer of a kind nothing tells how much its commits differ
FEWEST_COMMITS = 2
_TAIL = 0.975
_BLOCK = ["scenario", "round"]

Numbers = NDArray[np.float64]


def list_rare(runs: pd.DataFrame, baseline: str = BASELINE) -> list[str]:
    """Kinds of which no strategy has enough commits of a history in common with the baseline.

    Of pick_comparable's runs; none where they are of no history. Without the baseline it is those
    of which no strategy has enough.
    """
    if not is_replay(runs):
        return []
    there = runs[[*_BLOCK, "strategy"]].dropna().drop_duplicates()
    own = there["strategy"].eq(name_baseline(runs, baseline))
    if own.any() and not own.all():
        there = there[~own].merge(there.loc[own, _BLOCK], on=_BLOCK, validate="m:1")
    counts = there.groupby(["scenario", "strategy"]).size().groupby(level="scenario").max()
    most = counts.reindex(sorted(runs["scenario"].dropna().unique()), fill_value=0)
    return [str(each) for each in most.index[most.lt(FEWEST_COMMITS)]]


def weigh_commits(
    table: pd.DataFrame, mix: Mapping[str, float], baseline: str | None = None
) -> pd.DataFrame:
    """Index as `table`'s but scenario (…, strategy, round, scenario: the n-th commit of a kind).

    A row a strategy and commit that the baseline has too; none of a strategy that has too few of a
    kind of the mix in common with it. The mean of the baseline's rows is that of its kinds' means
    by the mix, and so is that of the differences to it on the commits that both have. They vary as
    commits do within their kind, so that an interval of their mean is as wide as those of the
    kinds' means make it: the squares of half widths add up (Zou and Donner, 2008, Statistics in
    Medicine 27). Without a baseline each strategy has its own commits.
    """
    base = table[table.index.get_level_values("strategy") == baseline]
    weighed = _weigh(table if base.empty else base, mix)
    if len(base):
        others = table.drop(index=base.index)
        paired = _weigh((others - _align(base, others)).dropna(), mix)
        weighed = pd.concat([weighed, (paired + _align(weighed, paired)).dropna()])
    blocks = weighed.index.to_frame(index=False)
    blocks["round"] = pd.MultiIndex.from_frame(blocks[_BLOCK]).factorize(sort=True)[0] + 1
    if apart := [name for name in blocks if name not in ("strategy", *_BLOCK)]:
        blocks["round"] = blocks.groupby(apart)["round"].rank("dense").astype("int64")
    return weighed.set_axis(pd.MultiIndex.from_frame(blocks.drop(columns="scenario")))


def average_commits(rounds: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Means of weigh_commits' rows by all levels but the round, those of the baseline its own.

    Others' are the baseline's and what they differ on the commits that both have.
    """
    keys = [str(name) for name in rounds.index.names if name != "round"]
    base = rounds[rounds.index.get_level_values("strategy") == baseline]
    means = rounds.groupby(level=keys).mean()
    if base.empty:
        return means
    differences = (rounds - _align(base, rounds)).groupby(level=keys).mean()
    return differences + _align(base.groupby(level=keys).mean(), differences)


def _align(base: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The baseline's rows for each row of others; null where it has none."""
    if others.index.nlevels == 1:
        return pd.DataFrame(
            np.repeat(base.to_numpy(), len(others), axis=0), others.index, base.columns
        )
    found = base.droplevel("strategy").reindex(others.droplevel("strategy").index)
    return found.set_axis(others.index)


def _weigh(table: pd.DataFrame, mix: Mapping[str, float]) -> pd.DataFrame:
    """Rows by commit, each strategy's by its own; none of one with too few of a kind."""
    keys = [str(name) for name in table.index.names if name not in _BLOCK]
    sizes = table.groupby(level=[*keys, "scenario"])[table.columns[0]].size()
    enough = sizes[sizes.ge(FEWEST_COMMITS)].groupby(level=keys).size().eq(len(mix))
    table = table[table.droplevel([*_BLOCK]).index.isin(enough.index[enough])]
    groups = table.groupby(level=[*keys, "scenario"])
    number = groups[table.columns[0]].transform("size").to_numpy(dtype="float64")
    total = table.groupby(level=keys)[table.columns[0]].transform("size")
    shares = table.index.get_level_values("scenario").map(mix).to_numpy(dtype="float64")
    means = groups.transform("mean")
    whole = means.mul(shares / number, axis="index").groupby(level=keys).transform("sum")
    spread = _spread(number, total.to_numpy(dtype="float64"))
    return whole + (table - means).mul(shares * spread, axis="index")


def _spread(number: Numbers, total: Numbers) -> Numbers:
    """What deviations within a kind of so many commits count among `total` of all kinds."""
    width = stdtrit(number - 1.0, _TAIL) / stdtrit(total - 1.0, _TAIL)
    return np.asarray(width * np.sqrt(total * (total - 1) / (number * (number - 1))))
