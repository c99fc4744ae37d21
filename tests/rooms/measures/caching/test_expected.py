"""The gate: the layer that missed first is the one that the change should hit; cache mounts."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.measures import cache_mounts, check_first_misses
from analysis.prose import say_cache_mounts
from analysis.results import read_experiment

CONTROL = Path(__file__).parents[4] / "data" / "control"


@pytest.fixture(scope="module")
def control():
    return read_experiment(CONTROL)


def change(**layer):
    return {"source": {"file": "app/a.py", "layers": [{"stage": "", "position": 0} | layer]}}


def check(control, changes):
    return check_first_misses(control.runs, control.misses(), changes)


def test_a_change_that_hits_its_layer_agrees(control):
    (row,) = check(control, change(instruction="COPY app/ app/")).to_dict("records")
    assert row["agrees"] is True
    assert row["first missed"] == "COPY app/ app/"
    assert row["runs"] > 1


def test_a_change_that_hits_another_layer_is_told(control):
    (row,) = check(control, change(instruction="COPY requirements.txt ./")).to_dict("records")
    assert row["agrees"] is False
    assert (row["expected"], row["first missed"]) == ("COPY requirements.txt ./", "COPY app/ app/")


def test_where_no_build_had_a_cache_nothing_is_told(control):
    runs = control.runs[control.runs["strategy"].eq("docker")]
    misses = control.misses()
    misses = misses[misses["strategy"].eq("docker")]
    found = check_first_misses(runs, misses, change(instruction="COPY x /"))
    assert found["agrees"].isna().all()
    assert found["runs"].eq(0).all()
    assert check_first_misses(runs, misses, {}).empty


PIP = "RUN --mount=type=cache,target=/var/cache pip install a"


def mounting():
    """Runs and steps of two strategies, one of which keeps its engine."""
    rows = [
        ("server", "cold", "server", 9.0),
        ("server", "source", "server", 2.0),
        ("cache", "cold", "fresh", 9.0),
        ("cache", "source", "fresh", 8.0),
        ("cache", "source", "fresh", 10.0),
    ]
    runs = pd.DataFrame(rows, columns=["strategy", "scenario", "host", "seconds"])
    runs["run"] = runs["log"] = [f"log {number}" for number in range(len(rows))]
    steps = runs[["log", "seconds"]].assign(kind="layer", status="ran", name=PIP)
    other = steps.assign(name="RUN make", seconds=1.0)
    text = dict.fromkeys(["strategy", "scenario", "host", "run", "log"], "string")
    names = dict.fromkeys(["log", "kind", "status", "name"], "string")
    return runs.astype(text), pd.concat([steps, other], ignore_index=True).astype(names)


def test_what_steps_cost_without_their_mounts():
    runs, steps = mounting()
    table = cache_mounts(runs, steps).set_index("strategy")
    assert table["carries"].to_dict() == {"cache": False, "server": True}
    assert table["n"].to_dict() == {"cache": 2, "server": 1}
    assert table.loc["cache", "more"] == 7.0
    assert pd.isna(table.loc["server", "more"])
    assert cache_mounts(runs, steps, ["cache"])["carries"].all()
    told = say_cache_mounts(table.reset_index())
    assert told[0].startswith(
        "Cache mounts (RUN --mount=type=cache) are kept by server. With cache"
    )
    assert "takes 9.0 s with cache and 2.0 s where its folder is kept" in told[1]


def test_without_mounts_there_is_nothing_to_say():
    runs, steps = mounting()
    assert say_cache_mounts(cache_mounts(runs, steps[steps["name"].ne(PIP)])) == []
