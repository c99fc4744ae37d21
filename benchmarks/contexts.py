"""What reading a context costs beside a folder that is left out: python benchmarks/contexts.py

Makes a small project twice, once with many files in node_modules, which .dockerignore leaves out,
and prints the CPU seconds of what an experiment does with each for every scenario: plan what
changes, copy the context, take its digest. A line gives both, medians of some rounds, and their
ratio.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from analysis.experiment import digest_of  # noqa: E402
from analysis.workload import SCENARIOS, make_context, plan_changes  # noqa: E402

DOCKERFILE = """\
FROM node:22
WORKDIR /app
COPY package.json ./
RUN npm ci
COPY . .
"""


def make_project(folder: Path, ignored: int) -> Path:
    """A project of a few files, and so many more in a folder that is left out."""
    (folder / "src").mkdir(parents=True)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "package.json").write_text("{}\n")
    (folder / ".dockerignore").write_text("**/node_modules\n!README.md\n")
    for number in range(20):
        (folder / "src" / f"{number}.js").write_text("1\n")
    for number in range(ignored):
        place = folder / "node_modules" / f"p{number // 40}" / "lib"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.js").write_text("1\n")
    return folder


def time_scenarios(project: Path, folder: Path) -> float:
    """CPU seconds a scenario of planning, copying and digesting a context."""
    begin = time.process_time()
    plan_changes(project)
    for name in SCENARIOS:
        make_context(project, name, folder / name, {}, {})
        digest_of(folder / name)
    return (time.process_time() - begin) / len(SCENARIOS)


def main() -> None:
    """Measure both and print a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=40_000, help="files in node_modules")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    seconds: dict[int, list[float]] = {0: [], options.files: []}
    with tempfile.TemporaryDirectory() as place:
        projects = {n: make_project(Path(place) / f"with {n}", n) for n in seconds}
        for number in range(options.rounds):
            for files, project in projects.items():
                folder = Path(place) / f"made {number} {files}"
                seconds[files].append(time_scenarios(project, folder))
    without, with_them = (median(each) for each in seconds.values())
    print(
        f"{options.files} files left out: {with_them:.3f} s of CPU a scenario, without them "
        f"{without:.3f} s (medians of {options.rounds}), {with_them / without:.1f} times as much"
    )


if __name__ == "__main__":
    main()
