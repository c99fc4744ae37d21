"""What a month of commits comes to: minutes of building, what is billed, and what is stored."""

import math
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.errors import SettingError, UnknownName
from analysis.measures.compare import (
    FALSE_REPORTS,
    average_rounds,
    check_baseline,
    compare_totals,
    pick_comparable,
    weigh_rounds,
)
from analysis.measures.money.prices import find_price
from analysis.measures.money.usual import MIX, MIXES, USUAL
from analysis.measures.storage import count_entries
from analysis.records import Need, takes
from analysis.words import UNTOLD, join_words
from analysis.workload import BASELINE, KNOWN_SCENARIOS, STORY_NAMES

COLUMNS = {
    "strategy": "string",
    "n": "int64",
    "minutes": "float64",
    "billed_minutes": "float64",
    "cost": "float64",
    "pairs": "int64",
    "difference": "float64",
    "low": "float64",
    "high": "float64",
    "verdict": "string",
    "cost_difference": "float64",
    "cost_low": "float64",
    "cost_high": "float64",
    "lacks": "string",
}
_SHARE = re.compile(r"(?P<scenario>[^\W\d][\w-]*)\s*[ :=]\s*(?P<share>\d+(?:\.\d+)?)\s*%?")
_GIGABYTE, _SERVER = 10**9, "docker-server"
_NEEDED = (
    "strategy scenario round seconds valid emulated expect started host host_empty "
    "place provisioning_seconds"
)


def read_mix(text: str) -> dict[str, float]:
    """Scenario -> share, in the order given, of a text such as `source 70, base 30`; sum 1.

    `usual` is the mix of a project that mostly changes its source files; the names of MIXES stand
    for theirs, too.
    SettingError when it can't be read, UnknownName for a scenario that does not exist.

    >>> analysis.read_mix("source 70, base 30")
    {'source': 0.7, 'base': 0.3}
    """
    mix: dict[str, float] = {}
    text = ({USUAL: MIX} | MIXES).get(text.strip(), text)
    for part in text.split(","):
        match = _SHARE.fullmatch(part.strip())
        if not match:
            raise SettingError(
                f"The mix says {part.strip()!r}: write it like {MIX!r}, or {USUAL!r}."
            )
        scenario = match["scenario"]
        if scenario not in KNOWN_SCENARIOS:
            raise UnknownName("scenario", scenario, KNOWN_SCENARIOS)
        if scenario in mix:
            raise SettingError(f"The mix {text!r} names {scenario} twice: add its shares up.")
        mix[scenario] = float(match["share"])
    total = sum(mix.values())
    if total == 0:
        raise SettingError(f"The mix {text!r} has no share above 0: write it like {MIX!r}.")
    return {scenario: share / total for scenario, share in mix.items() if share}


@takes(runs=_NEEDED)
def month(
    runs: pd.DataFrame,
    mix: Mapping[str, float],
    builds: int,
    compute: str,
    prices: pd.DataFrame,
    baseline: str = BASELINE,
    free_minutes: float = 0,
    level: float = FALSE_REPORTS,
) -> pd.DataFrame:
    """One row a strategy, the quickest first: what `builds` builds of this mix come to.

    strategy, n (rounds that hold every scenario of the mix; the others tell nothing), minutes
    (elapsed), billed_minutes (each build rounded up), cost (USD of those beyond `free_minutes`,
    and of a Docker server's; null when a price is unknown): means over those rounds. pairs
    (rounds that the baseline has, too), difference (minutes more than the baseline's of the same
    round), low, high (95 % intervals for all strategies at once), verdict: compare_mix's;
    cost_difference, cost_low, cost_high (USD) alike. lacks: why a strategy's numbers are null,
    else null.

    CodeBuild bills provisioning as well, and no queue: a build there counts with its seconds of
    provisioning, as far as they are known. The lab has none, so that its bill is a lower bound.

    >>> mix, prices = analysis.read_mix("source 100"), analysis.read_prices()
    >>> table = analysis.month("data/control", mix, 600, "general1.small", prices)
    >>> table[["strategy", "n", "verdict"]].tail(1)
             strategy  n verdict
    3  registry-cache  6  slower
    """
    if builds < 0 or free_minutes < 0:
        raise SettingError(f"{builds} builds a month, {free_minutes} free minutes: give 0 or more.")
    runs = pick_comparable(runs)
    rounds = _weigh_minutes(runs, mix, builds, baseline)
    hosts = runs.groupby("strategy")["host"].agg(_name_host)
    rounds["cost"] = _price_minutes(rounds["billed_minutes"], hosts, compute, prices, free_minutes)
    cost = _compare_months(rounds, runs, mix, baseline, "cost", level)
    cost = cost[["difference", "low", "high"]].add_prefix("cost_")
    table = _average_months(runs, rounds, mix, baseline, level).join(cost, on="strategy")
    return table[list(COLUMNS)].astype(COLUMNS)


