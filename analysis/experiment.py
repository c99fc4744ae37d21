"""Rounds of builds: each strategy's short history of commits, in shuffled order, resumable.

A round of a strategy is one history: its scenarios one after the other against a repository of
its own. What is finished on disk is never built for the record again; a history that was cut
off is first rebuilt up to where it stopped, unrecorded, since its registry went with its lab.
"""

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from analysis import recording
from analysis.builders.lab import Images, Lab
from analysis.builders.lab_build import BuildJob, build_in_lab
from analysis.errors import ContextError, EngineError, LabError, RecordError, UnknownName
from analysis.scenarios import SCENARIOS, context_files, derivable, list_bases, make_context
from analysis.strategies import Strategy, find_strategy, load_strategies

Report = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What an experiment varies besides strategies; the defaults suit a first look."""

    rounds: int = 3
    seed: int = 1
    context: Path = Path("deploy")
    strategies_folder: Path | None = None
    replacements: Path | None = None
    time_limit: float = 1800.0
    pool: int = 2


def run_experiment(
    folder: str | Path,
    strategies: Sequence[str] = (),
    scenarios: Sequence[str] = SCENARIOS,
    settings: Settings | None = None,
    report: Report = tqdm.write,
) -> Path:
    """Build what is missing in `folder` and return it; every finished run stays as it is.

    No strategies means all. `report` gets a line a build, beside a progress bar with the time
    left. Raises UnknownName, ContextError, RecordError (the folder holds an experiment of
    another context) and LabError; what is finished by then is kept.
    """
    folder, settings = Path(folder), settings or Settings()
    chosen = choose_strategies(strategies, settings.strategies_folder)
    scenarios = choose_scenarios(scenarios, settings, report)
    histories = [
        (number, strategy)
        for number in range(1, settings.rounds + 1)
        for strategy in shuffled(chosen, settings.seed, number)
        if missing(folder, strategy, scenarios, number)
    ]
    left = sum(len(missing(folder, s, scenarios, number)) for number, s in histories)
    report(f"{left} builds to run in {folder}")
    if histories:
        with (
            Lab() as lab,
            contexts_for(lab, scenarios, settings) as contexts,
            tqdm(total=left, unit="build") as bar,
        ):
            start_experiment(folder, lab, settings)
            run_histories(lab, folder, histories, contexts, settings, Progress(bar, report))
    return folder


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


def choose_strategies(names: Sequence[str], folder: Path | None) -> list[Strategy]:
    """The strategies of these names, all when there are none; UnknownName otherwise."""
    known = load_strategies(folder)
    return [find_strategy(name, known) for name in names] if names else list(known.values())


def choose_scenarios(names: Sequence[str], settings: Settings, report: Report) -> list[str]:
    """The scenarios that this context allows, in their order; the others are reported."""
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
    names = {name: recording.run_name(strategy.name, name, number) for name in scenarios}
    return [name for name, run in names.items() if not recording.is_finished(folder, run)]


@contextmanager
def contexts_for(
    lab: Lab, scenarios: Sequence[str], settings: Settings
) -> Iterator[dict[str, Path]]:
    """A copy of the context for each scenario, with the base images that the lab serves."""
    references = list_bases(settings.context)
    chosen = {name: choose_base(name, references, lab.images) for name in references}
    bases = {name: lab.serve_base(image, "1") for name, image in chosen.items()}
    newer = {}
    if "base" in scenarios:
        newer = {name: lab.serve_newer(image, "2") for name, image in chosen.items()}
    with tempfile.TemporaryDirectory(prefix="context-") as folder:
        contexts = {name: Path(folder) / name for name in scenarios}
        for name, target in contexts.items():
            make_context(settings.context, name, target, bases, newer, settings.replacements)
        yield contexts


def choose_base(reference: str, references: Sequence[str], images: Images) -> str:
    """The image that stands for a FROM: BASE_IMAGE for the default one or the only one."""
    alone = len(references) == 1 and images.base != Images().base
    return images.base if alone or reference == Images().base else reference


def start_experiment(folder: Path, lab: Lab, settings: Settings) -> None:
    """Write experiment.json, or check that the one there is of the same context and images."""
    path = folder / "experiment.json"
    facts = {
        "format": recording.FORMAT,
        "seed": settings.seed,
        "context": settings.context.name,
        "context_digest": digest_of(settings.context),
        "images": asdict(lab.images),
    }
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        facts |= {"started": datetime.now(UTC).isoformat(), "machine": lab.describe_machine()}
        path.write_bytes(recording.to_json(facts, indent=1))
        return
    there = recording.read_json(path)
    for name in ("context_digest", "images"):
        if there.get(name) != facts[name]:
            raise RecordError(
                f"{path} is of another experiment ({name} differs): its runs can't be compared "
                "with new ones. Choose another folder."
            )


def digest_of(context: Path) -> str:
    """sha256 over the names and contents of the files that a build of this context may see."""
    if not context.is_dir():
        raise ContextError(f"{context} is not a folder: CONTEXT must be one with a Dockerfile.")
    digest = hashlib.sha256()
    for path in context_files(context):
        data = (context / path).read_bytes()
        digest.update(f"{path.as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


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
    order = count_started(folder, number)
    job = BuildJob(lab, strategy, number, settings.time_limit)
    rng = random.Random(f"{settings.seed}-{strategy.name}-{number}")
    try:
        for scenario, context in contexts.items():
            slot = rng.randrange(settings.pool)
            record, log, images, history = build_in_lab(job, scenario, context, slot)
            record |= {"order": order, "context": digest_of(context)}
            if scenario in wanted:
                recording.write_run(folder, record, log, images, history)
                progress.step(record)
            if scenario == wanted[-1]:
                break
    finally:
        job.close()


def count_started(folder: Path, number: int) -> int:
    """How many strategies have a finished run in this round: the next one's place in it."""
    runs = (folder / "runs").glob(f"*.{number:02d}/record.json")
    return len({path.parent.name.split(".")[0] for path in runs})
