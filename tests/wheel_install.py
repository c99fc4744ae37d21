"""The wheel, installed where there is no checkout, and the reports that its command makes there."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The folder with the programs of an environment that holds the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
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
    return python.parent


@pytest.fixture(scope="session")
def wheel_reports(installed, tmp_path_factory):
    """The reports of the recorded experiment, which lies there as one's own; what was told."""
    here = tmp_path_factory.mktemp("reports")
    shutil.copytree(ROOT / "data" / "lab", here / "mine")
    told = call_there(installed, here, "report", "mine")
    return here / "reports", told


def call_there(installed, here, *arguments, program="codebuild-cache"):
    """Call a program of that environment in a folder."""
    # no way to the checkout, no settings of AWS, no engine
    unwanted = ("PYTHONPATH", "AWS_", "CODEBUILD_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    kept["DOCKER_HOST"] = f"unix://{here}/none.sock"
    kept["JUPYTER_PATH"] = f"{sys.prefix}/share/jupyter"
    command = [installed / program, *map(str, arguments)]
    return subprocess.run(command, cwd=here, env=kept, capture_output=True, text=True)
