"""The object that holds an answer, and how it is shown and written."""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from analysis.prose.template import say
from analysis.words import FASTER, say_difference, say_seconds

# of the keys of to_dict: what reads them can tell by it when one has changed its meaning
VERSION = 1
Row = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, repr=False)
class Answer:
    """Which strategy to use for a mix of commits; seconds are those of a mean build of the mix.

    version (of these keys) · experiment (its folder's name) · strategy: what to use if `verdict`
    is faster, the baseline where nothing is faster by more than the margin; else the one with the
    lowest mean, which is no advice; null without any · baseline · seconds_from (baseline),
    seconds_to (strategy), difference (below 0 is faster), low, high (95 % interval) · verdict ·
    n (rounds of both, or commits of a history) · place (lab, codebuild; null: unknown or
    several) · project (what was built: name, work in seconds of all its layers when none is a hit,
    image_mb compressed, link; null where no model tells) · calibrated (at speeds that were
    given) · mix (scenario -> share), mix_origin
    (assumed, given, or which commits of a git history tell it) · price (units are in its keys;
    those ending in _baseline are the baseline's) · flips (condition, unit, value: that of these
    runs, low, high, turns_at (null: nowhere between these two), turns_to, reason (why
    nothing is known: only this value was run; else null)) · same_as (not told apart from the
    strategy) · emulated (the best that the lab only stands in for, never advised: strategy,
    seconds, difference, low, high, verdict, n) · unknown (in words) · rounds_needed (to be told,
    as many as `again` builds; null when unknown), rounds_needed_reason (why rounds would not tell;
    else null), commits_needed (of a history, likewise) · runs, runs_left_out (builds, and those
    that failed the checks) · margin (share of seconds_from that counts as the same) · strategies
    (a row each, the quickest first) ·
    commits (a row a kind of commit and strategy) · exports (a row a strategy that exports a cache:
    export_seconds, saved_seconds of work, difference) · again (the command that builds more
    rounds or commits; '' for none).
    Numbers are null when unknown, never NaN.

    >>> found = analysis.answer("data/control")
    >>> sorted(found.to_dict())[:4]
    ['again', 'baseline', 'calibrated', 'commits']
    """

    version: int
    experiment: str
    strategy: str | None
    baseline: str
    seconds_from: float | None
    seconds_to: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: str
    n: int
    place: str | None
    project: Row | None
    calibrated: bool
    mix: Mapping[str, float]
    mix_origin: str
    price: Row
    flips: Sequence[Row]
    same_as: Sequence[str]
    emulated: Row | None
    unknown: Sequence[str]
    rounds_needed: int | None
    rounds_needed_reason: str | None
    commits_needed: int | None
    runs: int
    runs_left_out: int
    margin: float
    strategies: Sequence[Row]
    commits: Sequence[Row]
    exports: Sequence[Row]
    again: str

    def __repr__(self) -> str:
        return f"<Answer: {_say_short(self)}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope='row' style='text-align: left'>{escape(label)}</th>"
            f"<td style='text-align: left'>{escape(text)}</td></tr>"
            for label, text in _list_facts(self).items()
        )
        caption = escape(say(f"answer.caption_{self.place or 'unknown'}"))
        return f"<table><caption>{caption}</caption><tbody>{rows}</tbody></table>"

    def to_dict(self) -> dict[str, Any]:
        """The fields by name, of types that JSON has; whatever is done to it changes no answer."""
        fields = dataclasses.fields(self)
        return {each.name: plain(getattr(self, each.name)) for each in fields}

    def to_json(self, indent: int | None = 2) -> str:
        """to_dict as JSON, a null for what is unknown."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)


def plain(value: Any) -> Any:
    """A value in types that JSON has: lists, dicts, text, and null for a number that is none."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    value = value.item() if hasattr(value, "item") else value
    if value is None or isinstance(value, str | bool | int):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        # the null of a column of text or of whole numbers
        return None
    return number if math.isfinite(number) else None


def _say_short(answer: Answer) -> str:
    """`containerd-store instead of docker, −6.6 s [−7.5 to −5.7 s, n = 6], faster, lab`."""
    if answer.strategy is None or answer.strategy == answer.baseline:
        return f"{answer.strategy}, {answer.verdict}, {answer.place}"
    facts = f"{answer.strategy} instead of {answer.baseline}, {_say_bounds(answer)}"
    return f"{facts}, {answer.verdict}, {answer.place}"


def _say_bounds(answer: Answer) -> str:
    values = (answer.difference, answer.low, answer.high)
    difference, low, high = (math.nan if each is None else each for each in values)
    return say_difference(difference, low, high, answer.n)


def _list_facts(answer: Answer) -> dict[str, str]:
    """Label -> text of the fields that a reader asks for first."""
    seconds = {
        say("answer.label_from", baseline=answer.baseline): answer.seconds_from,
        say("answer.label_to", strategy=answer.strategy or "none"): answer.seconds_to,
    }
    told = {label: say_seconds(math.nan if s is None else s) for label, s in seconds.items()}
    mix = ", ".join(f"{scenario} {share:.0%}" for scenario, share in answer.mix.items())
    use = answer.verdict == FASTER or answer.strategy == answer.baseline
    return {
        say("answer.label_use"): (answer.strategy or "none") if use else answer.verdict,
        **told,
        say("answer.label_difference"): _say_bounds(answer),
        say("answer.label_verdict"): answer.verdict,
        say("answer.label_mix"): f"{mix} ({answer.mix_origin})",
    }
