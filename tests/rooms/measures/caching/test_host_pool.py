"""The chance to land on a used host: formula, simulation, the lab's pool and what logs show."""

import os
import random
from pathlib import Path

import pytest
from measured import make_experiment, make_runs, read_texts, show_build, write_log

from analysis.logs import read_logs
from analysis.measures.caching.hits import hits_by_run
from analysis.measures.caching.host_pool import (
    landing_chance,
    landing_chances,
    landings,
    local_hits,
    widen_chances,
)
from analysis.measures.compare import wilson
from analysis.prose import say_host_reuse, say_landings, say_public_logs
from analysis.records import read_experiment, read_public_logs

ROOT = Path(__file__).parents[4]
REAL = Path(os.environ.get("REALLOGS", "none"))
BUILDS = 20_000


def simulate(gap, lifetime, pool, rng):
    """The share of builds that land on a host that built within its lifetime."""
    last, landed = {}, 0
    for number in range(BUILDS):
        host, now = rng.randrange(pool), number * gap
        landed += host in last and now - last[host] <= lifetime + 1e-9
        last[host] = now
    return landed / BUILDS


@pytest.mark.parametrize("pool", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("gap", [2, 10, 14, 30, 31])
def test_the_formula_is_what_a_simulated_pool_does(pool, gap):
    rng = random.Random(f"{pool} {gap}")
    seen = simulate(gap, 30, pool, rng)
    assert seen == pytest.approx(landing_chance(gap, 30, pool), abs=0.015)


def test_chances_that_can_be_told_without_a_formula():
    assert landing_chance(30, 30, 1) == 1
    assert landing_chance(31, 30, 1) == 0
    assert landing_chance(30, 30, 2) == 0.5
    assert landing_chance(15, 30, 2) == 0.75
    assert landing_chance(0.1, 30, 10**6) == pytest.approx(300 / 10**6, rel=1e-3)
    assert landing_chance(0, 30, 4) == 1
    assert landing_chance(0, 30, 2, before=0) == 0
    assert landing_chance(10, 30, 2, before=1) == 0.5


def test_more_hosts_and_longer_gaps_make_it_less_likely():
    wide = landing_chances().pivot(index="gap", columns="pool", values="chance")
    assert wide.index.is_monotonic_increasing
    assert (wide.diff().iloc[1:] <= 0).all().all()
    assert (wide.diff(axis=1).iloc[:, 1:] <= 0).all().all()
    assert wide.iloc[-1].eq(0).all()


def test_a_gap_between_two_rows_has_the_chance_of_the_longer_one():
    rows = landing_chances(30, (8,))
    later = rows[rows["gap"] >= 12].iloc[0]
    assert later["gap"] == 15
    assert landing_chance(12, 30, 8) == later["chance"]


def test_the_table_has_a_column_a_pool():
    table = widen_chances(landing_chances(30, (2, 4), gaps=(30, 15)))
    assert table.columns.tolist() == ["minutes between builds", "pool of 2", "pool of 4"]
    assert table.iloc[0].tolist() == [15, 75, 43.75]


def observe(folder, empty):
    """landings of two rounds of three builds, and those on hosts that were `empty`."""
    times = {name: [15.0, 15.0] for name in ("cold", "unchanged", "source")}
    runs = make_runs({"local-layer-cache": times})
    runs["host_empty"] = runs["scenario"].eq("cold") | runs["run"].isin(empty)
    text = {
        False: write_log(("docker build .", 15.0, show_build(cached=("RUN install", "COPY app")))),
        True: write_log(("docker build .", 15.0, show_build())),
    }
    fresh = dict(zip(runs["run"], runs["host_empty"], strict=True))
    texts = dict.fromkeys(times, lambda row: text[fresh[row.run]])
    experiment = make_experiment(folder, runs, {"local-layer-cache": texts})
    runs = experiment.runs
    return landings(runs, hits_by_run(runs, experiment.logs.steps))


def test_a_pool_is_held_against_the_model(tmp_path):
    seen = observe(tmp_path, ["local-layer-cache.unchanged.01"])
    assert seen["scenario"].tolist() == ["unchanged", "source"]
    assert seen["builds"].tolist() == [2, 2]
    assert seen["used"].tolist() == seen["hits"].tolist() == [1, 2]
    assert seen["expected"].tolist() == [0.5, 0.75]
    assert say_landings(seen) == (
        "3 of 4 builds (95 % interval 30 to 95 %) after the first landed on a host that had built "
        "before; for a pool of 2, the model expects 62 %"
    )
    assert say_landings(seen[:0]) == "no build after a first one was measured"
    assert say_host_reuse(seen[:0]) == "No build after a first one was measured."


def test_an_experiment_without_a_pool_shows_none(tmp_path):
    runs = make_runs({})
    experiment = make_experiment(tmp_path, runs, {})
    seen = landings(runs, hits_by_run(runs, experiment.logs.steps))
    assert seen.columns.tolist() == ["scenario", "before", "builds", "used", "hits", "expected"]
    assert seen.empty


def test_the_recorded_pool_does_what_the_model_says():
    experiment = read_experiment(ROOT / "data" / "lab")
    runs = experiment.runs[experiment.runs["strategy"] == "local-layer-cache"]
    seen = landings(runs, hits_by_run(runs, experiment.logs.steps))
    low, high = wilson(int(seen["used"].sum()), int(seen["builds"].sum()))
    expected = (seen["expected"] * seen["builds"]).sum() / seen["builds"].sum()
    assert seen["builds"].sum() >= 12
    assert low <= expected <= high
    # and no build on a host that built nothing has hits
    assert (seen["hits"] <= seen["used"]).all()


def judge(*texts):
    """local of the builds of these logs."""
    runs = make_runs({"docker": {"cold": [1.0] * len(texts)}})
    return local_hits(read_texts(runs, texts)[1])


def test_hits_without_an_import_are_of_the_local_cache():
    layers = ("RUN install", "COPY app")
    proof = ("inferred cache manifest type: x",)
    imported = (("importing cache manifest from r:c", proof, "DONE 0.3s"),)
    table = judge(
        write_log(("docker build .", 5.0, show_build(cached=layers))),
        write_log(("docker build .", 5.0, show_build())),
        write_log(("docker build .", 5.0, show_build(cached=layers, more=imported))),
        write_log(("true", 5.0, "")),
    )
    assert table["hits"].tolist() == [2, 0, 2]
    assert table["codebuild"].all()
    assert table["local"].tolist()[:2] == [True, False]
    assert table["local"].isna().tolist() == [False, False, True]


def test_a_legacy_build_with_a_pulled_image_may_have_its_hits_from_there():
    legacy = (
        "Sending build context to Docker daemon  2.048kB\n"
        "Step 1/2 : FROM base\n ---> 0123456789ab\n"
        "Step 2/2 : RUN make\n ---> Using cache\n ---> 1123456789ab\n"
        "Successfully built 1123456789ab"
    )
    table = judge(
        write_log(("docker build .", 1.0, legacy)),
        write_log(("docker build --cache-from r:latest .", 1.0, legacy)),
    )
    assert table["hits"].tolist() == [1, 1]
    assert table["local"].isna().tolist() == [False, True]


def test_no_logs_give_an_empty_table():
    table = local_hits(read_logs([]))
    assert table.columns.tolist() == ["log", "build", "codebuild", "hits", "local"]


@pytest.mark.skipif(not REAL.is_dir(), reason="REALLOGS names no folder of real logs")
def test_real_logs_of_codebuild_show_no_local_cache_and_those_of_laptops_do():
    table = local_hits(read_logs(sorted(REAL.glob("*.log"))))
    own, others = table[table["codebuild"]], table[~table["codebuild"]]
    assert len(own) >= 2
    assert own["local"].sum() == 0
    assert 0.4 < others["local"].mean() < 0.9
    counts = read_public_logs().set_index("agent")[["builds", "used"]]
    for agent, rows in (("codebuild", own), ("other", others)):
        known = rows["local"].dropna()
        assert counts.loc[agent].tolist() == [len(known), known.sum()]


def test_what_public_logs_tell_is_said_with_its_interval():
    said = say_public_logs(read_public_logs())
    assert said.startswith("In public logs (56 build logs found in public repositories on GitHub")
    assert "0 of 2 builds (95 % interval 0 to 66 %) on CodeBuild" in said
