"""Build logs made up for measuring: CodeBuild's lines around BuildKit's plain progress.

The same number gives the same log. Steps come in parallel stages, are left and taken up again,
pull their base image with many progress lines, print most of the lines, imitate other lines in
what they print, and now and then fail; some logs hold two builds.
"""

import gzip
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

# bytes of a log, as many as 2,000 builds have that were looked at
SIZE = 380_000
INSTRUCTIONS = (
    "RUN apt-get update && apt-get install -y --no-install-recommends build-essential curl git",
    "RUN pip install --no-cache-dir -r requirements.txt",
    "RUN npm ci",
    "RUN cargo build --release",
    "COPY . /app",
    "COPY --from=stage-0 /out /usr/local/bin",
    "WORKDIR /app",
)
IMITATIONS = (
    "",
    "#3 DONE 0.1s",
    "#9 CACHED",
    "#12 [stage 1/2] RUN nested docker build",
    "ERROR: not really",
    "exporting layers 0.3s done",
    "[Container] 2026/01/01 00:00:00.000001 Running command not one",
    "10% [=>   ]\r50% [===>  ]\r100% [=====>]",
    "\x1b[32m✓\x1b[0m built in 3.2s",
)


def make_corpus(folder: Path, megabytes: float) -> tuple[Path, Path]:
    """Folders raw/ and gz/ with the same logs of together about that many megabytes."""
    raw, packed = folder / "raw", folder / "gz"
    raw.mkdir(parents=True)
    packed.mkdir()
    said = make_output(random.Random(7))
    total, number = 0, 0
    while total < megabytes * 1e6:
        data = make_log(number, said).encode()
        (raw / f"{number:05d}.log").write_bytes(data)
        (packed / f"{number:05d}.log.gz").write_bytes(gzip.compress(data, 6, mtime=0))
        total, number = total + len(data), number + 1
    return raw, packed


def make_output(chance: random.Random) -> list[str]:
    """Lines such as apt, pip, npm, make and maven print."""
    word = lambda: "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(4, 12)))  # noqa: E731
    number = lambda: chance.randint(1, 9999)  # noqa: E731
    kinds: tuple[Callable[[], str], ...] = (
        lambda: (
            f"Get:{number()} http://apt.example/debian bookworm/main amd64 {word()} amd64 "
            f"{number()}.{number()}-1+deb12u1 [{number()} kB]"
        ),
        lambda: f"Setting up {word()} ({number()}.{number()}-{number()}) ...",
        lambda: f"Collecting {word()}=={number()}.{number()} (from -r requirements.txt (line 7))",
        lambda: f"npm http fetch GET 200 https://npm.example/{word()} {number()}ms (cache miss)",
        lambda: f"[{number()}/9999] Building CXX object src/CMakeFiles/core.dir/{word()}.cc.o",
        lambda: f"[INFO] Downloading from central: https://maven.example/{word()}/{word()}.pom",
        lambda: f"tests/unit/test_{word()}.py::TestThing::test_{word()} PASSED   [ {number()}%]",
    )
    lines = [chance.choice(kinds)() for _ in range(20_000)]
    return lines + [chance.choice(IMITATIONS) for _ in range(600)]


def make_log(number: int, said: list[str]) -> str:
    """The log of one run on CodeBuild."""
    chance = random.Random(f"log {number}")
    log = Log(chance, datetime(2026, 1, 1) + timedelta(minutes=7 * number))
    log.say("Running on CodeBuild On-demand")
    log.say("Entering phase BUILD")
    builds = 2 if chance.random() < 0.3 else 1
    fails = chance.random() < 0.08
    for each in range(builds):
        log.say("Running command docker buildx build --push -t app --cache-from app:cache .")
        failed = fails and each == builds - 1
        Build(log, said, int(chance.gauss(SIZE, SIZE / 4) / builds), failed).write()
    if fails:
        log.say("Command did not exit successfully docker buildx build exit status 1")
    log.say(f"Phase complete: BUILD State: {'FAILED' if fails else 'SUCCEEDED'}")
    log.say("Phase context status code:  Message: ")
    return "\n".join(log.lines) + "\n"


class Log:
    """The lines of a log, and the agent's clock."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self.chance, self.now = chance, now
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        """A line of the agent's."""
        self.now += timedelta(seconds=self.chance.uniform(0.01, 90))
        self.lines.append(f"[Container] {self.now:%Y/%m/%d %H:%M:%S.%f} {text}")


