"""The model of builds' seconds on recorded builds: what it knows, predicts, and where it turns."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from measured import make_runs, read_texts, show_build, write_log

from analysis import measures
from analysis.errors import FrameError, UnknownName
from analysis.measures import Conditions
from analysis.measures.compare import pick_comparable
from analysis.measures.model.amounts import find_hits
from analysis.measures.model.contexts import read_known
from analysis.measures.model.recipes import list_recipes
from analysis.records import Speeds, mark_hits

MIX = {"unchanged": 10, "source": 70, "dependency": 15, "base": 5}


@pytest.fixture(scope="module")
def model(lab, grid):
    # a few are fitted in less time
    return measures.fit_model(pick(lab), grid)


def pick(lab):
    few = ["docker", "registry-cache", "registry-cache-push", "containerd-store", "inline-cache"]
    return replace(lab, runs=lab.runs[lab.runs["strategy"].isin(few)])


def test_layers_that_the_model_takes_for_hits_are_those_that_were(lab):
    known, runs = read_known(lab), pick_comparable(lab.runs)
    recipes = list_recipes(runs, lab.logs)
    runs = runs[~runs["strategy"].str.startswith("local-layer-cache")]
    steps = lab.logs.steps
    steps = steps[steps["kind"].eq("layer")].merge(runs[["log", "strategy", "scenario"]], on="log")
    steps = steps.assign(hit=mark_hits(steps))
    seen = 0
    for (strategy, scenario), rows in steps.groupby(["strategy", "scenario"]):
        hits = find_hits(known, recipes[strategy], scenario) if scenario != "cold" else set()
        cached = set(zip(*(rows.loc[rows["hit"], name] for name in ("stage", "name")), strict=True))
        lost = [each for each in hits if (each.stage, each.name) not in cached]
        assert cached <= {(each.stage, each.name) for each in hits}, (strategy, scenario)
        # an image that the host pulled before gives a build all of its layers, or none
        assert not lost or strategy == "pull-cache-from-inline", (strategy, scenario)
        assert sum(each.work + each.mb for each in lost) < 0.1
        seen += len(hits)
    assert seen > 50


def test_an_inline_cache_of_one_target_holds_its_last_stage_alone():
    inline = "docker build --cache-from r:a --build-arg BUILDKIT_INLINE_CACHE=1"
    texts = [f"{inline} --target build .", f"{inline} --target run .", f"{inline} ."]
    runs = make_runs({name: {"cold": [9.0]} for name in ("one", "two", "plain")})
    logs = [texts[1:2], texts[:2], texts[2:]]
    written = [write_log(*((text, 3.0, show_build()) for text in each)) for each in logs]
    recipes = list_recipes(*read_texts(runs.assign(storage_driver="overlay2"), written))
    assert {name: each.whole for name, each in recipes.items()} == {
        "one": False,
        "two": True,
        "plain": False,
    }


def test_a_context_is_known_by_its_baseline_s_cold_builds(lab, grid):
    known = read_known(lab)
    assert known.base == pytest.approx(57.558, abs=0.001)
    assert known.final_mb == pytest.approx(16.55, abs=0.05)
    cold = lab.runs[lab.runs["strategy"].eq("docker") & lab.runs["scenario"].eq("cold")]
    layers = lab.logs.steps[lab.logs.steps["kind"].eq("layer")].merge(cold[["log"]])
    assert known.work == pytest.approx(layers["seconds"].sum() / len(cold))
    assert [each.stage for each in known.layers if each.final] == ["run"] * 3
    # a base that is newer by one small layer is not all new to a host that kept the other
    assert known.new_base["base"] < 0.001 < known.new_base["cold"]
    shaped = {read_known(each).link: read_known(each).download for each in grid}
    assert shaped == {"100mbit": 12.5, "400mbit": 50.0, "unshaped": 400.0}


def test_at_the_recorded_conditions_predictions_are_what_was_measured(model, lab):
    medians = pick_comparable(pick(lab).runs).groupby(["strategy", "scenario"])["seconds"].median()
    table = model.predict().set_index(["strategy", "scenario"])
    pd.testing.assert_series_equal(
        table["seconds"].sort_index(), medians.sort_index(), check_index_type=False
    )
    assert (table["low"] < table["seconds"]).all() and (table["seconds"] < table["high"]).all()
    told = model.predict(Conditions(boot_seconds=model.recorded.boot_seconds))
    assert told["seconds"].tolist() == pytest.approx(table["seconds"].tolist())


def test_seconds_that_only_add_up_add_up(model):
    base = model.predict().set_index(["strategy", "scenario"])["seconds"]
    slow = model.predict(Conditions(boot_seconds=model.recorded.boot_seconds + 5))
    more = slow.set_index(["strategy", "scenario"])["seconds"] - base
    assert more["registry-cache"].tolist() == pytest.approx([5.0] * 5)
    assert more["docker"].tolist() == pytest.approx([0.0] * 5)
    unpacking = 1.5 * model.recorded.unpack_mbps
    faster = model.predict(Conditions(unpack_mbps=unpacking)).set_index(["strategy", "scenario"])
    assert (faster["seconds"] <= base + 1e-9).all()
    # what changes more is known less surely
    recorded = model.predict().set_index(["strategy", "scenario"])
    wider = (faster["high"] - faster["low"]) - (recorded["high"] - recorded["low"])
    assert wider["registry-cache", "source"] > 0


def test_builds_that_find_no_cache_are_as_slow_as_the_first(model):
    lost = model.predict(Conditions(hit_share=0.0)).set_index(["strategy", "scenario"])["seconds"]
    found = model.predict().set_index(["strategy", "scenario"])["seconds"]
    gained = (lost - found)["registry-cache-push"]
    assert gained["source"] > 3 and gained["unchanged"] > gained["source"]
    assert gained["cold"] == pytest.approx(0)


@pytest.mark.parametrize("strategy", ["registry-cache-push", "containerd-store"])
def test_where_a_verdict_turns_both_take_equally_long(model, strategy):
    turns = model.flips(MIX, strategy).set_index("condition")
    assert list(turns.index) == [
        *("restart_seconds", "boot_seconds", "unpack_mbps"),
        *("link_mbit", "work_factor", "hit_share"),
    ]
    found = turns.dropna(subset=["turns_at"])
    assert len(found)
    for name, row in found.iterrows():
        assert row["low"] <= row["turns_at"] <= row["high"]
        row["value"] = 0.0 if np.isnan(row["value"]) else row["value"]
        away = 1.05 if row["value"] <= row["turns_at"] else 0.95
        at, beyond = (
            model.sum_mix(MIX, Conditions(**{name: row["turns_at"] * factor}))
            for factor in (1, away)
        )
        assert at[strategy] == pytest.approx(at["docker"], abs=0.01)
        assert row["turns_to"] == min((strategy, "docker"), key=beyond.get)
    assert not turns.loc["restart_seconds", "matters"] or strategy == "containerd-store"


def test_beyond_what_was_run_no_verdict_is_said_to_turn(lab):
    alone = measures.fit_model(pick(lab))
    turns = alone.flips(MIX, "registry-cache").set_index("condition")
    for name in ("unpack_mbps", "link_mbit", "work_factor"):
        assert turns.loc[name, "low"] == turns.loc[name, "high"]
        assert np.isnan(turns.loc[name, "turns_at"]) and pd.isna(turns.loc[name, "turns_to"])
    with pytest.raises(UnknownName, match="did you mean 'registry-cache'"):
        alone.flips(MIX, "registry-cach")


def test_an_engine_that_was_not_restarted_turns_the_verdict_where_it_would_be(lab, grid):
    # hosts may have the store already: then the command finds nothing to do
    commands = lab.logs.commands
    restarts = commands["command"].str.contains("dockerd")
    assert commands.loc[restarts, "seconds"].gt(1).all()
    skipped = commands.assign(seconds=commands["seconds"].mask(restarts, 0.03))
    model = measures.fit_model(pick(replace(lab, logs=replace(lab.logs, commands=skipped))), grid)
    turn = model.flips(MIX, "containerd-store").set_index("condition").loc["restart_seconds"]
    assert np.isnan(turn["value"]) and turn["turns_to"] == "docker"
    seconds = model.sum_mix(MIX)
    assert turn["turns_at"] == pytest.approx(seconds["docker"] - seconds["containerd-store"], abs=1)


def test_at_other_speeds_the_model_answers_for_those(model):
    assert model.calibrate(None).predict().equals(model.predict())
    fast = model.calibrate(Speeds(boot_seconds=3.0, restart_seconds=5.0, push_mbps=4.0))
    turns = fast.flips(MIX, "containerd-store").set_index("condition")
    assert turns.loc["boot_seconds", "value"] == 3.0
    assert turns.loc["restart_seconds", "value"] == 5.0
    seconds = fast.predict().set_index(["strategy", "scenario"])["seconds"]
    asked = model.predict(
        Conditions(boot_seconds=3.0, restart_seconds=5.0, push_mbps=4.0)
    ).set_index(["strategy", "scenario"])["seconds"]
    pd.testing.assert_series_equal(seconds, asked)


def test_without_the_baseline_s_cold_build_there_is_no_model(lab):
    runs = lab.runs[~(lab.runs["strategy"].eq("docker") & lab.runs["scenario"].eq("cold"))]
    with pytest.raises(FrameError, match="no valid cold build of docker"):
        measures.fit_model(replace(lab, runs=runs))
