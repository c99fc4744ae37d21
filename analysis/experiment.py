"""Rounds of builds: each strategy's short history of commits, in shuffled order, resumable.

A round of a strategy is one history: its scenarios one after the other against a repository of
its own. What is finished on disk is never built for the record again; a history that was cut
off is first rebuilt up to where it stopped, unrecorded, since its registry went with its lab.
"""

import hashlib
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis import recording
from analysis.builders.lab import Images, Lab
from analysis.builders.lab_build import BuildJob, build_in_lab
from analysis.errors import ContextError, RecordError, UnknownName
from analysis.scenarios import SCENARIOS, derivable, list_bases, make_context
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
    report: Report = print,
) -> Path:
    """Build what is missing in `folder` and return it; every finished run stays as it is.

    No strategies means all. Raises UnknownName, ContextError, RecordError (the folder holds
    an experiment of another context) and LabError; what is finished by then is kept.
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
    if not histories:
        return folder
    with Lab() as lab, contexts_for(lab, scenarios, settings) as contexts:
        start_experiment(folder, lab.images, settings)
        progress = Progress(left, report)
        for number, strategy in histories:
            run_history(lab, folder, strategy, number, contexts, settings, progress)
    return folder


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


def start_experiment(folder: Path, images: Images, settings: Settings) -> None:
    """Write experiment.json, or check that the one there is of the same context and images."""
    path = folder / "experiment.json"
    facts = {
        "format": recording.FORMAT,
        "seed": settings.seed,
        "context": settings.context.name,
        "context_digest": digest_of(settings.context),
        "images": asdict(images),
    }
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
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
    """sha256 over the names and contents of a folder's files."""
    if not context.is_dir():
        raise ContextError(f"{context} is not a folder: CONTEXT must be one with a Dockerfile.")
    digest = hashlib.sha256()
    for path in sorted(path for path in context.rglob("*") if path.is_file()):
        if "__pycache__" in path.parts:
            continue
        digest.update(f"{path.relative_to(context)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Progress:
    """Says after each build how many are left and about how long they take."""

    def __init__(self, total: int, report: Report) -> None:
        self.total, self.report, self.done, self.begin = total, report, 0, time.monotonic()

    def step(self, record: dict) -> None:
        """Report one finished run."""
        self.done += 1
        left = (time.monotonic() - self.begin) / self.done * (self.total - self.done)
        self.report(
            f"[{self.done}/{self.total}] {record['run']}: {record['status']} in "
            f"{record['seconds']:.1f} s; about {left / 60:.0f} min left"
        )


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


def remove_unfinished(folder: Path) -> int:
    """Remove run folders that were cut off while written; how many."""
    cut = list((folder / "runs").glob("*.part"))
    for path in cut:
        shutil.rmtree(path)
    return len(cut)
