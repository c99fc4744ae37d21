"""Rounds of builds: each strategy's short history of commits, in shuffled order, resumable.

A round of a strategy is one history: its scenarios one after the other against a repository of
its own. What is finished on disk is never built for the record again; a history that was cut
off is first rebuilt up to where it stopped, unrecorded, since its registry went with its lab.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from analysis import records
from analysis.errors import EngineError, LabError, UnknownName
from analysis.experiment.contexts import contexts_for, digest_of, say_replaced
from analysis.experiment.manifest import begun, check_facts, gather_facts, write_facts
from analysis.lab import NEWEST, NEWEST_TAG, SETTING, STORE, BuildJob, Images, Lab, build_in_lab
from analysis.workload import (
    SCENARIOS,
    UNSHAPED,
    Strategy,
    check_arguments,
    derivable,
    find_strategy,
    load_strategies,
    read_link,
)

Report = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What an experiment varies besides strategies; the defaults suit a first look.

    Folders may be given as text: the context, the buildspecs of a user's own strategies, and
    the files that replace the context's in a scenario (replacements/SCENARIO). `link` as
    read_link takes it; `arguments` are defaults for ARGs of the Dockerfile. SettingError.
    """

    rounds: int = 3
    seed: int = 1
    context: Path = Path("deploy")
    strategies_folder: Path | None = None
    replacements: Path | None = None
    time_limit: float = 1800.0
    pool: int = 2
    link: str = UNSHAPED
    arguments: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "link", read_link(self.link).text)
        for name in ("context", "strategies_folder", "replacements"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, Path(getattr(self, name)))


@dataclass(frozen=True)
class Plan:
    """The scenarios of a history, the histories that are missing (round, strategy), the facts."""

    scenarios: list[str]
    histories: list[tuple[int, Strategy]]
    facts: dict[str, Any]

    @property
    def needs(self) -> set[str]:
        """What the lab must have beyond its usual servers and images."""
        return set(list_needs(strategy for _, strategy in self.histories))


def run_experiment(
    folder: str | Path,
    strategies: str | Sequence[str] = (),
    scenarios: str | Sequence[str] = SCENARIOS,
    settings: Settings | None = None,
    report: Report = tqdm.write,
) -> Path:
    """Build what is missing in `folder` and return it; every finished run stays as it is.

    No strategies means all. `report` gets a line a build, beside a progress bar with the time
    left. Raises UnknownName, ContextError, RecordError (the folder holds an experiment of
    another context or buildspec) and LabError; what is finished by then is kept.
    """
    folder, settings, images = Path(folder), settings or Settings(), Images.from_environment()
    plan = make_plan(folder, strategies, scenarios, settings, images, report)
    left = sum(len(missing(folder, s, plan.scenarios, number)) for number, s in plan.histories)
    report(f"{left} builds to run in {folder}")
    if plan.histories:
        bases = plan.facts["bases"]
        for line in say_replaced(bases):
            report(line)
        with (
            Lab(images, read_link(settings.link), plan.needs) as lab,
            contexts_for(
                lab,
                settings.context,
                plan.scenarios,
                bases,
                settings.replacements,
                settings.arguments,
            ) as contexts,
            tqdm(total=left, unit="build") as bar,
        ):
            write_facts(folder, plan.facts, lab.describe_machine())
            run_histories(lab, folder, plan.histories, contexts, settings, Progress(bar, report))
    return folder


def list_needs(strategies: Iterable[Strategy]) -> Iterator[str]:
    """What each strategy's buildspec asks of the lab: an S3 store, the newest BuildKit."""
    for strategy in strategies:
        text = strategy.buildspec.text
        if SETTING in text:
            yield STORE
        if NEWEST_TAG in text:
            yield NEWEST


def make_plan(
    folder: Path,
    strategies: str | Sequence[str],
    scenarios: str | Sequence[str],
    settings: Settings,
    images: Images,
    report: Report,
) -> Plan:
    """What is missing in `folder`, in the order in which it is to be built.

    Raises UnknownName, BuildspecError, ContextError and RecordError before anything is built.
    """
    chosen = choose_strategies(strategies, settings.strategies_folder)
    possible = choose_scenarios(scenarios, settings, report)
    facts = gather_facts(settings.context, images, chosen, settings.replacements, settings.seed)
    facts |= {"link": settings.link, "arguments": dict(settings.arguments), "pool": settings.pool}
    check_arguments(settings.context, settings.arguments)
    check_facts(folder, facts)
    histories = [
        (number, strategy)
        for number in range(1, settings.rounds + 1)
        for strategy in shuffled(chosen, settings.seed, number)
        if missing(folder, strategy, possible, number)
    ]
    built = {strategy.name for _, strategy in histories}
    facts["buildspecs"] = {n: d for n, d in facts["buildspecs"].items() if n in built}
    return Plan(possible, histories, facts)


