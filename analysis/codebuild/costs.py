"""What an experiment on AWS will take: builds, minutes and money, said before it begins."""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.codebuild.account import choose_compute, name_sequence
from analysis.codebuild.ledger import Ledger
from analysis.codebuild.plan import CloudPlan
from analysis.errors import ConsentError, RecordError, UnknownName
from analysis.experiment import BuildSequence
from analysis.measures.money import find_price
from analysis.records import read_records
from analysis.shipped import RECORDED
from analysis.workload import Strategy, count_pushes

# what CodeBuild bills beyond a build's own seconds: provisioning, and what its log does not show
_PROVISIONING_SECONDS, _REST_SECONDS = 24.0, 11.0
_OVERHEAD_SECONDS = _PROVISIONING_SECONDS + _REST_SECONDS
# where nothing was recorded; the small build that makes newer base images
_GUESSED_SECONDS, _NEWER_BASES_SECONDS = 120.0, 60.0


@dataclass(frozen=True)
class _Costs:
    """builds, minutes until all are over, minutes billed, and their price by compute type.

    usd: null when a price is not known; `unknown` says of what.
    """

    builds: int
    minutes: float
    billed: dict[str, int]
    usd: float | None
    unknown: tuple[str, ...]
    whose: str


def estimate_costs(folder: Path, plan: CloudPlan, prices: pd.DataFrame, concurrency: int) -> _Costs:
    """What the missing builds of a plan will take, by what builds took before."""
    typical, whose = _find_typical(folder)
    minutes: dict[str, float] = {}
    each, count = [], int(plan.needs_bases)
    for sequence in plan.sequences:
        strategy = sequence.strategy
        builds = sum(map(count_pushes, _list_left(folder, plan, sequence)))
        seconds, billed = typical.get(strategy.name, typical[""])
        item = _find_item(plan, strategy)
        minutes[item] = minutes.get(item, 0) + builds * billed
        each.append(builds * seconds)
        count += builds
    if plan.needs_bases:
        item = _find_item(plan, plan.sequences[0].strategy)
        minutes[item] = minutes.get(item, 0) + math.ceil(
            (_NEWER_BASES_SECONDS + _OVERHEAD_SECONDS) / 60
        )
    # a sum of means is a hair off where it is a whole number
    whole = {item: math.ceil(round(number, 6)) for item, number in minutes.items()}
    usd, unknown = sum_prices(whole, prices, _uses_server(plan))
    total = max(sum(each) / concurrency, max(each, default=0.0))
    total += (_NEWER_BASES_SECONDS + _OVERHEAD_SECONDS) * plan.needs_bases
    return _Costs(count, total / 60, whole, usd, unknown, whose)


def _list_left(folder: Path, plan: CloudPlan, sequence: BuildSequence) -> list[str]:
    """What a sequence has to build, with what was built in another attempt."""
    name = name_sequence(sequence.strategy.name, sequence.number, sequence.story)
    ledger = Ledger.open(folder, name, plan.experiment)
    return ledger.list_left(plan.list_wanted(folder, sequence))


def _find_typical(folder: Path) -> tuple[dict[str, tuple[float, float]], str]:
    """({strategy: (median seconds of a build with its overhead, mean minutes billed)}, whose).

    "" stands for all strategies.
    """
    typical = _read_typical(folder) or _read_recorded()
    if typical:
        return typical
    whole = _GUESSED_SECONDS + _OVERHEAD_SECONDS
    more = f"{_GUESSED_SECONDS:.0f} s and {_OVERHEAD_SECONDS:.0f} s more"
    return {"": (whole, math.ceil(whole / 60))}, more


