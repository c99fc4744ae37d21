"""The strategies for a mix of commits: one row each, and which of them is to be used."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from numbers import Real
from pathlib import Path

import pandas as pd

from analysis.errors import SettingError, UnknownName
from analysis.measures.compare import (
    EMULATED,
    MARGIN,
    compare_mix,
    list_rare,
    weigh_rounds,
)
from analysis.measures.money import MIX, USUAL, read_mix
from analysis.results import Experiment
from analysis.words import CLOSE, FASTER, SAME, SLOWER, UNTOLD
from analysis.workload import KNOWN_SCENARIOS

_COLUMNS = [
    *("strategy", "emulated", "n", "seconds", "difference", "low", "high", "verdict"),
    *("detectable", "rounds_needed", "commits_needed"),
]
Mix = str | Path | Mapping[str, float] | None


@dataclass(frozen=True)
class Weights:
    """A mix: shares of scenarios that add up to 1, where it is from, and what of it is unbuilt.

    `left_out`: the share of the unbuilt ones, where the mix is narrowed to the others. `rare`:
    kinds of which no strategy has enough commits of a history in common with the baseline, left out
    in the same way.
    """

    shares: tuple[tuple[str, float], ...]
    origin: str
    unbuilt: tuple[str, ...]
    left_out: float = 0.0
    rare: tuple[str, ...] = ()
    rare_share: float = 0.0


def weigh(mix: Mix, experiment: Experiment, baseline: str) -> Weights:
    """The mix that is given, or the recorded one, as far as these runs have its scenarios.

    Without one of the context's git history it is the usual one. What is not given is narrowed to
    what was built, which is told; a given one stands as it is. SettingError for shares that are
    below 0 or nothing.
    """
    mix = None if isinstance(mix, str) and mix.strip() == USUAL else mix
    built = list(experiment.comparable["scenario"].unique())
    recorded, origin = experiment.recorded_mix
    shares = _read_shares((recorded or MIX) if mix is None else mix, built)
    unbuilt = tuple(each for each in shares if each not in built)
    if mix is not None or not built:
        return Weights(tuple(shares.items()), "assumed" if mix is None else "given", unbuilt)
    few = list_rare(experiment.comparable, baseline)
    rare = tuple(each for each in few if each in shares)
    known = {each: share for each, share in shares.items() if each not in (*unbuilt, *rare)}
    if not known:
        others = [each for each in built if each not in few]
        known, rare = dict.fromkeys(others or built, 1.0), rare if others else ()
    total = sum(known.values())
    narrowed = tuple((each, share / total) for each, share in known.items())
    lost = [sum(shares[each] for each in names) for names in (unbuilt, rare)]
    return Weights(narrowed, origin or "assumed", unbuilt, lost[0], rare, lost[1])


def _read_shares(mix: str | Path | Mapping[str, float], known: Iterable[str]) -> dict[str, float]:
    """Scenario -> share of a mix as read_mix takes it, of a file with one, or of a dict; sum 1."""
    if isinstance(mix, Path):
        return _read_shares(_read_file(mix), known)
    if isinstance(mix, str):
        return read_mix(mix)
    if not all(isinstance(share, Real) and 0 <= share < inf for share in mix.values()):
        raise SettingError(f"The mix {dict(mix)} needs a number of 0 or more for each scenario.")
    total = float(sum(mix.values()))
    if total == 0:
        raise SettingError(f"The mix {dict(mix)} has no share above 0.")
    names = {*known, *KNOWN_SCENARIOS}
    for scenario in mix:
        if scenario not in names:
            raise UnknownName("scenario", scenario, names)
    return {scenario: float(share) / total for scenario, share in mix.items() if share}


def _read_file(path: Path) -> str | dict[str, float]:
    """The mix in a file: JSON of scenario -> share, or text as read_mix takes it."""
    try:
        text = path.read_text(encoding="utf-8").strip()
        found = json.loads(text) if text.startswith("{") else text.replace("\n", ", ")
    except (OSError, ValueError) as error:
        raise SettingError(
            f"{path} holds no mix that can be read ({error}): write it like {MIX!r}."
        ) from error
    return found


def list_strategies(
    experiment: Experiment, shares: Mapping[str, float], baseline: str
) -> pd.DataFrame:
    """A row a strategy, the quickest first: what a build of the mix takes with it.

    strategy, emulated, n (rounds of both that hold the mix), seconds, difference, low, high,
    verdict, detectable, rounds_needed, commits_needed: compare_mix's; the baseline's own row has n
    and seconds.
    """
    table = compare_mix(experiment.runs, shares, baseline, level=experiment.level)
    table = pd.concat([_weigh_baseline(experiment, shares, baseline), table], ignore_index=True)
    names = table["strategy"]
    own = names.str.removesuffix(f" {EMULATED}")
    table = table.assign(strategy=own, emulated=names.ne(own).astype("bool"))
    return table[_COLUMNS].sort_values("seconds", kind="stable", ignore_index=True)


def _weigh_baseline(
    experiment: Experiment, shares: Mapping[str, float], baseline: str
) -> pd.DataFrame:
    """strategy, n, seconds of the baseline's rounds that hold the mix; no row without any."""
    rounds = weigh_rounds(experiment.comparable, shares, ["seconds"], baseline=baseline)
    rounds = rounds["seconds"].reset_index()
    own = rounds["strategy"].str.removesuffix(f" {EMULATED}").eq(baseline)
    groups = rounds[own].groupby("strategy")["seconds"]
    return groups.agg(n="size", seconds="mean").reset_index()