@dataclass(frozen=True)
class Progress:
    """A bar over the builds to run, and a line for each that is finished."""

    bar: tqdm
    report: Report

    def step(self, record: dict) -> None:
        """Report one finished run."""
        self.report(f"{record['run']}: {record['status']} in {record['seconds']:.1f} s")
        self.bar.update()


def run_histories(
    lab: Lab,
    folder: Path,
    histories: Sequence[tuple[int, Strategy]],
    contexts: dict[str, Path],
    settings: Settings,
    progress: Progress,
) -> None:
    """Run all histories; LabError at the end names those that broke off, EngineError at once."""
    broken = []
    for number, strategy in histories:
        try:
            run_history(lab, folder, strategy, number, contexts, settings, progress)
        except EngineError:
            raise
        except LabError as error:
            broken.append(f"{strategy.name} in round {number} ({error})")
            progress.report(f"broke off: {broken[-1]}")
    if broken:
        raise LabError(
            f"{len(broken)} histories broke off: {', '.join(broken)}. What is finished is kept in "
            f"{folder}; the same call again runs the rest."
        )


def choose_strategies(
    names: str | Sequence[str], folder: str | Path | None = None
) -> list[Strategy]:
    """The strategies of these names, or of the one, all when there are none; UnknownName."""
    known = load_strategies(folder)
    return [find_strategy(name, known) for name in dict.fromkeys(as_names(names))] or list(
        known.values()
    )


def as_names(names: str | Sequence[str]) -> list[str]:
    """A list of names, also where one is given by itself."""
    return [names] if isinstance(names, str) else list(names)


def choose_scenarios(names: str | Sequence[str], settings: Settings, report: Report) -> list[str]:
    """The scenarios that this context allows, in their order; the others are reported."""
    names = as_names(names)
    for name in names:
        if name not in SCENARIOS:
            raise UnknownName("scenario", name, SCENARIOS)
    reasons = derivable(settings.context, settings.replacements)
    chosen = [name for name in SCENARIOS if name in names]
    for name in chosen:
        if reasons[name]:
            report(f"scenario {name} is left out: {reasons[name]}")
    return [name for name in chosen if not reasons[name]]


def shuffled(strategies: Sequence[Strategy], seed: int, number: int) -> list[Strategy]:
    """The order of a round: the same for the same seed, whatever is already finished."""
    order = sorted(strategies, key=lambda strategy: strategy.name)
    random.Random(f"{seed}-{number}").shuffle(order)
    return order


def missing(folder: Path, strategy: Strategy, scenarios: Sequence[str], number: int) -> list[str]:
    """The scenarios of a history that are not finished on disk."""
    names = {name: records.run_name(strategy.name, name, number) for name in scenarios}
    return [name for name, run in names.items() if not records.is_finished(folder, run)]


def run_history(
    lab: Lab,
    folder: Path,
    strategy: Strategy,
    number: int,
    contexts: dict[str, Path],
    settings: Settings,
    progress: Progress,
) -> None:
    """Build one strategy's history of one round; finished scenarios only to restore the state."""
    wanted = missing(folder, strategy, list(contexts), number)
    order = find_place(folder, strategy.name, number)
    job = BuildJob(lab, strategy, number, settings.time_limit)
    rng = random.Random(f"{settings.seed}-{strategy.name}-{number}")
    try:
        for scenario, context in contexts.items():
            slot = rng.randrange(settings.pool)
            record, log, images, history = build_in_lab(job, scenario, context, slot)
            record |= {"order": order, "context": digest_of(context)}
            if scenario in wanted:
                records.write_run(folder, record, log, images, history)
                progress.step(record)
            if scenario == wanted[-1]:
                break
    finally:
        job.close()


def find_place(folder: Path, strategy: str, number: int) -> int:
    """A strategy's place in a round, from 0: that of its finished runs, else after all others'."""
    started = begun(folder, number)
    if strategy not in started:
        return len(started)
    return records.read_json(started[strategy])["order"]
