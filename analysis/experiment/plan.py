"""What an experiment has to build: what is not finished on disk, in the order of its rounds."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from analysis import records
from analysis.errors import UnknownName
from analysis.experiment.asked import check_given, say_lacking
from analysis.experiment.changes import list_changes, record_changes, say_changes
from analysis.experiment.failures import check_baseline
from analysis.experiment.manifest import check_facts, describe_lab, gather_facts, list_needs
from analysis.experiment.own import choose_own
from analysis.experiment.recorded import record_folders
from analysis.experiment.replay import Replay, find_replay, record_past
from analysis.experiment.retry import list_anew
from analysis.experiment.settings import Settings, record_settings
from analysis.lab import Images
from analysis.measures.compare import LOOKS
from analysis.specs import list_told
from analysis.workload import (
    BASELINE,
    KNOWN_SCENARIOS,
    SCENARIOS,
    STORY_NAMES,
    Strategy,
    apply_options,
    check_arguments,
    check_build_arguments,
    derivable,
    derivable_stories,
    find_story,
    find_strategy,
    load_strategies,
    shuffle_names,
)

_Report = Callable[[str], object]


class BuildSequence(NamedTuple):
    """One strategy's scenarios in one round, built one after the other against its repository.

    `story`: the scenario of STORIES that it is instead, with a repository of its own.
    """

    number: int
    strategy: Strategy
    story: str = ""

    @property
    def name(self) -> str:
        """How messages name it."""
        story = f", {self.story}" if self.story else ""
        return f"{self.strategy.name} in round {self.number}{story}"


@dataclass(frozen=True)
class Plan:
    """The scenarios of a sequence, the sequences that lack some, and what experiment.json says.

    `anew`: finished runs that are to be built once more, until they are. `replay`: the commits
    of a history that the scenarios are.
    """

    scenarios: list[str]
    sequences: list[BuildSequence]
    facts: dict[str, Any]
    anew: set[str] = field(default_factory=set, kw_only=True)
    replay: Replay | None = field(default=None, kw_only=True)

    @property
    def strategies(self) -> list[Strategy]:
        """The strategies that are built."""
        return list({each.strategy.name: each.strategy for each in self.sequences}.values())

    @property
    def needs(self) -> set[str]:
        """What the lab must have beyond its usual servers and images."""
        return set(list_needs(each.strategy for each in self.sequences))

    def say(self, settings: Settings) -> Iterator[str]:
        """A line for each scenario: what its commit changes, and the first layer to miss."""
        return self.replay.say() if self.replay else say_changes(settings, self.scenarios)

    def count_missing(self, folder: Path) -> int:
        """How many builds are not finished on disk."""
        return sum(len(self.list_missing(folder, each)) for each in self.sequences)

    def list_missing(self, folder: Path, sequence: BuildSequence) -> list[str]:
        """The scenarios of a sequence that are not finished on disk."""
        names = _pick_scenarios(self.scenarios, sequence)
        return missing(folder, sequence.strategy, names, sequence.number, self.anew)

    def list_wanted(self, folder: Path, sequence: BuildSequence) -> list[str]:
        """A sequence's scenarios up to the last that is missing; each builds on those before."""
        lacking, names = (
            self.list_missing(folder, sequence),
            _pick_scenarios(self.scenarios, sequence),
        )
        return names[: names.index(lacking[-1]) + 1] if lacking else []


def _pick_scenarios(scenarios: Sequence[str], sequence: BuildSequence) -> list[str]:
    """Those of a plan's scenarios that a sequence builds."""
    if sequence.story:
        return [sequence.story]
    return [name for name in scenarios if name not in STORY_NAMES]


def make_plan(
    folder: Path,
    strategies: str | Sequence[str],
    scenarios: str | Sequence[str],
    settings: Settings,
    images: Images,
    report: _Report,
) -> Plan:
    """What is missing in `folder`, in the order in which it is to be built.

    Raises UnknownName, BuildspecError, ContextError and RecordError before anything is built.
    """
    chosen, replay = choose_from(strategies, settings, report), find_replay(settings, folder)
    possible = replay.list_built() if replay else choose_scenarios(scenarios, settings, report)
    for line in say_impossible(chosen, possible):
        report(line)
    facts = gather_facts(settings.context, images, chosen, settings.replacements, settings.options)
    facts |= record_settings(settings) | record_folders(settings) | describe_lab(settings)
    facts |= record_past(settings, replay, images, facts["bases"])
    plan = plan_sequences(folder, chosen, possible, settings, facts)
    return dataclasses.replace(plan, replay=replay)


