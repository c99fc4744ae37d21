"""Waits for the process that owns a lab to end, however it ends, then removes the lab.

Started by the lab as `python -m analysis.lab.reaper LAB FOLDER` with a pipe as its standard
input: the operating system closes the pipe when the owner dies, also after a SIGKILL.
"""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from analysis.lab import engine


def start_reaper(lab: str, folder: Path) -> subprocess.Popen[bytes]:
    """The reaper's process; closing its standard input lets it remove `lab`, `folder`, and end."""
    return subprocess.Popen(
        [sys.executable, "-m", "analysis.lab.reaper", lab, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end_reaper(reaper: subprocess.Popen[bytes], seconds: float = 300) -> None:
    """Let a reaper remove what is left of its lab, and wait for it."""
    if reaper.stdin:
        reaper.stdin.close()
    reaper.wait(seconds)


def main(lab: str, folder: str) -> None:
    """Remove `lab` once standard input is closed, until there is nothing that can be removed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    client = engine.connect()
    # what the owner had asked for may come to be after it died
    while engine.clean_up(client, lab):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
