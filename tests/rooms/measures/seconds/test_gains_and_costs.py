"""What a strategy saves and pays: parts that add up to its difference, on recorded builds."""

from pathlib import Path

import pytest

from analysis import measures
from analysis.charts import balance as draw
from analysis.errors import UnknownName
from analysis.measures.seconds.gains_and_costs import ORDER, balance
from analysis.prose import say_balance
from analysis.records import read_experiment, read_timelines

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def recorded():
    experiment = read_experiment(ROOT / "data" / "lab")
    runs = measures.pick_comparable(experiment.runs)
    timelines, _ = read_timelines(runs, experiment.logs.steps)
    activities = measures.overhead_map(runs, experiment.logs)
    path = measures.path_map(runs, experiment.logs, timelines)
    return runs, activities, path


@pytest.fixture(scope="module")
def table(recorded):
    _, activities, path = recorded
    return balance(activities, path)


def test_the_parts_add_up_to_the_difference_in_elapsed_time(recorded, table):
    keys = ["strategy", "scenario"]
    rounds = recorded[0].set_index([*keys, "round"])["seconds"]
    docker = rounds.xs("docker").reindex(rounds.index.droplevel("strategy")).to_numpy()
    paired = (rounds - docker).dropna().groupby(keys).agg(["mean", "count"])
    sums = table.groupby(keys)["difference"].sum()
    paired = paired.reindex(sums.index)
    same = table.groupby(keys)["n"].max() == paired["count"]
    assert same.sum() > 20
    # of means: those of geometric means, as compared, would not add up
    assert (sums - paired["mean"])[same].abs().max() < 0.05


def test_a_cache_saves_work_and_pays_for_a_builder(table):
    rows = table[table["strategy"].eq("registry-cache") & table["scenario"].eq("unchanged")]
    seconds = rows.set_index("activity")["difference"]
    assert seconds["work"] < -3
    assert seconds["builder"] > 3
    assert seconds["load"] > 1
    assert list(seconds.index) == [name for name in ORDER if name in seconds.index]


def test_it_is_said_least_first_and_drawn(table):
    said = say_balance(table, "unchanged")
    (line,) = [text for text in said if text.startswith("registry-cache (")]
    assert "saves" in line
    assert "builder" in line
    assert "than docker on average. It saves" in line
    chart = draw(table, scenario="unchanged")
    strategies = [text.partition(" (n = ")[0] for text in said]
    drawn = chart._repr_svg_()
    places = [drawn.index(f">{name}<") for name in strategies if "emulated" not in name]
    assert places == sorted(places)
    # a name too long for a line has several
    assert len(places) > 10 and all(name.partition(" (")[0] in drawn for name in strategies)
    assert "registry-cache" in chart.alt
    assert say_balance(table[table["scenario"].ne("base")], "base") == [
        "Nothing can be set against docker for a newer base image."
    ]


def test_a_baseline_that_is_none_is_told(recorded):
    with pytest.raises(UnknownName, match="did you mean 'docker'"):
        balance(recorded[1], recorded[2], "dockr")