def _read_typical(folder: Path) -> tuple[dict[str, tuple[float, float]], str] | None:
    """What is typical of the builds that an experiment has; None where it has none."""
    try:
        runs = read_records(folder).runs
    except RecordError:
        return None
    runs = runs.dropna(subset=["seconds"])
    if not len(runs):
        return None
    # the start of a host in the lab is no provisioning
    known = runs["provisioning_seconds"].where(runs["place"].eq("codebuild"))
    whole = runs["seconds"] + known.fillna(_PROVISIONING_SECONDS) + _REST_SECONDS
    runs = runs.assign(whole=whole, minutes=np.ceil(whole / 60))
    typical = {
        name: (float(rows["whole"].median()), float(rows["minutes"].mean()))
        for name, rows in [("", runs), *runs.groupby("strategy")]
    }
    more = f"{_REST_SECONDS:.0f} s more, provisioning included"
    more = more if known.notna().all() else f"{_OVERHEAD_SECONDS:.0f} s more"
    return typical, f"as {len(runs)} builds did in {folder.name} and {more}"


@cache
def _read_recorded() -> tuple[dict[str, tuple[float, float]], str] | None:
    """What is typical of the builds that the package brings, which stay as they are."""
    return _read_typical(RECORDED)


def _find_item(plan: CloudPlan, strategy: Strategy) -> str:
    """What the price list calls the hosts that a strategy is built on."""
    environment = plan.projects.get(plan.account.choose_project(strategy), {})
    family = "arm1" if environment.get("type", "").startswith("ARM") else "general1"
    size = choose_compute(strategy, environment).rpartition("_")[2].lower()
    return f"{family}.{size}"


def _uses_server(plan: CloudPlan) -> bool:
    """Whether a Docker server runs beside builds, which costs extra."""
    return any(each.strategy.host == "server" for each in plan.sequences)


def sum_prices(
    billed: dict[str, int], prices: pd.DataFrame, server: bool
) -> tuple[float | None, tuple[str, ...]]:
    """(USD of minutes by item, null when one's price is unknown; what is not in it)."""
    total, unknown = 0.0, []
    for item, minutes in billed.items():
        try:
            usd = find_price(prices, item, "minute")["usd"]
        except UnknownName:
            usd = None
        if usd is None or pd.isna(usd):
            unknown.append(item)
        else:
            total += minutes * float(usd)
    return (None if unknown else total), (*unknown, *(["Docker server"] if server else []))


def say_costs(folder: Path, plan: CloudPlan, costs: _Costs, concurrency: int) -> str:
    """How many builds, of what, about how many minutes and dollars, in a sentence or two."""
    if not plan.sequences:
        return f"0 builds to run: everything asked for is finished in {folder}."
    strategies = {each.strategy.name for each in plan.sequences}
    rounds = {each.number for each in plan.sequences}
    minutes = ", ".join(f"{count} min of {item}" for item, count in costs.billed.items())
    money = "at a price that is not known" if costs.usd is None else f"about {costs.usd:.2f} USD"
    lacking = f"{' and '.join(costs.unknown)} in {plan.account.region}"
    without = f"; the price of {lacking} is not known" * bool(costs.unknown)
    extra = ", one of them for a newer base image" * plan.needs_bases
    return (
        f"{costs.builds} builds to run on CodeBuild in {folder}{extra}, "
        f"strategies: {len(strategies)}, scenarios: {len(plan.scenarios)}, "
        f"rounds: {len(rounds)}; about {max(round(costs.minutes), 1)} min with {concurrency} at "
        f"once, {money} for {minutes}{without}, if each takes as long {costs.whose}."
    )


def agree(
    confirm: str, ask: Callable[[str], str] | None = None, report: Callable[[str], None] = print
) -> None:
    """Go on when someone has said yes, or does so now in a terminal; ConsentError otherwise."""
    if confirm.strip().lower() in ("yes", "y"):
        return
    if ask is None and sys.stdin is not None and sys.stdin.isatty():
        ask = input
    if ask is None or confirm:
        raise ConsentError(
            f"Nothing was started: builds on AWS cost money, and CONFIRM is {confirm or 'not set'}:"
            " say CONFIRM=yes to let them run unattended."
        )
    if ask("Start them? yes or no: ").strip().lower() not in ("yes", "y"):
        raise ConsentError("Nothing was started: the answer was not yes.")
    report("starting")
