"""The answer in the few words of a first screen: a title, its grounds, and cards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from analysis.answers import Answer
from analysis.prose.answer import (
    find_skipped,
    is_same_bill,
    list_others,
    name_case,
    say_grounds,
    say_kinds_slower,
    say_mix,
    say_side,
    say_where,
)
from analysis.prose.template import say
from analysis.words import FASTER, join_ends, join_sentences

# as many turns as have a card
_TURNS = 2


@dataclass(frozen=True)
class Card:
    """A number with its unit, and what it is; `warns`: it may turn the advice, or is none."""

    head: str
    text: str
    warns: bool = False


def say_title(found: Answer) -> str:
    """The finding in one short sentence without a full stop: what, from and to, where.

    It is no advice where that depends on a step that was left out: say_lead tells which.
    """
    case = "if" if find_skipped(found) and found.verdict == FASTER else name_case(found)
    return say(
        f"first.title_{case}",
        strategy=found.strategy,
        baseline=found.baseline,
        start=found.seconds_from,
        to=found.seconds_to,
        margin=found.margin,
        where=say_where(found),
    )


def say_measured(found: Answer) -> str:
    """Where the numbers were measured, of what build, and whether they are of a host's speeds."""
    name = "calibrated" if found.calibrated else found.place or "unknown"
    place = say(f"answer.where_{found.place or 'unknown'}")
    built = say("first.built", **found.project) if found.project else ""
    return join_sentences(filter(None, [say(f"first.measured_{name}", where=place), built]))


def say_lead(found: Answer) -> list[str]:
    """What the advice depends on, the share that is saved, for which mix and kinds of commit.

    Where nothing is faster, the grounds alone, without the command of split_again.
    """
    if found.verdict != FASTER or found.difference is None:
        return [*filter(None, [say_grounds(replace(found, again=""))])]
    facts = {"strategy": found.strategy, "where": say_where(found)}
    skipped = find_skipped(found)
    depends = say("first.restart", turns_at=skipped["turns_at"], **facts) if skipped else ""
    share = -found.difference / found.seconds_from if found.seconds_from else None
    less = say("first.less", share=share, mix=say_mix(found))
    # by the names that they have in the table below
    return [*filter(None, [depends, less, *say_kinds_slower(found, str)])]


def split_again(found: Answer) -> tuple[str, str, str] | None:
    """(what stands before, the command that builds more rounds, behind); null without need."""
    if found.verdict == FASTER or not found.again:
        return None
    before, command, behind = say("answer.again", again=found.again).partition(found.again)
    return before, command, behind


def list_cards(found: Answer) -> list[Card]:
    """Cards, the most important first: seconds, time and money, entries, turns, emulated, alike."""
    makers = (_list_saved, _list_month, _list_entries, _list_turns, _list_emulated, _list_alike)
    return [card for make in makers for card in make(found)]


def _list_saved(found: Answer) -> Iterator[Card]:
    """The difference with its interval; that of the nearest strategy where the baseline stays."""
    row: Mapping[str, Any] | None = vars(found)
    if found.strategy == found.baseline:
        row = next(iter(list_others(found)), None)
    if row is None or row["difference"] is None:
        return
    name = "saved" if found.verdict == FASTER else "nearest"
    ends, strategy = (row["low"], row["high"]), row["strategy"]
    text = say(f"first.{name}", ends=ends, n=row["n"], strategy=strategy)
    yield Card(say("first.difference", difference=row["difference"]), text)


def _list_month(found: Answer) -> Iterator[Card]:
    """What a month saves in waiting and money, and what its pushes store."""
    price = found.price
    if found.verdict != FASTER or price.get("minutes_a_month") is None:
        return
    usd, stored = price["usd_a_month"], price.get("storage_usd_a_month")
    case = "unpriced" if usd is None else "cheaper" if usd < 0 else "dearer"
    case = "same_bill" if is_same_bill(usd) else case
    cost = say(f"first.{case}", usd=abs(usd or 0))
    before = price.get("storage_usd_a_month_baseline")
    if stored is not None and before is not None:
        cost += say("first.storage", usd=stored, before=before)
    text = say("first.month", builds=price["builds_a_month"], cost=cost)
    yield Card(say("first.minutes", minutes=-price["minutes_a_month"]), text)


def _list_entries(found: Answer) -> Iterator[Card]:
    """What a push leaves in the registry, and how many builds a policy keeps of it."""
    price = found.price
    if found.verdict != FASTER or price.get("entries_a_push") is None:
        return
    before, entries = price["entries_a_push_baseline"], price["entries_a_push"]
    text = say("first.push", before=before, baseline=found.baseline)
    kept, counted = (price[f"builds_kept_children_{each}"] for each in ("left_out", "counted"))
    if kept is not None:
        name = "first.keeps" if kept == counted else "first.keeps_readings"
        number, pushed = price["policy_keeps_entries"], price["builds_pushed"]
        text += say(name, number=number, kept=kept, counted=counted, pushed=pushed)
    yield Card(say("first.entries", entries=entries), text)


def _list_turns(found: Answer) -> Iterator[Card]:
    """The nearest known values at which the verdict turns; none of a step that was left out."""
    known = [each for each in found.flips if each["turns_at"] is not None and each["value"]]
    known.sort(key=lambda each: abs(each["turns_at"] / each["value"] - 1))
    for flip in known[:_TURNS]:
        name = flip["condition"].replace(" ", "_")
        head = say("first.turn", side=say_side(flip), value=say(f"first.at_{name}", **flip))
        yield Card(head, say("first.turns_to", what=say(f"first.of_{name}"), **flip), warns=True)


def _list_emulated(found: Answer) -> Iterator[Card]:
    """What the best emulated strategy would save: no advice."""
    if row := found.emulated:
        text = say("first.emulated", strategy=row["strategy"])
        yield Card(say("first.difference", difference=row["difference"]), text, warns=True)


def _list_alike(found: Answer) -> Iterator[Card]:
    """Which strategies are not told apart from the one advised."""
    if found.verdict == FASTER and found.same_as:
        names = join_ends(list(found.same_as), say("first.strategy"))
        yield Card(say("first.alike"), names)


def list_unknown(found: Answer) -> list[str]:
    """What is not known, a clause each, and the conditions of which one value was run."""
    unrun = [say(f"first.of_{each['condition'].replace(' ', '_')}") for each in found.flips
             if each.get("reason")]  # fmt: skip
    return [*found.unknown, *([say("first.unrun", conditions=unrun)] if unrun else [])]
