"""The wheel, installed where there is no checkout, and the reports that its command makes there."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from subprocess import CompletedProcess

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def together(tmp_path_factory):
    """make(name, fill): a folder that one of the processes of a run fills for all of them."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name, fill):
        folder = base / name
        with open(base / f"{name}.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "filled").exists():
                # one that was given up half done is begun anew
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                (folder / "filled").touch()
        return folder

    return make


@pytest.fixture(scope="session")
def installed(together):
    """The folder with the programs of an environment that holds the wheel and what it needs."""
    return together("wheel", install) / "venv" / "bin"


def install(folder):
    """Build the wheel and install it into an environment in a folder."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    build = [*pip, "wheel", "--no-build-isolation", "--no-deps", "-w", folder, ROOT]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([*pip, "--python", python, "install", "--no-deps", wheel], check=True)
    # the dependencies of this environment; its own .pth, which names the checkout, is not followed
    (packages,) = (folder / "venv" / "lib").glob("*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")


@pytest.fixture(scope="session")
def wheel_reports(installed, together):
    """The reports of the recorded experiment, which lies there as one's own; what was told."""

    def report(here):
        shutil.copytree(ROOT / "data" / "lab", here / "mine")
        told = call_there(installed, here, "report", "mine")
        (here / "told.json").write_text(json.dumps([told.returncode, told.stdout, told.stderr]))

    here = together("wheel-reports", report)
    return here / "reports", CompletedProcess([], *json.loads((here / "told.json").read_text()))


def call_there(installed, here, *arguments, program="codebuild-cache"):
    """Call a program of that environment in a folder."""
    # no way to the checkout, no settings of AWS, no engine
    unwanted = ("PYTHONPATH", "AWS_", "CODEBUILD_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    kept["DOCKER_HOST"] = f"unix://{here}/none.sock"
    kept["JUPYTER_PATH"] = f"{sys.prefix}/share/jupyter"
    command = [installed / program, *map(str, arguments)]
    return subprocess.run(command, cwd=here, env=kept, capture_output=True, text=True)
