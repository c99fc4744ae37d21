"""How fast logs are read, and in how much memory: python benchmarks/read_logs.py [--small]

Makes the logs, then measures in turn, each in a process of its own: `grep -c '^#'` (the measure of
the machine, into a pipe: at /dev/null it stops at its first match), the raw files and the gzip
files by read_logs; the forms in which services give a log, by one process; one log of a gigabyte,
one of many builds, and gzip that unpacks to more than may be. Prints a table in Markdown: medians,
their ratio to what the row is measured against, the spread over the repeats, and peak memory.
"""

import argparse
import csv
import gzip
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]

from corpus import make_corpus  # noqa: E402 (run as a script, it finds both folders first)

FORMS = ("plain", "json", "csv", "github", "utf-16")


class Way(NamedTuple):
    """A row: what is read by whom, and what it is measured against; `target` is the most."""

    name: str
    path: Path
    reader: str
    against: str
    target: float


class Taken(NamedTuple):
    """What one repeat took: seconds, and the most memory of the largest process (MB)."""

    seconds: float
    peak: float


def main() -> None:
    """Make the logs, measure each way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=755)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="a quick check of less of everything")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        print(*read(*given.read))
        return
    scale = 0.05 if given.small else 1.0
    repeats = min(given.repeats, 3) if given.small else given.repeats
    with tempfile.TemporaryDirectory() as folder:
        raw, packed = make_corpus(Path(folder), given.megabytes * scale)
        ways = list_ways(Path(folder), raw, packed, scale)
        check_yardstick(raw)
        print(f"{size_of(raw):.0f} MB in {len(list(raw.iterdir()))} logs\n")
        report(ways, measure(ways, raw, repeats))


def list_ways(folder: Path, raw: Path, packed: Path, scale: float) -> list[Way]:
    """All ways, with their logs made."""
    texts = [path.read_bytes() for path in sorted(raw.iterdir())[: max(int(100 * scale), 5)]]
    ways = [Way("raw", raw, "logs", "grep", 5), Way("gzip", packed, "logs", "grep", 11)]
    for form in FORMS:
        path = folder / form
        path.mkdir()
        for number, text in enumerate(texts):
            (path / f"{number}.log").write_bytes(write_form(form, text.decode()))
        ways.append(Way(form, path, "batch", "plain", 1 if form == "plain" else 2))
    half, whole = folder / "half.log", folder / "whole.log"
    write_large(half, texts, 5e8 * scale)
    write_large(whole, texts, 1e9 * scale)
    few, many = folder / "few.log", folder / "many.log"
    write_builds(few, int(1000 * scale))
    write_builds(many, int(2000 * scale))
    bomb = folder / "bomb.gz"
    bomb.write_bytes(gzip.compress(bytes(1 << 20), 9) * 3000)
    return [
        *ways,
        Way("half a gigabyte", half, "batch", "", 0),
        Way("one gigabyte", whole, "batch", "half a gigabyte", 2.4),
        Way("1,000 builds", few, "batch", "", 0),
        Way("2,000 builds", many, "batch", "1,000 builds", 2.4),
        Way("gzip of 3 GB", bomb, "batch", "", 0),
    ]


def write_form(form: str, text: str) -> bytes:
    """A log as a service gives it."""
    lines = text.splitlines(keepends=True)
    if form == "json":
        events = [{"timestamp": 1_767_225_600_000 + n, "message": x} for n, x in enumerate(lines)]
        return json.dumps({"events": events, "nextForwardToken": "f/1"}, indent=4).encode()
    if form == "csv":
        with tempfile.TemporaryFile("w+", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["timestamp", "message"])
            writer.writerows([1_767_225_600_000 + n, x] for n, x in enumerate(lines))
            file.seek(0)
            return file.read().encode()
    if form == "github":
        return "".join("2026-01-01T00:00:00.0000000Z " + line for line in lines).encode()
    return text.encode("utf-16" if form == "utf-16" else "utf-8")


def write_large(path: Path, texts: list[bytes], size: float) -> None:
    """One log of all of the texts, over and over."""
    with path.open("wb") as file:
        while file.tell() < size:
            for text in texts:
                file.write(text)


def write_builds(path: Path, builds: int) -> None:
    """One log of many builds, each with a phase and a command of its own."""
    said = "[Container] 2026/01/01 00:00:00.000001"
    steps = "".join(
        f"\n#{n} [{n}/40] RUN make {n}\n#{n} 0.1 x\n#{n} DONE 0.2s\n" for n in range(1, 41)
    )
    with path.open("w") as file:
        for number in range(builds):
            file.write(f"{said} Entering phase P{number}\n{said} Running command docker build .\n")
            file.write(f"#0 building with x\n{steps}")
            file.write(f"{said} Phase complete: P{number} State: SUCCEEDED\n")


def check_yardstick(raw: Path) -> None:
    """Stop when grep does not count all lines of steps, or is not GNU's."""
    version = subprocess.run(["grep", "--version"], capture_output=True, check=True).stdout
    counted = sum(int(row.rpartition(":")[2]) for row in grep(raw).splitlines())
    there = sum(len(re.findall(rb"^#", path.read_bytes(), re.M)) for path in raw.iterdir())
    if counted != there or b"GNU grep" not in version:
        sys.exit(f"grep counts {counted} lines of {there}: the measure of the machine is wrong.")


