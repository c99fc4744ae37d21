"""The critical path of builds whose path is known, and of every build that was recorded."""

import random
from pathlib import Path

import pandas as pd
import pytest
from records import BASE, BUILD, COPY, EXPORT, READ, RUN, part, record, vertex

from analysis.logs import read_logs
from analysis.measures.seconds.critical_path import PATH, WAIT, critical_path
from analysis.records import read_records, read_timeline, read_timelines

DATA = Path(__file__).parents[4] / "data" / "lab"


@pytest.fixture(scope="module")
def recorded():
    """The timelines of the recorded experiment."""
    if not (DATA / "runs").is_dir():
        pytest.skip(f"{DATA} holds no recorded runs")
    runs = read_records(DATA).runs
    logs = read_logs([Path(log) for log in runs["log"]])
    return read_timelines(runs, logs.steps)[0]


def follow(*vertices, **more):
    """[(name, seconds)] of the path of a build of these steps; None for a time of no step."""
    path = critical_path(read_timeline([record(*vertices, **more)]))
    names = path["name"].astype(object).where(path["name"].notna(), None)
    return list(zip(names, path["seconds"].round(3), strict=True))


def test_a_chain_is_its_own_path():
    path = critical_path(read_timeline([BUILD]))
    assert list(path) == list(PATH)
    assert path["step"].tolist() == [1, 2, 3, 4, 5]
    assert path["seconds"].tolist() == pytest.approx([0.1, 2.0, 5.0, 0.1, 1.0])
    assert path["activity"].tolist() == [
        "other steps", "base pull", "work", "work", "image export",
    ]  # fmt: skip


def test_of_two_branches_the_one_that_ends_last_decides():
    quick = vertex("q", "[a 2/2] RUN quick", (2.1, 3.1), inputs="b")
    slow = vertex("s", "[b 2/2] RUN slow", (2.1, 6.1), inputs="b")
    both = vertex("x", "[c 3/3] COPY --from=a --from=b", (6.2, 6.4), inputs="qs")
    assert follow(READ, BASE, quick, slow, both) == [
        ("[internal] load build definition from Dockerfile", 0.1),
        ("FROM base:1", 2.0),
        ("RUN slow", 4.0),
        (None, 0.1),
        ("COPY --from=a --from=b", 0.2),
    ]


def test_a_step_beside_that_ends_just_before_is_no_cause():
    beside = vertex("q", "[a 2/2] RUN beside", (2.1, 7.2), inputs="b")
    copy = vertex("d", "[3/3] COPY a b", (7.3, 7.4), inputs="c")
    names = [name for name, _ in follow(READ, BASE, RUN, beside, copy)]
    assert names[-3:] == ["RUN make", None, "COPY a b"]


def test_all_wait_for_an_import_though_it_is_nobodys_input():
    importing = vertex("i", "importing cache manifest from r:cache", (0.1, 4))
    base = vertex("b", "[1/2] FROM base:1", (0.1, 0.2))
    last = vertex("c", "[2/2] RUN make", (4.1, 5.1), inputs="b")
    assert follow(READ, importing, base, last)[1:] == [
        ("importing cache manifest from r:cache", 3.9), (None, 0.1), ("RUN make", 1.0),
    ]  # fmt: skip


def test_exporters_follow_each_other():
    pushing = vertex("p", "pushing r/app", (8.2, 9.2))
    cache = vertex("k", "exporting cache to registry", (9.2, 12.2))
    assert follow(READ, BASE, RUN, COPY, EXPORT, cache, pushing)[-3:] == [
        ("exporting to image", 1.0), ("pushing r/app", 1.0), ("exporting cache to registry", 3.0),
    ]  # fmt: skip


def test_an_exporter_beside_a_longer_one_is_hidden():
    cache = vertex("k", "exporting cache to registry", (7.2, 8.0))
    assert "exporting cache to registry" not in dict(follow(READ, BASE, RUN, COPY, EXPORT, cache))


def test_a_hit_that_is_fetched_late_waited_for_what_its_user_waited_for():
    hit = vertex("h", "[run 2/3] WORKDIR /srv", (7.1, 7.1), (7.1, 7.5), inputs="b", cached=True)
    copy = vertex("d", "[run 3/3] COPY --from=build a b", (7.5, 7.6), inputs="hc")
    assert follow(READ, BASE, RUN, hit, copy)[1:] == [
        ("FROM base:1", 2.0), ("RUN make", 5.0), ("WORKDIR /srv", 0.4),
        ("COPY --from=build a b", 0.1),
    ]  # fmt: skip


def test_a_step_that_nobody_asked_for_before_waited_for_what_its_user_waited_for():
    # of another stage, on a base that is there, and begun when what is copied into it is known
    other = vertex("o", "[run 2/3] WORKDIR /srv", (7.4, 7.5), inputs="b")
    copy = vertex("d", "[run 3/3] COPY --from=build a b", (7.5, 7.7), inputs="oc")
    assert follow(READ, BASE, RUN, other, copy)[2:] == [
        ("RUN make", 5.0),
        (None, 0.3),
        ("WORKDIR /srv", 0.1),
        ("COPY --from=build a b", 0.2),
    ]


