"""Logs for measuring in the forms in which they come: of services, large, of many builds, odd."""

import base64
import csv
import json
import os
import tempfile
from pathlib import Path

DAY = "2026-01-01T00:00:00"
# what PowerShell puts around the first line of a command that writes to stderr
SHELL = "docker : #0 building with x\r\n    + FullyQualifiedErrorId : Native\r\n\r\n"


def write_form(form: str, text: str) -> bytes:
    """A log as a service gives it."""
    lines = [line + "\n" for line in text.removesuffix("\n").split("\n")]
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


def write_record(path: Path, steps: int) -> None:
    """BuildKit's own record of a build of so many steps, each with output."""
    with path.open("w") as file:
        for number in range(steps):
            digest = f"sha256:{number:064x}"
            state = {"digest": digest, "name": f"[1/2] RUN make {number}", "started": f"{DAY}Z"}
            said = {"vertex": digest, "data": base64.b64encode(b"x\n").decode()}
            over = state | {"completed": f"{DAY}.5Z"}
            for each in ({"vertexes": [state]}, {"logs": [said]}, {"vertexes": [over]}):
                file.write(json.dumps(each) + "\n")


def write_wrapped(path: Path, lines: int) -> None:
    """A build whose lines PowerShell broke at the width of its window."""
    broken = "".join(f"#1 {n / 10:.1f} {'x' * 70}\r\n{'y' * 40}\r\n" for n in range(lines))
    text = f"{SHELL}#1 [1/1] FROM \r\nbase:1\r\n{broken}#1 DONE 1.5s\r\n"
    path.write_text(text, encoding="utf-16", newline="")


def write_past(folder: Path, texts: list[bytes], builds: int) -> None:
    """A folder of the logs of so many builds, a second apart, each of 20 kB at most."""
    folder.mkdir()
    for number in range(builds):
        minute, second = divmod(number, 60)
        hour, minute = divmod(minute, 60)
        begin = b"[Container] 2025/12/%02d %02d:%02d:%02d.000001 Entering phase BUILD\n"
        text = texts[number % len(texts)][:20_000]
        clock = (1 + hour // 24, hour % 24, minute, second)
        (folder / f"{number:05d}.log").write_bytes(begin % clock + text)


def write_odd(folder: Path) -> None:
    """A folder with a pipe that nobody writes to, and a device that never ends."""
    folder.mkdir()
    os.mkfifo(folder / "pipe.log")
    (folder / "device.log").symlink_to("/dev/zero")