def grep(raw: Path) -> str:
    """How many lines of steps each file has, by grep."""
    files = sorted(map(str, raw.iterdir()))
    environment = os.environ | {"LC_ALL": "C"}
    command = ["grep", "-Hc", "^#", *files]
    return subprocess.run(
        command, env=environment, capture_output=True, check=True, text=True
    ).stdout


def measure(ways: list[Way], raw: Path, repeats: int) -> dict[str, list[Taken]]:
    """What every repeat of each way took, the ways in turn."""
    found: dict[str, list[Taken]] = {"grep": [], **{way.name: [] for way in ways}}
    for _ in range(repeats):
        found["grep"].append(Taken(time_call(lambda: grep(raw)), 0))
        for way in ways:
            command = [sys.executable, __file__, "--read", way.reader, str(way.path)]
            said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
            found[way.name].append(Taken(*map(float, said.split())))
    return found


def time_call(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def read(reader: str, path: str) -> Taken:
    """What reading takes: read_logs over all cores, or a batch in this process."""
    if reader == "logs":
        from analysis import read_logs

        # with all cores, and nothing kept from before
        seconds = time_call(lambda: read_logs(path, store="off"))
    else:
        from analysis.logs import list_sources, read_batch

        sources = list_sources(path)
        seconds = time_call(lambda: read_batch(sources))
    each = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return Taken(seconds, max(resource.getrusage(who).ru_maxrss for who in each) / 1024)


def report(ways: list[Way], found: dict[str, list[Taken]]) -> None:
    """Print the table."""
    middle = {name: statistics.median(row.seconds for row in rows) for name, rows in found.items()}
    print("| what | n | median s | MB/s | ratio | of | at most | least-most s | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    print(
        f"| grep | {len(found['grep'])} | {middle['grep']:.2f} |{' |' * 4} {say(found['grep'])} | |"
    )
    for way in ways:
        rows, seconds = found[way.name], middle[way.name]
        speed = f"{size_of(way.path) / seconds:.0f}"
        ratio = f"{seconds / middle[way.against]:.1f}" if way.against else ""
        most = f"{way.target:g}" if way.target else ""
        peak = f"{max(row.peak for row in rows):.0f}"
        print(
            f"| {way.name} | {len(rows)} | {seconds:.2f} | {speed} | {ratio} | {way.against} |"
            f" {most} | {say(rows)} | {peak} |"
        )


def say(rows: list[Taken]) -> str:
    """The spread of repeats."""
    return f"{min(row.seconds for row in rows):.2f}-{max(row.seconds for row in rows):.2f}"


def size_of(path: Path) -> float:
    """Megabytes of a file, or of the files in a folder."""
    files = path.iterdir() if path.is_dir() else [path]
    return sum(each.stat().st_size for each in files) / 1e6


if __name__ == "__main__":
    main()
