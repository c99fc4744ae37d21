"""Ranks of sequences in their rounds, held against one another and against when they began."""

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.records.disk import ASIDE

_KEYS = ["round", "strategy"]
# by which a record's begin and its log's may differ
_SLACK = pd.Timedelta(seconds=1)
# the name of a run's folder, also of one that was set aside
_NAME = re.compile(r"(.+)\.[^.]+\.(\d+)(?:\.(?:replaced|damaged)(?:-\d+)?)?")


def count_ranks(folder: Path, facts: Mapping[str, Any]) -> int | None:
    """How many ranks a round of an experiment can have come to; null where that is unknown.

    `facts`: what experiment.json says. A strategy that is built anew comes after all others: each
    run that was set aside may have cost a rank, and as many as there are strategies are allowed
    for runs that were removed.
    """
    named = facts.get("buildspecs")
    if not isinstance(named, dict) or not named:
        return None
    return 2 * len(named) + sum(1 for _ in (folder / ASIDE).glob("*"))


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


def find_stray_ranks(facts: pd.DataFrame, most: int | None) -> dict[Hashable, str]:
    """Index of a run -> what is wrong with its rank, in words; `most` as count_ranks gives it.

    `facts`: place, round, strategy, order, started, log_begun, rebuilt (mark_rebuilt's) of each
    run.
    """
    orders = facts["order"]
    found: dict[Hashable, str] = dict.fromkeys(facts.index[orders < 0], "its rank is below 0")
    beyond = orders[orders >= most] if most is not None else orders[:0]
    found |= {at: f"its rank is {rank}, and no round has so many" for at, rank in beyond.items()}
    # a begin that its own log contradicts says nothing of the others
    apart = (facts["started"] - facts["log_begun"]).abs() > _SLACK
    known = facts.assign(started=facts["started"].mask(apart.fillna(False)))
    sound = known.drop(index=list(found)).query("not rebuilt")
    ranks = _find_ranks(sound)
    keys = pd.Series(list(zip(*(facts[key] for key in _KEYS), strict=True)), facts.index)
    late = facts.index[keys.isin(_find_late(sound, ranks))]
    odd = keys.isin(set(ranks)) | facts.index.isin(sound.index)
    odd &= orders.ne(keys.map(ranks))
    return (
        found
        | dict.fromkeys(late, "its rank does not fit when it began")
        | dict.fromkeys(facts.index[odd], "its rank is not that of its strategy and round")
    )


def _find_ranks(facts: pd.DataFrame) -> dict[Hashable, int]:
    """(round, strategy) -> its rank; nothing of one whose runs leave it open.

    It is what more than half of its runs say, else what of it is nearest to the sequence's place
    among those of its round, as they began.
    """
    begun = facts.groupby(_KEYS)["started"].min()
    places = begun.groupby("round").rank(method="first").sub(1).to_dict()
    found: dict[Hashable, int] = {}
    for key, own in facts.groupby(_KEYS)["order"]:
        counts = own.value_counts()
        place: Any = places.get(key)
        if counts.iloc[0] * 2 > len(own):
            found[key] = int(counts.index[0])
        elif pd.notna(place):
            near = sorted((abs(int(rank) - place), int(rank)) for rank in counts.index)
            if near[0][0] < near[1][0]:
                found[key] = near[0][1]
    return found


def _find_late(facts: pd.DataFrame, ranks: Mapping[Hashable, int]) -> set[Hashable]:
    """The sequences of the lab whose rank in their round does not fit when they began.

    Where all have the same rank, none says anything.
    """
    begun = facts[facts["place"] == "lab"].groupby(_KEYS)["started"].min().dropna()
    rounds: dict[Hashable, list[tuple[Hashable, int]]] = {}
    for key in begun.sort_values(kind="stable").index:
        if key in ranks:
            rounds.setdefault(key[0], []).append((key, ranks[key]))
    return {key for each in rounds.values() for key in _list_outside(each)}


def _list_outside(ranked: list[tuple[Hashable, int]]) -> Iterator[Hashable]:
    """The sequences outside a longest part of a round whose ranks grow; none if all are alike."""
    ranks = [rank for _, rank in ranked]
    if len(set(ranks)) > 1:
        yield from (ranked[at][0] for at in _find_outside(ranks))


def _find_outside(ranks: list[int]) -> list[int]:
    """The places outside a longest part of a list that grows."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, rank in enumerate(ranks):
        place = bisect_left(tails, rank)
        before.append(ends[place - 1] if place else -1)
        tails[place : place + 1] = [rank]
        ends[place : place + 1] = [at]
    kept, at = set(), ends[-1] if ends else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return [at for at in range(len(ranks)) if at not in kept]
