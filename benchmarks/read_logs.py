"""How fast logs are read, and in how much memory: python benchmarks/read_logs.py --megabytes 750

Makes the logs, then times in turn, each in a process of its own: `grep -c '^#'` (the measure of
the machine), read_logs of the raw files, read_logs of the gzip files; and once a plain loop over
lines. Prints medians, their ratio to grep's, the spread over the repeats, and peak memory.
"""

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]

from corpus import make_corpus  # noqa: E402 (run as a script, it finds both folders first)

TARGETS = {"raw": 8.0, "gzip": 13.0}
LINE = re.compile(r"#(\d+) (.*)")
DONE = re.compile(r"DONE(?: (\d+(?:\.\d+)?)s)?$")
PART = re.compile(r"(.+?)(?: (\d+(?:\.\d+)?)s)? done$")
AGENT = re.compile(r"\[Container\] (\S+ \S+) (.*)")


def main() -> None:
    """Make the logs, time each way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--way", choices=["raw", "gzip", "naive"], help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        measure(given.way, given.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        raw, packed = make_corpus(Path(folder), given.megabytes)
        size = sum(path.stat().st_size for path in raw.iterdir()) / 1e6
        print(f"{size:.0f} MB in {len(list(raw.iterdir()))} logs, {given.repeats} repeats")
        report(compare(raw, packed, given.repeats), size)


def compare(raw: Path, packed: Path, repeats: int) -> dict[str, list[tuple[float, float]]]:
    """(seconds, peak MB) of every repeat of each way, taken in turn."""
    found = {"grep": [], "raw": [], "gzip": [], "naive": [run("naive", raw)]}
    for _ in range(repeats):
        found["grep"].append((grep(raw), 0.0))
        found["raw"].append(run("raw", raw))
        found["gzip"].append(run("gzip", packed))
    return found


def report(found: dict[str, list[tuple[float, float]]], size: float) -> None:
    """Print a row for each way."""
    unit = statistics.median(seconds for seconds, _ in found["grep"])
    print("way    n  median s    MB/s  x grep  target  spread s       peak MB")
    for way, each in found.items():
        seconds = [row[0] for row in each]
        middle, target = statistics.median(seconds), TARGETS.get(way, "-")
        spread = f"{min(seconds):.2f}-{max(seconds):.2f}"
        peak = max(row[1] for row in each)
        print(
            f"{way:5} {len(each):2} {middle:9.2f} {size / middle:7.0f} {middle / unit:7.1f}"
            f" {target:>7}  {spread:13} {peak:8.0f}"
        )


def grep(raw: Path) -> float:
    """Seconds that grep takes to count the lines of steps."""
    files = sorted(map(str, raw.iterdir()))
    begin = time.perf_counter()
    # into a pipe: grep stops at its first match when it writes to /dev/null
    subprocess.run(
        ["grep", "-c", "^#", *files],
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - begin


def run(way: str, folder: Path) -> tuple[float, float]:
    """(seconds, peak MB) of one way in a process of its own."""
    command = [sys.executable, __file__, "--way", way, str(folder)]
    seconds, peak = subprocess.run(
        command, capture_output=True, check=True, text=True
    ).stdout.split()
    return float(seconds), float(peak)


def measure(way: str, folder: Path) -> None:
    """Print the seconds and the peak memory (MB) of this process."""
    if way == "naive":
        begin = time.perf_counter()
        for path in sorted(folder.iterdir()):
            read_naively(path)
    else:
        from analysis import read_logs

        begin = time.perf_counter()
        # with all cores, and nothing kept from before
        read_logs(folder, store="off")
    seconds = time.perf_counter() - begin
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def read_naively(path: Path) -> list[list[Any]]:
    """Steps the plain way: a loop over lines and a few patterns."""
    steps: dict[str, list[Any]] = {}
    parts, events = [], []
    for line in path.read_text(errors="replace").splitlines():
        if found := AGENT.match(line):
            events.append(found.groups())
        elif found := LINE.match(line):
            number, text = found.groups()
            step = steps.setdefault(number, [text, None, None, 0])
            if done := DONE.match(text):
                step[1:3] = "ran", done[1]
            elif text == "CACHED":
                step[1] = "cached"
            elif text[:1].isdigit():
                step[3] += 1
            elif part := PART.match(text):
                parts.append((number, *part.groups()))
    return list(steps.values())


if __name__ == "__main__":
    main()
