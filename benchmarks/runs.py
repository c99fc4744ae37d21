"""How long an experiment of many runs takes, from disk to every measure: python benchmarks/runs.py

Makes the runs from those of data/lab, as more rounds of it, then times in processes of their own:
everything read and measured for the first time (cold: with an empty store), the same again (from
the store), and with no store. Prints medians with their spread over the repeats, the peak memory,
and of the first repeat what each part took.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
RECORDED = ROOT / "data" / "lab"
WAYS = ("off", "cold", "again")
# an experiment's answers, each computed once
ANSWERS = (
    "comparable",
    "compare",
    "break_even",
    "hits",
    "misses",
    "first_misses",
    "overheads",
    "busy_map",
    "builder_costs",
    "timelines",
    "path_map",
    "entries",
    "mixes",
    "month",
)


def main() -> None:
    """Make the runs, time each way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--measure", metavar="FOLDER", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "experiment"
        count = make_runs(folder, given.runs)
        print(f"{count} runs, {given.repeats} repeats")
        report(compare(folder, Path(name) / "store", given.repeats))


def make_runs(folder: Path, wanted: int) -> int:
    """Rounds of the recorded experiment under further numbers, until they are as many runs."""
    folder.mkdir()
    shutil.copy(RECORDED / "experiment.json", folder)
    recorded = sorted((RECORDED / "runs").iterdir())
    rounds = max(int(run.name.rpartition(".")[2]) for run in recorded)
    for number in range(wanted):
        again, place = divmod(number, len(recorded))
        copy_run(recorded[place], folder / "runs", again * rounds)
    return wanted


def copy_run(run: Path, runs: Path, later: int) -> None:
    """A run as one of a round that many later."""
    name, _, number = run.name.rpartition(".")
    name = f"{name}.{int(number) + later:02d}"
    shutil.copytree(run, runs / name)
    path = runs / name / "record.json"
    record = json.loads(path.read_bytes())
    path.write_text(json.dumps(record | {"run": name, "round": record["round"] + later}))


def compare(folder: Path, store: Path, repeats: int) -> dict[str, list[dict[str, float]]]:
    """What each repeat of each way took, in turn."""
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        shutil.rmtree(store, ignore_errors=True)
        for way in WAYS:
            found[way].append(run(folder, "off" if way == "off" else str(store)))
    return found


def run(folder: Path, store: str) -> dict[str, float]:
    """Part -> seconds of one process, with its wall time and peak memory."""
    command = [sys.executable, __file__, "--measure", str(folder)]
    settings = os.environ | {"CODEBUILD_CACHE_STORE": store}
    begin = time.perf_counter()
    done = subprocess.run(command, env=settings, check=True, stdout=subprocess.PIPE, text=True)
    parts: dict[str, float] = json.loads(done.stdout)
    return parts | {"whole": time.perf_counter() - begin}


def measure(folder: str) -> None:
    """Print what each part of reading and measuring takes here, as JSON."""
    import analysis

    parts: dict[str, float] = {}

    def timed(name: str, part: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        answer = part()
        parts[name] = time.perf_counter() - begin
        return answer

    experiment = timed("read_experiment", lambda: analysis.read_experiment(folder))
    for name in ANSWERS:
        timed(name, partial(ask, experiment, name))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(parts | {"peak MB": peak}))


def ask(experiment: Any, name: str) -> Any:
    """An answer of an experiment."""
    answer = getattr(experiment, name)
    return answer() if callable(answer) else answer


def report(found: dict[str, list[dict[str, float]]]) -> None:
    """Print a row for each way, then one for each part."""
    print("way     n  median s  spread s       peak MB")
    for way, each in found.items():
        whole = [row["whole"] for row in each]
        spread = f"{min(whole):.1f}-{max(whole):.1f}"
        peak = max(row["peak MB"] for row in each)
        print(f"{way:6} {len(each):2} {statistics.median(whole):9.1f}  {spread:13} {peak:8.0f}")
    print(f"\n{'part':16}" + "".join(f"{way:>8}" for way in found))
    for part in ("read_experiment", *ANSWERS):
        print(f"{part:16}" + "".join(f"{each[0][part]:8.2f}" for each in found.values()))


if __name__ == "__main__":
    main()
