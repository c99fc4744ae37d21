"""What `make lab` says while it works, and what it takes."""

import re
import subprocess

import pytest

from analysis.shipped import ROOT

SCRIPT = ROOT / "deploy" / "lab" / "provide.sh"


def call_function(name, script, **environment):
    """What a few lines print that use functions of the script, and their exit code."""
    text = SCRIPT.read_text()
    found = [re.search(rf"^{each}\(\) \{{.*?(?:^\}}|\}}$)", text, re.M | re.S)[0] for each in name]
    whole = "set -euo pipefail\n" + "\n".join([*found, script])
    return subprocess.run(["bash", "-c", whole], env=environment, capture_output=True, text=True)


def test_what_takes_long_is_said_again_and_again():
    script = "telling 'compiling buildkit v1' sleep 1; echo done"
    result = call_function(("say", "telling"), script, TELL_SECONDS="0.2", PATH="/usr/bin:/bin")
    assert result.stdout == "done\n"
    lines = result.stderr.splitlines()
    assert len(lines) >= 2
    assert all(re.fullmatch(r"lab: still compiling buildkit v1, \d+ s", line) for line in lines)


def test_it_is_said_at_least_every_twenty_seconds():
    (seconds,) = re.findall(r"sleep \"\$\{TELL_SECONDS:-(\d+)\}\"", SCRIPT.read_text())
    assert int(seconds) <= 20


def test_a_command_that_fails_ends_the_script():
    result = call_function(("say", "telling"), "telling x false; echo on", PATH="/usr/bin:/bin")
    assert (result.returncode, result.stdout) == (1, "")


@pytest.mark.parametrize("argument", ["stor", "newest,store"])
def test_an_unknown_part_is_told_before_anything_is_made(argument, tmp_path):
    result = subprocess.run(
        ["bash", SCRIPT, argument],
        env={"LAB_CACHE": str(tmp_path / "lab"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert f"unknown argument '{argument}'" in result.stderr
    assert not (tmp_path / "lab").exists()