def test_a_lazy_pull_counts_whole_though_it_rests():
    pull = vertex("c", "[2/3] RUN make", (0.2, 0.2), (0.2, 3), (3.5, 5), inputs="b", cached=True)
    base = vertex("b", "[1/3] FROM base:1", (0.1, 0.2))
    path = critical_path(read_timeline([record(READ, base, pull)]))
    assert path["activity"].tolist() == [
        "other steps", "base pull", "lazy pull", WAIT, "lazy pull",
    ]  # fmt: skip
    assert path["seconds"].sum() == pytest.approx(5)


def test_an_export_is_split_into_what_it_does():
    parts = [
        part("e", "exporting layers", 7.2, 7.4),
        part("e", "pushing layers", 7.4, 7.9),
        part("e", "pushing manifest for r/app:1@sha256:0", 8.0, 8.2),
    ]
    path = critical_path(read_timeline([record(READ, BASE, RUN, COPY, EXPORT, parts=parts)]))
    last = path[path["name"].eq("exporting to image")]
    assert last["activity"].tolist() == ["image export", "push", "image export", "push"]
    assert last["seconds"].tolist() == pytest.approx([0.2, 0.5, 0.1, 0.2])


def test_layers_pushed_before_each_manifest_are_a_push_though_a_record_keeps_the_last():
    parts = [
        part("d", "exporting layers", 7.1, 7.6),
        part("d", "pushing manifest for r/app:one@sha256:ab", 9.6, 9.8),
        part("d", "pushing layers", 9.8, 9.9),
        part("d", "pushing manifest for r/app:two@sha256:ab", 9.9, 10.0),
    ]
    export = vertex("d", "exporting to image", (7.1, 10.0))
    path = critical_path(read_timeline([record(READ, BASE, RUN, export, parts=parts)]))
    seconds = path[path["name"].eq("exporting to image")].groupby("activity")["seconds"].sum()
    assert seconds.to_dict() == pytest.approx({"image export": 0.5, "push": 2.4})


def test_handing_an_image_over_is_loading():
    parts = [part("e", "sending tarball", 7.4, 8.2)]
    path = critical_path(read_timeline([record(READ, BASE, RUN, COPY, EXPORT, parts=parts)]))
    assert path.groupby("activity")["seconds"].sum()["load"] == pytest.approx(0.8)


def test_a_build_without_times_has_no_path():
    empty = critical_path(read_timeline([record(vertex("a", "[1/2] RUN a", (0, None)))]))
    assert empty.empty
    assert empty.dtypes.astype(str).to_dict() == PATH
    assert critical_path(read_timeline([])).empty


def test_each_build_of_a_run_has_its_own_path():
    path = critical_path(read_timeline([BUILD, record(READ)]))
    assert path["build"].tolist() == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("seed", [*range(20)])
def test_in_a_build_that_never_idles_the_path_is_the_longest_chain(seed):
    print(f"seed {seed}")
    rng = random.Random(seed)
    ends, lengths, vertices = {}, {}, []
    for number in range(rng.randint(2, 30)):
        known = [*ends]
        inputs = rng.sample(known, rng.randint(1, min(3, len(known)))) if known else []
        start, seconds = max((ends[each] for each in inputs), default=0), rng.randint(1, 90)
        name = str(number)
        ends[name] = start + seconds
        lengths[name] = seconds + max((lengths[each] for each in inputs), default=0)
        vertices.append(vertex(name, f"[{number + 1}/40] RUN {name}", (start, ends[name]),
                               inputs=inputs))  # fmt: skip
    rng.shuffle(vertices)
    path = critical_path(read_timeline([record(*vertices)]))
    assert path["step"].notna().all()
    assert path["seconds"].sum() == pytest.approx(max(lengths.values()))


def test_every_recorded_path_is_without_a_hole_and_ends_with_the_build(recorded):
    path = critical_path(recorded)
    ends = recorded.groupby(["run", "build"])["completed"].max()
    for (run, build), rows in path.groupby(["run", "build"]):
        assert rows["started"].iloc[0] == 0, run
        before = rows["completed"].iloc[:-1].to_numpy()
        assert rows["started"].iloc[1:].to_numpy() == pytest.approx(before), run
        assert rows["completed"].iloc[-1] == pytest.approx(ends[run, build])
        assert rows["seconds"].gt(0).all()


def test_steps_explain_nearly_all_of_every_recorded_path(recorded):
    path = critical_path(recorded)
    idle = path["seconds"].where(path["activity"].eq(WAIT), 0.0).groupby(path["run"]).sum()
    print(idle.describe())
    whole = path.groupby("run")["seconds"].sum()
    assert (idle <= (0.1 * whole).clip(lower=1.0)).all(), idle.nlargest(3)


def test_no_recorded_stretch_is_outside_of_its_step(recorded):
    path = critical_path(recorded).dropna(subset=["step"])
    steps = recorded[["run", "build", "step", "started", "completed"]]
    both = path.merge(steps, on=["run", "build", "step"], suffixes=("", "_step"))
    assert len(both) == len(path)
    assert (both["started"] >= both["started_step"]).all()
    assert (both["completed"] <= both["completed_step"] + 1e-6).all()
    assert pd.notna(both["activity"]).all()
