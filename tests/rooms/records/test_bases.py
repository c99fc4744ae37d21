"""Layers of base images, which BuildKit may fetch in any step: what of a step's time is theirs."""

import pytest
from recorded_run import RECORD
from records import READ, part, record, vertex

import analysis
from analysis.measures import busy_map, history_busy, path_map
from analysis.records import read_timeline, write_run
from analysis.records.runs import read_experiment
from analysis.records.timeline import read_timelines

BASE, OWN = (f"sha256:{letter * 64}" for letter in "ab")
FROM = "[1/2] FROM docker.io/library/alpine@sha256:" + "9" * 64
STEP = "[2/2] RUN make"


def show(steps):
    """A run's log with these steps, (name, *lines), in a command of 20 s."""
    lines = [
        "[Container] 2026/11/24 10:00:00.000000 Entering phase BUILD",
        "[Container] 2026/11/24 10:00:00.000000 Running command docker buildx build .",
    ]
    for number, (name, *said) in enumerate(steps, start=1):
        lines += [f"#{number} {line}" for line in (name, *said)] + [""]
    end = "[Container] 2026/11/24 10:00:20.000000 Phase complete: BUILD State: SUCCEEDED"
    return "\n".join([*lines, end, ""]).encode()


COLD = show(
    [
        (FROM, f"{BASE} 60.00MB / 60.00MB 1.0s done", f"extracting {BASE} 3.0s done", "DONE 4.1s"),
        (STEP, "0.1 made", "DONE 5.0s"),
    ]
)
# the cache's layers are fetched beside the base's, and unpacked after it
WARM = show(
    [
        (FROM, "resolve docker.io/library/alpine 0.1s done", "DONE 0.1s"),
        (
            STEP,
            f"{BASE} 0B / 60.00MB 0.1s",
            f"{OWN} 0B / 20.00MB 0.1s",
            f"{BASE} 60.00MB / 60.00MB 1.0s done",
            f"{OWN} 20.00MB / 20.00MB 1.5s done",
            f"extracting {BASE} 3.0s done",
            f"extracting {OWN} 2.0s done",
            "DONE 6.2s",
        ),
    ]
)


def write(folder, log, scenario, *builds):
    record = RECORD | {
        "run": f"docker.{scenario}.01",
        "scenario": scenario,
        "finished": "2026-11-24T10:00:20+00:00",
        "seconds": 20.0,
    }
    listing = {"imageDetails": [], "manifests": {}}
    write_run(folder, record, log, listing, {"builds": list(builds)})


def spent(table, run):
    rows = table[table["run"].eq(run) & table["seconds"].ne(0)]
    return rows.set_index("activity")["seconds"].round(3).to_dict()


def test_the_base_is_base_pull_in_the_step_that_needed_it(tmp_path):
    write(tmp_path, COLD, "cold")
    write(tmp_path, WARM, "unchanged")
    experiment = read_experiment(tmp_path)
    steps = experiment.logs.steps
    base = steps.loc[steps["base_seconds"].notna(), ["step", "base_seconds"]]
    # 1.0 s of download and 3.0 s of unpacking; of the other layer's 0.5 s more of download none
    assert base.values.tolist() == [[2, pytest.approx(4.0)]]
    found = spent(busy_map(experiment), "docker.unchanged.01")
    assert found == {"base pull": 4.1, "lazy pull": 2.2, "no step explains": 13.7}
    assert sum(found.values()) == pytest.approx(20)


def test_without_a_build_that_shows_the_base_all_of_it_is_lazy_pull(tmp_path):
    write(tmp_path, WARM, "unchanged")
    experiment = read_experiment(tmp_path)
    assert experiment.logs.steps["base_seconds"].isna().all()
    assert spent(busy_map(experiment), "docker.unchanged.01")["lazy pull"] == 6.2


def test_past_builds_tell_it_too(tmp_path):
    (tmp_path / "1.log").write_bytes(COLD)
    (tmp_path / "2.log").write_bytes(WARM.replace(b"10:00:", b"11:00:"))
    history = analysis.read_history(tmp_path)
    assert history.logs.steps["base_seconds"].max() == pytest.approx(4.0)
    busy = history_busy(history).set_index("activity")["seconds"]
    assert busy["base pull"] == pytest.approx((4.1 + 4.1) / 2)
    assert busy["lazy pull"] == pytest.approx(2.2 / 2)
    alone = analysis.read_history(tmp_path / "2.log")
    assert alone.logs.steps["base_seconds"].isna().all()


def test_a_step_gives_no_more_to_the_base_than_it_took(tmp_path):
    write(tmp_path, COLD, "cold")
    write(tmp_path, WARM.replace(b"DONE 6.2s", b"DONE 3.5s"), "unchanged")
    found = spent(busy_map(read_experiment(tmp_path)), "docker.unchanged.01")
    assert found == {"base pull": 3.6, "no step explains": 16.4}


def build_cold():
    base = vertex("b", FROM, (0.1, 4.1))
    parts = [part("b", BASE, 0.2, 1.1), part("b", f"extracting {BASE}", 1.1, 4.1)]
    return record(READ, base, vertex("c", STEP, (4.1, 9.1), inputs="b"), parts=parts)


def build_warm():
    base = vertex("b", FROM, (0.1, 0.2))
    step = vertex("c", STEP, (0.2, 0.2), (0.2, 6.4), inputs="b", cached=True)
    parts = [
        part("c", BASE, 0.3, 1.3),
        part("c", OWN, 0.3, 1.8),
        part("c", f"extracting {BASE}", 1.3, 4.3),
        part("c", f"extracting {OWN}", 4.3, 6.3),
    ]
    return record(READ, base, step, parts=parts)


def test_timelines_say_when_a_step_moved_the_base(tmp_path):
    write(tmp_path, COLD, "cold", build_cold())
    write(tmp_path, WARM, "unchanged", build_warm())
    experiment = read_experiment(tmp_path)
    timelines, unread = read_timelines(experiment.runs, experiment.logs.steps)
    assert unread.empty
    warm = timelines[timelines["run"].eq("docker.unchanged.01")].set_index("step")
    assert warm.loc[3, "base_spans"] == ((0.3, 4.3),)
    assert warm.loc[2, "base_spans"] == ()
    found = spent(path_map(experiment), "docker.unchanged.01")
    assert found["base pull"] == pytest.approx(4.0 + 0.1)
    assert found["lazy pull"] == pytest.approx(6.2 - 4.0)
    assert sum(found.values()) == pytest.approx(20)


def test_a_record_alone_knows_its_own_base():
    both = [build_cold(), build_warm()]
    assert read_timeline(both)["base_spans"].tolist()[-1] == ((0.3, 4.3),)
    assert read_timeline(both[1:])["base_spans"].tolist()[-1] == ()
