"""RETRY: which finished runs are built once more, and how often."""

import pytest

from analysis.experiment import Settings, make_plan
from analysis.lab import Images
from analysis.records import write_run

QUIET, ALONE = {"pressure": 0.1, "others_cpu": 0.4}, {"pressure": 0.9, "others_cpu": 0.05}
BUSY, ASIDE = {"pressure": 0.9, "others_cpu": 0.4}, {"side_by_side": True}


def keep(folder, scenario, anew=False, status="succeeded", **facts):
    """A finished run of the baseline in round 1."""
    known = {"format": 1, "run": f"docker.{scenario}.01", "strategy": "docker", "round": 1}
    known |= {"scenario": scenario, "place": "lab", "emulated": False, "host": "fresh", "order": 0}
    known |= {"started": "2026-11-24T10:00:00+00:00", "status": status, "expect": "succeeded"}
    write_run(folder, known | facts, b"log", {}, {}, anew)


def ask(folder, context, retry):
    """The runs that a plan builds anew."""
    settings = Settings(rounds=1, context=context, retry=retry)
    names = ["cold", "source", "dependency", "base"]
    return make_plan(folder, "docker", names, settings, Images(), str).anew


@pytest.fixture
def recorded(tmp_path):
    keep(tmp_path, "cold", **QUIET)
    keep(tmp_path, "source", **BUSY)
    keep(tmp_path, "dependency", **ALONE, status="failed")
    keep(tmp_path, "base", **BUSY, **ASIDE)
    return tmp_path


def test_a_retry_takes_those_that_failed_or_were_pressed_by_others(recorded, context):
    asked = {retry: ask(recorded, context, retry) for retry in ("", "failed", "pressed")}
    assert asked == {"": set(), "failed": {"docker.dependency.01"}, "pressed": {"docker.source.01"}}


def test_what_stays_under_pressure_is_built_anew_twice(recorded, context):
    for _ in range(2):
        assert ask(recorded, context, "pressed") == {"docker.source.01"}
        keep(recorded, "source", anew=True, **BUSY)
    assert ask(recorded, context, "pressed") == set()
    keep(recorded, "cold", anew=True, **BUSY)
    assert ask(recorded, context, "pressed") == {"docker.cold.01"}


def test_nothing_is_pressed_where_nothing_was_built(tmp_path, context):
    assert ask(tmp_path, context, "pressed") == set()
