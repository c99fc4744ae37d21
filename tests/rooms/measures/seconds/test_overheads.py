"""The overhead map: commands partition the elapsed time, steps show what keeps them busy."""

from pathlib import Path

import pandas as pd
import pytest
from measured import (
    BUILD,
    CREATE,
    LAYERS,
    PUSH,
    list_silent,
    make_runs,
    pick,
    read_texts,
    show_build,
    write_log,
)

from analysis.logs import read_logs
from analysis.measures.seconds.overheads import (
    ACTIVITIES,
    BUSY,
    builder_costs,
    busy_map,
    name_command,
    overhead_map,
)
from analysis.records import read_records

LAB = Path(__file__).parents[4] / "data" / "lab"
EXPORT = (
    "exporting to docker image format",
    ("exporting layers 1.5s done", "sending tarball 4.0s done"),
    "DONE 5.7s",
)
LOAD = ("importing to docker", ("loading layer ab 10MB / 10MB 4.6s done",), "DONE 4.6s")
PUSHED = (
    "exporting to image",
    (
        "exporting layers 1.0s done",
        "pushing layers 2.0s done",
        "pushing manifest for r:1 0.5s done",
    ),
    "DONE 3.6s",
)
BY_DOCKER = ("pushing r:latest with docker", ("pushing layer ab 0.8s done",), "DONE 0.9s")
CACHE = (
    ("importing cache manifest from r:cache", ("inferred cache manifest type: x",), "DONE 0.3s"),
    ("exporting cache to registry", ("writing cache image manifest sha256:a done",), "DONE 2.5s"),
)


def read_run(text, seconds=30.0):
    return read_texts(make_runs({"docker": {"cold": [seconds]}}), [text])


def busy(text):
    table = busy_map(*read_run(text))
    return table.set_index("activity")["seconds"].to_dict()


def spent(text, seconds):
    return overhead_map(*read_run(text, seconds)).set_index("activity")["seconds"].to_dict()


@pytest.mark.parametrize(
    ("command", "activity"),
    [
        ("docker build -t x .", "docker build"),
        ("docker buildx build --push .", "docker build"),
        ("cache=1\ndocker buildx build --load \\\n .", "docker build"),
        ("docker image build .", "docker build"),
        ("docker buildx bake", "docker build"),
        ("docker build . && docker push x", "docker build"),
        ("docker push x", "docker push"),
        ("docker buildx create --use", "builder create"),
        ("aws ecr get-login-password | docker login -u AWS --password-stdin x", "login"),
        ("echo building docker", "other commands"),
        ("docker buildx version", "other commands"),
        ("npm run docker-build", "other commands"),
    ],
)
def test_a_command_is_named_by_its_words(command, activity):
    assert name_command(command) == activity


def test_every_second_of_a_run_has_one_place():
    text = write_log(
        ("docker login x", 1.5, ""),
        (CREATE, 0.5, ""),
        (BUILD, 20.0, show_build()),
        (PUSH, 3.0, ""),
        ("echo done", 0.25, ""),
    )
    found = spent(text, 25.75)
    assert {name: round(value, 6) for name, value in found.items()} == {
        "login": 1.5,
        "builder create": 0.5,
        "docker build": 20.0,
        "docker push": 3.0,
        "other commands": 0.25,
        "agent": 0.5,
        "source": 0.0,
        "upload": 0.0,
        "unknown": 0.0,
    }


def test_a_command_of_any_name_in_which_a_build_ran_is_a_build():
    found = spent(write_log(("make image", 12.0, show_build())), 12.1)
    assert found["docker build"] == 12


def test_a_log_that_was_cut_off_leaves_time_unknown_not_the_agents():
    text = write_log(("echo first", 2.0, ""), (BUILD, 20.0, show_build())).rpartition("[Cont")[0]
    found = spent(text, 25.0)
    assert (found["other commands"], found["docker build"]) == (2, 0)
    assert (found["agent"], found["unknown"]) == (0, 23)


def test_a_log_without_the_agents_lines_is_all_unknown():
    found = spent(show_build(), 25.0)
    assert (found["unknown"], found["agent"]) == (25, 0)


def test_a_run_of_unknown_length_has_no_parts():
    runs, logs = read_run(write_log((BUILD, 20.0, show_build())))
    table = overhead_map(runs.assign(seconds=float("nan")), logs)
    assert table["seconds"].isna().all()


def test_phases_in_which_the_agent_works_have_their_own_place():
    stamp = "[Container] 2026/11/01 00:00:{:09.6f} {}\n"
    lines = [
        (0, "Phase is DOWNLOAD_SOURCE"),
        (4, "Phase complete: DOWNLOAD_SOURCE State: SUCCEEDED"),
        (4, "Entering phase BUILD"),
        (4, "Running command docker push x"),
        (9, "Phase complete: BUILD State: SUCCEEDED"),
    ]
    found = spent("".join(stamp.format(*line) for line in lines), 9.5)
    assert (found["source"], found["docker push"], found["agent"]) == (4, 5, 0.5)


def test_the_recorded_runs_are_partitioned_to_the_last_microsecond():
    runs = read_records(LAB).runs
    runs["valid"] = True
    logs = read_logs([Path(log) for log in runs["log"]])
    table = overhead_map(runs, logs)
    assert len(table) == len(runs) * len(ACTIVITIES)
    total = table.groupby("run")["seconds"].sum()
    pd.testing.assert_series_equal(
        total, runs.set_index("run")["seconds"].sort_index(), check_names=False, atol=1e-6
    )
    assert (table["seconds"] >= -1e-6).all()
    unknown = table.loc[table["activity"].eq("unknown"), "seconds"]
    assert unknown.eq(0).all()
    agent = table.loc[table["activity"].eq("agent"), "seconds"]
    assert agent.max() < 0.5


