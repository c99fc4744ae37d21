"""The validity gate: each fault is caught and named, a sound run passes."""

import pandas as pd
import pytest

from analysis.logs import read_logs
from analysis.records.recording import COLUMNS
from analysis.records.validity import count_hits, judge_runs

SOUND = {
    "strategy": "registry-cache",
    "round": 1,
    "host": "fresh",
    "host_empty": True,
    "link": "unshaped",
    "status": "succeeded",
    "expect": "succeeded",
    "engine": "28.5.2",
    "buildx": "0.29.1",
    "buildkit": "v0.25.2",
    "storage_driver": "overlay2",
    # of a run's log
    "builder": "buildkit",
    "cache_import": "ok",
    "cache_export": "ok",
    "source": "registry/app:cache",
    "hits": 1,
    "command": "docker build",
}
NO_CACHE = {"cache_import": "none", "cache_export": "none"}
WITH_CACHE = "docker buildx build --cache-from x --cache-to y ."
S3 = {"source": "s3:123", "cache_import": "ok"}


def judge(*changed, drop=(), commands=True):
    """invalid_reason by run, of the invalid among a cold and an unchanged run and those named.

    `changed`: dicts of run -> facts that are not as in SOUND, the later ones win.
    """
    rows = {}
    changed = merge(({"cold": {"cache_import": "missing", "hits": 0}, "unchanged": {}}, *changed))
    for number, (run, facts) in enumerate(changed.items()):
        started = pd.Timestamp("2026-11-24", tz="UTC") + pd.Timedelta(hours=number)
        own = {"run": run, "log": run, "scenario": run, "started": started}
        rows[run] = SOUND | own | facts
    runs = pd.DataFrame([dict.fromkeys(COLUMNS) | each for each in rows.values()])
    logs = [each for each in rows.values() if each["run"] not in drop]
    judged = judge_runs(
        runs[list(COLUMNS)],
        pd.DataFrame(logs)[["log", "builder", "cache_import", "cache_export"]],
        pd.DataFrame([step for each in logs for step in list_steps(each)]),
        pd.DataFrame(logs)[["log", "command"]] if commands else None,
    )
    assert judged["valid"].eq(judged["invalid_reason"].isna()).all()
    return judged.set_index("run")["invalid_reason"].dropna().to_dict()


def merge(changes):
    """One dict of run -> facts."""
    found = {}
    for each in changes:
        for run, facts in each.items():
            found[run] = found.get(run, {}) | facts
    return found


def list_steps(facts):
    """Steps of a log: an import if there is one, and layers."""
    base = {"log": facts["log"], "build": 0, "step": 0, "stage": "build"}
    if facts["cache_import"] != "none":
        name = f"importing cache manifest from {facts['source']}"
        yield base | {"kind": "cache import", "name": name, "status": "ran"}
    for step, status in enumerate(["ran"] + ["cached"] * facts["hits"]):
        layer = {"step": step, "kind": "layer", "name": f"RUN {step}", "status": status}
        yield base | layer


def both(**facts):
    return {"cold": facts, "unchanged": facts}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        both(**NO_CACHE),
        both(**NO_CACHE, hits=0),
        both(command=WITH_CACHE),
        # what is kept is empty at first, and used later
        {"cold": {"host": "server"}, "unchanged": {"host": "server", "host_empty": False}},
        {"unchanged": {"host": "kept", "host_empty": False}},
        # a remote engine may not say whether it is empty: hits do
        both(host="server", host_empty=None),
        both(**NO_CACHE, command=WITH_CACHE, status="failed", expect="failed"),
        # the legacy builder takes --cache-from without a word
        both(**NO_CACHE, command=WITH_CACHE, builder="legacy"),
        # S3 says of no cache that it is there, and of none that it is missing
        {"cold": S3, "unchanged": S3},
        # an inline cache is exported with its image
        both(cache_export="none", command="docker build --cache-from x --cache-to type=inline ."),
        both(cache_export="none", command='docker build --cache-to="mode=min,type=inline" .'),
        # a strategy may export when there is nothing yet, and no more
        {"unchanged": {"cache_export": "none", "command": WITH_CACHE}},
        # a registry's import is proved by the type of what it found
        {"unchanged": {"hits": 0}},
        both(engine=None, buildx=None, buildkit=None),
    ],
)
def test_sound_runs_pass(changed):
    assert judge(changed) == {}


