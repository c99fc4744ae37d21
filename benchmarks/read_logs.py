"""How fast logs are read, and in how much memory: python benchmarks/read_logs.py [--small]

Makes the logs, then measures in turn, each in a process of its own: `grep -c '^#'` (the measure of
the machine, into a pipe: at /dev/null it stops at its first match), the raw files and the gzip
files by read_logs; the forms in which services give a log, by one process; one log of a gigabyte,
one of many builds; rawjson and PowerShell's lines, as long and twice as long; the newest 200 of a
folder of builds by read_history; a pipe and a device; and gzip that unpacks to more than may be.
Prints a table in Markdown: medians, the spread over the repeats, CPU and peak memory; and of each
repeat the ratio to what the row is measured against in it, in seconds and in CPU seconds: medians.
`--rows forms past` measures those alone, beside all logs.

Seconds are those of the reading alone: imports stand outside, except those of worker processes.
CPU seconds are those of the whole process with its imports and workers; on a machine that others
use, seconds grow beyond them. That grep has one process, and read_logs one for each core, shows
in them too.
"""

import argparse
import gzip
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

sys.path.insert(0, str(Path(__file__).parent.parent))

# run as a script, it finds its project first
from benchmarks.corpus import make_corpus
from benchmarks.forms import (
    write_builds,
    write_form,
    write_large,
    write_odd,
    write_past,
    write_record,
    write_wrapped,
)

FORMS = ("plain", "json", "csv", "github", "utf-16")


class Way(NamedTuple):
    """A row: what is read by whom, and what it is measured against; `target` is the most."""

    name: str
    path: Path
    reader: str
    against: str
    target: float


class Taken(NamedTuple):
    """What one repeat took: seconds, the most memory of the largest process (MB), CPU seconds."""

    seconds: float
    peak: float
    cpu: float = 0


