"""The sentences of the notebooks say what the frames hold, and that nothing is known when so."""

import dataclasses

import pandas as pd
from measured import BUILD, CREATE, PUSH, make_runs, read_texts, show_build, write_log

from analysis import prose as findings
from analysis.answers import answer
from analysis.measures.caching import hits_by_run
from analysis.measures.compare import mean_by_activity
from analysis.measures.seconds import builder_costs, busy_map, overhead_map
from analysis.measures.storage import READINGS

CACHED = show_build(boot=9.5, cached=("RUN install",))
PLAIN = write_log((BUILD, 15.0, show_build()), (PUSH, 3.9, ""))
MADE = write_log((CREATE, 0.5, ""), (BUILD, 39.4, CACHED))
RUNS, LOGS = read_texts(
    make_runs({"docker": {"source": [19.0]}, "registry-cache": {"source": [40.0]}}), [PLAIN, MADE]
)


def test_hits_are_told_by_strategy_and_so_is_their_absence():
    said = findings.say_hits(hits_by_run(RUNS, LOGS.steps))
    assert said == [
        "Layers come from a cache with registry-cache: 50 % for a changed source file (1 of 1 "
        "build).",
        "No layer came from a cache with docker.",
    ]


def test_who_gets_most_from_a_cache_is_said_once_with_all_alike():
    found = {"docker": 0.0, "one": 0.5, "two": 0.5, "less": 0.25, "kept (emulated)": 1.0}
    hits = pd.DataFrame(
        [
            {"strategy": name, "scenario": scenario, "rate": rate if scenario == "source" else 0.0}
            for name, rate in found.items()
            for scenario in ("cold", "source")
        ]
    )
    assert findings.say_best_hits(hits) == (
        "Most layers come back with one and two: 50 % for a changed source file (1 of 1 build)."
    )
    none = hits.assign(rate=0.0)
    assert findings.say_best_hits(none) == (
        "No layer came from a cache with docker, one, two and less."
    )
    assert findings.say_best_hits(hits[:0]) == "No build was found in any log."


def test_of_many_kinds_of_commit_a_sentence_names_the_first_few():
    kinds = ("unchanged", "source", "dependency", "base", "dockerfile", "branch")
    hits = pd.DataFrame([{"strategy": "one", "scenario": kind, "rate": 0.5} for kind in kinds])
    said = findings.say_best_hits(hits)
    assert said.endswith("(1 of 1 build); 4 more kinds of commit in the table.")
    assert said.count("50 %") == 2
    assert max(len(each.split()) for each in said.split(". ")) <= 40


def test_a_cache_that_lengthens_the_work_is_said_to_do_so():
    found = answer(make_runs({"docker": {"cold": [9.0] * 3}, "a": {"cold": [8.0] * 3}}))
    row = {"strategy": "a", "emulated": False, "export_seconds": 1.0, "difference": -0.5}
    row |= {"verdict": found.verdict}
    for saved, words in (
        (-1.2, "takes 1.2 s longer"),
        (-0.001, "saves 0.00 s"),
        (2, "saves 2.0 s"),
    ):
        told = dataclasses.replace(found, exports=[row | {"saved_seconds": saved}])
        assert words in findings.say_exports(told) and "-" not in findings.say_exports(told)


def test_the_ends_of_what_is_saved_and_paid_are_told_without_emulated_ones():
    net = {"kept (emulated)": -9.0, "saves": -7.0, "between": 1.0, "costs": 13.0}
    rows = [
        {"strategy": name, "scenario": "source", "activity": "work", "difference": each, "n": 6}
        for name, each in net.items()
    ]
    commit, said = findings.say_ends(pd.DataFrame(rows), "source")
    assert commit == "For a changed source file:"
    assert [each.split(" ")[0] for each in said] == ["saves", "costs"]
    assert "7.0 s less than docker" in said[0] and "13.0 s more than docker" in said[1]
    assert len(findings.say_ends(pd.DataFrame(rows[1:2]), "source")[1]) == 1
    assert findings.say_ends(pd.DataFrame(rows[:1]), "source")[0].startswith("Nothing can be set")


def test_without_a_build_no_hit_rate_is_said():
    runs, logs = read_texts(RUNS, ["", ""])
    said = findings.say_hits(hits_by_run(runs, logs.steps))
    assert said == ["No build was found in any log."]