@pytest.mark.parametrize(
    ("run", "facts", "words"),
    [
        ("cold", {"hits": 2}, "a cold start that had 2 layers from a cache"),
        ("cold", {"cache_import": "ok"}, "a cold start that imported a cache"),
        ("cold", {"host_empty": False}, "its host was not empty before the build"),
        ("cold", {"host": "kept", "host_empty": False}, "a cold start on a host that was not"),
        ("cold", {"host": "server", "host_empty": False}, "a cold start on a host that was not"),
        ("cold", {"host": "kept", "host_empty": None}, "it is not known whether its host was"),
        ("unchanged", {"host_empty": None}, "it is not known whether its host was empty"),
        ("unchanged", {"cache_import": "missing"}, "it should have found was not imported"),
        ("unchanged", {"cache_import": "failed"}, "it should have found was not imported"),
        ("unchanged", {"cache_import": "none"}, "no cache was imported, though its strategy"),
        ("unchanged", {"cache_import": None, "hits": 0}, "nothing shows that it found a cache"),
        ("unchanged", S3 | {"hits": 0}, "nothing shows that it found a cache"),
        ("unchanged", {"cache_export": "unfinished"}, "its cache was not exported whole"),
        ("cold", {"cache_export": "failed"}, "its cache was not exported whole"),
        ("unchanged", {"status": "failed"}, "it failed where it should have succeeded"),
        ("unchanged", {"status": "timed out"}, "it timed out where it should have succeeded"),
        ("cold", {"expect": "failed"}, "it succeeded where it should have failed"),
        ("unchanged", {"engine": "29.0"}, "its engine is 29.0, that of its round 28.5.2"),
        ("unchanged", {"buildx": "0.34"}, "its buildx is 0.34, that of its round 0.29.1"),
        ("unchanged", {"buildkit": "v0.9"}, "its buildkit is v0.9, that of its round v0.25.2"),
        ("unchanged", {"storage_driver": "vfs"}, "its storage driver is vfs, that of its round"),
        ("unchanged", {"link": "10mbit"}, "its link is 10mbit, that of its round unshaped"),
    ],
)
def test_a_fault_is_named_and_the_other_run_passes(run, facts, words):
    reasons = judge({run: facts})
    assert words in reasons[run]
    assert len(reasons) == 1


def test_a_log_without_a_build_is_a_fault():
    assert judge(drop=["unchanged"]) == {"unchanged": "its log holds no docker build"}


def test_all_faults_of_a_run_are_named():
    reason = judge({"cold": {"status": "failed", "host_empty": False, "hits": 1}})["cold"]
    assert reason.split("; ") == [
        "it failed where it should have succeeded",
        "its host was not empty before the build",
        "a cold start that had 1 layer from a cache",
    ]


def test_a_cache_that_only_the_commands_speak_of_is_missed():
    lost = both(**NO_CACHE, command=WITH_CACHE)
    assert judge(lost) == {
        "cold": "no cache was exported, though its strategy exports one",
        "unchanged": "no cache was imported, though its strategy imports one",
    }
    assert judge(lost, commands=False) == {}


@pytest.mark.parametrize("to", ["type=registry,ref=x", "=x", ' "mode=max,type=s3"'])
def test_an_export_that_is_asked_for_is_missed_at_a_cold_start(to):
    command = f"docker build --cache-to type=inline --cache-to {to} ."
    reasons = judge(both(cache_export="none", command=command))
    assert reasons == {"cold": "no cache was exported, though its strategy exports one"}


def test_an_export_is_missed_where_others_of_the_scenario_have_it():
    other = {"scenario": "unchanged", "round": 2}
    lost = {"unchanged": {"cache_export": "none"}, "another": other}
    assert judge(lost) == {"unchanged": "no cache was exported, though its strategy exports one"}


def test_hits_prove_an_import_from_a_silent_store_where_others_have_hits():
    alike = {"scenario": "source"} | S3
    first = {"unchanged": alike | {"hits": 0}}
    assert judge(first) == {}
    reasons = judge(first, {"another": alike | {"round": 2}})
    assert reasons == {"unchanged": "nothing shows that it found a cache: no layer came from one"}


def test_of_two_versions_the_rarer_is_the_change_else_the_later():
    old, new = {"engine": "28"}, {"engine": "29"}
    assert list(judge({"cold": old, "unchanged": new})) == ["unchanged"]
    others = {"scenario": "source", "strategy": "docker"} | NO_CACHE
    assert list(judge({"cold": old, "unchanged": new, "source": new | others})) == ["cold"]
    assert judge({"cold": old, "unchanged": new | {"round": 2}}) == {}


def test_builders_of_another_strategy_may_be_others():
    other = {"strategy": "docker", "buildkit": "v0.34.2", "storage_driver": "overlayfs"}
    assert judge({"unchanged": other | NO_CACHE}) == {}
    assert "engine" in judge({"unchanged": other | NO_CACHE | {"engine": "29"}})["unchanged"]


def test_no_runs_keep_types():
    runs = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    empty = read_logs([])
    judged = judge_runs(runs, empty.builds, empty.steps, empty.commands)
    assert judged["valid"].dtype == bool
    assert judged["invalid_reason"].dtype == "string"


def test_layers_of_a_build_before_in_the_same_log_are_no_cache():
    steps = pd.DataFrame(
        [
            ("two", 0, 1, "build", "[build 2/2] RUN a", "ran"),
            ("two", 1, 1, "build", "[build 2/2] RUN a", "cached"),
            ("warm", 0, 1, "build", "[build 2/2] RUN a", "cached"),
            ("warm", 1, 1, "build", "[build 2/2] RUN a", "cached"),
        ],
        columns=["log", "build", "step", "stage", "name", "status"],
    )
    assert count_hits(steps).to_dict() == {"two": 0, "warm": 2}


def test_an_import_without_a_hit_where_others_have_hits_found_another_cache():
    first = {"unchanged": {"scenario": "source", "hits": 0}}
    assert judge(first) == {}
    reasons = judge(first, {"another": {"scenario": "source", "round": 2}})
    assert reasons == {"unchanged": "nothing shows that it found a cache: no layer came from one"}
