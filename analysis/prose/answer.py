"""The answer in words: what to use, on what grounds, at what price, and what would turn it round.

Every place that states the answer (README, pages, command line) takes its sentences from here.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis import records
from analysis.answers import Answer, answer
from analysis.measures.compare import MIN_ROUNDS
from analysis.prose.template import say, tell
from analysis.results import to_experiment
from analysis.words import CLOSE, FASTER, SAME, SLOWER, join_sentences, say_seconds
from analysis.workload import BASELINE, say_commit

# a difference that is shown as 0.00 USD
_CENT = 0.005
# as many kinds of commit as a sentence names
_NAMED = 5
_PAYS = {FASTER: "pays", SLOWER: "pays_not", SAME: "pays_same", CLOSE: "pays_close"}


def headline(experiment: records.Experiment | str | Path, baseline: str = BASELINE) -> list[str]:
    """The sentences of the answer for the usual mix of commits, the advice first: say_answer's.

    >>> sentences = analysis.headline("data/lab")
    >>> sentences[0].split(":")[0]
    'Use containerd-store'
    """
    return say_answer(answer(to_experiment(experiment), baseline=baseline))


def say_answer(found: Answer) -> list[str]:
    """The advice in one sentence, its grounds, then what each costs and what is not known."""
    lines = [
        say_grounds(found),
        _say_project(found),
        _say_turns(found),
        say_entries(found),
        _say_bill(found),
        _say_alike(found),
        _say_emulated(found),
        say_exports(found),
        say("answer.unknown", parts=tell("; ").join(found.unknown)) if found.unknown else "",
        _say_left_out(found),
    ]
    return [say_advice(found), *filter(None, lines)]


def say_advice(found: Answer) -> str:
    """What to use, in one sentence that says where it was measured."""
    facts = {
        "strategy": found.strategy,
        "baseline": found.baseline,
        "where": say_where(found),
        "to": found.seconds_to,
        "start": found.seconds_from,
        "margin": found.margin,
        "again": found.again,
    }
    case = name_case(found)
    if case == "faster":
        if restart := find_skipped(found):
            return say("answer.use_restart", turns_at=restart["turns_at"], **facts)
        return say("answer.use", **facts)
    if case == "close":
        return say("answer.close", numbers=pick_numbers(vars(found)), **facts)
    case = "few_commits" if case == "few" and found.rounds_needed_reason else case
    return say(f"answer.{case}", rounds=MIN_ROUNDS, **facts)


def name_case(found: Answer) -> str:
    """What an answer comes to: faster, stay, close; nothing, unbuilt or few where it tells none."""
    if found.verdict == FASTER:
        return "faster"
    if found.strategy == found.baseline:
        return "stay"
    if found.verdict == CLOSE:
        return "close"
    if not found.runs or not found.commits:
        return "nothing"
    return "unbuilt" if _lacks(found) else "few"


def find_skipped(found: Answer) -> Mapping[str, Any] | None:
    """The flip of a restart of the engine that these builds did without; null without one."""
    flips = (each for each in found.flips if each["condition"] == "restart")
    return next((each for each in flips if not each["value"] and each["turns_at"]), None)


def say_grounds(found: Answer) -> str:
    """By how much, how surely, for which mix and kinds of commit; or what would tell."""
    mix = say_mix(found)
    if found.verdict == FASTER and found.difference is not None:
        facts = {"saved": -found.difference, "n": found.n, "mix": mix}
        share = -found.difference / found.seconds_from if found.seconds_from else None
        ends = _turn_bounds(vars(found))
        return join_sentences(
            [say("answer.grounds", share=share, ends=ends, **facts), *say_kinds_slower(found)]
        )
    if found.strategy is None:
        return _say_more(found)
    nearest = next((each for each in list_others(found)), None)
    if found.strategy == found.baseline and nearest:
        numbers = pick_numbers(nearest)
        return say("answer.nearest", strategy=nearest["strategy"], numbers=numbers, mix=mix)
    parts = [say("answer.for_mix", mix=mix), _say_needed(found), _say_more(found)]
    return join_sentences(filter(None, parts))


def _say_needed(found: Answer) -> str:
    """How many rounds would tell, or commits of a history; '' where that is unknown."""
    if found.rounds_needed_reason:
        known = "" if found.commits_needed else "_unknown"
        return say(f"answer.commits{known}", commits=found.commits_needed)
    return say("answer.rounds", rounds=found.rounds_needed) if found.rounds_needed else ""


def _lacks(found: Answer) -> bool:
    """Whether a kind of commit in the mix was never built."""
    return not {*found.mix} <= {each["scenario"] for each in found.commits}


def say_where(found: Answer) -> str:
    """`in the lab`, `on CodeBuild`, `in these runs`."""
    where = say(f"answer.where_{found.place or 'unknown'}")
    return say("answer.calibrated", where=where) if found.calibrated else where


def _say_more(found: Answer) -> str:
    """The command that builds more rounds, in a sentence; '' where there is none."""
    return say("answer.again", again=found.again) if found.again else ""


def say_mix(found: Answer) -> str:
    """`an assumed mix of commits (70 % source and 30 % base)`; of many kinds the most frequent."""
    mix = dict(found.mix)
    if len(mix) > _NAMED:
        mix = dict(sorted(mix.items(), key=lambda each: -each[1])[: _NAMED - 2])
    shares = [say("month.share", percent=100 * n, scenario=name) for name, n in mix.items()]
    if rest := len(found.mix) - len(mix):
        shares.append(say("answer.more_kinds", percent=100 * (1 - sum(mix.values())), rest=rest))
    known = found.mix_origin in ("assumed", "given")
    form = found.mix_origin if known else "recorded"
    return say(f"answer.mix_{form}", shares=shares, origin=found.mix_origin)


def list_others(found: Answer) -> list[Mapping[str, Any]]:
    """The strategies that are not emulated and not the baseline, the least difference first."""
    real = [
        each
        for each in found.strategies
        if not each["emulated"] and each["strategy"] != found.baseline and each["n"]
    ]
    return sorted(real, key=lambda each: each["difference"])


def pick_numbers(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """difference, low, high, n of a row, as say_difference takes them."""
    return tuple(row[name] for name in ("difference", "low", "high", "n"))


def _turn_bounds(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The interval of what is saved, of a row's difference."""
    low, high = row["low"], row["high"]
    return (None if high is None else -high, None if low is None else -low)