def plan_sequences(
    folder: Path,
    strategies: Sequence[Strategy],
    scenarios: list[str],
    settings: Settings,
    facts: dict[str, Any],
) -> Plan:
    """The sequences of these strategies and scenarios that lack some in `folder`, in their order.

    `facts` are what experiment.json is to say; of buildspecs those that are built are kept.
    ContextError, RecordError where the folder is of another experiment, BaselineError where
    nothing can be compared.
    """
    check_arguments(settings.context, settings.arguments, settings.options)
    own = [each.buildspec for each in strategies if each.in_context]
    check_build_arguments(settings.context, settings.options, list_told(own[0]) if own else ())
    facts = record_changes(list_changes(settings, scenarios)) | facts
    check_facts(folder, facts, scenarios)
    told = [apply_options(strategy, settings.options) for strategy in strategies]
    asked = order_sequences(told, settings, scenarios)
    anew = list_anew(folder, _list_runs(asked, scenarios), settings.retry)
    sequences = [
        each
        for each in asked
        if missing(folder, each.strategy, _pick_scenarios(scenarios, each), each.number, anew)
    ]
    built = {each.strategy.name for each in sequences}
    if BASELINE in built and not anew:
        check_baseline(folder)
    buildspecs = {n: d for n, d in facts["buildspecs"].items() if n in built}
    return Plan(scenarios, sequences, facts | {"buildspecs": buildspecs}, anew=anew)


def _list_runs(sequences: Iterable[BuildSequence], scenarios: Sequence[str]) -> list[str]:
    """The names of the runs of these sequences."""
    return [
        records.run_name(each.strategy.name, name, each.number)
        for each in sequences
        for name in _pick_scenarios(scenarios, each)
    ]


def order_sequences(
    strategies: Sequence[Strategy], settings: Settings, scenarios: Sequence[str] = SCENARIOS
) -> list[BuildSequence]:
    """All sequences: rounds outside, within each the strategies in the round's shuffled order.

    Of rounds that go on until all is told, those up to the first look. A strategy's sequence
    comes before those of its stories.
    """
    stories = [name for name in scenarios if name in STORY_NAMES]
    parts = [*([""] if len(stories) < len(scenarios) else []), *stories]
    return [
        BuildSequence(number, strategy, part)
        for number in range(1, (settings.rounds or LOOKS[0]) + 1)
        for strategy in shuffled(strategies, settings.seed, number)
        for part in parts
        if _explain_impossible(strategy, part) is None
    ]


def _explain_impossible(strategy: Strategy, story: str) -> str | None:
    """Why a strategy can't have a story, null when it can: one server takes one build at a time."""
    at_once = story and max(map(len, find_story(story).story)) > 1
    if at_once and strategy.host == "server":
        return "its one server takes one build at a time"
    return None


def say_impossible(strategies: Sequence[Strategy], scenarios: Sequence[str]) -> list[str]:
    """A sentence for each story that a strategy can't have."""
    stories = [name for name in scenarios if name in STORY_NAMES]
    reasons = {(s.name, name): _explain_impossible(s, name) for s in strategies for name in stories}
    return [
        f"scenario {name} of {strategy} is left out: {reason}"
        for (strategy, name), reason in reasons.items()
        if reason
    ]


def choose_from(names: str | Sequence[str], settings: Settings, report: _Report) -> list[Strategy]:
    """choose_strategies of the settings' folder, or those written from their buildspec.

    SettingError for what the lab has to be given; what it lacks is reported.
    """
    chosen = choose_written(names, settings, report)
    if settings.buildspec is not None and chosen:
        for line in say_lacking(chosen[0].buildspec):
            report(line)
    check_given(chosen, settings.env)
    return chosen


def choose_written(
    names: str | Sequence[str], settings: Settings, report: _Report
) -> list[Strategy]:
    """choose_strategies of the settings' folder, or those written from their buildspec."""
    if settings.buildspec is None:
        return choose_strategies(names, settings.strategies_folder)
    return choose_own(settings, _as_names(names), report)


def choose_strategies(
    names: str | Sequence[str], folder: str | Path | None = None
) -> list[Strategy]:
    """The strategies of these names, or of the one; when there are none, all that are built

    without being named. UnknownName.
    """
    known = load_strategies(folder)
    named = [find_strategy(name, known) for name in dict.fromkeys(_as_names(names))]
    return named or [each for each in known.values() if each.by_default]


def _as_names(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def choose_scenarios(names: str | Sequence[str], settings: Settings, report: _Report) -> list[str]:
    """The scenarios that this context allows, in their order; the others are reported."""
    names = _as_names(names)
    for name in names:
        if name not in KNOWN_SCENARIOS:
            raise UnknownName("scenario", name, KNOWN_SCENARIOS)
    given = settings.context, settings.replacements, settings.options
    reasons = derivable(*given) | derivable_stories(*given)
    chosen = [name for name in KNOWN_SCENARIOS if name in names]
    for name in chosen:
        if reasons[name]:
            report(f"scenario {name} is left out: {reasons[name]}")
    return [name for name in chosen if not reasons[name]]


def shuffled(strategies: Sequence[Strategy], seed: int, number: int) -> list[Strategy]:
    """The order of a round: the same for the same seed, whatever is already finished."""
    named = {strategy.name: strategy for strategy in strategies}
    return [named[name] for name in shuffle_names(named, seed, number)]


def missing(
    folder: Path,
    strategy: Strategy,
    scenarios: Sequence[str],
    number: int,
    anew: Collection[str] = (),
) -> list[str]:
    """The scenarios of a sequence that are not finished on disk, or are to be built `anew`."""
    names = {name: records.run_name(strategy.name, name, number) for name in scenarios}
    return [
        name for name, run in names.items() if run in anew or not records.is_finished(folder, run)
    ]
