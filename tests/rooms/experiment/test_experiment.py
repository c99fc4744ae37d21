"""Experiments on a real engine: strategies, histories, resume, and all that may go wrong."""

import gzip
import json
import signal
import subprocess
import sys
import time

import pytest
from conftest import SMALL_IMAGE, make_small_context
from witness import compare_with_inspect, compare_with_rawjson

from analysis import records
from analysis.errors import ContextError, LabError, RecordError, UnknownName
from analysis.experiment.loop import find_rank
from analysis.experiment.plan import choose_scenarios, choose_strategies, shuffled
from analysis.experiment.run import run_experiment
from analysis.experiment.settings import Settings
from analysis.records import read_experiment
from analysis.workload import load_strategies

SLEEPING = """\
version: 0.2
phases:
  build:
    commands:
      - echo begun; case $(cat deploy/app.py) in *changed*) ;; *) sleep 600;; esac
"""


def kinds(images, run):
    """How many entries of each kind a run left."""
    return images.loc[images["run"] == run, "kind"].value_counts().to_dict()


@pytest.fixture(scope="module")
def built(client, tmp_path_factory):
    """An experiment of the strategies that differ most."""
    folder = tmp_path_factory.mktemp("experiment")
    context = make_small_context(tmp_path_factory.mktemp("small"))
    warm = ["docker", "registry-cache", "local-layer-cache"]
    settings = Settings(rounds=1, pool=1, context=context)
    run_experiment(folder, warm, ["cold", "source"], settings)
    once = ["container-push", "container-push-no-provenance", "docker-driver-cache-to"]
    run_experiment(folder, once, ["cold"], settings)
    return read_experiment(folder)


def test_every_run_is_valid_and_ends_as_expected(built):
    assert built.runs["invalid_reason"].dropna().tolist() == []
    assert built.problems.empty
    failing = built.runs["strategy"] == "docker-driver-cache-to"
    assert built.runs["status"].eq("failed").equals(failing)
    assert len(built.runs) == 9


def test_each_push_leaves_what_its_kind_leaves(built):
    assert kinds(built.images, "docker.cold.01") == {"image": 1}
    assert kinds(built.images, "container-push.cold.01") == {
        "index": 1,
        "image": 1,
        "attestation": 1,
    }
    assert kinds(built.images, "container-push-no-provenance.cold.01") == {"image": 1}
    assert kinds(built.images, "registry-cache.cold.01") == {"image": 1, "cache": 1}
    assert kinds(built.images, "registry-cache.source.01") == {"image": 2, "cache": 2}
    assert kinds(built.images, "docker-driver-cache-to.cold.01") == {}


def test_a_registry_cache_hits_where_a_fresh_host_does_not(built):
    steps = built.logs.steps.merge(built.runs[["log", "run"]], on="log", validate="m:1")
    layers = steps[steps["kind"] == "layer"]
    hits = layers["status"].eq("cached").groupby(layers["run"]).sum()
    assert hits["docker.source.01"] == 0
    assert hits["registry-cache.cold.01"] == 0
    assert hits["registry-cache.source.01"] == hits["local-layer-cache.source.01"] == 2


def test_the_docker_driver_refuses_a_cache_export_in_these_words(built):
    log = built.runs.set_index("run").loc["docker-driver-cache-to.cold.01", "log"]
    text = gzip.decompress(open(log, "rb").read()).decode()
    assert "Cache export is not supported for the docker driver." in text
    assert "Switch to a different driver, or turn on the containerd image store" in text


def test_two_witnesses_agree_with_the_reader(built):
    compared = 0
    for run in built.runs.to_dict("records"):
        history = json.loads(gzip.decompress(open(run["history"], "rb").read()))["builds"]
        steps = built.logs.steps[built.logs.steps["log"] == run["log"]]
        found, differences = compare_with_rawjson(steps, history)
        assert differences == [], run["run"]
        assert compare_with_inspect(steps, history)[1] == [], run["run"]
        compared += found
    print(f"{compared} steps compared with rawjson")
    assert compared > 60


