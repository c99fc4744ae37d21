"""Where something was measured, in words and as patterns that name the runs' folders."""

import random
import subprocess

import pytest
from measured import make_runs

from analysis.claims.evidence import say_runs, say_where


def expand(patterns):
    """What a shell makes of them."""
    shell = subprocess.run(
        ["bash", "-c", f"printf '%s\\n' {patterns}"], capture_output=True, text=True, check=True
    )
    return shell.stdout.split()


def test_alike_runs_share_a_pattern():
    runs = make_runs({name: {"cold": [1.0] * 2, "source": [1.0] * 2} for name in ("b", "a")})
    assert say_runs(runs) == "runs/{a,b}.{cold,source}.{01,02}"
    assert say_runs(runs[:1]) == "runs/b.cold.01"
    assert say_where(runs) == "lab; b and a; cold and source; 8 runs of 2 rounds"


def test_no_runs_are_none():
    runs = make_runs({})
    assert (say_runs(runs), say_runs(None)) == ("none", "none")
    assert (say_where(runs), say_where(None)) == ("not measured", "not measured")


@pytest.mark.parametrize("seed", range(5))
def test_a_shell_finds_all_of_any_runs_and_no_other(seed):
    print("seed", seed)
    times = {"cold": [1.0] * 4, "unchanged": [1.0] * 4, "source": [1.0] * 4}
    runs = make_runs({"docker": times, "push-0.34": times, "s3-cache": times})
    runs = runs.sample(random.Random(seed).randint(1, len(runs)), random_state=seed)
    found = expand(say_runs(runs))
    assert sorted(found) == sorted(f"runs/{run}" for run in runs["run"])
