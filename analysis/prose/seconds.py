"""Where the seconds of a build go, in words."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.measures.compare import EMULATED
from analysis.measures.seconds import (
    largest_activities,
    rank_by_path,
    split_overhead,
    sum_balance,
    summarise_builders,
    summarise_unexplained,
)
from analysis.prose.template import say
from analysis.rows import list_records
from analysis.workload import BASELINE

# as many as a sentence names
_NAMED = 3
# as many activities as a sentence names; of more the longest, and the rest in one
_PARTS = 4


def say_spent(means: pd.DataFrame, scenario: str) -> list[str]:
    """The quickest and the slowest strategy of a scenario, and what most of their time is."""
    table = largest_activities(means, scenario)
    if table.empty:
        return [say("seconds.none", scenario=scenario)]
    said = []
    for name, rows in table.groupby("strategy", sort=False):
        parts = [say("seconds.part", **row) for row in list_records(rows)]
        first = rows.iloc[0]
        facts = {"scenario": scenario, "total": first["total"], "n": first["n"]}
        said.append(say("seconds.spent", strategy=name, parts=parts, **facts))
    return said


def say_overhead(busy: pd.DataFrame, scenario: str) -> list[str]:
    """What docker build does besides work in a scenario, by strategy."""
    return [_say_overhead(row) for row in list_records(split_overhead(busy, scenario))]


def _say_overhead(row: dict[str, Any]) -> str:
    """One strategy's work and its largest other activities."""
    parts = _list_activities(row["largest"])
    return say("seconds.overheads" if parts else "seconds.overhead", parts=parts, **row)


def _list_activities(seconds: Mapping[str, float]) -> list[str]:
    """`load 11.3 s` of each."""
    return [say("seconds.activity", activity=name, seconds=each) for name, each in seconds.items()]


def say_builder_cost(costs: pd.DataFrame) -> str:
    """What a new builder costs, of builder_costs' rows; '' when none was made."""
    facts = summarise_builders(costs)
    if not facts:
        return ""
    return say("seconds.builder", ends=(facts.pop("low"), facts.pop("high")), **facts)


def say_unexplained(busy: pd.DataFrame) -> str:
    """How many seconds of docker build no step explains, of busy_map's rows."""
    facts = summarise_unexplained(busy)
    return say("seconds.unexplained", **facts) if facts else say("seconds.no_command")


def say_path(overhead: pd.DataFrame, scenario: str) -> list[str]:
    """How much of the overhead decides the time in a scenario, of overhead_on_path's rows."""
    rows, hidden = rank_by_path(overhead, scenario)
    if rows.empty:
        return [say("seconds.no_timeline", scenario=scenario)]
    parts = [say("seconds.on_path", **row) for row in list_records(rows)]
    rest = "seconds.hidden" if round(hidden, 2) else "seconds.none_hidden"
    return [say("seconds.path", parts=parts, scenario=scenario), say(rest, hidden=hidden)]


def say_unread(problems: pd.DataFrame) -> str:
    """Which builds' records could not be read, of the problems of read_timelines."""
    if problems.empty:
        return say("seconds.all_read")
    reasons = [reason.rstrip(".") for reason in problems["reason"].head(_NAMED)]
    more = len(problems) - len(reasons)
    return say("seconds.unread_more" if more else "seconds.unread", reasons=reasons, more=more)


def say_balance(table: pd.DataFrame, scenario: str, baseline: str = BASELINE) -> list[str]:
    """Each strategy in a scenario: what it saves, what it pays, and what is left; least first."""
    rows = list_records(sum_balance(table, scenario))
    if not rows:
        return [say("seconds.no_balance", baseline=baseline, scenario=scenario)]
    return [_say_balance(row, baseline) for row in rows]


def say_ends(table: pd.DataFrame, scenario: str, baseline: str = BASELINE) -> tuple[str, list[str]]:
    """(for which commit, say_balance's sentences) of the strategies, not emulated, that save most

    and cost most.
    """
    rows = list_records(sum_balance(table, scenario))
    real = [row for row in rows if not str(row["strategy"]).endswith(EMULATED)]
    if not real:
        return say("seconds.no_balance", baseline=baseline, scenario=scenario), []
    ends = [real[0], *real[1:][-1:]]
    return say("seconds.ends", scenario=scenario), [_say_balance(row, baseline) for row in ends]


def _say_balance(row: dict[str, Any], baseline: str) -> str:
    """`a (n = 6) saves 8.1 s (work 8.1 s) and pays 9.0 s (builder 9.0 s): 0.9 s more than b.`"""
    saves, pays = _say_side("saves", row["saved"]), _say_side("pays", row["paid"])
    facts = {"strategy": row["strategy"], "n": row["n"], "net": abs(row["net"])}
    way = "seconds.balance_more" if row["net"] > 0 else "seconds.balance_less"
    return say(way, saves=saves, pays=pays, baseline=baseline, **facts)


def _say_side(side: str, seconds: Mapping[str, float]) -> str:
    """`saves 8.1 s (work 8.1 s)`, `saves nothing of note`."""
    named, total = dict(seconds), sum(seconds.values())
    if len(named) > _PARTS:
        most = list(named.items())[: _PARTS - 1]
        named = dict(most) | {say("seconds.rest"): total - sum(each for _, each in most)}
    parts = _list_activities(named)
    return say(f"seconds.{side}" if parts else f"seconds.{side}_nothing", parts=parts, total=total)