def test_the_context_of_the_quick_start_is_built_by_default(client, tmp_path):
    # pip's downloads may not come the first time
    for number in range(3):
        run_experiment(tmp_path / str(number), "docker", "cold", Settings(rounds=1))
        built = read_experiment(tmp_path / str(number))
        if built.runs["status"].eq("succeeded").all():
            break
    assert built.runs["invalid_reason"].isna().all()
    layers = built.logs.steps[built.logs.steps["kind"] == "layer"]
    assert any("pip install" in name for name in layers["name"])


def test_hosts_and_repositories_are_recorded(built):
    runs = built.runs.set_index("run")
    assert runs.loc["local-layer-cache.source.01", "host"] == "kept"
    assert runs.loc["local-layer-cache.source.01", "emulated"]
    assert (runs.loc[runs["host"] == "fresh", "host_empty"]).all()
    assert runs["repository"].nunique() == 6
    assert runs.loc["registry-cache.cold.01", "idle_gap"] != runs.loc["docker.cold.01", "idle_gap"]


def test_a_build_that_hangs_is_marked_and_the_next_one_goes_on(client, context, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "sleeping.yml").write_text(SLEEPING)
    settings = Settings(rounds=1, context=context, strategies_folder=folder, time_limit=8)
    run_experiment(tmp_path / "out", ["sleeping"], ["cold", "source"], settings)
    runs = read_experiment(tmp_path / "out").runs.set_index("scenario")
    assert runs["status"].to_dict() == {"cold": "timed out", "source": "succeeded"}
    assert not runs.loc["cold", "valid"]
    assert 8 <= runs.loc["cold", "seconds"] < 300


