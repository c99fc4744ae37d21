"""Whether a record's values can be true, held against what stands beside them.

A value that was edited, or files of another run, contradict the folder's name, the log, BuildKit's
own records, the listing, or the other runs of the round, sequence or scenario.
"""

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.records.fields import find_odd_fields
from analysis.records.ranks import NOT_PLANNED, Planned, find_stray_ranks
from analysis.records.recording import run_name
from analysis.records.usual import find_usual
from analysis.rows import list_records
from analysis.workload import SCENARIOS, STORIES, STORY_NAMES

Row = dict[str, Any]
# seconds by which clocks and rounding may differ
_SLACK, _LISTING_SLACK = 1.0, 2.0
# scenarios of which one of several commits is recorded
_AT_ONCE = [each.name for each in STORIES if len(each.story[-1]) > 1]
# hits that a log may not show
_UNSAID = 2
# what all runs of the same keys share, and how it is called
_SHARED = {
    "place": (["round"], "place"),
    "emulated": (["strategy"], "emulation"),
    "expect": (["strategy"], "expected status"),
    "serves": (["strategy"], "kind of host"),
    "repository": (["strategy", "round", "story"], "repository"),
    "lab_images": (["strategy"], "set of images"),
    "context": (["scenario", "registry"], "context's digest"),
}


def list_contradictions(
    runs: pd.DataFrame, evidence: pd.DataFrame, planned: Planned = NOT_PLANNED
) -> list[list[str]]:
    """What contradicts each run's record, in words.

    `evidence`: as gather_evidence gives it, and rebuilt as mark_rebuilt does. `planned`: what
    experiment.json says of ranks.
    """
    facts = _name_by_folder(pd.concat([runs, evidence], axis=1))
    facts["serves"] = facts["host"].eq("server")
    facts["registry"] = facts["registry"].fillna("")
    facts["story"] = facts["scenario"].where(facts["scenario"].isin(STORY_NAMES), "")
    odd, stray = find_odd_fields(facts), find_stray_ranks(facts, planned)
    # which of the branches was over first is chance
    facts["context"] = facts["context"].mask(facts["scenario"].isin(_AT_ONCE))
    facts = pd.concat([facts, _find_usual(facts), _find_before(facts)], axis=1)
    found = []
    for index, row in zip(facts.index, list_records(facts), strict=True):
        told = [*_compare_own(row), *_compare_log(row), *_compare_files(row), *_compare_runs(row)]
        told += [*odd.get(index, ()), *([stray[index]] if index in stray else [])]
        found.append(told)
    return found


def _name_by_folder(facts: pd.DataFrame) -> pd.DataFrame:
    """`facts` with strategy, scenario and round as a run's folder says, which finds it; the

    record's own as said_….
    """
    keys = ["strategy", "scenario", "round"]
    said = facts[keys].add_prefix("said_")
    named = facts["run"].str.extract(r"^(?P<strategy>.+)\.(?P<scenario>[^.]+)\.(?P<round>\d+)$")
    known = named.notna().all(axis=1)
    named = named.where(known, facts[keys].astype("string")).astype({"round": "int64"})
    return pd.concat([facts.drop(columns=keys), named, said], axis=1)


def _find_usual(facts: pd.DataFrame) -> pd.DataFrame:
    """shared_…: what more than half of the runs of the same keys have."""
    found: dict[str, Any] = {}
    for name, (keys, _) in _SHARED.items():
        found[f"shared_{name}"] = find_usual(facts, name, keys, more_than=0.5)
    return pd.DataFrame(found, index=facts.index)


def _find_before(facts: pd.DataFrame) -> pd.DataFrame:
    """before_…: finished, seconds, scenario, … of the sequence's run before."""
    names = ["finished", "seconds", "scenario", "store_objects", "store_bytes"]
    # an end that its own log contradicts says nothing of the next run
    apart = (facts["finished"] - facts["log_ended"]).abs() > pd.Timedelta(seconds=_SLACK)
    sure = facts.assign(finished=facts["finished"].mask(apart.fillna(False)))
    ordered = sure.sort_values("started", kind="stable")
    before = ordered.groupby(["strategy", "round", "story"])[names].shift(1)
    return before.reindex(facts.index).add_prefix("before_")


