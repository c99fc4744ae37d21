"""Records all that data/ holds of builds, part by part, as far as the time goes.

    python -m benchmarks.record --folder runs/recorded --list
    python -m benchmarks.record --folder runs/recorded --hours 1.2
    python -m benchmarks.record --folder runs/recorded --pack data

benchmarks/recorded_plan.py says what, the most important first. The same call again runs what is
missing: a strategy's sequence after the other, rounds outside in each part; what was under pressure
is built again at the end of its round, twice at most. It wants a quiet machine, and stops where the
next sequence would end too late. Ctrl-C loses no more than the build that runs.
"""

import argparse
import gzip
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.errors import BaselineError, EngineError, LabError, UnknownName
from analysis.experiment import (
    PRESSED,
    BuildSequence,
    Labs,
    list_needs,
    measure_spacing,
    run_experiment,
)
from analysis.records import read_records, run_name
from analysis.shipped import place_folder
from analysis.workload import SCENARIOS, count_pushes, load_strategies
from benchmarks.recorded_plan import PLAN, Part, Point

# BuildKit's own records are kept of the rounds up to this one: they tell what a build waited for
_WITNESSED = 3
_HISTORY = "history.json.gz"


@dataclass(frozen=True)
class _Unit:
    """A sequence of a part that lacks builds: what one call builds."""

    part: Part
    point: Point
    sequence: BuildSequence
    retry: str
    builds: int
    seconds: float

    @property
    def name(self) -> str:
        """As messages have it."""
        again = " again, for it was under pressure" if self.retry else ""
        return f"{self.part.name}, {self.point.folder}: {self.sequence.name}{again}"

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others of a call."""
        return self.point.folder, self.sequence.name

    def build(self, folder: Path, labs: Labs) -> None:
        """Build what it lacks."""
        number, story = self.sequence.number, self.sequence.story
        _, settings = self.part.ask(folder, self.point, number, self.retry)
        scenarios = [name for name in self.part.scenarios if name in SCENARIOS]
        run_experiment(
            folder / self.point.folder,
            [self.sequence.strategy.name],
            [story] if story else scenarios,
            settings,
            labs=labs,
        )


def record(
    folder: Path,
    hours: float,
    parts: Sequence[Part] = PLAN,
    report: Callable[[str], object] = print,
) -> None:
    """Build what is missing until it is all there, or the hours are over. LabError at the end."""
    begin = time.monotonic()
    broken: dict[tuple[str, str], str] = {}
    for line in say_missing(folder, parts):
        report(line)
    with Labs(needs=list_needs(load_strategies().values())) as labs:
        for unit in walk(folder, parts):
            spent = time.monotonic() - begin
            if spent + unit.seconds > hours * 3600:
                report(
                    f"stopped after {spent / 3600:.1f} h: {unit.name} would take about "
                    f"{unit.seconds / 60:.0f} min more; the same command again goes on with it"
                )
                break
            if unit.key in broken:
                continue
            report(f"{unit.name}, {unit.builds} builds, about {unit.seconds / 60:.0f} min")
            try:
                unit.build(folder, labs)
            except EngineError:
                raise
            except (LabError, BaselineError) as error:
                broken[unit.key] = str(error)
                report(f"broke off: {error}")
    for line in say_missing(folder, parts):
        report(line)
    if broken:
        raise LabError("\n".join([*broken.values(), "The same call again runs what is missing."]))


def walk(folder: Path, parts: Sequence[Part]) -> Iterator[_Unit]:
    """What is missing, sequence by sequence, seen when its turn comes; then what was pressed.

    Nothing of a point whose baseline fails: say_missing tells of it.
    """
    for part in parts:
        for number in range(1, part.rounds + 1):
            for retry in ("", PRESSED, PRESSED):
                for point in part.points:
                    with suppress(BaselineError):
                        yield from _list_units(folder, part, point, number, retry)


def _list_units(
    folder: Path, part: Part, point: Point, rounds: int, retry: str = ""
) -> Iterator[_Unit]:
    """A point's sequences that lack builds, up to a round; with `retry` those it builds anew."""
    plan = part.plan(folder, point, rounds, retry)
    spacing = _read_spacing(folder / point.folder)
    usual = spacing.median() if len(spacing) else point.seconds
    for sequence in plan.sequences:
        wanted = plan.list_wanted(folder / point.folder, sequence)
        names = (run_name(sequence.strategy.name, each, sequence.number) for each in wanted)
        if retry and plan.anew.isdisjoint(names):
            continue
        builds = sum(map(count_pushes, wanted))
        seconds = float(builds * spacing.get(sequence.strategy.name, usual))
        yield _Unit(part, point, sequence, retry, builds, seconds)


def _read_spacing(folder: Path) -> pd.Series:
    """measure_spacing of what is recorded in a folder; empty where nothing is."""
    if not (folder / "runs").is_dir():
        return pd.Series(dtype="float64")
    return measure_spacing(read_records(folder).runs)


