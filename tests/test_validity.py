"""The validity gate: each fault is caught and named, a sound run passes."""

import pandas as pd
import pytest

from analysis.logs import read_logs
from analysis.recording import COLUMNS
from analysis.validity import judge_runs

SOUND = {
    "strategy": "registry-cache",
    "round": 1,
    "host": "fresh",
    "host_empty": True,
    "status": "succeeded",
    "expect": "succeeded",
    "engine": "28.5.2",
    "buildx": "0.29.1",
    "buildkit": "v0.25.2",
}
STATES = {
    "cold": {"cache_import": "missing", "cache_export": "ok"},
    "unchanged": {"cache_import": "ok", "cache_export": "ok"},
}


def judge(changed=None, builds=None, layers=("ran", "cached"), drop=()):
    """Verdicts of a cold and an unchanged run, one of them changed."""
    runs = pd.DataFrame(
        [
            dict.fromkeys(COLUMNS)
            | SOUND
            | {"run": name, "scenario": name, "log": name}
            | (changed or {}).get(name, {})
            for name in STATES
        ]
    )
    facts = [
        {"log": name, "build": 0} | state | (builds or {}).get(name, {})
        for name, state in STATES.items()
        if name not in drop
    ]
    steps = [
        {"log": name, "build": 0, "kind": "layer", "status": status}
        for name, status in zip(STATES, layers, strict=True)
    ]
    judged = judge_runs(runs, pd.DataFrame(facts), pd.DataFrame(steps))
    return judged.set_index("run")["invalid_reason"], judged.set_index("run")["valid"]


def test_sound_runs_pass():
    reasons, valid = judge()
    assert valid.all()
    assert reasons.isna().all()


@pytest.mark.parametrize(
    ("run", "arguments", "words"),
    [
        ("cold", {"layers": ("cached", "cached")}, "1 layers from a cache"),
        ("cold", {"builds": {"cold": {"cache_import": "ok"}}}, "imported a cache"),
        ("cold", {"changed": {"cold": {"host_empty": False}}}, "not empty"),
        ("cold", {"changed": {"cold": {"host_empty": None}}}, "not empty"),
        ("unchanged", {"builds": {"unchanged": {"cache_import": "missing"}}}, "not imported"),
        ("unchanged", {"builds": {"unchanged": {"cache_import": "failed"}}}, "not imported"),
        ("unchanged", {"builds": {"unchanged": {"cache_export": "unfinished"}}}, "not exported"),
        ("unchanged", {"changed": {"unchanged": {"status": "failed"}}}, "it failed where"),
        ("unchanged", {"changed": {"unchanged": {"status": "timed out"}}}, "it timed out"),
        ("unchanged", {"changed": {"unchanged": {"buildkit": "v0.99"}}}, "its buildkit is v0.99"),
        ("unchanged", {"drop": ("unchanged",)}, "no docker build"),
    ],
)
def test_a_fault_is_named_and_the_other_run_passes(run, arguments, words):
    reasons, valid = judge(**arguments)
    assert words in reasons[run]
    assert valid.drop(run).all()
    assert not valid[run]


def test_no_runs_keep_types():
    runs = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    empty = read_logs([])
    judged = judge_runs(runs, empty.builds, empty.steps)
    assert judged["valid"].dtype == bool
    assert judged["invalid_reason"].dtype == "string"