def test_steps_keep_a_build_busy_by_what_they_are():
    found = busy(write_log((BUILD, 20.0, show_build(boot=9.0, more=[*CACHE, EXPORT, LOAD]))))
    assert found["builder boot"] == 9.0
    assert found["base pull"] == 3.0
    assert found["work"] == sum(LAYERS.values())
    assert found["lazy pull"] == 0
    assert found["cache import"] == pytest.approx(0.3)
    assert found["cache export"] == 2.5


def test_sending_and_taking_in_an_image_is_one_load_as_long_as_the_longer():
    found = busy(write_log((BUILD, 25.0, show_build(more=[EXPORT, LOAD]))))
    assert found["load"] == 4.6
    assert found["image export"] == pytest.approx(5.7 - 4.0)
    slow = (LOAD[0], LOAD[1], "DONE 3.0s")
    assert busy(write_log((BUILD, 25.0, show_build(more=[EXPORT, slow]))))["load"] == 4.0


def test_a_push_inside_an_export_is_told_apart_and_one_beside_it_too():
    found = busy(write_log((BUILD, 20.0, show_build(more=[PUSHED]))))
    assert (found["push"], found["image export"]) == (2.5, pytest.approx(1.1))
    found = busy(write_log((BUILD, 20.0, show_build(more=[BY_DOCKER]))))
    assert (found["push"], found["image export"]) == (0.9, 0)


def test_a_cached_layer_that_is_pulled_is_no_work():
    text = show_build(cached=("RUN install",)).replace("#3 CACHED", "#3 CACHED\n#3 DONE 4.8s")
    found = busy(write_log((BUILD, 20.0, text)))
    assert (found["lazy pull"], found["work"]) == (4.8, LAYERS["COPY app"])


def test_a_hit_whose_end_is_left_out_was_pulled_as_long_as_its_parts_tell():
    pulled = "#3 {}sha256:6f0bbf23 2.4s done\n#3 {}sha256:1f44b67e 0.6s done\n#3 CACHED"
    text = show_build(cached=("RUN install",))
    for first, second, seconds in [("pulling ", "pulling ", 2.4), ("", "extracting ", 3.0)]:
        found = busy(
            write_log((BUILD, 20.0, text.replace("#3 CACHED", pulled.format(first, second))))
        )
        assert found["lazy pull"] == pytest.approx(seconds)
        assert found["no step explains"] == pytest.approx(20 - seconds - LAYERS["COPY app"] - 3.5)


def test_what_no_step_explains_is_the_rest_of_the_command_and_never_negative():
    explained = 3.0 + sum(LAYERS.values()) + 0.5
    assert busy(write_log((BUILD, explained + 7.25, show_build())))["no step explains"] == 7.25
    assert busy(write_log((BUILD, explained - 5, show_build())))["no step explains"] == 0


def test_without_the_agents_times_what_is_unexplained_is_unknown():
    found = busy(show_build())
    assert pd.isna(found["no step explains"])
    assert found["work"] == sum(LAYERS.values())


def test_a_run_without_a_build_is_busy_with_nothing_known():
    assert all(pd.isna(value) for value in busy(write_log(("echo", 1.0, ""))).values())


def test_the_recorded_builds_are_explained_but_for_a_second():
    runs = read_records(LAB).runs
    runs["valid"] = True
    logs = read_logs([Path(log) for log in runs["log"]])
    table = busy_map(runs, logs)
    assert set(table["activity"]) == set(BUSY)
    silent = runs.loc[runs["log"].isin(list_silent(logs)), "run"]
    rest = table[table["activity"].eq("no step explains")].set_index("run")["seconds"].dropna()
    assert len(rest) > 30
    assert rest.drop(silent).between(0, 2).all()


def test_a_builder_costs_its_creation_and_its_boot():
    runs = make_runs({"docker": {"cold": [15.0]}, "container-load": {"cold": [40.0]}})
    texts = [
        write_log((BUILD, 14.0, show_build())),
        write_log((CREATE, 0.5, ""), (BUILD, 39.0, show_build(boot=9.5))),
    ]
    costs = builder_costs(*read_texts(runs, texts))
    assert costs["strategy"].tolist() == ["container-load"]
    row = pick(costs, run="container-load.cold.01")
    assert (row["create_seconds"], row["boot_seconds"], row["pull_seconds"]) == (0.5, 9.5, 8.5)
    assert (row["seconds"], row["share"]) == (10, 0.25)


def test_a_builder_whose_boot_is_not_in_the_log_costs_an_unknown_time():
    text = write_log((CREATE, 0.5, ""), (BUILD, 39.0, show_build()))
    costs = builder_costs(*read_run(text))
    assert costs["create_seconds"].tolist() == [0.5]
    assert costs["seconds"].isna().all()


def test_no_runs_keep_the_columns():
    runs, logs = make_runs({}), read_logs({})
    for frame in (overhead_map(runs, logs), busy_map(runs, logs)):
        assert frame.empty
        assert frame.columns[-2:].tolist() == ["activity", "seconds"]
    assert builder_costs(runs, logs).empty