def say_missing(folder: Path, parts: Sequence[Part]) -> Iterator[str]:
    """A line a part and point: what is there, what is missing, and about how long that takes.

    What an earlier part asks for, too, is counted there.
    """
    known: dict[tuple[str, str], _Unit] = {}
    for part in parts:
        for point in part.points:
            try:
                units = {each.key: each for each in _list_units(folder, part, point, part.rounds)}
            except BaselineError as error:
                yield f"{part.name}, {point.folder}: {error}"
                continue
            new = [each for key, each in units.items() if key not in known]
            known |= units
            count = len(part.ask(folder, point, 1)[0])
            yield (
                f"{part.name}, {point.folder}: {point.context} over {point.link}, "
                f"{count} strategies, {len(part.scenarios)} scenarios, {part.rounds} rounds; "
                f"{_count_finished(folder / point.folder)} runs there, "
                f"{sum(each.builds for each in new)} builds missing, {_say_hours(new)}"
            )
    yield f"{_say_hours(known.values())} in all"


def _say_hours(units: Iterable[_Unit]) -> str:
    return f"about {sum(each.seconds for each in units) / 3600:.1f} h"


def _count_finished(folder: Path) -> int:
    """How many runs are there."""
    return len(list(folder.glob("runs/[!.]*/record.json")))


def pack(folder: Path, target: Path, names: Sequence[str]) -> int:
    """Copy the finished runs of experiments in `folder` to `target`, under the same names.

    The bytes of the copies. What `target` holds of an experiment is replaced if there are any runs.
    """
    size = 0
    for name in names:
        files = _list_files(folder / name)
        if not any(path.name == "record.json" for path in files):
            continue
        part = target / f"{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        for path in files:
            data = path.read_bytes()
            if path.name == _HISTORY:
                number = int(path.parent.name.rpartition(".")[2])
                data = _thin_history(data, bare=number > _WITNESSED)
            copy = part / path.relative_to(folder / name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
            size += len(data)
        shutil.rmtree(target / name, ignore_errors=True)
        part.rename(target / name)
    return size


def take_up(begun: Path, folder: Path, names: Sequence[str]) -> list[str]:
    """Copy what `begun` holds of experiments that `folder` has no runs of; their names."""
    new = [
        name
        for name in names
        if (begun / name / "runs").is_dir() and not (folder / name / "runs").is_dir()
    ]
    for name in new:
        part = folder / f"{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(begun / name, part)
        shutil.rmtree(folder / name, ignore_errors=True)
        part.rename(folder / name)
    return new


def _list_files(experiment: Path) -> list[Path]:
    """What of an experiment is kept: its facts, strategies of its own, and finished runs."""
    runs = [path.parent for path in sorted(experiment.glob("runs/[!.]*[0-9]/record.json"))]
    own = [*experiment.glob("experiment.json"), *sorted(experiment.glob("strategies/*.yml"))]
    return own + [path for run in runs for path in sorted(run.iterdir())]


def _thin_history(data: bytes, bare: bool) -> bytes:
    """BuildKit's records of a run without the output of steps, which is in its log; or none."""
    history = {} if bare else json.loads(gzip.decompress(data))
    for build in history.setdefault("builds", []):
        thin = [{k: v for k, v in line.items() if k != "logs"} for line in build["rawjson"]]
        build["rawjson"] = [line for line in thin if line]
    return gzip.compress(json.dumps(history).encode(), 9, mtime=0)


def choose_parts(names: str | None) -> list[Part]:
    """Those of the plan, in its order; all without names. UnknownName."""
    asked = [name.strip() for name in names.split(",")] if names else [part.name for part in PLAN]
    for name in asked:
        if name not in (known := [part.name for part in PLAN]):
            raise UnknownName("part", name, known)
    return [part for part in PLAN if part.name in asked]


def list_kept(parts: Sequence[Part]) -> list[str]:
    """The folders of what goes to data/."""
    return list(dict.fromkeys(each.folder for part in parts if part.kept for each in part.points))


def main() -> None:
    """Record, list or pack as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", default="runs/recorded", help="where everything is recorded")
    parser.add_argument("--hours", type=float, default=1.2, help="no sequence ends later")
    parser.add_argument("--parts", help="names of parts of the plan, with commas between")
    parser.add_argument("--begun", default="data/recording", help="taken up where nothing is yet")
    parser.add_argument("--list", action="store_true", help="only say what is missing then")
    parser.add_argument("--pack", metavar="DATA", help="only copy what is finished there, small")
    given = parser.parse_args()
    folder, parts = place_folder(given.folder), choose_parts(given.parts)
    if given.pack:
        sizes = {name: pack(folder, place_folder(given.pack), [name]) for name in list_kept(parts)}
        for name, size in {**sizes, "all": sum(sizes.values())}.items():
            print(f"{size / 1e6:.2f} MB: {name}")
        return
    for name in take_up(place_folder(given.begun), folder, list_kept(parts)):
        print(f"{name}: goes on with what {given.begun} holds")
    if given.list:
        print(*say_missing(folder, parts), sep="\n")
    else:
        record(folder, given.hours, parts)


if __name__ == "__main__":
    main()
