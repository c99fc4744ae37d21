"""Hits that branches lose to one another: of small logs whose hits are chosen."""

import pandas as pd
from measured import BUILD, make_runs, read_texts, show_build, write_log

from analysis import prose
from analysis.measures.caching import (
    compare_references,
    hits_by_run,
    misses_by_run,
    shared_references,
)
from analysis.measures.compare import left_out
from analysis.measures.storage import count_entries, entries_per_push, growth
from analysis.registry import frame_images

LAYERS = {"RUN a": 1.0, "RUN b": 1.0, "COPY c": 1.0}
# layers from a cache: strategy -> scenario -> of each round
HITS = {
    "registry-cache": {"branch": [2, 2], "main-after-branch": [1, 1], "parallel": [1, 0]},
    "registry-cache-branches": {"branch": [2, 2], "main-after-branch": [3, 3]},
    "docker": {"branch": [0, 0], "parallel": [0, 0], "growth": [0, 0], "cold": [0, 0]},
}


def make():
    """(runs, logs) with these hits."""
    seconds = {
        strategy: {name: [9.0] * len(hits) for name, hits in scenarios.items()}
        for strategy, scenarios in HITS.items()
    }
    runs = make_runs(seconds)
    texts = [
        write_log((BUILD, 9.0, show_build(LAYERS, cached=list(LAYERS)[:hits])))
        for strategy, scenario, number in runs[["strategy", "scenario", "round"]].itertuples(
            index=False
        )
        for hits in [HITS[strategy][scenario][number - 1]]
    ]
    return read_texts(runs, texts)


def test_what_was_built_before_could_hit_whole_and_what_was_not_as_far_as_any_does():
    runs, logs = make()
    table = shared_references(hits_by_run(runs, logs.steps))
    rows = table.set_index(["scenario", "strategy"])[["n", "hits", "possible", "lost"]]
    assert {key: tuple(row) for key, row in rows.iterrows()} == {
        ("branch", "registry-cache"): (2, 2, 2, 0),
        ("branch", "registry-cache-branches"): (2, 2, 2, 0),
        ("branch", "docker"): (2, 0, 2, 2),
        ("main-after-branch", "registry-cache-branches"): (2, 3, 3, 0),
        ("main-after-branch", "registry-cache"): (2, 1, 3, 2),
        ("parallel", "registry-cache"): (2, 0.5, 3, 2.5),
        ("parallel", "docker"): (2, 0, 3, 3),
    }
    assert table["scenario"].unique().tolist() == ["branch", "main-after-branch", "parallel"]
    odd = table.loc[~table["alike"], ["scenario", "strategy"]].values.tolist()
    assert odd == [["parallel", "registry-cache"]]


def test_what_one_reference_loses_stands_beside_what_a_fallback_gives_back():
    runs, logs = make()
    shared = shared_references(hits_by_run(runs, logs.steps))
    (row,) = compare_references(shared).to_dict("records")
    told = ["other", "choice", "commits", "n", "possible", "lost", "back"]
    # parallel was built of one of them alone
    assert [row[name] for name in told] == ["registry-cache-branches", "fallback", 2, 2, 5, 2, 2]
    assert prose.say_references(shared) == (
        "One cache reference for all branches loses 2 of 5 possible hits with registry-cache "
        "(2 scenarios, n = 2 each). A reference for each branch that falls back to main's gives 2 "
        "of them back (registry-cache-branches). In main-after-branch, main's same commit is "
        "built again after a branch; in parallel, a branch's after two at once; branch is its "
        "first build."
    )
    # main alone was built for less, of which it gives back less
    less = shared[shared["scenario"].eq("main-after-branch")]
    less = less[less["strategy"].eq("registry-cache-branches")]
    more = pd.concat([shared, less.assign(strategy="registry-cache-main", hits=2.0)])
    told = prose.say_references(more).split(". ")
    assert told[2].endswith(
        "loses 2 of 3 possible hits with registry-cache (1 scenario, n = 2 each)"
    )
    assert told[3] == "Exports from main alone give 1 of them back (registry-cache-main)"
    alone = shared[~shared["strategy"].eq("registry-cache-branches")]
    assert compare_references(alone).empty and prose.say_references(alone) == ""
    assert "SCENARIOS=branch" in prose.say_references(shared.iloc[:0])
    plain = runs[runs["scenario"].eq("cold")]
    assert shared_references(hits_by_run(plain, logs.steps)).empty


def test_a_story_has_a_history_of_its_own():
    runs, logs = make()
    docker = runs[runs["strategy"].eq("docker")]
    counts = count_entries(docker, frame_images([]).assign(run=pd.Series(dtype="string")))
    pushes = counts.set_index("scenario")["pushes"].groupby("scenario").unique().map(list)
    assert pushes.to_dict() == {"branch": [2], "cold": [1], "growth": [20], "parallel": [5]}
    assert counts.loc[counts["scenario"].ne("cold"), "new"].isna().all()
    assert entries_per_push(counts)["scenario"].tolist() == ["cold"]
    table = growth(counts.assign(entries=40, untagged=19, unique_bytes=5 * 10**6))
    assert table[["strategy", "n", "pushes", "entries_a_push"]].values.tolist() == [
        ["docker", 2, 20, 2.0]
    ]
    before = misses_by_run(docker, logs).groupby("scenario")["before"].unique().map(list)
    assert before["branch"] == [pd.NA] or before["branch"] == [None]
    assert left_out(runs).empty
