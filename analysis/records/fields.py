"""Which values a record is to have, and which not, by the runs beside it and by its own log."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.workload import COLD_STARTS

# what is known of a run where it is known of others of these keys
_KNOWN = {
    "engine": ["round", "strategy", "status"],
    "buildx": ["round", "strategy", "status"],
    "buildkit": ["round", "strategy", "status"],
    "storage_driver": ["round", "strategy", "status"],
    "idle_gap": ["strategy", "scenario"],
    "provisioning_seconds": ["strategy", "scenario"],
    "queue_seconds": ["strategy", "scenario"],
    "seconds": ["strategy", "scenario", "status"],
    "finished": ["strategy", "scenario", "status"],
    "exit_code": ["strategy", "scenario", "status"],
    "repository": ["strategy", "round"],
    "link": ["round"],
    "context": ["scenario"],
}
# and of a run of the lab where it is known of others that ended alike, whatever was built
_OF_LAB = (
    "engine",
    "buildx",
    "provisioning_seconds",
    "repository",
    "link",
    "context",
    "lab_images",
)
# what a strategy has in all its runs, or in none
_OF_STRATEGY = ("store_objects", "store_bytes")
# what records have from some version of the lab on; a machine is the same from one run to the next
_LATER = ("side_by_side", "machine", "pressure", "others_cpu")
_Told = dict[Any, list[str]]


def find_odd_fields(facts: pd.DataFrame) -> _Told:
    """Index of a run -> what its record lacks, or has, otherwise than those beside it, in words.

    `facts`: columns of runs, with lab_images and context (of the record) and log_ended.
    """
    found: _Told = {}
    for lists in (_list_untold, _list_lacking, _list_of_strategy, _list_later):
        for index, words in lists(facts):
            told = found.setdefault(index, [])
            told += [words] if words not in told else []
    return found


def _list_untold(facts: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """What a run lacks though its log tells it, and the gap before a first build."""
    lab, told = facts["place"].eq("lab"), facts["log_ended"].notna()
    told &= facts["status"].ne("timed out")
    for name, known in (("finished", told), ("seconds", told), ("exit_code", told & lab)):
        words = f"its record lacks {name}, which its log tells"
        yield from _say(facts.index[known & facts[name].isna()], words)
    first = lab & facts["scenario"].isin(COLD_STARTS) & facts["idle_gap"].notna()
    yield from _say(facts.index[first], "it has an idle gap, and nothing was built before it")


def _list_lacking(facts: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """What a run lacks though more than half of the others have it."""
    lab, cold = facts["place"].eq("lab"), facts["scenario"].isin(COLD_STARTS)
    every = pd.Series(True, facts.index)
    each = [(name, keys, every) for name, keys in _KNOWN.items()]
    each += [(name, ["place", "status"], lab) for name in _OF_LAB]
    each += [("idle_gap", ["place", "scenario"], lab & ~cold)]
    for name, keys, asked in each:
        usual = _have_others(facts[name].notna(), [facts[key] for key in keys])
        yield from _say(facts.index[asked & facts[name].isna() & usual], _say_lacking(name))


def _list_of_strategy(facts: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """What a run has, or lacks, otherwise than more than half of its strategy's other runs."""
    # of two nobody can say which one is wrong
    several = facts.groupby("strategy")["run"].transform("size").gt(2)
    for name in _OF_STRATEGY:
        known = facts[name].notna()
        usual, unusual = (_have_others(each, [facts["strategy"]]) for each in (known, ~known))
        yield from _say(facts.index[several & ~known & usual], _say_lacking(name))
        yield from _say(facts.index[several & known & unusual], _say_added(name))


def _list_later(facts: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """What a run has otherwise than both the one before and the one after it in time.

    Between them nobody can have gone over to another version of the lab, or another machine, and
    back.
    """
    ordered = facts.sort_values("started", kind="stable")
    # a host that is gone says nothing any more
    ended = ordered["status"].eq("succeeded")
    for name in _LATER:
        known = ordered[name].notna()
        before, after = (known.shift(by).astype("boolean") for by in (1, -1))
        alike = before.eq(after).fillna(False)
        lacking, added = alike & before & ~known & ended, alike & ~before & known
        yield from _say(ordered.index[lacking.fillna(False)], _say_lacking(name))
        yield from _say(ordered.index[added.fillna(False)], _say_added(name))
    machines = ordered["machine"]
    odd = machines.shift(1).eq(machines.shift(-1)) & machines.ne(machines.shift(1))
    yield from _say(
        ordered.index[odd.fillna(False) & machines.notna()],
        "its machine is not that of the runs before and after it",
    )


def _have_others(known: pd.Series, keys: list[pd.Series]) -> pd.Series:
    """Whether something holds for more than half of a row's group, the row itself left out."""
    groups = known.groupby(keys)
    others = groups.transform("size") - 1
    return ((groups.transform("sum") - known) > 0.5 * others).astype("boolean").fillna(False)


def _say(index: pd.Index, words: str) -> Iterator[tuple[Any, str]]:
    """The same words of each of these runs."""
    return ((each, words) for each in index)


def _say_lacking(name: str) -> str:
    return f"its record lacks {_name(name)}, which others of its kind have"


def _say_added(name: str) -> str:
    return f"its record has {_name(name)}, which others of its kind lack"


def _name(column: str) -> str:
    """A column as the record calls it."""
    return "images" if column == "lab_images" else column