@takes(runs=_NEEDED)
def month_minutes(
    runs: pd.DataFrame,
    mix: Mapping[str, float],
    builds: int,
    baseline: str = BASELINE,
    level: float = FALSE_REPORTS,
) -> pd.DataFrame:
    """month's columns but those of cost."""
    runs = pick_comparable(runs)
    table = _average_months(runs, _weigh_minutes(runs, mix, builds, baseline), mix, baseline, level)
    columns = {name: kind for name, kind in COLUMNS.items() if not name.startswith("cost")}
    return table[list(columns)].astype(columns)


def _weigh_minutes(
    runs: pd.DataFrame, mix: Mapping[str, float], builds: int, baseline: str
) -> pd.DataFrame:
    """Index strategy, round; minutes and billed_minutes of `builds` builds of the mix."""
    columns = ["minutes", "billed_minutes"]
    return builds * weigh_rounds(count_minutes(runs), mix, columns, baseline=baseline)


def _average_months(
    runs: pd.DataFrame,
    rounds: pd.DataFrame,
    mix: Mapping[str, float],
    baseline: str,
    level: float,
) -> pd.DataFrame:
    """strategy, n, the means of _weigh_minutes' rounds, _compare_months' of minutes, and lacks."""
    check_baseline(runs, baseline)
    table = _average_rounds(rounds, average_rounds(rounds, runs, baseline), runs["strategy"])
    table = table.join(_compare_months(rounds, runs, mix, baseline, "minutes", level))
    table["pairs"] = table["pairs"].fillna(0)
    untold = table["verdict"].isna() & (table.index != baseline)
    table["verdict"] = table["verdict"].mask(untold, UNTOLD)
    scenarios = runs.groupby("strategy")["scenario"].unique()
    lacks = pd.Series([_name_lacking(scenarios[name], mix) for name in table.index], table.index)
    table["lacks"] = lacks.where(table["n"].eq(0))
    return table.sort_values("minutes", kind="stable").reset_index(names="strategy")


def _price_minutes(
    billed: pd.Series, hosts: pd.Series, compute: str, prices: pd.DataFrame, free_minutes: float
) -> pd.Series:
    """USD of billed minutes by strategy and round, a Docker server's among them; null unknown."""
    cost = (billed - free_minutes).clip(lower=0) * find_price(prices, compute, "minute")["usd"]
    served = hosts.reindex(billed.index.get_level_values("strategy")).eq("server").to_numpy()
    if not served.any():
        return cost
    return cost + (billed * find_price(prices, _SERVER, "minute")["usd"]).where(served, 0.0)


def _name_host(hosts: pd.Series) -> str:
    """What a strategy's builds run on, of the hosts of all: kept or server if any did."""
    return next((name for name in ("server", "kept") if hosts.eq(name).any()), "fresh")