def say_kinds_slower(found: Answer, words: Callable[[str], str] = say_commit) -> list[str]:
    """For which kinds of commit the strategy is slower, or that it is slower for none."""
    rows = [each for each in found.commits if each["strategy"] == found.strategy]
    slower = [words(each["scenario"]) for each in rows if each["verdict"] == SLOWER]
    if slower:
        return [say("answer.slower", commits=slower)]
    return [say("answer.slower_none")] if len(rows) > 1 else []


def _say_project(found: Answer) -> str:
    """For what builds an answer holds; '' where their work and image are unknown."""
    return say("answer.project", **found.project) if found.project else ""


def _say_turns(found: Answer) -> str:
    """At which value of what the verdict would turn, beside what the advice says of it; or ''."""
    parts = [
        say(f"flips.{each['condition'].replace(' ', '_')}", side=say_side(each), **each)
        for each in found.flips
        if each["turns_at"] is not None and each["value"]
    ]
    return say("answer.turns", conditions=parts) if parts else ""


def say_side(flip: Mapping[str, Any]) -> str:
    """On which side of its turn a condition is to be for the verdict to turn."""
    return say("flips.above" if flip["turns_at"] > flip["value"] else "flips.below")


def say_entries(found: Answer, named: bool = False) -> str:
    """What a push leaves in the registry, and what a policy keeps; '' where it is unknown.

    `named`: with the strategy's name, which stands before it in an answer.
    """
    price = found.price
    if found.verdict != FASTER or price.get("entries_a_push") is None:
        return ""
    entries, before = price["entries_a_push"], price["entries_a_push_baseline"]
    than = say("answer.entries_same" if entries == before else "answer.entries_more", before=before)
    policy = _say_policy(price) if price["builds_kept_children_left_out"] is not None else ""
    facts = {"strategy": found.strategy, "than": than, "policy": policy}
    name = "answer.entries_with" if named else "answer.entries"
    return say(name, entries=entries, **facts)