def _compare_own(row: Row) -> Iterator[str]:
    """What a record says otherwise than its folder's name, or itself."""
    name = run_name(row["said_strategy"], row["said_scenario"], row["said_round"])
    if row["run"] != name:
        yield f"its folder is {row['run']}, its record says {name}"
    if pd.notna(row["finished"]) and pd.notna(row["seconds"]):
        lasted = (row["finished"] - row["started"]).total_seconds()
        if abs(lasted - row["seconds"]) > 0.1:
            yield f"it says {row['seconds']:g} s, and its begin and end are {lasted:g} s apart"
    if row["status"] == "failed" and row["exit_code"] == 0:
        yield "it failed, and its exit code is 0"
    for word in ("idle_gap", "provisioning_seconds", "queue_seconds", "seconds"):
        if pd.notna(row[word]) and row[word] < 0:
            yield f"its {word.replace('_', ' ')} is below 0"
    for word in ("pressure", "others_cpu"):
        if pd.notna(row[word]) and not 0 <= row[word] <= 1:
            yield f"its {word.replace('_', ' ')} is no share from 0 to 1"
    if pd.notna(row["link"]) and (row["place"] == "codebuild") != (row["link"] == "aws"):
        yield f"its place is {row['place']}, and its link {row['link']}"
    if row["place"] not in ("lab", "codebuild"):
        yield f"its place is {row['place']}, which is neither lab nor codebuild"
    if row["place"] == "lab":
        yield from _compare_host(row)


def _compare_host(row: Row) -> Iterator[str]:
    """What a record of the lab says otherwise of its host than of what happened to it."""
    if pd.notna(row["queue_seconds"]):
        yield "it waited in a queue, and the lab has none"
    started = row["provisioning_seconds"]
    if row["host"] not in ("fresh", "kept", "server"):
        yield f"its host is {row['host']}, which no host of the lab is"
    elif pd.notna(started) and (row["host"] == "kept") != (started == 0):
        yield f"its host is {row['host']}, and took {started:g} s to start"
    elif pd.notna(started) and started > 3600:
        yield f"its host took {started:g} s to start"
    if row["host"] == "kept" and _holds(row["host_empty"]):
        yield "its host is kept, and was empty"
    yield from _compare_repository(row)
    if _holds(row["side_by_side"]) and row["scenario"] not in _AT_ONCE:
        yield "it ran beside others, and its scenario has one build at a time"


def _compare_repository(row: Row) -> Iterator[str]:
    """What a record of the lab says otherwise of its repository than how the lab names them."""
    repository = row["repository"]
    if pd.isna(repository):
        return
    letters, found = (
        "".join(filter(str.isalnum, name)).lower() for name in (row["strategy"], repository)
    )
    named = rf"(\d+-)?{re.escape(row['strategy'])}-{row['round']:02d}"
    end = f"-{row['story']}" if row["story"] else ""
    if letters not in found:
        yield f"its repository is {repository}, which is none of its strategy"
    elif not re.fullmatch(named + re.escape(end), repository, re.IGNORECASE):
        yield f"its repository is {repository}, which is none of its round"


def _compare_log(row: Row) -> Iterator[str]:
    """What a record says otherwise than its log."""
    begun, ended, late = row["log_begun"], row["log_ended"], row["status"] == "timed out"
    if _are_apart(row["started"], begun):
        yield f"it began at {row['started']:%H:%M:%S}, its log at {begun:%H:%M:%S}"
    if not late and _are_apart(row["finished"], ended):
        yield f"it ended at {row['finished']:%H:%M:%S}, its log at {ended:%H:%M:%S}"
    if not late and _holds(row["log_open"]):
        yield "its log ends before its build did"
    code: int = 0 if pd.isna(row["log_code"]) else int(row["log_code"])
    if pd.notna(begun) and pd.notna(row["exit_code"]) and not late and row["exit_code"] != code:
        yield f"its exit code is {row['exit_code']}, that of its log {code}"
    if _holds(row["log_failed"]) and row["status"] == "succeeded" and row["exit_code"] == 0:
        yield "it succeeded, and its log says that it failed"
    if _holds(not _holds(row["log_failed"]) and pd.notna(begun)) and row["status"] == "failed":
        yield "it failed, and its log says that it succeeded"
    for name in ("engine", "buildx"):
        said = row[f"said_{name}"]
        if pd.notna(said) and pd.notna(row[name]) and said.lstrip("v") != row[name].lstrip("v"):
            yield f"its {name} is {row[name]}, that of its log {said}"


