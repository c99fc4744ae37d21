"""Records small contexts over several links: what a model's predictions are checked with.

    python -m benchmarks.record_contexts --rounds 2 --hours 5
    python -m benchmarks.record_contexts --pack data/contexts

Each context over each link is an experiment in FOLDER/CONTEXT.LINK. Rounds are outside, so that
whenever it is stopped there is as much as there can be of everything; the same command again runs
what is missing. It wants a quiet machine: records say how quiet it was.
"""

import argparse
import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import BaselineError, LabError
from analysis.experiment import Labs, Settings, make_plan, run_experiment, split_names
from analysis.lab import Images
from analysis.shipped import GRID_CONTEXT, ROOT, place_folder
from analysis.workload import SCENARIOS

_FOREIGN = ROOT / "tests" / "contexts"
# name -> folder, and what its Dockerfile is asked for; those that take least come first
CONTEXTS: dict[str, tuple[Path, dict[str, str]]] = {
    "sweep-5": (GRID_CONTEXT, {"WORK_SECONDS": "5"}),
    "deploy": (ROOT / "deploy", {}),
    "sweep-30": (GRID_CONTEXT, {"WORK_SECONDS": "30", "LAYER_COUNT": "2"}),
    "go": (_FOREIGN / "go", {}),
    "node": (_FOREIGN / "node", {}),
}
LINKS = ("codebuild", "unshaped", "100mbit")
STRATEGIES = (
    "docker",
    "inline-cache",
    "registry-cache",
    "registry-cache-push",
    "containerd-store",
    "container-push",
)


_HISTORY = "history.json.gz"


@dataclass(frozen=True)
class _Point:
    """A context over a link, and the folder of its experiment."""

    context: str
    link: str
    folder: Path

    @property
    def name(self) -> str:
        """As messages and folders have it."""
        return f"{self.context}.{self.link}"

    def settings(self, rounds: int) -> Settings:
        """What it is built with, up to a round."""
        path, arguments = CONTEXTS[self.context]
        return Settings(rounds=rounds, context=path, link=self.link, arguments=arguments)


@dataclass
class _Clock:
    """How long builds took so far, by context, and how many are left in all."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def note(self, context: str, builds: int, seconds: float) -> None:
        """Note what some builds of a context took together."""
        if builds:
            self.seconds.setdefault(context, []).extend([seconds / builds] * builds)

    def estimate(self, missing: Sequence[tuple[int, _Point, int]]) -> str:
        """About how long these builds will take; those of a context not seen as the usual one."""
        known = [each for values in self.seconds.values() for each in values]
        if not known:
            return "for an unknown time so far"
        usual = {name: sum(values) / len(values) for name, values in self.seconds.items()}
        mean = sum(known) / len(known)
        total = sum(count * usual.get(point.context, mean) for _, point, count in missing)
        return f"for about {total / 60:.0f} min"


def record(
    folder: Path,
    contexts: Sequence[str],
    links: Sequence[str],
    strategies: Sequence[str],
    scenarios: Sequence[str],
    rounds: int,
    hours: float,
    report: Callable[[str], None] = print,
) -> None:
    """Build what is missing until it is all there, or no hours are left. LabError at the end."""
    points = list_points(folder, contexts, links)
    clock, end, broken = _Clock(), time.monotonic() + hours * 3600, []
    with Labs() as labs:
        while missing := list(_list_missing(points, strategies, scenarios, rounds)):
            if time.monotonic() > end:
                report(f"stopped after {hours:g} h; the same command again runs what is missing")
                break
            number, point, builds = missing[0]
            report(
                f"round {number}: {point.name}, {builds} builds; "
                f"{sum(count for *_, count in missing)} in all, {clock.estimate(missing)}"
            )
            begin = time.monotonic()
            settings = point.settings(number)
            try:
                run_experiment(point.folder, strategies, scenarios, settings, labs=labs)
            except (LabError, BaselineError) as error:
                points = [each for each in points if each != point]
                broken.append(f"{point.name} in round {number}: {error}")
                report(f"broke off: {broken[-1]}")
            clock.note(point.context, builds, time.monotonic() - begin)
    if broken:
        raise LabError("\n".join([*broken, "The same call again runs what is missing."]))


def list_points(folder: Path, contexts: Sequence[str], links: Sequence[str]) -> list[_Point]:
    """Each context over each link, in the order in which they are recorded."""
    return [_Point(name, link, folder / f"{name}.{link}") for link in links for name in contexts]


def _list_missing(
    points: Sequence[_Point], strategies: Sequence[str], scenarios: Sequence[str], rounds: int
) -> Iterator[tuple[int, _Point, int]]:
    """(round, point, how many builds of it are missing), where some are, in their order."""
    images, had = Images.from_environment(), dict.fromkeys(points, 0)
    for number in range(1, rounds + 1):
        for point in points:
            plan = make_plan(
                point.folder, strategies, scenarios, point.settings(number), images, str
            )
            builds = plan.count_missing(point.folder) - had[point]
            had[point] += builds
            if builds:
                yield number, point, builds


def pack(folder: Path, target: Path, points: Sequence[_Point], bare: bool = False) -> int:
    """Copy the finished runs of points to `target`/CONTEXT.LINK, small; their bytes.

    `bare`: without BuildKit's own records.
    """
    size = 0
    for point in points:
        for path in _list_files(folder / point.name):
            data = path.read_bytes()
            if path.name == _HISTORY:
                data = _thin_history(data, bare)
            copy = target / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
            size += len(data)
    return size


def _list_files(experiment: Path) -> list[Path]:
    """What of an experiment is kept: its facts, and its runs."""
    return [*experiment.glob("experiment.json"), *sorted(experiment.glob("runs/[!.]*/*.*"))]


def _thin_history(data: bytes, bare: bool) -> bytes:
    """BuildKit's records of a run without the output of steps, which is in its log; or none."""
    history = {"builds": []} if bare else json.loads(gzip.decompress(data))
    for build in history["builds"]:
        thin = [{k: v for k, v in line.items() if k != "logs"} for line in build["rawjson"]]
        build["rawjson"] = [line for line in thin if line]
    return gzip.compress(json.dumps(history).encode(), 9, mtime=0)


def main() -> None:
    """Record as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/contexts")
    parser.add_argument("--contexts", default=",".join(CONTEXTS))
    parser.add_argument("--links", default=",".join(LINKS))
    parser.add_argument("--strategies", default=",".join(STRATEGIES))
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--hours", type=float, default=6)
    parser.add_argument("--pack", help="only copy what is recorded into this folder, small")
    parser.add_argument("--bare", action="store_true", help="leave out BuildKit's own records")
    given = parser.parse_args()
    folder, contexts = place_folder(given.folder), split_names(given.contexts)
    links = split_names(given.links)
    if given.pack:
        points = list_points(folder, contexts, links)
        size = pack(folder, place_folder(given.pack), points, given.bare)
        print(f"{size / 1e6:.2f} MB in {given.pack}")
        return
    record(
        folder,
        contexts,
        links,
        split_names(given.strategies),
        split_names(given.scenarios),
        given.rounds,
        given.hours,
    )


if __name__ == "__main__":
    main()