class Build:
    """One docker build of about `size` bytes."""

    def __init__(self, log: Log, said: list[str], size: int, fails: bool) -> None:
        self.chance, self.lines, self.said = log.chance, log.lines, said
        self.size, self.fails, self.number = max(size, 20_000), fails, 0

    def write(self) -> None:
        """All its steps, and what is left of the failed one."""
        self.lines += ['#0 building with "x" instance using docker-container driver', ""]
        self.step(
            "[internal] load build definition from Dockerfile", "transferring context: 2B done"
        )
        self.step(
            "importing cache manifest from host/app:cache", "inferred cache manifest type: x done"
        )
        for stage in range(self.chance.randint(1, 3)):
            self.pull(f"[stage-{stage} 1/9] FROM docker.io/library/base:{stage}@{self.digest()}")
        names = self.instructions()
        while names:
            self.run_together(
                [names.pop(0) for _ in range(min(len(names), self.chance.randint(1, 3)))]
            )
        if self.fails:
            self.fail()
            return
        self.step("exporting to image", "exporting layers 1.4s done", "pushing layers 2.0s done")
        layers = [f"writing layer {self.digest()} 0.{number}s done" for number in range(9)]
        proof = f"writing cache image manifest {self.digest()} 0.3s done"
        self.step("exporting cache to registry", *layers, proof)

    def instructions(self) -> list[str]:
        """The names of its instructions."""
        count = self.chance.randint(20, 60)
        said = [f"{self.chance.choice(INSTRUCTIONS)} # {number}" for number in range(count)]
        return [f"[stage-{k % 3} {k // 3 + 2}/30] {each}" for k, each in enumerate(said)]

    def digest(self) -> str:
        """A digest."""
        return f"sha256:{self.chance.getrandbits(256):064x}"

    def step(self, name: str, *said: str) -> None:
        """A step that is done at once."""
        self.number += 1
        mark = f"#{self.number} "
        self.lines += [mark + name, *(mark + each for each in said), f"{mark}DONE 1.5s", ""]

    def pull(self, name: str) -> None:
        """A base image: resolved, then its layers transferred and extracted."""
        self.step(name)
        mark = f"#{self.number} "
        self.lines.append(mark + name)
        for _ in range(self.chance.randint(6, 12)):
            digest, whole = self.digest(), self.chance.uniform(1, 99)
            for part in range(1, self.chance.randint(5, 40)):
                self.lines.append(
                    f"{mark}{digest} {whole * part / 40:.2f}MB / {whole:.2f}MB {part / 5:.1f}s"
                )
            self.lines.append(f"{mark}{digest} {whole:.2f}MB / {whole:.2f}MB 9.1s done")
            self.lines.append(f"{mark}extracting {digest} {self.chance.uniform(0, 3):.1f}s done")
        self.lines += [f"{mark}DONE {self.chance.uniform(1, 30):.1f}s", ""]

    def run_together(self, names: list[str]) -> None:
        """Steps that run at the same time: the display goes from one to another."""
        running, lines = [], {}
        for name in names:
            self.number += 1
            running.append((f"#{self.number} ", name))
            lines[f"#{self.number} "] = self.share(name)
        while running:
            mark, name = self.chance.choice(running)
            left = lines[mark]
            self.lines.append(mark + name)
            count = left if len(running) == 1 else min(left, self.chance.randint(10, 120))
            self.output(mark, count)
            lines[mark] -= count
            if lines[mark]:
                self.lines += [f"{mark}...", ""]
                continue
            running.remove((mark, name))
            self.lines += [f"{mark}CACHED" if not left else f"{mark}DONE {left / 9:.1f}s", ""]

    def share(self, name: str) -> int:
        """How many lines a step prints; 0 for one that is cached."""
        if " RUN " not in name or self.chance.random() < 0.2:
            return 0
        return int(self.chance.expovariate(1) * self.size / 75 / 20)

    def output(self, mark: str, count: int) -> None:
        """Lines that a step prints."""
        time = self.chance.uniform(0, 9)
        for line in self.chance.choices(self.said, k=count):
            time += 0.1
            self.lines.append(
                f"{mark}{time:.3f} {line}" if time < 10 else f"{mark}{time:.2f} {line}"
            )

    def fail(self) -> None:
        """A step that fails, and BuildKit's report of it."""
        self.number += 1
        name, error = (
            "[stage-0 30/30] RUN make",
            "process did not complete successfully: exit code: 2",
        )
        self.lines += [f"#{self.number} {name}", f"#{self.number} ERROR: {error}", "------"]
        self.lines += [f" > {name}:", "0.512 make: *** [all] Error 2", "------"]
        self.lines += [f"ERROR: failed to build: failed to solve: {error}", ""]