def _holds(value: Any) -> bool:
    """Whether a truth is known and holds."""
    return bool(pd.notna(value) and value)


def _are_apart(first: Any, second: Any) -> bool:
    """Whether two times are both known and not the same."""
    known = pd.notna(first) and pd.notna(second)
    return bool(known and abs((first - second).total_seconds()) > _SLACK)


def _compare_files(row: Row) -> Iterator[str]:
    """What a record, or its log, says otherwise than BuildKit's records and the listing."""
    if pd.notna(row["faults"]):
        yield str(row["faults"])
    digests = row["digests"] if isinstance(row["digests"], frozenset) else frozenset()
    if pd.notna(row["pushed"]) and digests and row["pushed"] not in digests:
        yield f"its listing lacks {row['pushed'][:19]}, which its log says it pushed"
    last, end = row["last_pushed"], row["finished"]
    late = pd.notna(last) and pd.notna(end) and (last - end).total_seconds() > _LISTING_SLACK
    # what builds beside it pushed may come later
    if row["place"] == "lab" and late and not _holds(row["side_by_side"]):
        yield "its listing has an entry that was pushed after it ended"
    if row["status"] != "timed out" and pd.notna(end):
        slack = pd.Timedelta(seconds=_SLACK)
        for name, words in (("begun", "began"), ("ended", "ended")):
            when = row[name]
            if pd.notna(when) and not row["started"] - slack <= when <= end + slack:
                yield f"BuildKit's record says that it {words} at {when:%Y-%m-%d %H:%M:%S}"
    shown, told = row["log_builds"], row["builds"]
    if pd.notna(told) and pd.notna(shown) and 0 < told != shown and row["status"] == "succeeded":
        yield f"its log shows {shown:.0f} builds, BuildKit's records are of {told:.0f}"
    cached, known = row["log_cached"], row["cached"]
    # a log may leave out that a hit was one where it was pulled at once
    wrong = pd.notna(known) and pd.notna(cached) and not -_UNSAID <= cached - known <= 0
    if _holds(row["log_steps"] == row["steps"]) and wrong:
        yield f"its log shows {cached:.0f} cached steps, BuildKit recorded {known:.0f}"


def _compare_runs(row: Row) -> Iterator[str]:
    """What a run has otherwise than those that it has that in common with."""
    for name, (keys, words) in _SHARED.items():
        usual, own = row[f"shared_{name}"], row[name]
        if pd.notna(own) and pd.notna(usual) and own != usual:
            alike = " and ".join(key for key in keys if key not in ("registry", "story"))
            yield f"its {words} is not that of its {alike}"
    gap, before = row["idle_gap"], row["before_finished"]
    if pd.notna(gap) and gap >= 0 and pd.notna(before):
        apart = (row["started"] - before).total_seconds()
        # a sequence that went on built what was before once more, unrecorded; what came in between
        # may have been removed; on CodeBuild the queue and provisioning come between
        again = 0.25 * row["before_seconds"] if pd.notna(row["before_seconds"]) else 0
        next_to = _follows(row["before_scenario"], row["scenario"])
        short = row["place"] == "lab" and next_to and gap < apart - 3 and apart - gap < again
        if gap > apart + _SLACK or short:
            yield f"its idle gap is {gap:.1f} s, and it began {apart:.1f} s after the run before"
    for name in ("store_objects", "store_bytes"):
        now, then = row[name], row[f"before_{name}"]
        # a cache may be written anew; one that was emptied gives no hits
        shrunk: bool = pd.notna(now) and pd.notna(then) and now < then / 2
        if shrunk and _holds(row["log_cached"]):
            yield f"its {name.replace('_', ' ')} are fewer than those before it"


def _follows(first: Any, second: str) -> bool:
    """Whether no scenario can have been built between two; of a history's commits nobody knows."""
    known = first in SCENARIOS and second in SCENARIOS
    return known and SCENARIOS.index(second) == SCENARIOS.index(first) + 1
