"""Ranks of sequences in their rounds, held against one another, the plan and when they began.

A sequence's rank is one more than the highest that its round had when its first run was finished.
So the ranks of a round grow as its sequences began, and from 0 on without a gap, unless runs were
removed, or built anew after them.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.records.disk import ASIDE
from analysis.workload import STORY_NAMES, shuffle_names

_KEYS = ["round", "strategy"]
# by which a record's begin and its log's may differ
_SLACK = pd.Timedelta(seconds=1)
# seconds by which an idle gap and the times around it may differ
_PAUSE = 3
# the name of a run's folder, also of one that was set aside
_NAME = re.compile(r"(.+)\.[^.]+\.(\d+)(?:\.(?:replaced|damaged)(?:-\d+)?)?")


class Planned(NamedTuple):
    """What an experiment.json says of ranks.

    `most`: how many a round can have come to, null where that is unknown. `names`: the strategies
    that were ever built. `seed`: of their order, null unknown.
    """

    most: int | None = None
    names: frozenset[str] = frozenset()
    seed: int | None = None

    def place(self, number: int) -> dict[str, int]:
        """Strategy -> its place in a round, as it is where all are built in one call."""
        if self.seed is None:
            return {}
        return {name: at for at, name in enumerate(shuffle_names(self.names, self.seed, number))}


NOT_PLANNED = Planned()


class _Begin(NamedTuple):
    """When a sequence began, and whether it followed the one before at once.

    Then nothing can have been built in between: not even what it stands for, if it was built anew.
    """

    when: pd.Timestamp
    at_once: bool


class _Sequence(NamedTuple):
    """A strategy's runs of a round, their rank, and the place that the plan gives them.

    `at_once`: _Begin's.
    """

    key: tuple[int, str]
    rank: int
    planned: int | None
    at_once: bool


# round, strategy
_Key = tuple[int, str]
_Places = Mapping[int, Mapping[str, int]]


def read_planned(folder: Path, facts: Mapping[str, Any]) -> Planned:
    """What `facts`, those of experiment.json, and what was set aside in a folder say of ranks.

    A strategy that is built anew comes after all others: each run that was set aside may have cost
    a rank, and as many as there are strategies are allowed for runs that were removed.
    """
    named, seed = facts.get("buildspecs"), facts.get("seed")
    if not isinstance(named, dict) or not named:
        return NOT_PLANNED
    most = 2 * len(named) + sum(1 for _ in (folder / ASIDE).glob("*"))
    return Planned(most, frozenset(named), seed if type(seed) is int else None)


def mark_rebuilt(folder: Path, runs: pd.DataFrame) -> pd.Series:
    """Whether a run of the same strategy and round was built anew, and the one before set aside.

    Such a sequence may have two ranks, and begin later than those that came after it.
    """
    aside = {_find_sequence(path.name) for path in (folder / ASIDE).glob("*")} - {None}
    return runs["run"].astype("object").map(_find_sequence).isin(aside)


def _find_sequence(name: str) -> tuple[str, ...] | None:
    """(strategy, round) of the name of a run's folder, None for another's."""
    found = _NAME.fullmatch(name)
    return found.groups() if found else None


def find_stray_ranks(facts: pd.DataFrame, planned: Planned = NOT_PLANNED) -> dict[Hashable, str]:
    """Index of a run -> what is wrong with its rank, in words.

    `facts`: place, round, strategy, scenario, order, idle_gap, started, finished, seconds,
    log_begun, rebuilt (mark_rebuilt's) of each run.
    """
    orders = facts["order"]
    found: dict[Hashable, str] = dict.fromkeys(facts.index[orders < 0], "its rank is below 0")
    beyond = orders[_are_beyond(facts, planned.most)]
    found |= {at: f"its rank is {rank}, and no round has so many" for at, rank in beyond.items()}
    kept = facts.query("not rebuilt")
    sound = kept.drop(index=list(found), errors="ignore")
    places = {int(number): planned.place(number) for number in kept["round"].unique()}
    begun = _find_begins(kept)
    ranks = _find_ranks(sound, places)
    keys = pd.Series(list(zip(*(facts[key] for key in _KEYS), strict=True)), facts.index)
    late = facts.index[keys.isin(_find_late(begun, ranks, places, planned.names))]
    odd = keys.isin(set(ranks)) | facts.index.isin(sound.index)
    odd &= orders.ne(keys.map(ranks))
    return (
        found
        | dict.fromkeys(late, "its rank does not fit when it began")
        | dict.fromkeys(facts.index[odd], "its rank is not that of its strategy and round")
    )


def _are_beyond(facts: pd.DataFrame, most: int | None) -> pd.Series:
    """Whether ranks are higher than there can be, and so far from the next below in their round.

    Where strategies are removed and built anew, one after the other, ranks grow together.
    """
    if most is None:
        return facts["order"].lt(facts["order"])
    ranks = facts[["round", "order"]].drop_duplicates().sort_values(["round", "order"])
    alone = ranks.groupby("round")["order"].transform("size").eq(1)
    far = ranks.groupby("round")["order"].diff().fillna(ranks["order"].where(alone, 0))
    steps = far.set_axis(pd.MultiIndex.from_frame(ranks))
    apart = steps.reindex(pd.MultiIndex.from_frame(facts[["round", "order"]])).to_numpy()
    return facts["order"].ge(most) & (apart >= most)


def _find_begins(facts: pd.DataFrame) -> dict[_Key, _Begin]:
    """The sequences of the lab in the order in which they began; only those of which that is known.

    It is of those that were built in one piece, with all that others of their round have: of what
    was removed and built anew run by run, the begin is lost. A begin that its own log contradicts
    is none.
    """
    apart = (facts["started"] - facts["log_begun"]).abs() > _SLACK
    known = facts.assign(started=facts["started"].mask(apart.fillna(False)))
    known = known[known["place"].eq("lab")].sort_values("started", kind="stable")
    rounds = known["round"]
    ended = known["finished"].groupby(rounds).cummax().groupby(rounds).shift()
    half = pd.to_timedelta(known["seconds"] / 2, unit="s")
    own = _pick_opening(known.assign(at_once=(known["started"] - ended).lt(half)))
    keys = [own[key] for key in _KEYS]
    gaps = (own["started"] - own["finished"].groupby(keys).shift()).dt.total_seconds()
    same = (gaps - own["idle_gap"]).abs().lt(_PAUSE) | (gaps.isna() & own["idle_gap"].isna())
    told = own["scenario"].isin(STORY_NAMES) | same
    number = told.groupby(keys).transform("size")
    whole = told.groupby(keys).transform("all") & number.eq(
        number.groupby(keys[0]).transform("max")
    )
    first = own[whole & own["started"].notna()].drop_duplicates(_KEYS)
    columns = [first[name].tolist() for name in (*_KEYS, "started", "at_once")]
    rows = zip(*columns, strict=True)
    return {(number, strategy): _Begin(when, once) for number, strategy, when, once in rows}


def _pick_opening(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs by which it is told when sequences began: those without a story.

    In a round of stories alone they are those of the story that came first.
    """
    story, rounds = runs["scenario"].isin(STORY_NAMES), runs["round"]
    opening = runs["scenario"].eq(runs["scenario"].groupby(rounds).transform("first"))
    return runs[~story | (story.groupby(rounds).transform("all") & opening)]


def _find_ranks(facts: pd.DataFrame, places: _Places) -> dict[_Key, int]:
    """Sequence -> its rank; nothing of one whose runs leave it open.

    It is what more than half of its runs say; else what of it the plan says; else what is nearest
    to its place among those of its round, as their runs began.
    """
    begun = facts.groupby(_KEYS)["started"].min()
    order: dict[Any, Any] = begun.groupby("round").rank(method="first").sub(1).to_dict()
    found: dict[_Key, int] = {}
    sequences: Any = facts.groupby(_KEYS)["order"]
    for key, own in sequences:
        counts = own.value_counts()
        ranks = [int(rank) for rank in counts.index]
        if counts.iloc[0] * 2 > len(own):
            found[key] = ranks[0]
        elif places[key[0]].get(key[1]) in ranks:
            found[key] = places[key[0]][key[1]]
        elif pd.notna(order.get(key)):
            near = sorted((abs(rank - order[key]), rank) for rank in ranks)
            if near[0][0] < near[1][0]:
                found[key] = near[0][1]
    return found


def _find_late(
    begun: Mapping[_Key, _Begin], ranks: Mapping[_Key, int], places: _Places, names: frozenset[str]
) -> set[_Key]:
    """The sequences whose rank in their round does not fit when they began.

    Where all have the same rank, and nothing says what was planned, none says anything.
    """
    rounds: dict[int, list[_Sequence]] = {}
    for key, begin in begun.items():
        if key in ranks:
            planned = places[key[0]].get(key[1])
            row = rounds.setdefault(key[0], [])
            row.append(_Sequence(key, ranks[key], planned, begin.at_once))
    found: set[_Key] = set()
    for row in rounds.values():
        if names or len({each.rank for each in row}) > 1:
            whole = bool(names) and {each.key[1] for each in row} >= names
            found |= {row[at].key for at in _find_outside(row, whole)}
    return found


def _find_outside(row: Sequence[_Sequence], whole: bool) -> list[int]:
    """The places of a round outside a longest part whose ranks grow as its sequences began.

    Of parts as long it is the one with more ranks that the plan gives, or that are as far from
    their places as most. `whole`: whether all strategies are there; then no rank is left out before
    the last one's, unless there was time to build something.
    """
    ahead = [each.rank - at for at, each in enumerate(row)]
    usual = max(sorted({*ahead}), key=ahead.count)
    last = len(row) - 1
    # for each place: length and fitting ranks of the best part that ends there, and the part
    best: list[tuple[int, int, list[int]]] = []
    for at, each in enumerate(row):
        tight = whole and at == last and each.at_once
        before = [
            best[i]
            for i in range(at)
            if 0 <= ahead[i] <= ahead[at] and not (tight and i == last - 1 and ahead[i] < ahead[at])
        ]
        length, fitting, part = max(before, key=_rate, default=(0, 0, []))
        fits = each.rank == each.planned or ahead[at] == usual
        best.append((length + 1, fitting + fits, [*part, at]))
    possible = [best[at] for at in range(len(row)) if ahead[at] >= 0]
    kept = max(possible, key=_rate, default=(0, 0, []))[2]
    return [at for at in range(len(row)) if at not in kept]


def _rate(part: tuple[int, int, list[int]]) -> tuple[int, int]:
    """By what a part of a round is better than another."""
    return part[:2]