def count_minutes(runs: pd.DataFrame) -> pd.DataFrame:
    """`runs` with minutes, and billed_minutes: a build is billed in whole minutes, one at least.

    With CodeBuild's provisioning, which is billed; the start of a host in the lab is none.
    """
    minutes = runs["seconds"] / 60
    cloud = runs["place"].eq("codebuild").fillna(False)
    provisioning = runs["provisioning_seconds"].where(cloud, 0.0).fillna(0.0)
    # map keeps null where ceil of the math module would fail
    billed = (
        ((runs["seconds"] + provisioning) / 60)
        .map(math.ceil, na_action="ignore")
        .astype("float64")
        .clip(lower=1)
    )
    return runs.assign(minutes=minutes, billed_minutes=billed)


def _average_rounds(
    rounds: pd.DataFrame, means: pd.DataFrame, strategies: pd.Series
) -> pd.DataFrame:
    """Index strategy, all of them by name: n (rounds) and the means of weigh_rounds' columns."""
    names = sorted(strategies.dropna().unique())
    table = means.reindex(names)
    table.insert(0, "n", rounds.groupby("strategy").size().reindex(names, fill_value=0))
    return table


def _compare_months(
    rounds: pd.DataFrame,
    runs: pd.DataFrame,
    mix: Mapping[str, float],
    baseline: str,
    measure: str,
    level: float,
) -> pd.DataFrame:
    """Index strategy: pairs, difference, low, high, verdict of weigh_rounds' column `measure`."""
    table = compare_totals(rounds, measure, runs, mix, baseline, level=level).set_index("strategy")
    return table[["n", "difference", "low", "high", "verdict"]].rename(columns={"n": "pairs"})


def _name_lacking(scenarios: Sequence[str], mix: Mapping[str, float]) -> str:
    """Which scenarios of the mix are not among those that a strategy has runs of."""
    missing = [scenario for scenario in mix if scenario not in set(scenarios)]
    return join_words(missing) if missing else "a round with all of them"


def can_tell(months: pd.DataFrame) -> bool:
    """Whether month's rows hold any comparison with enough rounds."""
    return bool((months["verdict"].notna() & months["verdict"].ne(UNTOLD)).any())


@takes(entries=Need("strategy scenario round valid pushes unique_bytes store_bytes", count_entries))
def month_storage(
    entries: pd.DataFrame, mix: Mapping[str, float], builds: int, prices: pd.DataFrame
) -> pd.DataFrame:
    """One row a strategy, the least first: what a month's pushes add to the registry and to S3.

    strategy, n (rounds that hold all of the mix), gigabytes (10**9 bytes, each blob once), in_s3
    (gigabytes of a cache in a bucket), cost (USD for every month in which both are kept).
    `entries` are count_entries': a scenario adds what its push added to its history's bytes. Null
    when a size is unknown, and for a mix with a scenario that has a story: what its last push
    added was not measured.
    """
    entries = entries[~entries["scenario"].isin(STORY_NAMES)]
    history = [entries["strategy"], entries["round"]]
    first = entries.groupby(history).cumcount().eq(0)
    held = pd.DataFrame(
        {"gigabytes": entries["unique_bytes"], "in_s3": entries["store_bytes"].fillna(0)}
    ).astype("Float64")
    before = held.groupby(history).shift().mask(first, 0)
    kept = entries.join((held - before) / _GIGABYTE)
    kept = kept[kept["valid"] & kept["pushes"].gt(0)]
    added = builds * weigh_rounds(kept, mix, ["gigabytes", "in_s3"])
    table = _average_rounds(added, added.groupby("strategy").mean(), kept["strategy"])
    usd = [find_price(prices, item, "GB-month")["usd"] for item in ("ecr.storage", "s3.storage")]
    table["cost"] = table["gigabytes"] * usd[0] + (table["in_s3"] * usd[1]).where(
        table["in_s3"].ne(0), table["in_s3"]
    )
    table = table.sort_values("cost", kind="stable").reset_index(names="strategy")
    return table.astype({"strategy": "string", "n": "int64"})