def test_an_interrupted_experiment_keeps_what_is_finished_and_resumes(client, context, tmp_path):
    out, history = tmp_path / "out", ["cold", "unchanged", "source"]
    script = (
        "import signal\nfrom pathlib import Path\n"
        "from analysis.experiment import Settings, run_experiment\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"run_experiment({str(out)!r}, ['docker'], {history!r}, Settings(rounds=1, "
        f"context=Path({str(context)!r})))\n"
    )
    hosts = {each.id for each in client.containers.list(all=True, ignore_removed=True)}
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE)
    first = out / "runs" / "docker.cold.01" / "record.json"
    deadline = time.monotonic() + 120
    while not first.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert b"KeyboardInterrupt" in process.communicate(timeout=120)[1]
    assert {each.id for each in client.containers.list(all=True, ignore_removed=True)} == hosts
    before = first.read_bytes()
    lines = []
    run_experiment(out, ["docker"], history, Settings(rounds=1, context=context), lines.append)
    assert first.read_bytes() == before
    assert len(read_experiment(out).runs) == 3
    assert lines[1].startswith(("2 builds", "1 builds"))
    run_experiment(out, ["docker"], history, Settings(rounds=1, context=context), lines.append)
    assert lines[-1].startswith("0 builds")


def test_an_experiment_of_another_context_is_not_mixed_in(client, context, tmp_path):
    settings = Settings(rounds=1, context=context)
    run_experiment(tmp_path / "out", ["docker"], ["cold"], settings)
    (context / "app.py").write_text("print('other')\n")
    with pytest.raises(RecordError, match="context_digest differs"):
        run_experiment(tmp_path / "out", ["buildx-push"], ["cold"], settings)


def test_an_experiment_says_what_its_runs_are_built_on_and_by(client, context, tmp_path):
    run_experiment(tmp_path / "out", "docker", "cold", Settings(rounds=1, context=context))
    facts = read_experiment(tmp_path / "out").facts
    assert facts["bases"] == {SMALL_IMAGE: SMALL_IMAGE}
    assert facts["replacements"] == {}
    assert list(facts["buildspecs"]) == ["docker"]
    run_experiment(tmp_path / "out", "buildx-push", "cold", Settings(rounds=1, context=context))
    both = read_experiment(tmp_path / "out").facts
    assert list(both["buildspecs"]) == ["buildx-push", "docker"]
    assert both | {"buildspecs": facts["buildspecs"]} == facts


def test_a_registry_that_dies_fails_the_build_and_the_rest_goes_on(client, context, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "lost.yml").write_text(
        "version: 0.2\nphases:\n  build:\n    commands:\n"
        "      - docker build --tag localhost:1/lost $CONTEXT\n"
        "      - docker push localhost:1/lost\n"
    )
    settings = Settings(rounds=1, context=context, strategies_folder=folder)
    run_experiment(tmp_path / "out", ["lost", "docker"], ["cold"], settings)
    runs = read_experiment(tmp_path / "out").runs.set_index("strategy")
    assert runs["valid"].to_dict() == {"docker": True, "lost": False}
    assert runs.loc["lost", "exit_code"] == 1


def test_unknown_names_say_what_was_meant(tmp_path):
    with pytest.raises(UnknownName, match="did you mean 'registry-cache'"):
        run_experiment(tmp_path, ["registry-cash"])
    with pytest.raises(UnknownName, match="did you mean 'source'"):
        run_experiment(tmp_path, ["docker"], ["sourze"])


def test_a_folder_without_dockerfile_is_refused_before_the_lab_is_up(tmp_path):
    with pytest.raises(ContextError, match="has no Dockerfile"):
        run_experiment(tmp_path / "out", ["docker"], settings=Settings(context=tmp_path))
    assert not (tmp_path / "out").exists()


def test_scenarios_that_cannot_be_derived_are_told(context):
    (context / "requirements.txt").unlink()
    lines = []
    chosen = choose_scenarios(["cold", "dependency"], Settings(context=context), lines.append)
    assert chosen == ["cold"]
    assert "dependency is left out" in lines[0]


def test_a_scenario_that_the_user_gives_is_not_left_out(context, tmp_path):
    (context / "requirements.txt").unlink()
    (tmp_path / "changes" / "dependency").mkdir(parents=True)
    settings = Settings(context=str(context), replacements=str(tmp_path / "changes"))
    lines = []
    assert choose_scenarios("dependency", settings, lines.append) == ["dependency"]
    assert lines == []


def test_one_name_may_stand_for_a_list_and_a_name_counts_once(tmp_path):
    assert [s.name for s in choose_strategies("docker")] == ["docker"]
    assert [s.name for s in choose_strategies(["docker", "docker"])] == ["docker"]
    with pytest.raises(UnknownName, match="no scenario 'clod'"):
        run_experiment(tmp_path, "docker", "clod")


def write_runs(folder, *runs):
    for name, order in runs:
        path = folder / "runs" / name / "record.json"
        path.parent.mkdir(parents=True)
        path.write_bytes(records.to_json({"order": order}))


def test_a_rank_in_a_round_counts_the_others_and_stays_after_a_resume(tmp_path):
    assert find_rank(tmp_path, "docker", 1) == 0
    write_runs(tmp_path, ("docker.cold.01", 0), ("docker.v2.cold.01", 1), ("docker.cold.02", 0))
    assert find_rank(tmp_path, "docker", 1) == 0
    assert find_rank(tmp_path, "docker.v2", 1) == 1
    assert find_rank(tmp_path, "buildx-load", 1) == 2
    write_runs(tmp_path, (".ipynb_checkpoints.cold.01", 0))
    assert find_rank(tmp_path, "buildx-load", 1) == 2
    write_runs(tmp_path, ("buildx-load.cold.01", 2), ("buildx-push.cold.01", 3))
    assert find_rank(tmp_path, "buildx-load", 1) == 2
    assert find_rank(tmp_path, "docker.v2", 2) == 1


def test_order_is_shuffled_by_seed_and_round():
    strategies = list(load_strategies().values())
    orders = [[s.name for s in shuffled(strategies, 1, number)] for number in (1, 2, 3)]
    assert orders[0] != orders[1] != orders[2]
    assert orders[0] == [s.name for s in shuffled(strategies[::-1], 1, 1)]
    assert all(sorted(order) == sorted(s.name for s in strategies) for order in orders)


def test_lab_errors_keep_what_is_finished(client, context, tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.lab.boot.BOOT_SECONDS", 0)
    with pytest.raises(LabError, match="(?s)1 sequences .* docker in round 1 .*same call"):
        run_experiment(tmp_path / "out", ["docker"], ["cold"], Settings(rounds=1, context=context))