def find_nearest(rows: pd.DataFrame, baseline: str) -> str | None:
    """Of list_strategies' rows the one that is not emulated with the least difference; or null."""
    real = rows[~rows["emulated"] & rows["strategy"].ne(baseline) & rows["difference"].notna()]
    return str(real.nsmallest(1, "difference")["strategy"].iloc[0]) if len(real) else None


def choose(rows: pd.DataFrame, baseline: str) -> tuple[pd.Series | None, str]:
    """(row of list_strategies', verdict): what the runs say to use, or the nearest to it.

    Never an emulated one. The baseline's row with `the same` when no other is faster by more
    than the margin; the row with the lowest mean when that is not shown; null without any.
    """
    base = rows[rows["strategy"].eq(baseline)]
    real = rows[~rows["emulated"] & rows["strategy"].ne(baseline) & rows["n"].gt(0)]
    if base.empty or real["difference"].isna().all():
        return None, UNTOLD
    real = real.sort_values("difference", kind="stable")
    faster = real[real["verdict"].eq(FASTER)]
    if len(faster):
        return faster.iloc[0], FASTER
    bounded = real["low"].ge(-MARGIN * base["seconds"].iloc[0])
    open_ = real[~(bounded | real["verdict"].isin([SAME, SLOWER]))]
    if open_.empty:
        return base.iloc[0], SAME
    return open_.iloc[0], UNTOLD if real["verdict"].eq(UNTOLD).all() else CLOSE


def list_alike(rows: pd.DataFrame, others: pd.DataFrame, chosen: pd.Series) -> list[str]:
    """The strategies, not emulated, that are not told apart from the one that is chosen.

    `others`: list_strategies' rows against that one.
    """
    alike = set(others.loc[others["verdict"].isin([CLOSE, SAME]), "strategy"])
    real = rows[~rows["emulated"] & rows["n"].gt(0)]
    return [each for each in real["strategy"] if each in alike and each != chosen["strategy"]]


def pick_emulated(rows: pd.DataFrame) -> pd.Series | None:
    """The emulated strategy that saves most of those told to be faster; null without one."""
    emulated = rows[rows["emulated"] & rows["verdict"].eq(FASTER)]
    return emulated.sort_values("difference").iloc[0] if len(emulated) else None
