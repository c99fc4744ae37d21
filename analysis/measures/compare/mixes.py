"""Strategies against the baseline for a mix of commits: what one build of it takes."""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.measures.compare.blocks import is_replay
from analysis.measures.compare.commits import average_commits, list_rare, weigh_commits
from analysis.measures.compare.comparison import (
    MARGIN,
    check_baseline,
    compare_with,
    name_baseline,
    need_commits,
)
from analysis.measures.compare.family import count_groups
from analysis.measures.compare.levels import FALSE_REPORTS
from analysis.measures.compare.pools import count_rarer_hosts
from analysis.measures.compare.runs import pick_comparable
from analysis.records import takes
from analysis.words import CLOSE
from analysis.workload import BASELINE

_MIX = "mix"


@takes(
    runs="strategy scenario round seconds {by} valid emulated expect started host host_empty "
    "machine"
)
def compare_mix(
    runs: pd.DataFrame,
    mix: Mapping[str, float],
    baseline: str = BASELINE,
    margin: float = MARGIN,
    level: float = FALSE_REPORTS,
    by: str | None = None,
) -> pd.DataFrame:
    """One row a strategy other than the baseline: what one build of a mix of commits takes.

    strategy, n (rounds of both that hold every scenario of the mix; of a history the commits that
    both have, two of each kind at least), seconds (of the strategy in those; of a history the
    baseline's and the difference), difference (mean seconds less the baseline's), low, high (95 %
    intervals that hold for all strategies at once, Dunnett's, and so for whichever is named
    fastest), p, verdict, detectable, rounds_needed, one_round, commits_needed: compare's, the mix
    being one more scenario of the report. `mix`: scenario -> share, as read_mix gives it; `by`: as
    compare's.

    >>> table = analysis.compare_mix("data/control", {"source": 0.9, "cold": 0.1})
    >>> table[["strategy", "n", "verdict"]].tail(1)
                   strategy  n verdict
    2  registry-cache-again  6  slower
    """
    check_baseline(runs, baseline)
    runs = pick_comparable(runs)
    rounds = weigh_rounds(runs, mix, ["seconds"], by, baseline)
    table = compare_totals(rounds, "seconds", runs, mix, baseline, margin, level, by)
    keys = ["strategy"] if by is None else [by, "strategy"]
    means = average_rounds(rounds, runs, baseline)["seconds"]
    at = pd.Index(table["strategy"]) if by is None else pd.MultiIndex.from_frame(table[keys])
    table.insert(len(keys) + 1, "seconds", means.reindex(at).to_numpy(dtype="float64"))
    return table


def weigh_rounds(
    frame: pd.DataFrame,
    mix: Mapping[str, float],
    columns: Sequence[str],
    by: str | None = None,
    baseline: str | None = None,
) -> pd.DataFrame:
    """Index strategy, round; `columns`: their mean by the mix, in rounds that hold all of it.

    `by` comes first in the index, where it is given. Commits of a history are blocks whatever their
    kind: weigh_commits' frame, against `baseline`.
    """
    rows = frame[frame["scenario"].isin(list(mix))]
    keys = [*([] if by is None else [by]), "strategy", "round"]
    table = rows.groupby([*keys, "scenario"])[list(columns)].median().astype("float64").dropna()
    if is_replay(rows):
        return weigh_commits(table, mix, baseline and name_baseline(frame, baseline))
    shares = table.index.get_level_values("scenario").map(mix).to_numpy(dtype="float64")
    groups = table.mul(shares, axis="index").groupby(keys)
    return groups.sum()[groups.size() == len(mix)]


def average_rounds(rounds: pd.DataFrame, runs: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Means of weigh_rounds' frame of these runs by strategy, and by what comes before it."""
    if is_replay(runs):
        return average_commits(rounds, name_baseline(runs, baseline))
    return rounds.groupby(level=[str(name) for name in rounds.index.names[:-1]]).mean()


def compare_totals(
    rounds: pd.DataFrame,
    measure: str,
    runs: pd.DataFrame,
    mix: Mapping[str, float],
    baseline: str,
    margin: float = MARGIN,
    level: float = FALSE_REPORTS,
    by: str | None = None,
) -> pd.DataFrame:
    """compare_mix's columns but seconds, of a column of weigh_rounds' frame of these runs."""
    # names of emulated strategies say so already
    totals = rounds.reset_index().assign(
        scenario=_MIX, valid=True, expect="succeeded", emulated=False, started=None
    )
    types = {"strategy": "string", "scenario": "string", "valid": "bool", "emulated": "bool"}
    table = compare_with(
        totals.astype(types),
        baseline,
        measure,
        pd.concat({_MIX: _count_mix_rarer_hosts(runs, mix)}),
        margin,
        level,
        groups=count_groups(runs["scenario"].nunique()),
        by=by,
    )
    table = need_commits(table, [_MIX] if is_replay(runs) else [])
    return table.drop(columns=["scenario", "median"])


def _count_mix_rarer_hosts(runs: pd.DataFrame, mix: Mapping[str, float]) -> pd.Series:
    """Builds on the rarer kind of host in the scenario of the mix with fewest, by strategy."""
    return count_rarer_hosts(runs[runs["scenario"].isin(list(mix))]).groupby(level=1).min()


def list_open(
    runs: pd.DataFrame, mix: Mapping[str, float], level: float, baseline: str = BASELINE
) -> list[str]:
    """The strategies that can't be told yet, for this mix of commits as far as it was built."""
    known = pick_comparable(runs)
    kinds = [str(name) for name in known["scenario"].dropna().unique()]
    rare = list_rare(known, baseline)
    common = [name for name in kinds if name not in rare]
    built = {name: share for name, share in mix.items() if name in common}
    shares = built or dict.fromkeys(common or kinds, 1.0)
    total = sum(shares.values())
    table = compare_mix(
        runs, {name: share / total for name, share in shares.items()}, baseline, level=level
    )
    return [str(name) for name in table.loc[table["verdict"].eq(CLOSE), "strategy"]]