def main() -> None:
    """Make the logs, measure each way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=755)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--small", action="store_true", help="a quick check of less of everything")
    parser.add_argument("--rows", nargs="*", choices=ROWS, default=[*ROWS], help="beside all logs")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        print(*read(*given.read))
        return
    scale = 0.05 if given.small else 1.0
    repeats = min(given.repeats, 3) if given.small else given.repeats
    with tempfile.TemporaryDirectory() as folder:
        raw, packed = make_corpus(Path(folder), given.megabytes * scale)
        texts = [path.read_bytes() for path in sorted(raw.iterdir())[: max(int(100 * scale), 5)]]
        ways = [Way("raw", raw, "logs", "grep", 5), Way("gzip", packed, "logs", "grep", 11)]
        for name in given.rows:
            ways += ROWS[name](Path(folder), texts, scale)
        check_yardstick(raw)
        print(f"{size_of(raw):.0f} MB in {len(list(raw.iterdir()))} logs\n")
        report(ways, measure(ways, raw, repeats))


def list_forms(folder: Path, texts: list[bytes], scale: float) -> list[Way]:
    """The same logs as several services give them."""
    ways = []
    for form in FORMS:
        path = folder / form
        path.mkdir()
        for number, text in enumerate(texts):
            (path / f"{number}.log").write_bytes(write_form(form, text.decode()))
        ways.append(Way(form, path, "batch", "plain", 1 if form == "plain" else 2))
    return ways


def list_past(folder: Path, texts: list[bytes], scale: float) -> list[Way]:
    """A folder of many builds, of which some are wanted."""
    path, builds = folder / "past", int(10_000 * scale)
    write_past(path, texts, builds)
    whole, newest = f"{builds:,} builds of a folder", f"the newest 200 of {builds:,}"
    return [Way(whole, path, "past", "", 0), Way(newest, path, "newest", whole, 0.28)]


def list_odd(folder: Path, texts: list[bytes], scale: float) -> list[Way]:
    """What is told, and not read."""
    bomb, odd = folder / "bomb.gz", folder / "odd"
    bomb.write_bytes(gzip.compress(bytes(1 << 20), 9) * 3000)
    write_odd(odd)
    return [
        Way("pipe and device", odd, "batch", "", 0),
        Way("gzip of 3 GB", bomb, "batch", "", 0),
    ]


def list_doubled(folder: Path, texts: list[bytes], scale: float) -> list[Way]:
    """Logs of some size and of twice the size: reading takes twice as long."""
    large = lambda path, size: write_large(path, texts, size)  # noqa: E731
    kinds: tuple[tuple[str, Callable[[Path, int], None], float], ...] = (
        ("bytes of one log", large, 5e8),
        ("builds of one log", write_builds, 1000),
        ("steps of rawjson", write_record, 20_000),
        ("lines of PowerShell", write_wrapped, 100_000),
    )
    ways = []
    for kind, write, size in kinds:
        once, twice = (f"{round(times * size * scale):,} {kind}" for times in (1, 2))
        for times, name, against in ((1, once, ""), (2, twice, once)):
            path = folder / f"{kind} {times}.log"
            write(path, round(times * size * scale))
            ways.append(Way(name, path, "batch", against, 2.4 if against else 0))
    return ways


ROWS = {"forms": list_forms, "doubled": list_doubled, "past": list_past, "odd": list_odd}


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
        before = count_cpu()
        seconds = time_call(lambda: grep(raw))
        found["grep"].append(Taken(seconds, 0, count_cpu() - before))
        for way in ways:
            command = [sys.executable, __file__, "--read", way.reader, str(way.path)]
            before = count_cpu()
            said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
            took, peak = map(float, said.split())
            found[way.name].append(Taken(took, peak, count_cpu() - before))
    return found


def count_cpu() -> float:
    """CPU seconds of all processes that this one started and that are over, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def time_call(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def read(reader: str, path: str) -> tuple[float, float]:
    """(seconds, MB) of reading: read_logs, all cores; a batch, this process; builds of a folder."""
    if reader in ("past", "newest"):
        from analysis import read_history

        limit = 200 if reader == "newest" else 10**6
        seconds = time_call(lambda: read_history(path, limit=limit, store="off"))
    elif reader == "logs":
        from analysis import read_logs

        # with all cores, and nothing kept from before
        seconds = time_call(lambda: read_logs(path, store="off"))
    else:
        from analysis.logs import list_sources, read_batch

        sources = list_sources(path)
        seconds = time_call(lambda: read_batch(sources))
    each = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return seconds, max(resource.getrusage(who).ru_maxrss for who in each) / 1024


def report(ways: list[Way], found: dict[str, list[Taken]]) -> None:
    """Print the table."""
    middle = {name: statistics.median(row.seconds for row in rows) for name, rows in found.items()}
    heads = ("what", "n", "median s", "least-most s", "CPU s", "MB/s", "ratio", "CPU ratio", "of")
    print(f"| {' | '.join(heads)} | at most | peak MB |\n{'|---' * 11}|")
    print(f"| grep | {say(found['grep'])} |{' |' * 6}")
    for way in ways:
        rows, seconds = found[way.name], middle[way.name]
        speed = f"{size_of(way.path) / seconds:.0f}"
        ratio, cpu = divide(rows, found[way.against]) if way.against else ("", "")
        most = f"{way.target:g}" if way.target else ""
        peak = f"{max(row.peak for row in rows):.0f}"
        cells = (way.name, say(rows), speed, ratio, cpu, way.against, most, peak)
        print(f"| {' | '.join(cells)} |")


def divide(rows: list[Taken], others: list[Taken]) -> tuple[str, str]:
    """The medians of what each repeat took of what another way took in it: seconds, CPU seconds."""
    pairs = [*zip(rows, others, strict=True)]
    seconds = statistics.median(one.seconds / other.seconds for one, other in pairs)
    cpu = statistics.median(one.cpu / max(other.cpu, 1e-3) for one, other in pairs)
    return f"{seconds:.2f}", f"{cpu:.2f}"


def say(rows: list[Taken]) -> str:
    """How many repeats, their median, their spread, and the median of CPU seconds."""
    seconds = [row.seconds for row in rows]
    spread = f"{min(seconds):.2f}-{max(seconds):.2f}"
    cpu = statistics.median(row.cpu for row in rows)
    return f"{len(rows)} | {statistics.median(seconds):.2f} | {spread} | {cpu:.2f}"


def size_of(path: Path) -> float:
    """Megabytes of a file, or of the files in a folder."""
    files = path.iterdir() if path.is_dir() else [path]
    return sum(each.stat().st_size for each in files) / 1e6


if __name__ == "__main__":
    main()