def test_the_quickest_and_the_slowest_are_told_with_their_largest_parts():
    said = findings.say_spent(mean_by_activity(overhead_map(RUNS, LOGS)), "source")
    assert said == [
        "docker takes 19.0 s for a changed source file (mean, n = 1): docker build 15.0 s (79 %) "
        "and docker push 3.9 s (21 %).",
        "registry-cache takes 40.0 s for a changed source file (mean, n = 1): docker build 39.4 s "
        "(98 %) and builder create 0.50 s (1 %).",
    ]
    assert findings.say_spent(mean_by_activity(overhead_map(RUNS, LOGS)), "base") == [
        "No build of a newer base image was measured."
    ]


def test_work_and_overhead_are_told_apart():
    busy = busy_map(RUNS, LOGS)
    docker, cache = findings.say_overhead(mean_by_activity(busy), "source")
    assert docker.startswith("docker: 10.0 s of work, 5.0 s of anything else, most of it base pull")
    assert cache.startswith("registry-cache: 2.0 s of work, 37.4 s of anything else")
    assert "no step explains 24.4 s" in cache
    said = findings.say_unexplained(busy)
    assert said.endswith("24.4 s in the worst (registry-cache.source.01).")
    assert findings.say_unexplained(busy.iloc[:0]).startswith("No log holds")


def test_a_builders_cost_has_mean_ends_number_and_share():
    said = findings.say_builder_cost(builder_costs(RUNS, LOGS))
    assert said == (
        "A new builder costs 10.0 s (mean, 10.0 to 10.0 s, n = 1): 25 % of the build; pulling "
        "BuildKit's image takes 8.5 s (median)."
    )
    assert findings.say_builder_cost(builder_costs(RUNS.iloc[:1], LOGS)) == ""


def test_growth_names_strategies_that_grow_alike_together():
    entries = pd.DataFrame(
        {
            "strategy": ["a", "a", "b", "b", "c", "c"],
            "pushes": [1, 2] * 3,
            "entries": [1, 2, 3, 6, 1, 2],
            "untagged": [0, 1, 2, 5, 0, 1],
            "n": 3,
        }
    )
    assert findings.say_growth(entries) == [
        "6 entries after 2 pushes, 5 of them untagged, with b (median, n = 3).",
        "2 entries after 2 pushes, 1 of them untagged, with a and c (median, n = 3).",
    ]
    assert findings.say_growth(entries.assign(alike=True))[0] == (
        "6 entries after 2 pushes, 5 of them untagged, with b (3 of 3 rounds)."
    )


def test_rollbacks_are_told_where_the_readings_differ():
    rows = [
        {"strategy": name, "reading": reading, "builds_kept": kept}
        for name, numbers in {"a": (3, 3), "b": (1, 3)}.items()
        for reading, kept in zip(READINGS, numbers, strict=True)
    ]
    said = findings.say_rollbacks(pd.DataFrame(rows), 3)
    assert "builds: 3 of b (1 if each entry counted). Of the others" in said
    alike = [*rows, *({**row, "strategy": "c"} for row in rows if row["strategy"] == "b")]
    said = findings.say_rollbacks(pd.DataFrame(alike), 3)
    assert "builds: 3 of b and c (1 if each entry counted). Of the others" in said
    same = findings.say_rollbacks(pd.DataFrame(rows[:2]), 3)
    assert same == "“Keep the newest 3” keeps the same builds under both readings."


def test_what_lies_in_a_bucket_is_told_apart_from_the_registry():
    runs = make_runs({"s3-cache": {"cold": [40.0, 41.0], "source": [30.0, 31.0]}})
    runs["store_objects"] = pd.array([13, 13, 18, 20], "Int64")
    runs["store_bytes"] = pd.array([90_000_000, 90_000_000, 95_000_000, 97_000_000], "Int64")
    assert findings.say_store(runs) == [
        "In a bucket, where nothing expires by itself, the last build of a sequence leaves, in the "
        "median, 19 objects of 96 MB in all with s3-cache (n = 2)."
    ]
    assert findings.say_store(runs.assign(store_objects=pd.array([None] * 4, "Int64"))) == []