def _say_policy(price: Mapping[str, Any]) -> str:
    """How many builds the policy keeps, by both readings where they differ."""
    kept, counted = (price[f"builds_kept_children_{each}"] for each in ("left_out", "counted"))
    name = "policy" if kept == counted else "policy_readings"
    number, pushed = price["policy_keeps_entries"], price["builds_pushed"]
    return say(f"answer.{name}", number=number, pushed=pushed, kept=kept, counted=counted)


def _say_bill(found: Answer) -> str:
    """What a month saves in minutes and money; '' where nothing is faster."""
    minutes = found.price.get("minutes_a_month")
    if found.verdict != FASTER or minutes is None:
        return ""
    usd = found.price["usd_a_month"]
    name = "unpriced" if usd is None else "same_bill" if is_same_bill(usd) else "cheaper"
    name = "dearer" if name == "cheaper" and usd > 0 else name
    unbilled = say("answer.unbilled") if found.place == "lab" else ""
    cost = say(
        f"answer.{name}", usd=abs(usd or 0), compute=found.price["compute"], unbilled=unbilled
    )
    where, builds = say_where(found), found.price["builds_a_month"]
    where = where[:1].upper() + where[1:]
    return say("answer.bill", where=where, builds=builds, minutes=-minutes, cost=cost)


def is_same_bill(usd: float | None) -> bool:
    """Whether a difference would be shown as 0.00 USD."""
    return usd is not None and abs(usd) < _CENT


def _say_alike(found: Answer) -> str:
    """Which strategies are not told apart from the one advised."""
    if found.verdict != FASTER or not found.same_as:
        return ""
    return say("answer.alike", strategies=found.same_as, strategy=found.strategy)


def _say_emulated(found: Answer) -> str:
    """What the best emulated strategy would save, apart from the advice."""
    if not found.emulated:
        return ""
    saved, ends = -found.emulated["difference"], _turn_bounds(found.emulated)
    facts = {"strategy": found.emulated["strategy"], "n": found.emulated["n"]}
    return say("answer.emulated", saved=saved, ends=ends, baseline=found.baseline, **facts)


def say_exports(found: Answer, strategy: str | None = None) -> str:
    """Whether exporting a cache pays with a strategy, in one sentence; '' where none exports.

    Without a name: of the strategy advised where it exports one, else of the fastest that does.
    """
    rows = [each for each in found.exports if not each["emulated"]]
    named = strategy or found.strategy
    rows = [each for each in rows if each["strategy"] == named] or ([] if strategy else rows)
    if not rows or rows[0]["difference"] is None:
        return ""
    row = rows[0]
    work = say_seconds(abs(row["saved_seconds"]))
    added = row["saved_seconds"] < 0 and work != say_seconds(0.0)
    more = "more" if row["difference"] > 0 else "less"
    return say(
        "answer.exports_adding" if added else "answer.exports",
        work=work,
        where=say_where(found),
        baseline=found.baseline,
        size=abs(row["difference"]),
        more=say(f"answer.{more}"),
        pays=say(f"answer.{_PAYS.get(row['verdict'], 'pays_close')}"),
        **row,
    )


def say_legend(found: Answer) -> str:
    """What the numbers and signs of a table of differences mean."""
    return say("answer.legend", baseline=found.baseline)


def _say_left_out(found: Answer) -> str:
    """How many builds failed the checks; '' when all passed."""
    number = found.runs_left_out
    verb = say("limits.is" if number == 1 else "limits.are")
    return say("limits.invalid", number=number, runs=found.runs, verb=verb) if number else ""
